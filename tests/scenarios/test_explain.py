"""Why a deadline is where it is: the stretches behind it, their sums, and what happened."""

import json

import pytest

from bot.cli.explanation import to_json
from bot.errors import BotError
from bot.services.tickets.explaining import chosen, metric_named, reasons
from bot.services.tickets.happenings import describe
from bot.services.tickets.stories import timeline_story
from sla.timeline import parse_timeline
from tests.support.timelines import (
    OFFICE_HOURS,
    agent,
    created,
    customer,
    event,
    group,
    note,
    policy,
    priority,
    short,
    status,
    timeline,
)

HOUR = 3600
HOLIDAY = {"name": "Founders' Day", "start_date": "2024-01-16", "end_date": "2024-01-16"}
HALF_DAY = {"date": "2024-01-17", "intervals": [{"start": "10:00", "end": "12:00"}]}
WEEK = {**OFFICE_HOURS, "holidays": [HOLIDAY], "special_hours": [HALF_DAY]}


def explained(*events, metric=None, number=None, named=None, **keys):
    """What is said of each chosen instance of the ticket that some events make."""
    story = timeline_story(parse_timeline(json.dumps(timeline(*events, **keys))), named)
    wanted = metric_named(metric) if metric else None
    return [to_json(reasons(story, instance)) for instance in chosen(story, wanted, number)]


def one(*events, **keys):
    (found,) = explained(*events, **keys)
    return found


def stretches(explanation):
    return [
        " ".join(
            [*(short(part[edge].removesuffix("+00:00")) for edge in ("start", "end")), part["kind"], part["name"] or ""]
        ).strip()
        for part in explanation["segments"]
    ]


def log(found):
    return [(short(entry["at"]), entry["type"], *entry["because"]) for entry in found["log"]]


def business(**targets):
    return {"default_schedule": "office", "policies": [policy(business=True, **targets)]}


def test_every_counted_closed_holiday_and_special_stretch_up_to_the_deadline_is_told():
    found = one(created("16:00"), until="18 12:00", **business(first_reply_time=360), schedules=[WEEK])

    assert stretches(found["explanation"]) == [
        "16:00 17:00 counted",
        "17:00 16 00:00 closed",
        "16 00:00 17 00:00 holiday Founders' Day",
        "17 00:00 17 10:00 special_hours",
        "17 10:00 17 12:00 counted special hours",
        "17 12:00 18 00:00 special_hours",
        "18 00:00 18 09:00 closed",
        "18 09:00 18 12:00 counted",
    ]
    assert short(found["breach_at"]) == "18 12:00"


def test_the_sums_add_up_and_what_was_counted_is_the_target():
    explanation = one(created("16:00"), until="18 12:00", **business(first_reply_time=360), schedules=[WEEK])[
        "explanation"
    ]

    assert explanation["sums"] == {
        "counted": 6 * HOUR,
        "closed": 16 * HOUR,
        "holiday": 24 * HOUR,
        "special_hours": 22 * HOUR,
        "paused": 0,
    }
    assert explanation["wall_clock_seconds"] == 68 * HOUR == sum(explanation["sums"].values())


def test_open_time_while_pending_is_told_as_paused():
    story = (created("09:00"), status("16:00", "pending"), status("16 10:00", "open"))
    found = one(*story, until="16 11:00", **business(requester_wait_time=480))

    assert stretches(found["explanation"]) == [
        "09:00 16:00 counted",
        "16:00 17:00 paused",
        "17:00 16 09:00 closed",
        "16 09:00 16 10:00 paused",
        "16 10:00 16 11:00 counted",
    ]
    assert log(found) == [
        ("09:00", "activate", "opened by U1"),
        ("09:00", "apply_sla", "opened by U1"),
        ("16:00", "pause", "status set to pending"),
        ("16 10:00", "resume", "status set to open"),
    ]


def test_while_paused_there_is_no_deadline_and_the_stretch_ends_at_the_present():
    found = one(created("09:00"), status("10:00", "pending"), until="12:00", **business(requester_wait_time=480))

    assert (found["breach_at"], found["left_seconds"]) == (None, 7 * HOUR)
    assert stretches(found["explanation"]) == ["09:00 10:00 counted", "10:00 12:00 paused"]
    assert found["overdue"] is None


def test_a_late_reply_shows_the_time_after_the_deadline_as_well():
    found = one(created("09:00"), agent("10:20", text="Sorry!"), **business(first_reply_time=60))

    assert stretches(found["explanation"]) == ["09:00 10:00 counted"]
    assert stretches(found["overdue"]) == ["10:00 10:20 counted"]
    assert (found["outcome"], found["used_seconds"]) == ("missed", 80 * 60)
    assert log(found)[2:] == [("10:00", "breach"), ("10:20", "fulfill", 'reply by A1: "Sorry!"')]


