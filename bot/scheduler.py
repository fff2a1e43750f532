"""The alarm clock: APScheduler wakes the tick at the next due instant, and no later than every 15 seconds.

The due instants themselves live in the database. There is no timer per ticket and no job store to lose: one interval
job is moved to the next due instant whenever that changes. An interval job, because a running date job cannot be
moved and a late one is dropped.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock

TICK_SECONDS = 15

log = structlog.get_logger()


class Alarm:
    """Calls ``tick`` when the next due instant comes, and every 15 s in case nobody said when that is."""

    def __init__(self, *, tick: Callable[[], Awaitable[datetime | None]], clock: Clock) -> None:
        self._tick = tick
        self._clock = clock
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self.ticked_at: datetime | None = None
        self.failures = 0

    def start(self) -> None:
        """Start the scheduler; the first tick runs at once."""
        self._scheduler.add_job(
            self._run,
            trigger="interval",
            seconds=TICK_SECONDS,
            id="tick",
            next_run_time=datetime.now(UTC),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    def stop(self) -> None:
        """Stop the scheduler; a tick that is running finishes."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def due(self, instant: datetime | None) -> None:
        """Say when the next deadline or threshold comes; an earlier wake-up that is already set stays."""
        if instant is None or not self._scheduler.running:
            return
        seconds = self._clock.seconds_until(instant)
        job = self._scheduler.get_job("tick")
        if seconds is None or job is None:
            return
        wake_at = datetime.now(UTC) + timedelta(seconds=seconds)
        if job.next_run_time is None or wake_at < job.next_run_time:
            job.modify(next_run_time=wake_at)

    async def _run(self) -> None:
        try:
            next_due = await self._tick()
        except Exception:
            # A job that raises would only be logged by APScheduler; counted here, it shows on the health page.
            self.failures += 1
            log.exception("tick.failed", failures=self.failures)
            return
        self.ticked_at = self._clock.now()
        self.due(next_due)
