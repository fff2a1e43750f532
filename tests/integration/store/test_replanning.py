"""Thousands of deadlines go elsewhere in one statement: those of one schedule in one version, and no others."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from store import instances, replanning, tickets
from store.engine import Database
from store.instances import InstanceRecord
from store.replanning import Reckoned, Running
from tests.support.stored import NOON, a_ticket, an_instance

HOUR, DAY, INSTANT = timedelta(hours=1), timedelta(days=1), timedelta(microseconds=1)
RECKONED = Reckoned(workspace="T1", schedule="office", version=3)
MOVES = [(NOON + HOUR, timedelta()), (NOON + 5 * HOUR, DAY), (NOON + 9 * HOUR, -HOUR)]


def running(**changed: Any) -> InstanceRecord:
    given = an_instance(
        breach_at=NOON + 2 * HOUR,
        next_at=NOON + 2 * HOUR + INSTANT,
        business_hours=True,
        schedule="office",
        rules_version=3,
        activated_at=NOON,
    )
    return replace(given, **changed)


@pytest.fixture
async def three_tickets(db: Database) -> Database:
    await db.write(lambda conn: [tickets.create(conn, a_ticket()) for _ in range(3)])
    return db


async def after_moving(db: Database, *rows: InstanceRecord, beyond: int = 4) -> list[InstanceRecord]:
    await db.write(lambda conn: instances.upsert_many(conn, rows))
    await db.write(lambda conn: replanning.move(conn, RECKONED, MOVES, 4, (1, beyond)))
    return await db.read(lambda conn: instances.of_tickets(conn, "T1", [1, 2, 3]))


@pytest.mark.parametrize(
    ("deadline", "goes_to"),
    [(HOUR, HOUR), (2 * HOUR, DAY + 2 * HOUR), (6 * HOUR, 5 * HOUR), (20 * HOUR, 20 * HOUR)],
)
async def test_a_deadline_goes_with_those_around_it_and_so_does_the_look_at_it(
    three_tickets: Database, deadline: timedelta, goes_to: timedelta
) -> None:
    (row,) = await after_moving(three_tickets, running(breach_at=NOON + deadline, next_at=NOON + deadline + INSTANT))
    assert (row.breach_at, row.next_at) == (NOON + goes_to, NOON + goes_to + INSTANT)
    assert row.rules_version == 4


@pytest.mark.parametrize(
    ("warning", "looked_at"), [(2 * HOUR, 2 * HOUR), (6 * HOUR, 5 * HOUR)], ids=["later", "earlier"]
)
async def test_a_warning_is_looked_at_no_later_than_before(
    three_tickets: Database, warning: timedelta, looked_at: timedelta
) -> None:
    (row,) = await after_moving(three_tickets, running(breach_at=NOON + 8 * HOUR, next_at=NOON + warning))
    assert row.next_at == NOON + looked_at


@pytest.mark.parametrize(
    "other",
    [
        {"business_hours": False},
        {"schedule": "night"},
        {"schedule": None},
        {"stage": "paused"},
        {"outcome": "met", "stage": "fulfilled"},
        {"breached": True},
        {"rules_version": 2},
        {"breach_at": None},
    ],
    ids=", ".join,
)
async def test_every_other_deadline_stays(three_tickets: Database, other: dict[str, Any]) -> None:
    given = running(**other)
    assert await after_moving(three_tickets, given) == [given]


async def test_only_the_tickets_whose_turn_it_is_are_touched(three_tickets: Database) -> None:
    rows = await after_moving(three_tickets, running(), running(ticket_id=2), running(ticket_id=3), beyond=3)
    assert [row.rules_version for row in rows] == [4, 4, 3]


async def test_what_runs_is_known_by_its_extent_and_its_versions(three_tickets: Database) -> None:
    rows = [running(), running(ticket_id=2, breach_at=NOON + 9 * HOUR), running(ticket_id=3, rules_version=2)]
    await three_tickets.write(lambda conn: instances.upsert_many(conn, rows))
    found = await three_tickets.read(lambda conn: replanning.running(conn, RECKONED))
    assert found == Running(since=NOON, until=NOON + 9 * HOUR, last_ticket=2)
    assert await three_tickets.read(lambda conn: replanning.versions_running(conn, "T1")) == [2, 3]
    elsewhere = replace(RECKONED, schedule="night")
    assert await three_tickets.read(lambda conn: replanning.running(conn, elsewhere)) is None
