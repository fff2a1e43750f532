"""However a conversation reaches the bot, the tickets, comments and promises are the same."""

import random
import shutil
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import ManualClock
from tests.integration.backfill.talk import PLAIN, Line, made_up, outcome, say
from tests.support.desk import MONDAY, Desk, opened

Way = Callable[[Desk, list[Line]], Awaitable[None]]


async def deliver_in_order(desk: Desk, lines: list[Line]) -> None:
    for line in lines:
        await desk.pass_time(seconds=(line.at - desk.now).total_seconds())
        say(desk, line)
        await desk.settle()


async def deliver_nothing(desk: Desk, lines: list[Line]) -> None:
    await desk.stop_bot()
    desk.sandbox.faults.events("lose")
    for line in lines:
        say(desk, line)
    desk.stage.jump(desk.now + timedelta(minutes=1))
    desk.sandbox.faults.clear()
    await desk.start_bot()


def deliver_badly(seed: int) -> Way:
    """Events are lost, repeated and shuffled; now and then there is a sweep, and the bot is off for a while."""

    async def deliver(desk: Desk, lines: list[Line]) -> None:
        chance = random.Random(f"faults {seed}")
        for line in lines:
            await desk.pass_time(seconds=(line.at - desk.now).total_seconds())
            desk.sandbox.faults.clear()
            kind = chance.choice(["lose", "lose", "duplicate", "hold", ""])
            if kind:
                desk.sandbox.faults.events(kind)
            say(desk, line)
            await desk.settle()
            if chance.random() < 0.2:
                await desk.bot.backfill.drain()
            if chance.random() < 0.05:
                await desk.stop_bot()
                desk.stage.jump(desk.now + timedelta(minutes=1))
                await desk.start_bot()
        desk.sandbox.faults.clear()

    return deliver


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 7, 12])
async def test_a_conversation_ends_the_same_however_it_is_delivered(
    seed: int, tmp_path: Path, empty_desk_database: Path
):
    async def told(way: Way, name: str) -> str:
        shutil.copy(empty_desk_database, tmp_path / name)
        async with opened(f"sqlite:///{tmp_path / name}", clock=ManualClock(MONDAY), config=PLAIN) as desk:
            await desk.settle()
            lines = made_up(seed)
            await way(desk, lines)
            end = lines[-1].at + timedelta(hours=7)
            await desk.pass_time(seconds=(end - desk.now).total_seconds())
            await desk.bot.backfill.drain()
            await desk.settle()
            return await outcome(desk)

    in_order = await told(deliver_in_order, "in-order.db")
    assert in_order.count('"outcome": "met"') >= 2
    assert in_order.count('"outcome": "missed"') >= 1
    assert await told(deliver_nothing, "nothing.db") == in_order
    assert await told(deliver_badly(seed), "badly.db") == in_order
