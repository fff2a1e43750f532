"""What goes on by itself: requests are understood, history is swept, deadlines are judged, messages are sent."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.clock import Clock
from bot.scheduler import Alarm
from bot.services.alerting.breaches import Breaches
from bot.services.backfill.sweep import Backfill
from bot.services.home.publishing import Homes
from bot.services.inbox.dispatch import Dispatch
from bot.services.lifecycle.sweeping import Lifecycle
from bot.services.outbox.delivery import Delivery
from bot.services.regular.posts import RegularPosts
from bot.services.reporting.rolling_up import RollUps
from bot.services.workspace.housekeeping import Housekeeping
from bot.watchdog import Pulse, Watchdog
from bot.worker import Worker
from store.wake import Topic

# A history so long that it takes longer to catch up no longer holds up what is due.
_CATCH_UP = timedelta(minutes=5)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Everything there is to do.

    Attributes:
        take_up_rules: Makes sure that the newest version of the configuration is in force.
        ticked: Notes in the database that somebody is at work.
    """

    dispatch: Dispatch
    backfill: Backfill
    breaches: Breaches
    delivery: Delivery
    lifecycle: Lifecycle
    regular: RegularPosts
    housekeeping: Housekeeping
    roll_ups: RollUps
    homes: Homes
    take_up_rules: Callable[[], Coroutine[Any, Any, None]]
    ticked: Callable[[], Awaitable[None]]


class Rounds:
    """Does the work, each kind when there is some of it; or all of it, step by step, for whoever drives the clock.

    Args:
        watchdog: Ends the process when the tick hangs; None in a process that must not be ended.
    """

    def __init__(self, work: Work, *, clock: Clock, pulse: Pulse, watchdog: Watchdog | None) -> None:
        self._work = work
        self._clock = clock
        self._pulse = pulse
        self._watchdog = watchdog
        self._judge_by: datetime | None = None
        self._understanding = asyncio.Lock()
        self._looked_after: set[asyncio.Task[None]] = set()
        self._deadlines_changed = self._setting_alarm = False
        self.alarm = Alarm(tick=self._tick, clock=clock)
        # A job of its own: a week's figures take longer than a deadline can wait.
        self._calendar = Alarm(tick=self._post_regularly, clock=clock, name="regular posts")
        self._intake = Worker("inbox", drain=self.understand, next_at=work.dispatch.next_at, clock=clock)
        self._sender = Worker("outbox", drain=work.delivery.drain, next_at=work.delivery.next_at, clock=clock)
        self._publisher = Worker("homes", drain=work.homes.drain, next_at=work.homes.next_at, clock=clock)
        self._sweeper = Worker("backfill", drain=self._sweep, next_at=work.backfill.next_at, clock=clock)

    def start(self) -> None:
        """Begin with what was written while nobody listened; nothing is judged or sent before that is known."""
        self._judge_by = self._clock.now() + _CATCH_UP
        self._intake.start()
        self._sweeper.start()

    async def stop(self, *, within: float) -> None:
        """Finish what is in flight."""
        if self._watchdog is not None:
            self._watchdog.stop()
        await asyncio.gather(
            self._sweeper.stop(within=within),
            self.alarm.stop(within=within),
            self._calendar.stop(within=within),
            self._intake.stop(within=within),
            self._sender.stop(within=within),
            self._publisher.stop(within=within),
        )

    def judge(self) -> None:
        """From now on, deadlines are judged and what is due is sent."""
        self._judge_by = None
        self._pulse.begin()
        if self._watchdog is not None:
            self._watchdog.watch()
        self.alarm.start()
        self._calendar.start()
        self._sender.start()
        self._publisher.start()

    def search(self) -> None:
        """Events may have been lost: history is swept soon."""
        self._work.backfill.ask()
        self._sweeper.wake()

    def wake(self, topics: frozenset[Topic]) -> None:
        """A commit, here or in another replica, gave reason to look."""
        self._work.homes.changed()
        if Topic.HOMES in topics:
            self._publisher.wake()
        if Topic.INBOX in topics:
            self._intake.wake()
        if Topic.OUTBOX in topics:
            self._sender.wake()
        if Topic.DEADLINES in topics:
            self._deadlines_changed = True
            self._look_after(self._set_alarm())
        if Topic.RULES in topics:
            self._look_after(self._work.take_up_rules())

    async def drain(self) -> int:
        """Do everything that can be done at this instant of the clock; how much that was.

        History is swept only where there was reason to; :class:`Backfill` is asked for its regular sweeps.
        """
        done = await self._work.backfill.drain_asked()
        done += await self.understand()
        await self._work.dispatch.asides.ended()
        if self._work.backfill.has_caught_up:
            done += await self._work.breaches.drain()
            done += await self._work.lifecycle.drain()
            done += await self._work.regular.drain()
            done += await self._work.delivery.drain()
            done += await self._work.homes.drain()
        return done

    async def next_at(self) -> datetime | None:
        """The next instant at which there is something to do: a request, a deadline, a message."""
        found = [self._work.backfill.next_asked_at(), await self._work.dispatch.next_at()]
        if self._work.backfill.has_caught_up:
            judging = (self._work.breaches, self._work.lifecycle, self._work.delivery, self._work.homes)
            found += [await each.next_at() for each in judging]
        return min((at for at in found if at is not None), default=None)

    async def next_regular_at(self) -> datetime | None:
        """When the calendar asks for the next post, which it does for ever."""
        return await self._work.regular.next_at() if self._work.backfill.has_caught_up else None

    async def understand(self) -> int:
        """Take in what Slack has sent; how many requests that were."""
        async with self._understanding:
            # Another process may have applied a configuration to an SQLite file, which notifies nobody.
            await self._work.take_up_rules()
            return await self._work.dispatch.drain()

    def failures(self) -> dict[str, int]:
        """How often each kind of work has failed."""
        workers = (self._intake, self._sender, self._publisher, self._sweeper)
        return {worker.name: worker.failures for worker in workers} | {
            alarm.name: alarm.failures for alarm in (self.alarm, self._calendar)
        }

    def _look_after(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._looked_after.add(task)
        task.add_done_callback(self._looked_after.discard)

    async def _set_alarm(self) -> None:
        """Ask when something is due next; once for all the commits that come while the answer is awaited."""
        if self._setting_alarm:
            return
        self._setting_alarm = True
        try:
            while self._deadlines_changed:
                self._deadlines_changed = False
                self.alarm.due(await self._work.breaches.next_at())
        finally:
            self._setting_alarm = False

    async def _sweep(self) -> int:
        if self._judge_by is not None and self._judge_by <= self._clock.now():
            log.warning("start.not_caught_up")
            self.judge()
        done = await self._work.backfill.drain()
        if self._judge_by is not None and self._work.backfill.has_caught_up:
            done += await self.understand()
            self.judge()
        return done

    async def _tick(self) -> datetime | None:
        try:
            next_due = await self._tick_once()
            self._pulse.ticked()
            return next_due
        finally:
            if self._watchdog is not None:
                self._watchdog.fed()

    async def _post_regularly(self) -> datetime | None:
        await self._work.regular.drain()
        return await self._work.regular.next_at()

    async def _tick_once(self) -> datetime | None:
        await self._work.ticked()
        await self._work.take_up_rules()
        next_due = await self._work.breaches.tick()
        await self._work.lifecycle.drain()
        await self._work.housekeeping.drain()
        await self._work.roll_ups.drain()
        return next_due
