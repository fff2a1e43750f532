"""Retargets: what a change of priority, policy or schedule makes of open instances."""

from tests.support.timelines import (
    OFFICE_HOURS,
    agent,
    created,
    customer,
    event,
    group,
    policy,
    priority,
    status,
    tell,
)

FIRST, WAIT = "first_reply_time", "requester_wait_time"
LADDER = policy(first_reply_time={"low": 480, "normal": 180, "high": 240, "urgent": 120})
EARLY = {
    "name": "early",
    "time_zone": "UTC",
    "intervals": [{"start_time": day * 1440 + 360, "end_time": day * 1440 + 720} for day in range(1, 6)],
}
PAUSING = {"pause_reply_on": ["pending"]}
TWO_SCHEDULES = {"schedules": [OFFICE_HOURS, EARLY], "default_schedule": "office"}


def test_the_new_target_is_measured_from_the_original_activation():
    told = tell(created("10:00"), priority("11:00", "urgent"), until="11:30", policies=[LADDER])

    assert told.shown(FIRST, 1, "breach_at", "target_seconds") == {"breach_at": "12:00", "target_seconds": 7200}
    assert told.log(FIRST) == ["10:00 activate 1", "10:00 apply_sla 1 10800s", "11:00 apply_sla 1 7200s"]


def test_pauses_are_kept_by_a_retarget():
    told = tell(
        created("09:00"), status("09:30", "pending"), status("10:30", "open"), priority("10:40", "urgent"),
        until="10:50", policies=[policy(requester_wait_time={"normal": 240, "urgent": 120})],
    )  # fmt: skip

    assert told.clock(WAIT)["breach_at"] == "12:00"


def test_an_update_that_changes_no_target_applies_none():
    told = tell(created("10:00"), event("10:30", "tags", add=["x"]), priority("11:00", "normal"), policies=[LADDER])

    assert told.log(FIRST)[:2] == ["10:00 activate 1", "10:00 apply_sla 1 10800s"]
    assert "apply_sla" not in " ".join(told.log(FIRST)[2:])


def test_raised_past_its_deadline_it_is_breached_at_the_change_and_not_before():
    told = tell(created("09:00"), priority("11:30", "urgent"), until="11:40", policies=[LADDER])

    assert told.shown(FIRST) == {"stage": "active", "outcome": "open", "breach_at": "11:00", "breached_at": "11:30"}
    assert told.log(FIRST)[-1] == "11:30 breach 1"


def test_raised_exactly_on_its_deadline_it_is_not_yet_breached():
    told = tell(created("09:00"), priority("11:00", "urgent"), agent("11:00"), policies=[LADDER])

    assert told.shown(FIRST, 1, "outcome", "breach_at") == {"outcome": "met", "breach_at": "11:00"}


def test_raised_exactly_on_its_deadline_there_is_nothing_in_the_log_yet():
    told = tell(created("09:00"), priority("11:00", "urgent"), until="11:00", policies=[LADDER])

    assert told.log(FIRST)[2:] == ["11:00 apply_sla 1 7200s"]


def test_raised_past_its_deadline_while_paused_it_is_breached_at_the_change():
    told = tell(
        created("09:00"), status("11:00", "pending"), priority("11:30", "urgent"), until="12:00",
        policies=[policy(requester_wait_time={"normal": 240, "urgent": 60})],
    )  # fmt: skip

    assert told.shown(WAIT, 1, "stage", "breached_at", "breach_at", "remaining") == {
        "stage": "paused",
        "breached_at": "11:30",
        "breach_at": None,
        "remaining": {"seconds": -3600},
    }


def test_an_earlier_breach_stays_where_it_was_when_the_target_becomes_shorter_still():
    told = tell(created("09:00"), priority("13:00", "urgent"), until="13:10", policies=[LADDER])

    assert told.shown(FIRST, 1, "breach_at", "breached_at") == {"breach_at": "11:00", "breached_at": "12:00"}
    assert [line for line in told.log(FIRST) if "breach" in line] == ["12:00 breach 1"]


def test_moved_back_into_the_future_the_breach_is_superseded_and_the_new_target_judges():
    told = tell(created("09:00"), priority("13:00", "low"), agent("16:00"), policies=[LADDER])

    assert told.shown(FIRST) == {"stage": "fulfilled", "outcome": "met", "breach_at": "17:00", "breached_at": None}
    assert "12:00 breach 1 superseded" in told.log(FIRST)


