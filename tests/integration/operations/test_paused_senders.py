"""A process that slept, or one that stumbled while it sent, leaves nothing twice."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.services.outbox.drawing import Drawing
from bot.services.outbox.posting import Posting
from store import outbox
from store.outbox import OutboxMessage
from tests.support.desk import Desk, desk, desk_database, empty_desk_database, plain_logs, until

__all__ = ["desk", "desk_database", "empty_desk_database", "plain_logs"]


@dataclass
class Sleepy:
    """Falls asleep once, after a message was drawn and before it is sent."""

    drawing: Drawing
    awake: asyncio.Event
    asleep: bool = False

    async def draw(self, message: OutboxMessage, now: datetime) -> Any:
        drawn = await self.drawing.draw(message, now)
        if not self.asleep:
            self.asleep = True
            await self.awake.wait()
        return drawn


@dataclass
class Stumbling:
    """Raises once, after Slack has taken a message."""

    posting: Posting
    stumbled: bool = False

    async def send(self, *how: Any) -> Any:
        outcome = await self.posting.send(*how)
        if not self.stumbled:
            self.stumbled = True
            raise RuntimeError("stumbled")
        return outcome

    def __getattr__(self, name: str) -> Any:
        return getattr(self.posting, name)


async def question(desk: Desk) -> None:
    """A customer's question is understood; its card waits to be sent."""
    desk.sandbox.act.post("C0ACME", "U0RITA", "The export is empty")
    await desk.sandbox.drained()
    await desk.bot.dispatch.drain()


async def test_a_replica_that_slept_beyond_its_lease_does_not_send_what_another_has_sent(desk: Desk):
    await question(desk)
    sleepy = Sleepy(desk.bot.delivery.drawing, asyncio.Event())
    sleeper = asyncio.create_task(replace(desk.bot.delivery, drawing=sleepy).drain())
    await until(lambda: sleepy.asleep)
    for seconds in (61, 31, 2):
        desk.stage.jump(desk.now + timedelta(seconds=seconds))
        await desk.bot.delivery.drain()
    assert len(desk.cards()) == 1
    sleepy.awake.set()
    await sleeper
    assert len(desk.cards()) == 1


async def test_a_machine_whose_clock_stood_still_while_it_slept_sends_only_what_is_still_its_own(desk: Desk):
    await question(desk)
    ticks = iter([0.0, 51.0])
    slept = replace(desk.bot.delivery, monotonic=lambda: next(ticks, 51.0))
    await slept.drain()
    await desk.pass_time(minutes=3)
    card = await desk.bot.db.read(lambda conn: outbox.find(conn, "T0HOME", "card:1"))
    assert (card.state, card.attempts) == ("sent", 2)
    assert len(desk.calls("chat.postMessage")) == 1


async def test_what_fails_in_the_middle_of_sending_is_looked_for_before_it_is_sent_again(desk: Desk):
    await question(desk)
    stumbling = Stumbling(desk.bot.delivery.posting)
    await replace(desk.bot.delivery, posting=stumbling).drain()
    assert stumbling.stumbled
    await desk.pass_time(minutes=3)
    assert len(desk.cards()) == 1
    assert len(desk.calls("chat.postMessage")) == 1
