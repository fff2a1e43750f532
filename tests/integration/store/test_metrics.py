"""Deadlines are a column: what is due is found at once, oldest first, by one replica."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text

from store import instances, metric_events, tickets
from store.engine import Database
from store.instances import InstanceRecord
from tests.support.stored import NOON, a_metric_event, a_ticket, an_instance

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def three_tickets(db: Database) -> Database:
    await db.write(lambda conn: [tickets.create(conn, a_ticket()) for _ in range(3)])
    return db


async def save(db: Database, *rows: InstanceRecord) -> None:
    await db.write(lambda conn: instances.upsert_many(conn, rows))


async def due(db: Database, minutes: int, limit: int = 100) -> list[int]:
    rows = await db.write(lambda conn: instances.due(conn, "T1", NOON + minutes * MINUTE, limit))
    return [row.ticket_id for row in rows]


async def test_an_instance_comes_back_as_it_was_stored(three_tickets: Database) -> None:
    given = an_instance(
        fulfilled_at=NOON + MINUTE,
        breach_at=NOON + 2 * MINUTE,
        business_hours=True,
        without_reply=True,
        elapsed={"business_seconds": 60},
        body={"pauses": [[1, 2]]},
        sent={"80%": "C1"},
        next_at=NOON + MINUTE,
    )
    await save(three_tickets, given)

    assert await three_tickets.read(lambda conn: instances.of_ticket(conn, "T1", 1)) == [given]


async def test_saving_an_instance_again_replaces_it(three_tickets: Database) -> None:
    await save(three_tickets, an_instance(next_at=NOON))
    await save(three_tickets, an_instance(stage="fulfilled", outcome="met"), an_instance(instance=2))
    await save(three_tickets)

    rows = await three_tickets.read(lambda conn: instances.of_ticket(conn, "T1", 1))

    assert [(row.instance, row.outcome, row.next_at) for row in rows] == [(1, "met", None), (2, "open", None)]


async def test_a_replay_replaces_the_instances_of_its_ticket_only(three_tickets: Database) -> None:
    await save(three_tickets, an_instance(), an_instance(instance=2), an_instance(ticket_id=2))
    replayed = [an_instance(), an_instance(metric="next_reply_time")]

    await three_tickets.write(lambda conn: instances.replace(conn, "T1", 1, replayed))

    assert await three_tickets.read(lambda conn: instances.of_ticket(conn, "T1", 1)) == replayed
    assert len(await three_tickets.read(lambda conn: instances.of_ticket(conn, "T1", 2))) == 1


async def test_what_is_due_comes_oldest_first_and_nothing_early(three_tickets: Database) -> None:
    await save(
        three_tickets,
        an_instance(ticket_id=1, next_at=NOON + 2 * MINUTE),
        an_instance(ticket_id=2, next_at=NOON + MINUTE),
        an_instance(ticket_id=3, next_at=None),
    )

    assert await three_tickets.read(lambda conn: instances.next_due(conn, "T1")) == NOON + MINUTE
    assert await due(three_tickets, 0) == []
    assert await due(three_tickets, 1) == [2]
    assert await due(three_tickets, 2) == [2, 1]
    assert await due(three_tickets, 2, limit=1) == [2]


async def test_nothing_is_due_in_an_empty_database(db: Database) -> None:
    assert await db.read(lambda conn: instances.next_due(conn, "T1")) is None
    assert await due(db, 0) == []


async def test_a_row_that_failed_is_looked_at_again_later(three_tickets: Database) -> None:
    await save(three_tickets, an_instance(next_at=NOON))
    await three_tickets.write(lambda conn: instances.back_off(conn, an_instance(), NOON + MINUTE))

    assert await due(three_tickets, 0) == []
    (row,) = await three_tickets.write(lambda conn: instances.due(conn, "T1", NOON + MINUTE))
    assert row.attempts == 1


async def test_open_instances_are_listed_by_deadline(three_tickets: Database) -> None:
    await save(
        three_tickets,
        an_instance(ticket_id=1, stage="paused"),
        an_instance(ticket_id=2, breach_at=NOON + MINUTE),
        an_instance(ticket_id=3, breach_at=NOON),
        an_instance(ticket_id=3, instance=2, outcome="met", breach_at=NOON),
    )

    rows = await three_tickets.read(lambda conn: instances.listing_open(conn, "T1"))

    assert [row.ticket_id for row in rows] == [3, 2, 1]


async def test_late_tickets_are_counted_once_however_many_clocks_are_late(three_tickets: Database) -> None:
    await save(
        three_tickets,
        an_instance(ticket_id=1, breached=True),
        an_instance(ticket_id=1, metric="requester_wait_time", breached=True),
        an_instance(ticket_id=2, stage="paused", breach_at=None, breached=True),
        an_instance(ticket_id=2, instance=2, target_seconds=None, breached=True),
        an_instance(ticket_id=3, outcome="missed", breached=True),
        an_instance(ticket_id=3, instance=2),
    )

    assert await three_tickets.read(lambda conn: instances.count_breached_tickets(conn, "T1")) == 2
    assert await three_tickets.read(lambda conn: instances.count_breached_tickets(conn, "T2")) == 0


async def test_the_next_due_instant_is_read_from_its_partial_index(three_tickets: Database) -> None:
    def plan(conn: Connection) -> Sequence[Any]:
        if conn.dialect.name == "postgresql":
            conn.execute(text("SET LOCAL enable_seqscan = off"))
        words = "EXPLAIN" if conn.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        query = "SELECT next_at FROM metric_instance WHERE workspace = 'T1' AND next_at IS NOT NULL"
        return conn.execute(text(f"{words} {query} ORDER BY next_at LIMIT 1")).all()

    assert "ix_metric_instance_due" in str(await three_tickets.read(plan))


@pytest.mark.postgresql
async def test_two_replicas_never_see_the_same_due_instance(postgresql_url: str) -> None:
    one, two = Database(postgresql_url), Database(postgresql_url)
    await one.open()
    await two.open()

    def deal_with(conn: Connection) -> list[int]:
        rows = instances.due(conn, "T1", NOON, 3)
        for row in rows:
            instances.back_off(conn, row, NOON + MINUTE)
        return [row.ticket_id for row in rows]

    try:
        await one.write(lambda conn: [tickets.create(conn, a_ticket()) for _ in range(60)])
        await save(one, *(an_instance(ticket_id=number, next_at=NOON) for number in range(1, 61)))
        seen: list[int] = []
        while len(seen) < 60:
            for batch in await asyncio.gather(*(side.write(deal_with) for side in (one, two, one, two))):
                seen += batch
        assert sorted(seen) == list(range(1, 61))
    finally:
        await one.close()
        await two.close()


async def test_metric_events_get_ascending_ids_in_their_workspace(three_tickets: Database) -> None:
    first = await three_tickets.write(
        lambda conn: metric_events.append(conn, [a_metric_event(), a_metric_event(type="apply_sla")])
    )
    second = await three_tickets.write(lambda conn: metric_events.append(conn, [a_metric_event(ticket_id=2)]))
    nothing = await three_tickets.write(lambda conn: metric_events.append(conn, []))

    assert [event.event_id for event in first + second + nothing] == [1, 2, 3]
    rows = await three_tickets.read(lambda conn: metric_events.after(conn, "T1", 1))
    assert [row.event_id for row in rows] == [2, 3]
    assert await three_tickets.read(lambda conn: metric_events.of_ticket(conn, "T1", 1)) == first


async def test_ids_given_to_a_unit_that_failed_do_not_appear(three_tickets: Database) -> None:
    def fail(conn: Connection) -> None:
        metric_events.append(conn, [a_metric_event()])
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await three_tickets.write(fail)

    assert await three_tickets.read(lambda conn: metric_events.after(conn, "T1", 0)) == []


async def test_a_superseded_breach_stays_in_the_log_and_is_marked(three_tickets: Database) -> None:
    breach = a_metric_event(type="breach")
    await three_tickets.write(lambda conn: metric_events.append(conn, [breach, a_metric_event()]))
    later = NOON + MINUTE

    assert await three_tickets.write(lambda conn: metric_events.supersede(conn, breach, later)) == 1
    assert await three_tickets.write(lambda conn: metric_events.supersede(conn, breach, later)) == 0

    row, _ = await three_tickets.read(lambda conn: metric_events.of_ticket(conn, "T1", 1))
    assert (row.event_id, row.at, row.superseded, row.deleted) == (1, NOON, True, True)


async def test_single_instances_are_read_and_forgotten(three_tickets: Database) -> None:
    await save(three_tickets, an_instance(), an_instance(instance=2), an_instance(ticket_id=2))

    def some(*named: tuple[str, int]) -> Any:
        return three_tickets.read(lambda conn: instances.some(conn, "T1", 1, named))

    assert await some(("first_reply_time", 2), ("next_reply_time", 1)) == [an_instance(instance=2)]
    assert await some() == []
    one = await three_tickets.read(lambda conn: instances.get(conn, "T1", 1, "first_reply_time", 1))
    assert one == an_instance()
    await three_tickets.write(lambda conn: instances.remove(conn, "T1", 1, [("first_reply_time", 1)]))
    await three_tickets.write(lambda conn: instances.remove(conn, "T1", 1, []))
    assert await three_tickets.read(lambda conn: instances.of_ticket(conn, "T1", 1)) == [an_instance(instance=2)]
    assert len(await three_tickets.read(lambda conn: instances.of_ticket(conn, "T1", 2))) == 1


async def test_a_tick_changes_only_when_to_look_next_and_what_was_sent(three_tickets: Database) -> None:
    await save(three_tickets, an_instance(next_at=NOON, breach_at=NOON + MINUTE, attempts=3))
    seen = an_instance(next_at=NOON + MINUTE, sent={"80%": "C1"}, stage="not stored", attempts=0)
    await three_tickets.write(lambda conn: instances.reschedule(conn, [seen]))
    await three_tickets.write(lambda conn: instances.reschedule(conn, []))

    (row,) = await three_tickets.read(lambda conn: instances.of_ticket(conn, "T1", 1))

    assert row == an_instance(next_at=NOON + MINUTE, breach_at=NOON + MINUTE, sent={"80%": "C1"})


async def test_a_replay_keeps_the_ids_of_entries_that_stand(three_tickets: Database) -> None:
    fulfil = a_metric_event(type="fulfill", at=NOON + MINUTE)
    await three_tickets.write(lambda conn: metric_events.append(conn, [a_metric_event(), fulfil]))
    later = NOON + 5 * MINUTE
    found = [a_metric_event(), a_metric_event(type="fulfill", at=NOON + 2 * MINUTE)]

    await three_tickets.write(lambda conn: metric_events.agree(conn, "T1", 1, found, later))
    await three_tickets.write(lambda conn: metric_events.agree(conn, "T1", 1, found, later + MINUTE))

    rows = await three_tickets.read(lambda conn: metric_events.of_ticket(conn, "T1", 1))
    assert [(row.event_id, row.type, row.deleted, row.recorded_at) for row in rows] == [
        (1, "activate", False, NOON),
        (2, "fulfill", True, later),
        (3, "fulfill", False, later),
    ]


async def test_entries_of_instances_that_never_began_are_withdrawn(three_tickets: Database) -> None:
    second = a_metric_event(instance=2)
    await three_tickets.write(lambda conn: metric_events.append(conn, [a_metric_event(), second]))

    def withdraw(named: list[tuple[str, int]]) -> Any:
        return three_tickets.write(lambda conn: metric_events.withdraw(conn, "T1", 1, named, NOON + MINUTE))

    await withdraw([("first_reply_time", 2)])
    await withdraw([("first_reply_time", 2)])
    await withdraw([])

    rows = await three_tickets.read(lambda conn: metric_events.of_ticket(conn, "T1", 1))
    assert [(row.instance, row.deleted) for row in rows] == [(1, False), (2, True)]
