"""The bot works by itself over Socket Mode, in real time: no regular sweep comes within a test."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.clock import ScaledClock
from tests.support.desk import MONDAY, Desk, _started, opened, until


@pytest.fixture
async def slow_desk(desk_database: str) -> AsyncIterator[Desk]:
    async with opened(desk_database, clock=ScaledClock(MONDAY, speed=1), socket_mode=True, workers=True) as running:
        await until(lambda: running.bot.backfill.next_asked_at() is None)
        yield running


@pytest.mark.parametrize("how", ["refresh", "cut"])
async def test_what_was_lost_with_a_connection_is_found_when_the_next_one_stands(slow_desk: Desk, how: str):
    sandbox, app = slow_desk.sandbox, slow_desk.stage.world.app
    lost = sandbox.faults.events("lose")
    sandbox.act.post("C0ACME", "U0RITA", "The export is empty")
    sandbox.faults.clear(lost["id"])
    if how == "refresh":
        await sandbox.apps.disconnect(app, "refresh_requested")
    else:
        sandbox.apps.cut(app)
    await until(slow_desk.cards)
    assert slow_desk.quoted() == "The export is empty"


async def test_slack_saying_that_it_left_events_out_wakes_the_sweep(slow_desk: Desk):
    sandbox = slow_desk.sandbox
    lost = sandbox.faults.events("lose")
    sandbox.act.post("C0ACME", "U0RITA", "The export is empty")
    sandbox.faults.clear(lost["id"])
    sandbox.apps.rate_limited(slow_desk.stage.world.app, "T0HOME")
    await until(slow_desk.cards)
    assert slow_desk.quoted() == "The export is empty"


async def test_nothing_is_judged_or_sent_before_the_history_was_read(slow_desk: Desk, desk_database: str):
    sandbox = slow_desk.sandbox
    await slow_desk.stop_bot()
    held = sandbox.faults.calls("hold", method="users.conversations")
    slow_desk.stage.bot = await _started(slow_desk.stage, desk_database, workers=True, socket_mode=True)
    await until(lambda: sandbox.apps.connections(slow_desk.stage.world.app))
    sandbox.act.post("C0ACME", "U0RITA", "The export is empty")
    await sandbox.drained()
    await until_understood(slow_desk)
    assert slow_desk.cards() == []
    sandbox.faults.clear(held["id"])
    await until(slow_desk.cards)
    assert slow_desk.quoted() == "The export is empty"


async def until_understood(desk: Desk) -> None:
    while await desk.bot.dispatch.next_at() is not None:  # noqa: ASYNC110 - the intake works by itself
        await asyncio.sleep(0.005)
