"""The only place that reads the time.

Deadlines, posting slots, leases and settle times obey one clock. Production runs on the system's; ``demo`` on a
scaled or a manual one, so that a week of support hours passes while a person watches, or at once.
Request signatures and the network's own timeouts always use real time.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What time it is, and how long a process has to wait for an instant."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""

    def seconds_until(self, instant: datetime) -> float | None:
        """Real seconds until ``instant``, never negative; None when only :meth:`ManualClock.jump` gets there."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)

    def seconds_until(self, instant: datetime) -> float | None:
        """Real seconds until ``instant``, never negative."""
        return max(0.0, (instant - self.now()).total_seconds())


class ScaledClock:
    """A clock that runs ``speed`` times as fast as the machine's, from ``start`` on."""

    def __init__(self, start: datetime, speed: float, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._start = start
        self._speed = speed
        self._monotonic = monotonic
        self._origin = monotonic()

    def now(self) -> datetime:
        """The simulated instant, aware, in UTC."""
        return self._start + timedelta(seconds=(self._monotonic() - self._origin) * self._speed)

    def seconds_until(self, instant: datetime) -> float | None:
        """Real seconds until the simulated ``instant``, never negative."""
        return max(0.0, (instant - self.now()).total_seconds() / self._speed)


class ManualClock:
    """A clock that stands still until somebody moves it forward."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """The instant of the last jump, aware, in UTC."""
        return self._now

    def seconds_until(self, instant: datetime) -> float | None:
        """Zero for an instant that has come; None for any other: waiting does not bring it nearer."""
        return 0.0 if instant <= self._now else None

    def jump(self, instant: datetime) -> None:
        """Move to ``instant``; an instant in the past leaves the clock where it is, for time never runs back."""
        self._now = max(self._now, instant)
