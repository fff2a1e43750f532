"""However a history is told, the story is the same: in parts, in another order, or at another time of the world."""

import json
from datetime import timedelta

from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sla.engine import LogType, advance, fold, settle, start, state_from_json, state_to_json
from sla.events import MergedIn, Message, NotATicket, event_to_json
from sla.timeline import evaluate, parse_timeline
from tests.support.days import END, days, events_of, instant, rules_of, story_of, ticket_of
from tests.support.timelines import agent, created, policy, timeline

MODEST = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
UNTIL = instant(END + 60)


def told_live(day, *, cut=None, look=None):
    """The day, told event by event as the bot does; stored and read back, and looked at, where asked."""
    rules = rules_of(day)
    state = start(ticket_of(day), rules)
    instances, problems = {}, []
    for place, event in enumerate(events_of(day)):
        state = advance(state, event)
        instances |= {one.key: one for one in state.changed}
        for key in state.withdrawn:
            del instances[key]
        problems += state.problems
        if place == cut:
            state = state_from_json(json.loads(json.dumps(state_to_json(state))), rules)
        if place == look:
            looked = settle(state, event.at + timedelta(minutes=45))
            instances |= {one.key: one for one in looked.changed}
            state = looked
    state = settle(state, UNTIL)
    instances |= {one.key: one for one in state.changed}
    exempt = state.exempt is not None
    return state_to_json(state), {key: one._replace(exempt=exempt) for key, one in instances.items()}, problems


def ordered(day):
    """Days whose statuses already stand behind the agents' comments of their minute."""
    return sorted(day["events"], key=lambda e: (e["at"], e["type"] == "status"))


@MODEST
@given(days(), st.integers(0, 14))
def test_stored_and_read_back_in_the_middle_the_story_is_the_same(day, cut):
    day["events"] = ordered(day)
    assert told_live(day, cut=cut) == told_live(day)


@MODEST
@given(days())
def test_told_event_by_event_it_is_what_the_whole_fold_tells(day):
    day["events"] = ordered(day)
    story = story_of(day)

    state, instances, problems = told_live(day)

    assert state == state_to_json(story.state)
    assert instances == {one.key: one for one in story.instances}
    assert problems == list(story.problems)


@MODEST
@given(days(), st.integers(0, 14))
def test_a_look_at_the_clock_in_between_changes_no_outcome(day, look):
    day["events"] = ordered(day)

    assert told_live(day, look=look) == told_live(day)


@MODEST
@given(days(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(day, random):
    minutes = [*by_instant(events_of(day))]
    random.shuffle(minutes)
    arrived = [event for minute in minutes for event in minute]

    story = fold(ticket_of(day), rules_of(day), arrived, UNTIL)

    assert story.instances == story_of(day).instances
    assert story.metric_events == story_of(day).metric_events


def by_instant(events):
    """The events of each instant, which keep their order among themselves."""
    groups = {}
    for event in events:
        groups.setdefault(event.at, []).append(event)
    return groups.values()


@MODEST
@given(days())
def test_no_breach_is_logged_before_the_target_that_it_breaks_was_applied(day):
    story = story_of(day)
    applied = {}
    for entry in story.metric_events:
        key = entry.metric, entry.instance
        if entry.type is LogType.APPLY_SLA:
            applied.setdefault(key, entry.at)
        if entry.type is LogType.BREACH:
            assert entry.at >= applied[key]


@MODEST
@given(days())
def test_every_instance_is_consistent_with_itself(day):
    for one in story_of(day).instances:
        assert one.breached == (one.breached_at is not None)
        assert (one.ended_at is None) == one.open
        assert one.number >= 1
        assert all(begin <= end for begin, end in one.pauses if end is not None)
        if one.fulfilled_at and one.breach_at and not one.breached:
            assert one.fulfilled_at <= one.breach_at


@MODEST
@given(days())
def test_numbers_count_from_one_without_a_gap(day):
    numbers = {}
    for one in story_of(day).instances:
        numbers.setdefault(one.metric, []).append(one.number)
    for counted in numbers.values():
        assert sorted(counted) == list(range(1, len(counted) + 1))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(days())
def test_the_time_of_the_world_does_not_matter(day):
    with freeze_time("2001-01-01"):
        long_ago = story_of(day)
    with freeze_time("2061-01-01"):
        one_day = story_of(day)

    assert long_ago == one_day


def test_the_time_of_the_world_does_not_matter_to_a_file():
    text = json.dumps(timeline(created("09:00"), agent("10:30"), policies=[policy(first_reply_time=60)]))
    with freeze_time("2001-01-01"):
        long_ago = evaluate(parse_timeline(text))
    with freeze_time("2061-01-01"):
        one_day = evaluate(parse_timeline(text))

    assert long_ago == one_day


@MODEST
@given(days(), st.integers(0, 14))
def test_declared_no_ticket_and_taken_back_at_once_every_clock_is_as_it_was(day, place):
    unsettled = ("no_reply_needed", "policies")  # which such an update would end, or bring forward
    events = [event for event in events_of(day) if event_to_json(event)["type"] not in unsettled]
    at = events[min(place, len(events) - 1)].at
    before, after = [one for one in events if one.at <= at], [one for one in events if one.at > at]
    taken_back = [NotATicket(at=at), NotATicket(at=at, undo=True)]

    told = fold(ticket_of(day), rules_of(day), [*before, *taken_back, *after], UNTIL)

    assert told.instances == fold(ticket_of(day), rules_of(day), events, UNTIL).instances


@MODEST
@given(days(), st.integers(0, 14), st.integers(0, 14))
def test_messages_merged_in_and_taken_out_again_before_anything_else_leave_every_deadline_as_it_was(day, place, age):
    events = [event for event in events_of(day) if event_to_json(event)["type"] not in ("no_reply_needed", "policies")]
    at = events[min(place, len(events) - 1)].at
    until_then = [one for one in events if one.at <= at]
    alone = fold(ticket_of(day), rules_of(day), until_then, at)
    if alone.state.ticket.status.ended or not alone.state.waiting:
        return
    messages = (Message(at - timedelta(minutes=age), "m1"),)
    merged = [MergedIn(at=at, source="T9", messages=messages), MergedIn(at=at, source="T9", undo=True)]

    told = fold(ticket_of(day), rules_of(day), [*until_then, *merged], at)

    assert deadlines(told) == deadlines(alone)
    assert told.state.waiting == alone.state.waiting


def deadlines(story):
    return [(one.key, one.stage, one.activated_at, one.breach_at, one.breached) for one in story.instances]
