"""Time for the sandbox, always injected: message times, retries, rate limits and expiries obey it."""

import asyncio
import heapq
import itertools
import time
from typing import Protocol


class Clock(Protocol):
    """What the sandbox needs to know about time."""

    def now(self) -> float:
        """Return seconds since the epoch."""

    async def sleep(self, seconds: float) -> None:
        """Return when that many of this clock's seconds have passed."""


class RealClock:
    """The machine's time."""

    def now(self) -> float:
        """Return the machine's seconds since the epoch."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Sleep in real time."""
        await asyncio.sleep(max(0.0, seconds))


class ManualClock:
    """A clock that stands still until somebody moves it."""

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self._now = start
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def now(self) -> float:
        """Return the moment the clock was last set to."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Return once `advance` or `set` has moved past that moment."""
        if seconds <= 0:
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + seconds, next(self._order), woken))
        await woken

    def advance(self, seconds: float) -> None:
        """Move the clock forward and wake whoever is due."""
        self.set(self._now + seconds)

    def set(self, moment: float) -> None:
        """Move the clock to a moment, also backwards (clocks step), and wake whoever is due."""
        self._now = moment
        while self._sleepers and self._sleepers[0][0] <= moment:
            _, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():
                woken.set_result(None)
