"""Whether the tick is alive: its age for those who ask, and a watchdog that ends the process when it hangs.

The watchdog is a thread of its own, because an event loop that hangs cannot notice that it does. Whoever started the
process (systemd, Docker) starts it again, and everything goes on from the database.
"""

import faulthandler
import os
import sys
import threading
import time
from collections.abc import Callable

import structlog

LONGEST_SILENCE = 60.0
EXIT_CODE = 70  # sysexits.h: an internal software error

log = structlog.get_logger()


class Pulse:
    """How long ago the last tick succeeded, in real seconds whatever clock the deadlines run on."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._last: float | None = None

    def begin(self) -> None:
        """From now on there should be ticks."""
        self._last = self._monotonic()

    def ticked(self) -> None:
        """A tick has succeeded."""
        self._last = self._monotonic()

    @property
    def age(self) -> float | None:
        """Seconds since the last tick that succeeded, or since they began; None while there should be none."""
        return None if self._last is None else self._monotonic() - self._last

    @property
    def is_well(self) -> bool:
        """Whether there should be no ticks, or they come."""
        age = self.age
        return age is None or age <= LONGEST_SILENCE


class Watchdog:
    """Ends the process when no tick came to its end for ``within`` seconds.

    A tick that ends with an error counts: while the database is away, ending the process would heal nothing. What is
    watched for is a tick, or an event loop, that hangs. Time during which the whole process stood still (a suspended
    laptop, a paused virtual machine) is not held against the tick.
    """

    def __init__(
        self,
        *,
        within: float = LONGEST_SILENCE,
        end: Callable[[float], None] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._within = within
        self._look_every = within / 10
        self._end = end or _end_process
        self._monotonic = monotonic
        self._silent = 0.0
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self) -> None:
        """Begin to watch; call it when ticks are to be expected, however long the start took."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="threadline-watchdog", daemon=True)
            self._thread.start()

    def fed(self) -> None:
        """A tick came to its end."""
        self._silent = 0.0

    def stop(self) -> None:
        """No more ticks are to be expected."""
        self._stopped.set()

    def _run(self) -> None:
        looked_at = self._monotonic()
        while not self._stopped.wait(self._look_every):
            now = self._monotonic()
            self._silent += min(now - looked_at, 2 * self._look_every)
            looked_at = now
            if self._silent > self._within:
                self._end(self._silent)
                return


def _end_process(silent: float) -> None:
    log.critical(
        "watchdog.ended_the_process",
        reason=f"No tick completed for {silent:.0f} s. What is unfinished goes on when the process is started again.",
        exit_code=EXIT_CODE,
    )
    faulthandler.dump_traceback(file=sys.stderr, all_threads=True)  # where it hangs; frames only, no values
    os._exit(EXIT_CODE)
