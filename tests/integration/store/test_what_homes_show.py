"""The lists of an App Home, and what was decided since midnight."""

from datetime import timedelta

import pytest

from store import instances, metric_events, tickets
from store.engine import Database
from store.tickets import Filter
from tests.support.stored import NOON, a_metric_event, a_ticket, an_instance

HOUR = timedelta(hours=1)


@pytest.fixture
async def four_tickets(db: Database) -> Database:
    """Ana's, Ben's, nobody's and one that is solved."""
    given = [
        a_ticket(assignee="U0ANA", priority="urgent", next_breach_at=NOON + HOUR),
        a_ticket(assignee="U0BEN", next_breach_at=NOON - HOUR),
        a_ticket(next_breach_at=NOON),
        a_ticket(assignee="U0ANA", status="solved", next_breach_at=NOON - HOUR),
    ]
    await db.write(lambda conn: [tickets.create(conn, ticket) for ticket in given])
    return db


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Filter(open_only=True), [2, 3, 1]),
        (Filter(open_only=True, unassigned=True), [3]),
        (Filter(open_only=True, not_assignee="U0ANA"), [2, 3]),
        (Filter(open_only=True, late_at=NOON), [2]),
        (Filter(open_only=True, priority="urgent"), [1]),
        (Filter(open_only=True, assignee="U0ANA", late_at=NOON), []),
    ],
    ids=["everything", "nobody's", "not Ana's", "late", "urgent", "Ana's late ones"],
)
async def test_open_tickets_are_listed_by_whose_and_how_urgent_they_are(four_tickets, wanted, numbers) -> None:
    found = await four_tickets.read(lambda conn: tickets.listing(conn, "T1", wanted))
    assert [ticket.ticket_id for ticket in found] == numbers
    assert await four_tickets.read(lambda conn: tickets.count(conn, "T1", wanted)) == len(numbers)


async def test_what_was_met_or_missed_since_midnight_is_counted_by_metric(four_tickets: Database) -> None:
    midnight = NOON - 12 * HOUR
    before, after = midnight - HOUR, midnight + HOUR
    met = {"stage": "fulfilled", "outcome": "met"}
    late = {"breached": True, "breach_at": after, "breached_at": after}
    given = [
        an_instance(instance=1, fulfilled_at=after, **met),
        an_instance(instance=2, fulfilled_at=before, **met),
        an_instance(instance=3, fulfilled_at=after, target_seconds=None, **met),
        an_instance(instance=4, **late),
        an_instance(instance=5, stage="fulfilled", outcome="missed", fulfilled_at=after + HOUR, **late),
        an_instance(
            instance=6, stage="fulfilled", outcome="missed", fulfilled_at=after, breached=True, breached_at=before
        ),
        an_instance(instance=7, stage="cancelled", outcome="exempt", **late),
        an_instance(metric="next_reply_time", fulfilled_at=after, **met),
        an_instance(ticket_id=2, fulfilled_at=after, **met),
    ]
    log = [
        a_metric_event(
            ticket_id=one.ticket_id, metric=one.metric, instance=one.instance, type=kind, at=after, recorded_at=after
        )
        for one in given
        for kind in ("activate", "breach", "fulfill")
    ]
    await four_tickets.write(lambda conn: instances.upsert_many(conn, given))
    await four_tickets.write(lambda conn: metric_events.append(conn, log))
    assert await four_tickets.read(lambda conn: instances.decided_since(conn, "T1", midnight)) == {
        ("first_reply_time", "met"): 2,
        ("first_reply_time", "missed"): 2,
        ("next_reply_time", "met"): 1,
    }


async def test_what_was_recorded_yesterday_is_not_looked_at(four_tickets: Database) -> None:
    met = an_instance(stage="fulfilled", outcome="met", fulfilled_at=NOON)
    await four_tickets.write(lambda conn: instances.upsert_many(conn, [met]))
    told = a_metric_event(type="fulfill", at=NOON - 24 * HOUR, recorded_at=NOON - 24 * HOUR)
    await four_tickets.write(lambda conn: metric_events.append(conn, [told]))
    assert await four_tickets.read(lambda conn: instances.decided_since(conn, "T1", NOON - HOUR)) == {}
