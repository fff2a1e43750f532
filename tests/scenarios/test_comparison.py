"""The same tickets under other rules: what a change of a policy would have done to them."""

import json
from datetime import UTC, datetime, timedelta

from sla.comparison import Promise, compare
from sla.engine import Outcome
from sla.metrics import Metric
from sla.timeline import parse_timeline, tell_stories
from tests.support.timelines import agent, created, event, policy, status, timeline

FIRST, NEXT, WAIT = Metric.FIRST_REPLY_TIME, Metric.NEXT_REPLY_TIME, Metric.REQUESTER_WAIT_TIME
HOUR, HALF = policy("Hour", first_reply_time=60), policy("Half an hour", first_reply_time=30)


def at(hours, minutes=0):
    return datetime(2024, 1, 15, hours, minutes, tzinfo=UTC)


def stories(policies, **keys):
    return tell_stories(parse_timeline(json.dumps(timeline(policies=policies, **keys))))


def compared(*events, before, after, until="20:00", **keys):
    """What differs for one ticket under two lists of policies."""
    sides = (
        stories(policies, tickets=[{"id": "T1", "priority": "normal", "events": list(events), **keys}], until=until)
        for policies in (before, after)
    )
    return compare(*(history for (history,) in sides))


def test_under_the_same_rules_nothing_differs():
    same = compared(created("09:00"), agent("09:20"), before=[HOUR], after=[HOUR])

    assert (same.differs, same.changes_policy, same.ends_otherwise, same.flips) == (False, False, False, ())


def test_a_reply_that_was_in_time_would_have_been_late():
    stricter = compared(created("09:00"), agent("09:45"), before=[HOUR], after=[HALF])

    assert stricter.policy == ("Hour", "Half an hour")
    assert stricter.missed == (False, True)
    (flip,) = stricter.flips
    assert (flip.metric, flip.number, flip.ends_otherwise) == (FIRST, 1, True)
    assert flip.before == Promise(policy="Hour", outcome=Outcome.MET)
    assert flip.after == Promise(policy="Half an hour", outcome=Outcome.MISSED)


def test_another_policy_with_the_same_outcome_is_a_change_of_policy_only():
    renamed = compared(created("09:00"), agent("09:20"), before=[HOUR], after=[HALF])

    assert (renamed.differs, renamed.changes_policy, renamed.ends_otherwise, renamed.flips) == (True, True, False, ())


def test_another_group_policy_is_a_change_too():
    owned = policy("Owned", group_ownership_time=60)
    sides = [
        stories([HOUR], group_policies=groups, tickets=[{"id": "T1", "group": "eng", "events": [created("09:00")]}])
        for groups in ([], [owned])
    ]
    found = compare(*(history for (history,) in sides))

    assert (found.policy, found.group_policy, found.changes_policy) == (("Hour", "Hour"), (None, "Owned"), True)


def test_the_deadline_of_what_is_open_moves():
    moved = compared(created("09:00"), before=[HOUR], after=[HALF], until="09:10")

    (flip,) = moved.flips
    assert (flip.before.breach_at, flip.after.breach_at) == (at(10), at(9, 30))
    assert (flip.ends_otherwise, moved.differs, moved.missed) == (False, True, (False, False))


def test_open_and_already_late_counts_as_missed_as_in_reports():
    late = compared(created("09:00"), before=[HOUR], after=[HALF], until="09:40")

    (flip,) = late.flips
    assert (flip.before.outcome, flip.after.outcome, flip.ends_otherwise) == (Outcome.OPEN, Outcome.MISSED, True)
    assert late.missed == (False, True)


def test_what_is_exempt_is_not_missed_however_late_it_is():
    spam = event("09:50", "exempt", reason="spam", undo=False)
    exempt = compared(created("09:00"), spam, before=[HOUR], after=[HALF])

    assert [flip.after.outcome for flip in exempt.flips] == [Outcome.EXEMPT]
    assert (exempt.missed, exempt.ends_otherwise) == ((False, False), False)


def test_the_deadline_of_what_has_ended_matters_to_nobody():
    ended = compared(created("09:00"), agent("09:20"), before=[HOUR], after=[HALF])

    assert ended.flips == ()


def test_while_paused_what_is_left_is_compared():
    slow, fast = policy("P", requester_wait_time=120), policy("P", requester_wait_time=60)
    paused = compared(created("09:00"), status("09:30", "pending"), before=[slow], after=[fast])

    (flip,) = paused.flips
    assert (flip.metric, flip.before.breach_at) == (WAIT, None)
    assert (flip.before.remaining, flip.after.remaining) == (timedelta(minutes=90), timedelta(minutes=30))


def test_a_promise_that_did_not_exist_has_no_side_before():
    added = compared(created("09:00"), agent("09:45"), before=[], after=[HALF])

    (flip,) = added.flips
    assert (flip.before, flip.after.outcome, flip.ends_otherwise) == (None, Outcome.MISSED, True)
    assert (added.policy, added.missed) == ((None, "Half an hour"), (False, True))


def test_a_promise_that_is_dropped_has_no_side_after():
    dropped = compared(created("09:00"), before=[HOUR], after=[], until="09:10")

    (flip,) = dropped.flips
    assert (flip.after, flip.before.breach_at, flip.ends_otherwise) == (None, at(10), True)