def test_an_early_reply_still_shows_the_whole_way_to_the_deadline():
    found = one(created("09:00"), agent("09:20"), **business(first_reply_time=60))

    assert stretches(found["explanation"]) == ["09:00 10:00 counted"]
    assert (found["outcome"], found["used_seconds"], found["overdue"]) == ("met", 20 * 60, None)


def test_around_the_clock_everything_counts():
    found = one(created("09:00"), until="10:00", policies=[policy(first_reply_time=2880)], default_schedule="office")

    assert stretches(found["explanation"]) == ["09:00 17 09:00 counted"]


def test_a_changed_target_is_told_with_what_changed_it():
    story = (created("09:00", text="Down"), priority("09:30", "urgent"))
    found = one(*story, until="10:00", policies=[policy(first_reply_time={"normal": 240, "urgent": 15})])

    assert log(found) == [
        ("09:00", "activate", 'opened by U1: "Down"'),
        ("09:00", "apply_sla", 'opened by U1: "Down"'),
        ("09:30", "apply_sla", "priority set to urgent"),
        ("09:30", "breach", "priority set to urgent"),
    ]
    assert [entry["target_seconds"] for entry in found["log"]] == [None, 4 * HOUR, 900, None]
    assert stretches(found["explanation"]) == ["09:00 09:15 counted"]


def test_a_breach_that_no_longer_holds_is_told_as_superseded():
    story = (created("09:00"), priority("10:00", "normal"))
    found = one(
        *story,
        ticket={"priority": "urgent"},
        until="10:30",
        policies=[policy(first_reply_time={"normal": 240, "urgent": 15})],
    )

    assert [(entry["type"], entry["superseded"]) for entry in found["log"]][2:] == [
        ("breach", True),
        ("apply_sla", False),
    ]
    assert short(found["breach_at"]) == "13:00"


def test_a_cancelled_instance_is_explained_up_to_its_end():
    story = (created("09:00"), event("09:30", "no_reply_needed"))
    found = one(*story, policies=[policy(first_reply_time=60)])

    assert (found["outcome"], found["breach_at"]) == ("cancelled", None)
    assert stretches(found["explanation"]) == ["09:00 09:30 counted"]
    assert log(found)[-1] == ("09:30", "cancel", "no reply needed")


def test_an_instance_that_began_at_an_older_message_names_both():
    story = (created("09:00", id="c1"), customer("09:10", id="c2", text="Anybody?"))
    deleted = event("09:20", "comment_deleted", ref="c1")
    found = one(*story, deleted, until="09:30", policies=[policy(first_reply_time=60)])

    assert short(found["activated_at"]) == "09:10"
    assert log(found)[0] == ("09:20", "activate", "a message was deleted", 'message by U1: "Anybody?"')


def test_even_within_one_instant_an_instance_begins_first_and_ends_last():
    story = (created("09:00"), status("09:00", "solved"))
    found = one(*story, policies=[policy(requester_wait_time=60)])

    assert [entry["type"] for entry in found["log"]] == ["activate", "apply_sla", "fulfill"]


def test_a_schedule_without_enough_open_time_leaves_no_deadline():
    once = {
        "name": "once",
        "time_zone": "UTC",
        "intervals": [],
        "special_hours": [{"date": "2024-01-15", "intervals": [{"start": "09:00", "end": "10:00"}]}],
    }
    found = one(
        created("09:00"),
        until="12:00",
        default_schedule="once",
        schedules=[once],
        policies=[policy(business=True, first_reply_time=120)],
    )

    assert (found["breach_at"], found["used_seconds"]) == (None, HOUR)
    assert stretches(found["explanation"]) == ["09:00 10:00 counted special hours", "10:00 12:00 special_hours"]


def test_group_ownership_is_explained_by_its_assignment():
    owns = policy(group_ownership_time=60)
    found = one(created("09:00"), group("10:00", "engineering"), until="10:30", group_policies=[owns])

    assert log(found)[0] == ("10:00", "activate", "assigned to engineering")


def test_without_a_metric_the_newest_instance_of_each_is_explained():
    story = (created("09:00"), agent("09:10"), customer("09:20"), agent("09:30"), customer("09:40"))
    found = explained(*story, policies=[policy(first_reply_time=60, next_reply_time=60)])

    assert [(each["metric"], each["instance"]) for each in found] == [("first_reply_time", 1), ("next_reply_time", 2)]


def test_an_older_instance_is_explained_by_its_number():
    story = (created("09:00"), agent("09:10"), customer("09:20"), agent("09:30"), customer("09:40"))
    found = one(*story, policies=[policy(next_reply_time=60)], metric="next_reply_time", number=1)

    assert short(found["activated_at"]) == "09:20"


MERGED = [
    {"id": "T1", "priority": "normal", "events": [created("09:00", text="First")]},
    {
        "id": "T2",
        "priority": "normal",
        "events": [created("08:30", user="U2", text="Earlier"), event("09:30", "merge", into="T1")],
    },
]


