"""In a storm, alerts are recorded before the tickets are looked at: the same ones, and nothing else."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.clock import ManualClock
from bot.services.alerting.promptly import record_promptly
from sla.instants import EARLIEST
from store import instances, outbox
from tests.support.desk import CONFIG, MONDAY, Desk, opened

MISSED = datetime(2026, 1, 12, 10, 0, 1, tzinfo=UTC)
EVERYTHING = (EARLIEST, 0)
ROUTES = 'routes:\n  default: {thresholds: {"80%": [alert_channel, assignee], "0": [alert_channel, assignee]}}'
QUICK = CONFIG.replace("channels:\n", "channels:\n  defaults: {group_messages_within: off}\n")


def everybody_by(route: str) -> str:
    assert ROUTES in QUICK
    return QUICK.replace(ROUTES, f"routes:\n  default: {route}")


async def with_tickets(desk: Desk, number: int) -> None:
    """So many tickets are due at ten."""
    for one in range(number):
        desk.sandbox.act.post("C0ACME", "U0RITA", f"Problem {one}")
    await desk.settle()


@pytest.fixture
async def busy(desk_database: str) -> AsyncIterator[Desk]:
    async with opened(desk_database, clock=ManualClock(MONDAY), config=QUICK) as desk:
        await with_tickets(desk, 6)
        await desk.pass_time(minutes=1)
        yield desk


async def recorded_promptly(desk: Desk, *, leaving: frozenset[int] = frozenset()) -> dict[str, dict[str, Any]]:
    """What is recorded before the tickets are looked at, by key; it is as if it had not been."""

    def unit(conn: Connection) -> dict[str, dict[str, Any]]:
        attempt = conn.begin_nested()
        record_promptly(desk.bot.desk(), desk.now, EVERYTHING, leaving, conn)
        found = recorded(conn)
        attempt.rollback()
        return found

    before = await desk.bot.db.read(recorded)
    return {key: row for key, row in (await desk.bot.db.write(unit)).items() if key not in before}


def recorded(conn: Connection) -> dict[str, dict[str, Any]]:
    rows = [row for kind in ("alert", "direct") for row in outbox.of_kind(conn, "T0HOME", kind)]
    return {
        row.key: {
            "payload": row.payload | {"unverified": False},
            "row": replace(row, payload={}, state="", sent_at=None),
        }
        for row in rows
    }


async def looked_at(desk: Desk) -> dict[str, dict[str, Any]]:
    """What is recorded by looking at the tickets one by one, by key."""
    before = await desk.bot.db.read(recorded)
    await desk.bot.breaches.drain()
    return {key: row for key, row in (await desk.bot.db.read(recorded)).items() if key not in before}


async def test_what_is_recorded_promptly_is_what_looking_at_the_tickets_would_record(busy: Desk):
    await busy.command("U0ANA", "/sla claim #2")
    await busy.command("U0ANA", "/sla status #3 pending")
    await busy.pass_time(minutes=5)
    await busy.command("U0ANA", "/sla status #3 open")
    await busy.command("U0ANA", "/sla priority #4 low")
    await busy.settle()
    busy.stage.jump(MISSED)
    promptly = await recorded_promptly(busy)
    one_by_one = await looked_at(busy)
    assert sorted({row["row"].ticket_id for row in promptly.values()}) == [1, 2, 3, 5, 6]
    assert promptly == one_by_one


async def test_looking_at_the_tickets_afterwards_tells_nobody_twice_and_leaves_nothing_out(busy: Desk):
    await busy.settle()
    busy.stage.jump(MISSED)
    await busy.bot.db.write(partial(record_promptly, busy.bot.desk(), busy.now, EVERYTHING, frozenset()))
    first = await busy.bot.db.read(recorded)
    await busy.bot.breaches.drain()
    assert await busy.bot.db.read(recorded) == first
    after = await busy.bot.db.read(lambda conn: instances.of_tickets(conn, "T0HOME", [1, 2, 3, 4, 5, 6]))
    assert [row.breached for row in after if row.metric == "first_reply_time"] == [True] * 6
    assert all(row.next_at is None or row.next_at > busy.now for row in after)


async def test_tickets_that_slack_is_asked_about_are_left_alone(busy: Desk):
    await busy.settle()
    busy.stage.jump(MISSED)
    promptly = await recorded_promptly(busy, leaving=frozenset({1, 2}))
    assert sorted({row["row"].ticket_id for row in promptly.values()}) == [3, 4, 5, 6]


async def test_a_snoozed_ticket_is_not_told_of(busy: Desk):
    await busy.command("U0ANA", "/sla snooze #2 3h")
    await busy.settle()
    busy.stage.jump(MISSED)
    promptly = await recorded_promptly(busy)
    assert 2 not in {row["row"].ticket_id for row in promptly.values()}


async def test_what_is_late_by_minutes_is_left_to_the_look_which_says_why(busy: Desk):
    await busy.settle()
    busy.stage.jump(MISSED + timedelta(minutes=3))
    assert await recorded_promptly(busy) == {}


@pytest.mark.parametrize(
    "route",
    [
        '{thresholds: {"80%": [alert_channel]}}',
        '{thresholds: {"0": [alert_channel], "+1s": [alert_channel]}}',
        '{thresholds: {"0": [alert_channel]}, quiet: {schedule: office}}',
    ],
    ids=["nothing is told of the deadline", "a later threshold may have passed as well", "hours can be quiet"],
)
async def test_what_is_less_plain_waits_for_the_look(desk_database: str, route: str):
    async with opened(desk_database, clock=ManualClock(MONDAY), config=everybody_by(route)) as desk:
        await with_tickets(desk, 2)
        desk.stage.jump(MISSED + timedelta(seconds=2))
        assert await recorded_promptly(desk) == {}


async def test_a_hundred_and_fifty_tickets_are_each_told_of_once(desk_database: str):
    async with opened(desk_database, clock=ManualClock(MONDAY), config=QUICK) as desk:
        await with_tickets(desk, 150)
        desk.stage.jump(MISSED)
        await desk.bot.breaches.drain()
        rows = [row["row"] for row in (await desk.bot.db.read(recorded)).values()]
        missed = [row.ticket_id for row in rows if row.metric == "first_reply_time" and ":0:" in row.key]
        assert sorted(missed) == list(range(1, 151))
