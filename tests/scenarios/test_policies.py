"""Policies: the first that matches applies, edits reach open tickets, removal leaves history."""

from tests.support.timelines import agent, created, customer, event, note, policy, priority, status, tell

FIRST, NEXT = "first_reply_time", "next_reply_time"
ONE, TWO = (
    policy("One", first_reply_time=60, next_reply_time=60),
    policy("Two", first_reply_time=120, next_reply_time=120),
)


def edited(when, *policies, **keys):
    return event(when, "policies", to=list(policies), **keys)


def test_the_first_policy_that_matches_applies():
    vip = policy("VIP", when=[("tags", "includes", "vip")], first_reply_time=30)

    assert tell(created("09:00"), policies=[vip, ONE, TWO], ticket={"tags": ["vip"]})["policy"] == "VIP"
    assert tell(created("09:00"), policies=[vip, ONE, TWO])["policy"] == "One"


def test_positions_beat_the_order_of_the_file():
    told = tell(created("09:00"), policies=[{**ONE, "position": 2}, {**TWO, "position": 1}])

    assert told["policy"] == "Two"


def test_where_none_matches_there_is_no_sla_but_still_a_log():
    told = tell(created("09:00"), policies=[policy("Pro", when=[("customer_tier", "is", "pro")], first_reply_time=30)])

    assert (told["policy"], told["metrics"]) == (None, [])
    assert told.log(FIRST) == ["09:00 activate 1"]


def test_without_a_priority_there_is_no_sla():
    told = tell(created("09:00"), policies=[ONE], ticket={"priority": None}, default_priority=None)

    assert (told["policy"], told["priority"], told["metrics"]) == (None, None, [])


def test_the_default_priority_fills_an_empty_one_also_when_it_was_taken_away():
    told = tell(created("09:00"), priority("09:10", "low"), priority("09:20", None), policies=[ONE])

    assert told["priority"] == "normal"


def test_settings_at_the_top_are_defaults_under_each_policys():
    defaults = {"pause_reply_on": ["pending"], "solved_without_reply": "cancel"}
    mine = policy(first_reply_time=60, settings={"pause_reply_on": []})

    told = tell(created("09:00"), status("09:10", "pending"), until="09:20", policies=[mine], settings=defaults)
    solved = tell(created("09:00"), status("09:10", "solved"), policies=[mine], settings=defaults)

    assert told.clock(FIRST)["stage"] == "active"
    assert solved.clock(FIRST)["outcome"] == "cancelled"


def test_an_edit_applied_now_moves_open_instances_at_once():
    told = tell(created("09:00"), edited("09:30", TWO, apply="now"), until="09:40", policies=[ONE])

    assert told.clock(FIRST)["breach_at"] == "11:00"
    assert told["policy"] == "Two"


def test_an_edit_waits_for_the_tickets_next_update():
    waits = [created("09:00"), edited("09:10", TWO)]

    before = tell(*waits, until="09:20", policies=[ONE])
    after = tell(*waits, note("09:30"), until="09:40", policies=[ONE])

    assert (before["policy"], before.clock(FIRST)["breach_at"]) == ("One", "10:00")
    assert (after["policy"], after.clock(FIRST)["breach_at"]) == ("Two", "11:00")


def test_a_deadline_before_the_next_update_still_breaches_under_the_old_policy():
    told = tell(created("09:00"), edited("09:10", TWO), note("10:30"), until="10:40", policies=[ONE])

    assert told.shown(FIRST, 1, "breach_at", "breached") == {"breach_at": "11:00", "breached": False}
    assert "10:00 breach 1 superseded" in told.log(FIRST)


def test_the_reply_that_is_the_next_update_is_judged_by_the_target_before_it():
    told = tell(
        created("09:00"), edited("09:10", TWO), agent("10:30"), customer("11:00"), until="11:10", policies=[ONE]
    )

    assert told.shown(FIRST, 1, "outcome", "target_seconds") == {"outcome": "missed", "target_seconds": 3600}
    assert told.clock(NEXT)["breach_at"] == "13:00"


def test_solving_is_judged_by_the_settings_before_it():
    cancels = policy("Cancels", first_reply_time=60, settings={"solved_without_reply": "cancel"})

    told = tell(created("09:00"), edited("09:10", cancels), status("09:30", "solved"), policies=[ONE])

    assert told.clock(FIRST)["outcome"] == "met"


def test_an_emoji_that_acknowledges_nothing_is_no_update():
    told = tell(
        created("09:00"), edited("09:10", TWO), event("09:20", "reaction", by="end_user", name="tada"),
        until="09:30", policies=[ONE],
    )  # fmt: skip

    assert told["policy"] == "One"


def test_ended_instances_keep_the_version_they_ended_under():
    told = tell(created("09:00"), agent("09:30"), edited("10:00", TWO, apply="now"), policies=[ONE])

    assert told.shown(FIRST, 1, "target_seconds", "breach_at") == {"target_seconds": 3600, "breach_at": "10:00"}


def test_removing_every_policy_cancels_what_is_open_and_history_stays():
    told = tell(created("09:00"), agent("09:30"), customer("10:00"), edited("10:10", apply="now"), policies=[ONE])

    assert told["policy"] is None
    assert told.clock(FIRST)["outcome"] == "met"
    assert told.clock(NEXT)["outcome"] == "cancelled"


def test_removing_the_policy_in_force_is_a_retarget_to_the_next_match():
    told = tell(created("09:00"), edited("09:10", TWO, apply="now"), until="09:20", policies=[ONE, TWO])

    assert told.clock(FIRST)["breach_at"] == "11:00"


def test_a_later_edit_replaces_one_that_still_waits():
    told = tell(created("09:00"), edited("09:10", policy("Three")), edited("09:20", TWO), note("09:30"), policies=[ONE])

    assert told["policy"] == "Two"


def test_editing_policies_leaves_group_policies_alone():
    told = tell(
        created("09:00"), edited("09:10", TWO, apply="now"), until="09:20", ticket={"group": "red"},
        policies=[ONE], group_policies=[policy("OLA", group_ownership_time=60)],
    )  # fmt: skip

    assert told["group_policy"] == "OLA"
    assert told.clock("group_ownership_time")["breach_at"] == "10:00"
