"""A tick at work beside a thousand writes a second, and how late its alerts are: what P7 and P12 are measured with."""

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from statistics import quantiles
from time import time

from bench.ingest import unit as ingest
from bot.clock import SystemClock
from bot.scheduler import Alarm
from bot.services.alerting.breaches import Breaches
from bot.services.workspace.desk import Desk
from store.engine import Database
from store.wake import Topic

_IN_FLIGHT = 64


class Watch:
    """Notes for each alert how many seconds after its deadline it was committed."""

    def __init__(self, path: Path) -> None:
        self._conn = sqlite3.connect(path, isolation_level=None)
        self._closed = False
        self.begin()

    def begin(self) -> None:
        """From now on."""
        self._seen = self._last()
        self.late: list[float] = []

    def told(self, topics: frozenset[Topic]) -> None:
        if Topic.OUTBOX not in topics or self._closed:
            return
        now = time()
        last = self._last()
        due = self._conn.execute(
            "SELECT json_extract(payload, '$.due_at') FROM outbox WHERE rowid > ? AND rowid <= ? AND kind = 'alert'",
            (self._seen, last),
        )
        self.late += [now - datetime.fromisoformat(at).timestamp() for (at,) in due]
        self._seen = last

    def _last(self) -> int:
        return self._conn.execute("SELECT coalesce(max(rowid), 0) FROM outbox").fetchone()[0]

    def close(self) -> None:
        self._closed = True
        self._conn.close()


def p99(late: list[float]) -> float:
    return quantiles(late, n=100)[98]


async def nobody_is_asked(_now: datetime) -> frozenset[int]:
    return frozenset()


async def nothing_is_asked(_now: datetime) -> list[int]:
    return []


def begin_nothing() -> None:
    """Slack is not asked."""


class Ticking:
    """A tick at work on a database, as the program wires it."""

    def __init__(self, db: Database, desk: Desk) -> None:
        self._changed = self._setting = False
        self.desk = desk
        self.breaches = Breaches(
            db=db,
            desk=lambda: self.desk,
            clock=SystemClock(),
            verify=nobody_is_asked,
            questions=nothing_is_asked,
            begin=begin_nothing,
        )
        self.alarm = Alarm(tick=self.breaches.tick, clock=SystemClock())
        self._tasks: set[asyncio.Task[None]] = set()
        db.on_notify(self._told)

    def _told(self, topics: frozenset[Topic]) -> None:
        if Topic.DEADLINES in topics:
            self._changed = True
            if not self._setting:
                task = asyncio.ensure_future(self._set())
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _set(self) -> None:
        self._setting = True
        while self._changed:
            self._changed = False
            self.alarm.due(await self.breaches.next_at())
        self._setting = False


class Writing:
    """Hands so many units of writing a second to the database; what it is too busy for is left out, not caught up."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._handed = self._before = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, rate: int) -> None:
        self._begun, self._before = time(), self._handed
        self._task = asyncio.ensure_future(self._run(rate))

    async def _run(self, rate: int) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due = max(due + 1 / rate, loop.time() - 0.01)
            await asyncio.sleep(max(0.0, due - loop.time()))
            if len(self._tasks) >= _IN_FLIGHT:
                continue
            self._handed += 1
            task = asyncio.ensure_future(self._db.write(ingest(self._handed)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def stop(self) -> float:
        """End it; how many a second there were."""
        rate = (self._handed - self._before) / (time() - self._begun)
        self._task.cancel()
        await asyncio.gather(self._task, *self._tasks, return_exceptions=True)
        return rate


async def floor(db: Database, due: list[float]) -> list[float]:
    """Seconds from each instant until a transaction was committed that does nothing."""

    async def probe(at: float) -> float:
        await asyncio.sleep(max(0.0, at - time()))
        await db.write(lambda _conn: None)
        return time() - at

    return list(await asyncio.gather(*map(probe, due)))


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something, but not for ever: a machine that is too busy shows in what was measured by then."""
    for _ in range(600):
        if condition():
            return
        await asyncio.sleep(0.1)
