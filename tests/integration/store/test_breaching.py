"""Deadlines that have just passed are found many at a time, with what their alerts need, on both databases."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from store import breaching, instances, tickets
from store.breaching import Passed, Place
from store.engine import Database
from store.instances import InstanceRecord
from tests.support.stored import NOON, a_ticket, an_instance

SECOND, INSTANT = timedelta(seconds=1), timedelta(microseconds=1)
EVERYTHING: Place = (NOON - timedelta(days=1), 0)


def missed(ticket_id: int = 1, seconds: int = 1, **changed: Any) -> InstanceRecord:
    deadline = NOON + seconds * SECOND
    given = an_instance(ticket_id=ticket_id, breach_at=deadline, next_at=deadline + INSTANT, target_seconds=3600)
    return replace(given, **changed)


@pytest.fixture
async def three_tickets(db: Database) -> Database:
    await db.write(lambda conn: [tickets.create(conn, a_ticket(customer="acme")) for _ in range(3)])
    return db


async def passed(db: Database, *, after: Place = EVERYTHING, limit: int = 100) -> list[Passed]:
    now = NOON + 60 * SECOND
    return await db.write(lambda conn: breaching.passed_deadlines(conn, "T1", now, after, limit))


async def test_they_come_in_the_order_in_which_they_were_due_and_batches_neither_repeat_nor_miss_any(
    three_tickets: Database,
) -> None:
    rows = [missed(1, 3), missed(2, 1), missed(3, 1)]
    await three_tickets.write(lambda conn: instances.upsert_many(conn, rows))
    first = await passed(three_tickets, limit=2)
    rest = await passed(three_tickets, after=first[-1].place, limit=2)
    assert [row.ticket_id for row in first] == [2, 3]
    assert [row.ticket_id for row in rest] == [1]
    assert (first[0].breach_at, first[0].customer) == (NOON + SECOND, "acme")


@pytest.mark.parametrize(
    "other",
    [
        {"breached": True},
        {"stage": "paused", "breach_at": None},
        {"outcome": "met", "stage": "fulfilled"},
        {"target_seconds": None},
        {"breach_at": NOON + 120 * SECOND},
        {"next_at": None},
        {"rules_version": 2},
    ],
    ids=", ".join,
)
async def test_what_is_not_a_deadline_just_passed_is_left_out(three_tickets: Database, other: dict[str, Any]) -> None:
    await three_tickets.write(lambda conn: instances.upsert_many(conn, [missed(**other)]))
    assert await passed(three_tickets) == []


async def test_tickets_that_are_snoozed_are_left_out(three_tickets: Database) -> None:
    await three_tickets.write(lambda conn: instances.upsert_many(conn, [missed(1), missed(2)]))
    await three_tickets.write(lambda conn: tickets.update_columns(conn, "T1", 1, snoozed_until=NOON + 90 * SECOND))
    assert [row.ticket_id for row in await passed(three_tickets)] == [2]


async def test_what_has_become_of_the_alerts_is_all_that_settling_changes(three_tickets: Database) -> None:
    given = missed()
    await three_tickets.write(lambda conn: instances.upsert_many(conn, [given]))
    (row,) = await passed(three_tickets)
    await three_tickets.write(lambda conn: breaching.settle(conn, "T1", [(row, {"settled": [["0", 1, "C1"]]})]))
    (after,) = await three_tickets.read(lambda conn: instances.of_ticket(conn, "T1", 1))
    assert after == replace(given, sent={"settled": [["0", 1, "C1"]]})
