"""P7, P12: from a deadline to its alert's committed row, beside a million open targets and a thousand writes a second.

The tick is the program's own: its alarm, its transactions, its engine, on one SQLite file with `synchronous=FULL`; only
the question to Slack is left out. Each write is what P4 measures: an event with its ticket and two targets. A second
connection tells how late an alert is, once its commit has been announced. The floor is a transaction that does nothing,
begun when a deadline passes. P12 adds a holiday tomorrow, as `configure --now` does, and waits until every deadline has
gone where it belongs; meanwhile alerts and writes go on as before. The states of the tickets follow, one by one, which
is timed for some of them. Making the million takes ten seconds or more.
"""

import asyncio
import sqlite3
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import process_time, time
from typing import NamedTuple

import structlog
import uvloop
from sqlalchemy import Connection

from bench.pace import Ticking, Watch, Writing, floor, p99, until
from bench.result import Result
from bench.world import CONFIG, PROMISES, TEAM, copy_tickets, in_bulk, open_ticket, open_world
from bot.config.load import load_config
from bot.services.tickets import ticketing
from bot.services.tickets.replanning import replan
from bot.services.workspace.configuring import save_config
from bot.services.workspace.desk import Desk
from store.engine import Database

OPEN = 1_000_000
_TEMPLATES = 2_500
_WRITES_A_SECOND = 1_000
_SINGLE, _APART = 250, 0.04
_AT_ONCE = 10_000
_HOUR = timedelta(hours=1)


class Beside(NamedTuple):
    """Seconds late of deadlines one by one, those of transactions that do nothing, and the writes a second beside."""

    alerts: list[float]
    floor: list[float]
    rate: float


class Holiday(NamedTuple):
    """What a holiday took: seconds until every deadline was where it belongs, and those of evaluating one ticket."""

    seconds: float
    moved: int
    each: float


class Found(NamedTuple):
    """Everything that was measured."""

    quiet: Beside
    moving: Beside
    holiday: Holiday
    together: list[float]


async def _measure(path: Path, desk: Desk) -> Found:
    async with Database(f"sqlite:///{path}") as db:
        watch, ticking = Watch(path), Ticking(db, desk)
        db.on_notify(watch.told)
        writing = Writing(db)
        ticking.alarm.start()
        _say("letting deadlines pass one by one")
        quiet = await _beside(db, ticking, watch, writing, nothing)
        moving = []

        async def add_holiday() -> None:
            moving.append(await _add_holiday(db, ticking))

        _say("adding a holiday")
        busy = await _beside(db, ticking, watch, writing, add_holiday)
        _say(f"letting {_AT_ONCE:,} deadlines pass at once")
        at = datetime.now(UTC) + timedelta(seconds=20)
        await asyncio.to_thread(furnish_storm, path, ticking.desk, at)
        watch.begin()
        ticking.alarm.due(at)
        await until(lambda: len(watch.late) >= _AT_ONCE)
        await ticking.alarm.stop(within=300)
        watch.close()
        return Found(quiet, busy, moving[0], watch.late)


async def nothing() -> None:
    """Go on as before."""


async def _beside(
    db: Database, ticking: Ticking, watch: Watch, writing: Writing, work: Callable[[], Awaitable[None]]
) -> Beside:
    """Let deadlines pass one by one, and a thousand writes a second come, while some work is done."""
    due = [time() + 6 + one * _APART for one in range(_SINGLE)]
    await _open(db, ticking.desk, due)
    await until(lambda: time() > due[0] - 1)
    watch.begin()
    writing.start(_WRITES_A_SECOND)
    beside, _ = await asyncio.gather(floor(db, [at + _APART / 2 for at in due]), work())
    await until(lambda: len(watch.late) >= _SINGLE)
    return Beside(watch.late, beside, await writing.stop())


