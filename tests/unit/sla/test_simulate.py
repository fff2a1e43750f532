"""What other rules would have made of tickets, and what that says of targets and of staffing."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sla.business_time import CALENDAR, BusinessTime
from sla.comparison import compare
from sla.engine import Outcome
from sla.events import Comment, StatusChanged
from sla.schedule_json import schedule_from_json
from sla.simulate import flips_of, measured_of, smallest_targets, staffing, story_under, under, with_auto_solve
from sla.ticket import Role, Status, Ticket
from sla.timeline import parse_timeline, tell_stories
from tests.unit.sla.test_report import MONDAY, a_row

OFFICE = {"name": "office", "time_zone": "UTC", "intervals": [{"start_time": 1980, "end_time": 2460}]}


def a_timeline(target=60, **more):
    events = [
        {
            "at": "2026-01-12T09:00:00Z",
            "type": "created",
            "by": "end_user",
            "user": "U1",
            "public": True,
            "status": "new",
        },
        {"at": "2026-01-12T09:20:00Z", "type": "comment", "by": "agent", "user": "A1", "public": True},
    ]
    document = {
        "schedules": [OFFICE],
        "default_priority": "normal",
        "policies": [
            {
                "title": "Everybody",
                "filter": {"all": [], "any": []},
                "policy_metrics": [
                    {"priority": "normal", "metric": "first_reply_time", "target": target},
                    {"priority": "normal", "metric": "requester_wait_time", "target": 600},
                ],
            }
        ],
        "tickets": [{"id": "T1", "customer": "acme", "events": events + more.pop("events", [])}],
        "until": "2026-01-12T12:00:00Z",
    }
    return parse_timeline(json.dumps(document | more))


def told(timeline):
    (history,) = tell_stories(timeline)
    return history


def test_a_history_becomes_the_rows_of_a_report():
    waiting, first = measured_of(told(a_timeline()), datetime(2026, 1, 12, 12, tzinfo=UTC))
    assert (first.ticket, first.metric, first.outcome, first.calendar) == (
        "T1",
        "first_reply_time",
        Outcome.MET,
        timedelta(minutes=20),
    )
    assert (first.policy, first.priority, first.customer, first.target) == (
        "Everybody",
        "normal",
        "acme",
        timedelta(hours=1),
    )
    assert (waiting.outcome, waiting.is_open, waiting.calendar) == (Outcome.OPEN, True, timedelta(hours=3))


def test_metrics_without_a_target_are_in_no_report():
    rows = measured_of(told(a_timeline()), MONDAY)
    assert {row.metric for row in rows} == {"requester_wait_time", "first_reply_time"}


def test_what_ends_otherwise_is_shown_with_both_sides():
    before, after = told(a_timeline()), told(a_timeline(target=10))
    sides = [list(measured_of(each, MONDAY + timedelta(hours=3))) for each in (before, after)]
    (flip,) = flips_of(compare(before, after), *sides)
    assert flip.before is not None
    assert flip.after is not None
    assert (flip.before.outcome, flip.after.outcome) == (Outcome.MET, Outcome.MISSED)


def test_a_deadline_that_only_moves_flips_nothing():
    before = told(a_timeline())
    moved = told(a_timeline(default_priority="normal", settings={"pause_resolution_on": ["open"]}))
    assert list(flips_of(compare(before, moved), [], [])) == []


def test_edits_of_rules_are_no_part_of_the_story_under_other_rules():
    edits = [
        {"at": "2026-01-12T09:30:00Z", "type": "policies", "to": [], "apply": "now"},
        {"at": "2026-01-12T09:31:00Z", "type": "schedule", "to": "office"},
        {"at": "2026-01-12T09:32:00Z", "type": "schedule", "to": None},
    ]
    timeline = a_timeline(events=edits)
    known = story_under(timeline.tickets[0].events, timeline.rules)
    unknown = story_under(timeline.tickets[0].events, a_timeline(schedules=[]).rules)
    assert [type(event).__name__ for event in known] == ["Created", "Comment", "ScheduleChanged", "ScheduleChanged"]
    assert [type(event).__name__ for event in unknown] == ["Created", "Comment", "ScheduleChanged"]


def test_a_ticket_keeps_its_own_schedule_only_where_it_exists():
    rules = a_timeline().rules
    assert under(Ticket(id="1", schedule="office"), rules).schedule == "office"
    assert under(Ticket(id="1", schedule="gone"), rules).schedule is None
    assert under(Ticket(id="1"), rules).schedule is None


def test_the_smallest_target_is_what_ninety_five_percent_would_have_met():
    rows = [a_row(calendar=timedelta(minutes=n), priority="normal") for n in range(1, 21)]
    (found,) = smallest_targets([*rows, a_row("cancelled", priority="normal")])
    assert (found.enough, found.counted, found.met) == (timedelta(minutes=19), 20, 20)
    assert (found.done, found.done_within) == (20, timedelta(minutes=19))


def test_there_is_no_smallest_target_where_too_many_are_never_done():
    open_ones = [a_row("missed", is_open=True, ended_at=None) for _ in range(2)]
    done = [a_row(calendar=timedelta(minutes=n)) for n in range(1, 19)]
    (found,) = smallest_targets([*done, *open_ones])
    assert (found.enough, found.counted, found.met) == (None, 20, 18)
    assert (found.done, found.done_within) == (18, timedelta(minutes=18))


def test_where_nothing_is_ever_done_there_is_nothing_to_go_by():
    (found,) = smallest_targets([a_row("missed", is_open=True, ended_at=None)])
    assert (found.enough, found.counted, found.done, found.done_within) == (None, 1, 0, None)


def test_staffing_is_told_by_the_hour_of_the_week_and_by_who_waited_too_long():
    hours = BusinessTime(schedule_from_json(OFFICE))
    evening = MONDAY + timedelta(hours=12)
    rows = [
        a_row(),
        a_row("missed"),
        a_row("open", activated_at=evening),
        a_row("cancelled"),
        a_row(metric="requester_wait_time"),
    ]
    at_nine, at_night = staffing(rows, hours, UTC)
    assert (at_nine.weekday, at_nine.hour, at_nine.waiting, at_nine.missed, at_nine.closed) == (0, 9, 2, 1, 0)
    assert (at_night.hour, at_night.waiting, at_night.missed, at_night.closed) == (21, 1, 0, 1)
    assert staffing(rows, CALENDAR, UTC)[1].closed == 0


def quiet_story(*happened):
    """What the rule to solve after two days makes of a ticket of Monday, nine o'clock, until Friday at that time."""
    timeline = a_timeline()
    ticket = timeline.tickets[0]
    told = with_auto_solve(
        ticket.ticket, timeline.rules, [*ticket.events, *happened], timedelta(days=2), MONDAY + timedelta(days=4)
    )
    return [(event.at - MONDAY, event.to) for event in told if isinstance(event, StatusChanged)]