def test_relaxed_and_then_late_all_the_same_there_are_two_breaches_in_the_log():
    told = tell(created("09:00"), priority("13:00", "low"), until="19:00", policies=[LADDER])

    assert [line for line in told.log(FIRST) if "breach" in line] == ["12:00 breach 1 superseded", "17:00 breach 1"]


def test_relaxed_exactly_to_the_present_the_breach_is_superseded():
    told = tell(created("09:00"), priority("13:00", "high"), agent("13:00"), policies=[LADDER])

    assert told.clock(FIRST)["outcome"] == "met"


def test_a_target_lost_cancels():
    told = tell(created("09:00"), priority("09:30", "low"), until="12:00", policies=[policy(first_reply_time=60)])

    assert told.shown(FIRST) == {"stage": "cancelled", "outcome": "cancelled", "breach_at": None, "breached_at": None}
    assert told.log(FIRST)[2:] == ["09:30 cancel 1", "09:30 apply_sla 1 none"]


def test_a_breached_instance_keeps_its_lost_target_and_its_breach():
    told = tell(
        created("09:00"), priority("11:00", "low"), agent("12:00"), policies=[policy(first_reply_time=60)]
    )  # fmt: skip

    assert told.shown(FIRST) == {
        "stage": "fulfilled",
        "outcome": "missed",
        "breach_at": "10:00",
        "breached_at": "10:00",
    }
    assert told.clock(FIRST)["target_seconds"] == 3600


def test_after_a_lost_first_reply_the_next_message_waits_for_the_next_reply():
    told = tell(
        created("09:00"), priority("09:30", "low"), customer("10:00"),
        policies=[policy(first_reply_time=60, next_reply_time={"low": 60})],
    )  # fmt: skip

    assert told.clock("next_reply_time")["activated_at"] == "10:00"


def test_an_instance_without_a_target_can_get_one():
    told = tell(
        created("09:00"), priority("09:30", "urgent"), until="09:40", policies=[policy(first_reply_time={"urgent": 60})]
    )

    assert told.clock(FIRST)["breach_at"] == "10:00"
    assert told.log(FIRST) == ["09:00 activate 1", "09:30 apply_sla 1 3600s"]


def test_a_change_of_tags_can_change_the_policy():
    told = tell(
        created("09:00"), event("09:30", "tags", add=["vip"]), until="09:40",
        policies=[policy("VIP", when=[("tags", "includes", "vip")], first_reply_time=60), policy(first_reply_time=120)],
    )  # fmt: skip

    assert told["policy"] == "VIP"
    assert told.clock(FIRST)["breach_at"] == "10:00"


def test_a_change_of_a_field_can_change_the_policy():
    told = tell(
        created("09:00"), event("09:30", "field", field="customer_tier", to="pro"),
        event("09:35", "field", field="fields.region", to="emea"), until="09:40",
        policies=[
            policy("Pro", when=[("customer_tier", "is", "pro"), ("fields.region", "is", "emea")], first_reply_time=60),
        ],
    )  # fmt: skip

    assert told.clock(FIRST)["breach_at"] == "10:00"


def test_a_change_of_group_can_change_the_plain_policy_too():
    told = tell(
        created("09:00"), group("09:30", "red"), until="09:40",
        policies=[policy("Red", when=[("group", "is", "red")], first_reply_time=60)],
    )  # fmt: skip

    assert told["policy"] == "Red"


def test_another_policy_with_the_same_target_applies_no_target_anew():
    told = tell(
        created("09:00"), event("09:30", "tags", add=["vip"]), until="09:40",
        policies=[policy("VIP", when=[("tags", "includes", "vip")], first_reply_time=60), policy(first_reply_time=60)],
    )  # fmt: skip

    assert told["policy"] == "VIP"
    assert told.log(FIRST) == ["09:00 activate 1", "09:00 apply_sla 1 3600s"]


def test_the_status_is_tested_anew_under_new_settings():
    told = tell(
        created("09:00"), status("09:20", "pending"), event("09:30", "tags", add=["vip"]),
        event("09:50", "tags", remove=["vip"]), until="10:00",
        policies=[
            policy("VIP", when=[("tags", "includes", "vip")], first_reply_time=60, settings=PAUSING),
            policy(first_reply_time=60),
        ],
    )  # fmt: skip

    assert told.clock(FIRST)["breach_at"] == "10:20"
    assert told.log(FIRST)[2:] == ["09:30 pause 1", "09:50 resume 1"]


