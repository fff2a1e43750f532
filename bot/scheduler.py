"""The alarm clock: APScheduler wakes the tick at the next due instant, and no later than every 15 seconds.

The due instants themselves live in the database. There is no timer per ticket and no job store to lose: one interval
job is moved to the next due instant whenever that changes. An interval job, because a running date job cannot be
moved and a late one is dropped.

APScheduler asks the wall clock what is due. Where that is set back by an hour, it would sleep for an hour: a guard
that counts in monotonic time brings the job back.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_SUBMITTED, JobEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock

TICK_SECONDS = 15
# By the bot's clock, which in a demonstration runs fast, no tick comes later than that after the one before it: long
# before its silence would be taken for another life's (store/recovery.py).
_LATEST = timedelta(minutes=2)
# An instant that was computed just now may lie that far beyond the next tick.
_TOLERANCE = timedelta(seconds=1)

log = structlog.get_logger()


class Alarm:
    """Calls ``tick`` when the next due instant comes, and every 15 s in case nobody said when that is.

    Args:
        name: What the job is called.
        sleep: Waits that many seconds by a clock that nobody sets.
    """

    def __init__(
        self,
        *,
        tick: Callable[[], Awaitable[datetime | None]],
        clock: Clock,
        name: str = "tick",
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._tick = tick
        self._clock = clock
        self.name = name
        self._sleep = sleep
        self._guard: asyncio.Task[None] | None = None
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._idle = asyncio.Event()
        self._idle.set()
        self._told_meanwhile: datetime | None = None
        self.ticked_at: datetime | None = None
        self.failures = 0

    def start(self) -> None:
        """Start the scheduler; the first tick runs at once."""
        self._scheduler.add_job(
            self._tick_once,
            trigger="interval",
            seconds=TICK_SECONDS,
            id=self.name,
            next_run_time=datetime.now(UTC),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        self._scheduler.add_listener(self._begins, EVENT_JOB_SUBMITTED)
        self._scheduler.add_listener(self._ended, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
        self._scheduler.start()
        self._guard = asyncio.create_task(self._stay_on_time(), name=f"{self.name} guard")

    async def stop(self, *, within: float) -> None:
        """Stop the scheduler; a tick that is running finishes, if it does so ``within`` seconds."""
        if not self._scheduler.running:
            return
        if self._guard is not None:
            self._guard.cancel()
            await asyncio.wait({self._guard})
        self._scheduler.pause()
        await asyncio.sleep(0)  # a tick that was due at this very moment begins
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), within)
        self._scheduler.shutdown(wait=False)  # cancels what still runs

    def due(self, instant: datetime | None) -> None:
        """Say when the next deadline or threshold comes; an earlier wake-up that is already set stays."""
        if instant is None or not self._scheduler.running:
            return
        if not self._idle.is_set():
            # APScheduler would skip a run that comes before this one has ended, and wait a whole period for the next.
            self._told_meanwhile = min(instant, self._told_meanwhile or instant)
            return
        seconds = self._clock.seconds_until(instant)
        job = self._scheduler.get_job(self.name)
        if seconds is None or job is None:
            return
        wake_at = datetime.now(UTC) + timedelta(seconds=seconds)
        if job.next_run_time is None or wake_at < job.next_run_time:
            job.modify(next_run_time=wake_at)

    async def _stay_on_time(self) -> None:
        """The next tick is never further away than one period, unless the clock was set back meanwhile."""
        while True:
            await self._sleep(TICK_SECONDS)
            job, now = self._scheduler.get_job(self.name), datetime.now(UTC)
            latest = now + timedelta(seconds=TICK_SECONDS) + _TOLERANCE
            if job is not None and job.next_run_time is not None and job.next_run_time > latest:
                log.warning(
                    "tick.clock_set_back", job=self.name, seconds=int((job.next_run_time - now).total_seconds())
                )
                job.modify(next_run_time=now)

    def _begins(self, _event: JobEvent) -> None:
        """APScheduler takes no other run from here on, although the tick itself begins a moment later."""
        self._idle.clear()

    def _ended(self, _event: JobEvent) -> None:
        """What became due meanwhile can be told to APScheduler."""
        self._idle.set()
        told, self._told_meanwhile = self._told_meanwhile, None
        self.due(told)

    async def _tick_once(self) -> None:
        try:
            next_due = await self._tick()
        except Exception:
            # A job that raises would only be logged by APScheduler; counted here, it shows on the health page.
            self.failures += 1
            log.exception("tick.failed", job=self.name, failures=self.failures)
            return
        self.ticked_at = self._clock.now()
        latest = self.ticked_at + _LATEST
        self.due(min(next_due or latest, latest))