def after(**how):
    return MONDAY + timedelta(**how)


def test_what_stays_pending_is_solved_when_it_has_been_quiet_for_so_long():
    pending = StatusChanged(at=after(hours=1), to=Status.PENDING)
    note = Comment(at=after(hours=30), by=Role.AGENT, public=False)
    assert quiet_story(pending, note)[-1] == (timedelta(days=2, hours=1), Status.SOLVED)
    asked_again = Comment(at=after(hours=20), by=Role.AGENT, user="A1")
    assert quiet_story(pending, asked_again)[-1] == (timedelta(days=2, hours=20), Status.SOLVED)


def test_a_customer_who_answers_first_is_not_overtaken_and_one_who_answers_later_reopens():
    pending = StatusChanged(at=after(hours=1), to=Status.PENDING)
    in_time = Comment(at=after(days=2, hours=1) - timedelta(seconds=1), by=Role.END_USER, user="U1")
    assert len(quiet_story(pending, in_time)) == 1
    late = Comment(at=after(days=3), by=Role.END_USER, user="U1")
    assert quiet_story(pending, late)[-1] == (timedelta(days=2, hours=1), Status.SOLVED)


def test_a_step_that_is_not_due_yet_is_not_taken():
    assert len(quiet_story(StatusChanged(at=after(days=2, seconds=1), to=Status.PENDING))) == 1
    assert len(quiet_story(StatusChanged(at=after(days=2), to=Status.PENDING))) == 2
    late = Comment(at=after(days=9), by=Role.END_USER, user="U1")
    assert len(quiet_story(StatusChanged(at=after(days=3), to=Status.PENDING), late)) == 1


def test_without_the_rule_or_without_pending_the_story_is_as_it_was():
    timeline = a_timeline()
    events = list(timeline.tickets[0].events)
    for rule in (None, timedelta(days=2)):
        assert with_auto_solve(timeline.tickets[0].ticket, timeline.rules, events, rule, timeline.until) == events


def test_a_ticket_that_began_pending_counts_from_its_beginning():
    timeline = a_timeline()
    begun = replace(timeline.tickets[0].events[0], status=Status.PENDING)
    told = with_auto_solve(timeline.tickets[0].ticket, timeline.rules, [begun], timedelta(days=2), after(days=4))
    assert (told[-1].at, told[-1].to) == (after(days=2), Status.SOLVED)