def test_a_ticket_schedule_measures_the_whole_time_anew():
    told = tell(
        created("10:00"), event("11:30", "schedule", to="early"), until="11:40",
        policies=[policy(first_reply_time=180, business=True)], **TWO_SCHEDULES,
    )  # fmt: skip

    assert told.clock(FIRST)["breach_at"] == "16 07:00"
    assert told.log(FIRST)[-1] == "11:30 apply_sla 1 10800s"


def test_pauses_stay_the_same_instants_and_are_measured_in_the_new_schedule():
    told = tell(
        created("10:00"), status("11:00", "pending"), status("13:00", "open"), event("13:30", "schedule", to="early"),
        until="13:40", policies=[policy(requester_wait_time=120, business=True)],
        **TWO_SCHEDULES,
    )  # fmt: skip

    assert told.clock(WAIT)["breach_at"] == "16 07:00"


def test_a_calendar_target_does_not_care_about_the_schedule():
    told = tell(
        created("10:00"), event("11:30", "schedule", to="early"), until="11:40",
        policies=[LADDER], **TWO_SCHEDULES,
    )  # fmt: skip

    assert told.clock(FIRST)["breach_at"] == "13:00"
    assert told.log(FIRST) == ["10:00 activate 1", "10:00 apply_sla 1 10800s"]
    assert told.clock(FIRST)["business_minutes"] == 100


def test_the_schedule_of_a_ticket_beats_policy_channel_customer_and_default():
    schedules = [{**EARLY, "name": name} for name in ("ticket", "policy", "channel", "customer", "default")]
    places = {
        "schedules": [OFFICE_HOURS, *schedules],
        "default_schedule": "default",
        "channel_schedules": {"C1": "channel"},
        "customer_schedules": {"acme": "customer"},
    }
    beaten = []
    for opens in ("ticket", "policy", "channel", "customer", "default"):
        chosen = [schedule if schedule["name"] != opens else {**OFFICE_HOURS, "name": opens} for schedule in schedules]
        ticket = {"channel": "C1", "customer": "acme"}
        kept = ("ticket", "policy", "channel", "customer", "default").index(opens)
        if kept == 0:
            ticket["schedule"] = "ticket"
        told = tell(
            created("13:00"), until="13:10", ticket=ticket,
            policies=[policy(first_reply_time=60, business=True, schedule="policy" if kept <= 1 else None)],
            **{
                **places,
                "schedules": chosen,
                "channel_schedules": places["channel_schedules"] if kept <= 2 else {},
                "customer_schedules": places["customer_schedules"] if kept <= 3 else {},
            },
        )  # fmt: skip
        beaten.append((opens, told.clock(FIRST)["breach_at"]))

    assert beaten == [(opens, "14:00") for opens in ("ticket", "policy", "channel", "customer", "default")]


def test_a_schedule_taken_away_from_the_ticket_leaves_the_policys():
    told = tell(
        created("10:00"), event("10:10", "schedule", to="early"), event("10:20", "schedule", to=None), until="10:30",
        policies=[policy(first_reply_time=180, business=True)], **TWO_SCHEDULES,
    )  # fmt: skip

    assert told.clock(FIRST)["breach_at"] == "13:00"


def test_what_changed_while_the_ticket_was_solved_holds_when_it_is_reopened():
    told = tell(
        created("09:00"), status("10:00", "solved"), priority("10:30", "urgent"), status("11:00", "open"),
        until="11:10", policies=[policy(requester_wait_time={"normal": 240, "urgent": 120})],
    )  # fmt: skip

    assert told.shown(WAIT, 1, "breach_at", "target_seconds") == {"breach_at": "12:00", "target_seconds": 7200}


def test_what_changed_while_no_reply_was_needed_holds_when_that_is_undone():
    told = tell(
        created("09:00"), event("09:10", "no_reply_needed"), priority("09:20", "urgent"),
        event("09:30", "no_reply_needed", undo=True), until="09:40", policies=[LADDER],
    )  # fmt: skip

    assert told.clock(FIRST)["breach_at"] == "11:00"