async def _add_holiday(db: Database, ticking: Ticking) -> Holiday:
    """Close the office tomorrow, or on the next day on which it would be open."""
    now = datetime.now(UTC)
    tomorrow = now.date() + timedelta(days=1)
    while tomorrow.weekday() >= 5:
        tomorrow += timedelta(days=1)
    written = CONFIG.replace("time_zone:", f"holidays: [{{name: A day off, date: {tomorrow}}}]\n    time_zone:")
    config = load_config(written, source="world.yml", today=now.date())
    desk = await db.write(lambda conn: save_config(conn, TEAM, config, who="U0ADA", now=now))
    assert desk is not None
    ticking.desk = desk
    begin = time()
    moved = await replan(db, desk, now)
    took = time() - begin

    def follow(conn: Connection) -> float:
        begin = process_time()
        for ticket_id in range(1, 101):
            ticketing.reach(conn, desk, ticket_id, now, now)
        return (process_time() - begin) / 100

    return Holiday(took, moved, await db.write(follow))


async def _open(db: Database, desk: Desk, due: list[float]) -> None:
    """Open tickets that have to be answered by so many instants."""
    for place in range(0, len(due), 50):
        instants = [datetime.fromtimestamp(at, UTC) - _HOUR for at in due[place : place + 50]]

        def unit(conn: Connection, place: int = place, instants: list[datetime] = instants) -> None:
            for number, at in enumerate(instants):
                open_ticket(conn, desk, 900_000 + place + number, at, channel="C0QUICK")

        await db.write(unit)


def furnish(path: Path, now: datetime) -> Desk:
    """Make the file with its million open targets; ten thousand more deadlines pass together a while after."""
    desk = open_world(path, now)

    def templates(conn: Connection) -> list[int]:
        return [open_ticket(conn, desk, one, now - timedelta(seconds=20 * one)) for one in range(_TEMPLATES)]

    numbers = in_bulk(path, templates)
    copy_tickets(path, numbers[0], numbers[-1], OPEN // PROMISES // _TEMPLATES - 1)
    return desk


def furnish_storm(path: Path, desk: Desk, at: datetime) -> None:
    """Let ten thousand deadlines pass together at an instant."""

    def templates(conn: Connection) -> list[int]:
        return [open_ticket(conn, desk, one, at - _HOUR, channel="C0QUICK") for one in range(100)]

    numbers = in_bulk(path, templates)
    copy_tickets(path, numbers[0], numbers[-1], _AT_ONCE // 100 - 1)


def run() -> list[Result]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with tempfile.TemporaryDirectory(prefix="threadline-bench-", dir=Path.cwd()) as folder:
        path = Path(folder) / "many.db"
        _say(f"making {OPEN:,} open targets")
        desk = furnish(path, datetime.now(UTC))
        with closing(sqlite3.connect(path)) as conn:
            opened = conn.execute("SELECT count(*) FROM metric_instance WHERE outcome = 'open'").fetchone()[0]
        found = uvloop.run(_measure(path, desk))
    together, holiday = found.together, found.holiday
    return [
        Result(
            goal="P7",
            what=f"ms from a deadline to its committed alert, p99, {opened:,} open",
            ratio=p99(found.quiet.alerts) * 1e3,
            limit=25,
            detail=_in_ms(found.quiet),
        ),
        Result(
            goal="P7",
            what=f"ms until the alerts of {_AT_ONCE:,} deadlines at once are committed, p99",
            ratio=p99(together) * 1e3,
            limit=250,
            detail=f"the first after {min(together) * 1e3:.0f}, median {median(together) * 1e3:.0f}",
        ),
        Result(
            goal="P12",
            what=f"seconds until {holiday.moved:,} deadlines have moved for a holiday",
            ratio=holiday.seconds,
            limit=10,
            detail=f"the states of their tickets follow at {holiday.each * 1e3:.1f} ms each",
        ),
        Result(
            goal="P12",
            what="ms from a deadline to its committed alert meanwhile, p99",
            ratio=p99(found.moving.alerts) * 1e3,
            limit=25,
            detail=_in_ms(found.moving),
        ),
    ]


def _in_ms(found: Beside) -> str:
    alerts, floor = found.alerts, found.floor
    return (
        f"median {median(alerts) * 1e3:.1f}, {found.rate:,.0f} writes/s "
        f"against a bare commit: median {median(floor) * 1e3:.1f}, p99 {p99(floor) * 1e3:.1f}"
    )


def _say(what: str) -> None:
    print(f"  {what} ...", file=sys.stderr)
