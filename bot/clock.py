"""The only place that reads the time.

Deadlines, posting slots, leases and settle times obey one clock. Production runs on the system's; ``demo`` on a
scaled or a manual one, so that a week of support hours passes while a person watches, or at once.
Request signatures and the network's own timeouts always use real time.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

# A clock that is kept right by small corrections moves less than this between two looks.
_CREEP_SECONDS = 2.0
# Slack's answers say what time it is to the second, and take some seconds on the way.
_TOLERANCE_SECONDS = 30.0
# So many answers in a row that agree with nobody else are believed.
_DISSENTS = 3

log = structlog.get_logger()


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


class SteadyClock:
    """The machine's clock, unless somebody sets it: then time goes on as before until Slack's clock says who is right.

    Between two looks as much time has passed as the machine has run. Where its clock says otherwise, it was set,
    rightly or wrongly. Deadlines are counted in Slack's time, and every answer of Slack's says what time it is there;
    so a clock that is set wrongly misses no deadline, and declares none missed that is not.

    Args:
        wall: Unix time, as the machine has it.
        passed: Seconds that the machine has run, whatever its clock is set to.

    Attributes:
        is_in_doubt: Whether the machine's clock was set, and Slack has not said since what time it is.
    """

    def __init__(self, *, wall: Callable[[], float] = time.time, passed: Callable[[], float] | None = None) -> None:
        self._wall = wall
        self._passed = passed or _running
        self._ahead = wall() - self._passed()
        self._known_error = 0.0  # by how much the machine's clock is wrong, as Slack has confirmed
        self._dissents = 0
        self.is_in_doubt = False

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.fromtimestamp(self.unix_time(), UTC)

    def unix_time(self) -> float:
        """The present instant in seconds since 1970."""
        passed = self._passed()
        error = self._wall() - passed - self._ahead
        if abs(error) <= _CREEP_SECONDS:
            self._ahead += error
            self._known_error, self.is_in_doubt = 0.0, False
        elif abs(error - self._known_error) <= _CREEP_SECONDS:
            self._known_error = error
        elif not self.is_in_doubt:
            self.is_in_doubt = True
            log.warning("clock.was_set", by_seconds=round(error - self._known_error, 1))
        return passed + self._ahead

    def seconds_until(self, instant: datetime) -> float | None:
        """Real seconds until ``instant``, never negative."""
        return max(0.0, (instant - self.now()).total_seconds())

    def heard(self, theirs: float) -> None:
        """Slack says what time it is, to about a second."""
        ours, wall = self.unix_time(), self._wall()
        if abs(theirs - wall) <= _TOLERANCE_SECONDS:
            self._agree(wall - ours, 0.0)
        elif abs(theirs - ours) <= _TOLERANCE_SECONDS:
            self._agree(0.0, wall - ours)
        else:
            # One answer may come from a server that is wrong itself.
            self._dissents += 1
            if self._dissents >= _DISSENTS:
                self._agree(theirs - ours, wall - theirs)

    def _agree(self, by: float, error: float) -> None:
        if abs(by) > _CREEP_SECONDS:
            log.warning("clock.moved", by_seconds=round(by, 1))
        self._ahead += by
        self._known_error, self.is_in_doubt, self._dissents = error, False, 0


def _running() -> float:
    """Seconds that the machine has run; where it can tell, those during which it slept are among them."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


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
