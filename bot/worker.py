"""A loop that works when there is something to do, and otherwise waits without polling hard."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from bot.clock import Clock

# A look at the database now and then finds what no notification told us of.
POLL_SECONDS = 5.0
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0
# Something is due, but another replica has it: looking again at once would only keep a processor busy.
_TAKEN_WAIT = 0.2

log = structlog.get_logger()


class Worker:
    """Calls ``drain`` when woken, when ``next_at`` comes, and every few seconds in any case."""

    def __init__(
        self,
        name: str,
        *,
        drain: Callable[[], Awaitable[int]],
        next_at: Callable[[], Awaitable[datetime | None]],
        clock: Clock,
    ) -> None:
        self.name = name
        self.failures = 0
        self._drain = drain
        self._next_at = next_at
        self._clock = clock
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        """Start working."""
        self._task = asyncio.create_task(self._run(), name=self.name)

    def wake(self) -> None:
        """There may be something to do."""
        self._woken.set()

    async def stop(self, *, within: float) -> None:
        """Finish what is in flight, at most ``within`` seconds; then it is cancelled and found again at the start."""
        self._stopping = True
        self.wake()
        if self._task is not None:
            done, _ = await asyncio.wait({self._task}, timeout=within)
            if not done:
                self._task.cancel()
                await asyncio.wait({self._task})

    async def _run(self) -> None:
        failed_in_a_row = 0
        while not self._stopping:
            self._woken.clear()
            try:
                done = await self._drain()
                wait = await self._wait_seconds() or (0.0 if done else _TAKEN_WAIT)
                failed_in_a_row = 0
            except Exception:
                # The database may be away for a while: what is to be done is still there when it is back.
                self.failures += 1
                wait = min(_FIRST_WAIT * 2**failed_in_a_row, _LONGEST_WAIT)
                failed_in_a_row += 1
                log.exception("worker.failed", worker=self.name, failures=self.failures)
            if not self._stopping:
                await self._sleep(wait)

    async def _wait_seconds(self) -> float:
        next_at = await self._next_at()
        seconds = self._clock.seconds_until(next_at) if next_at is not None else None
        return POLL_SECONDS if seconds is None else min(seconds, POLL_SECONDS)

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return