def test_a_deadline_moved_by_a_merge_names_the_other_tickets_message():
    found = one(tickets=MERGED, named="T1", until="10:00", policies=[policy(first_reply_time=60)])

    assert short(found["activated_at"]) == "08:30"
    assert log(found)[0] == ("09:00", "activate", 'opened by U1: "First"', 'opened by U2: "Earlier"')


def test_a_merged_ticket_is_explained_up_to_the_merge():
    found = one(tickets=MERGED, named="T2", until="10:00", policies=[policy(first_reply_time=180)])

    assert (found["outcome"], found["explanation"]["end"]) == ("merged", "2024-01-15T09:30:00Z")
    assert log(found)[-1] == ("09:30", "cancel", "merged into T1")


def refused(*events, **keys):
    with pytest.raises(BotError) as error:
        explained(*events, **keys)
    return str(error.value), error.value.exit_code


def test_a_ticket_without_any_target_has_nothing_to_explain():
    assert refused(created("09:00")) == (
        "Ticket T1 has no deadline to explain: no policy gave it a target.",
        1,
    )


def test_a_metric_without_a_target_says_so_and_names_those_that_have_one():
    assert refused(created("09:00"), policies=[policy(first_reply_time=60)], metric="agent_work_time") == (
        "Ticket T1 has no deadline for the agent work time: no policy gave it a target. It has first_reply_time.",
        1,
    )


def test_a_metric_whose_clock_never_began_says_so():
    assert refused(created("09:00"), policies=[policy(next_reply_time=60)], metric="next_reply_time") == (
        "Ticket T1 has no deadline for the next reply: nothing has started its clock.",
        1,
    )


def test_a_number_that_does_not_exist_names_those_that_do():
    story = (created("09:00"), agent("09:10"), customer("09:20"), agent("09:30"), customer("09:40"))
    assert refused(*story, policies=[policy(next_reply_time=60)], metric="next_reply_time", number=3) == (
        "Ticket T1 has no next_reply_time 3 with a target; it has number 1, 2.",
        1,
    )


def test_a_mistyped_metric_names_the_nearest_one():
    assert refused(created("09:00"), metric="frist_reply_time") == (
        "'frist_reply_time' is not a metric. Did you mean first_reply_time?",
        2,
    )


def test_a_metric_unlike_any_lists_them_all():
    sentence, code = refused(created("09:00"), metric="x")
    assert code == 2
    assert sentence.startswith("'x' is not a metric. It is one of first_reply_time, next_reply_time, ")


def test_an_unknown_ticket_names_the_nearest_one():
    assert refused(tickets=MERGED, named="T3") == ("The timeline has no ticket 'T3'. It has T1, T2.", 1)
    near = [{**ticket, "id": f"ticket-{ticket['id']}"} for ticket in MERGED[:1]]
    assert refused(tickets=near, named="ticket-T2")[0].endswith("Did you mean ticket-T1?")


def test_of_several_tickets_one_has_to_be_named():
    assert refused(tickets=MERGED) == (
        "The timeline has 2 tickets: say which with --ticket, such as --ticket T1.",
        2,
    )


@pytest.mark.parametrize("given_name", ["first_reply_time", "First reply", "first-reply-time", " FIRST_REPLY "])
def test_a_metric_may_be_written_as_people_write_it(given_name):
    assert metric_named(given_name) == "first_reply_time"


def test_each_kind_of_event_is_told_in_words():
    story = (
        created("09:00", text="Hi"),
        note("09:01"),
        event("09:02", "reaction", by="agent", user="A1", name="eyes"),
        event("09:03", "tags", add=["vip"], remove=["new"]),
        event("09:04", "field", field="customer_tier", to="pro"),
        group("09:05", None),
        event("09:06", "policies", to=[], apply="next_update"),
        event("09:07", "schedule", to=None),
        event("09:08", "exempt", reason="spam", undo=False),
        event("09:09", "exempt", reason="", undo=True),
        event("09:10", "no_reply_needed", undo=True),
        customer("09:11", user=None, text="A very long message, " * 10),
    )
    timed = parse_timeline(json.dumps(timeline(*story)))
    told = [describe_at(timed, f"09:{minute:02}") for minute in range(12)]
    assert told == [
        'opened by U1: "Hi"',
        "internal note by A1",
        ":eyes: by A1",
        "tags changed: +vip -new",
        "customer_tier set to pro",
        "taken from its group",
        "policies edited, from next update on",
        "schedule set to none of its own",
        "exempted: spam",
        "no longer exempt",
        "a reply is needed after all",
        'message by the customer: "A very long message, A very long message, A very long messa…"',
    ]


def describe_at(timed, when):
    return next(describe(each) for each in timed.tickets[0].events if short(each.at.isoformat()[:19] + "Z") == when)
