"""P11: a report of 30 days over a million instances, beside one over a hundred thousand and beside the bare rows.

The figures of days are made once, as a running bot makes them bit by bit, and read as any report reads them. The floor
is a bare `sqlite3` that reads the same rows and parses what is in them.
"""

import asyncio
import json
import sqlite3
import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from bench.result import Result
from bot.services.reporting.asking import Question
from bot.services.reporting.rolling_up import cells_of, day_rows, report_from_days
from store import migrations, rollups
from store.engine import Database

MANY, FEW, DAYS, ROUNDS = 1_000_000, 100_000, 30, 21
_ZONE = ZoneInfo("UTC")
_FIRST = datetime(2026, 1, 1, tzinfo=UTC)
_NOW = _FIRST + timedelta(days=DAYS)
_PER_TICKET = 5

_TICKETS = """
WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
INSERT INTO ticket (workspace, ticket_id, channel_id, thread_ts, channel_kind, customer, customer_tier, requester_tags,
    subject, status, priority, assignee, group_name, tags, fields, via, state, last_event_at, created_at, updated_at,
    not_a_ticket)
SELECT 'T1', n, 'C' || (n % 50), '1.0', 'public', 'customer ' || (n % 40), 'tier ' || (n % 3), '[]', '', 'solved',
    CASE n % 3 WHEN 0 THEN 'urgent' WHEN 1 THEN 'high' ELSE 'normal' END, 'U' || (n % 12), 'group ' || (n % 4), '[]',
    '{}', 'slack', '{}', ?, ?, ?, 0 FROM number
"""
_INSTANCES = """
WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < ? - 1)
INSERT INTO metric_instance (workspace, ticket_id, metric, instance, stage, outcome, breached, without_reply, relaxed,
    activated_at, fulfilled_at, target_seconds, business_hours, policy, elapsed, body, sent, attempts)
SELECT 'T1', 1 + n / 5, CASE n % 5 WHEN 0 THEN 'first_reply_time' WHEN 1 THEN 'requester_wait_time' ELSE
    'next_reply_time' END, 1 + n % 5, 'fulfilled', CASE WHEN abs(random()) % 10 < 8 THEN 'met' ELSE 'missed' END,
    0, 0, 0, ? + n * ?, ? + n * ?, 3600, 1, 'policy ' || (n % 4),
    '{"business_seconds":' || (abs(random()) % 90000) || ',"calendar_seconds":' || (abs(random()) % 300000) || '}',
    '{}', '{}', 0 FROM number
"""


def _microseconds(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000


def _fill(path: Path, instances: int) -> None:
    migrations.upgrade(f"sqlite:///{path}")
    conn = sqlite3.connect(path)
    conn.execute("PRAGMA synchronous = OFF")
    first, apart = _microseconds(_FIRST), DAYS * 86_400_000_000 // instances
    conn.execute(_TICKETS, (instances // _PER_TICKET + 1, first, first, first))
    conn.execute(_INSTANCES, (instances, first, apart, first, apart))
    conn.execute("ANALYZE")
    conn.commit()
    conn.close()


async def _measure(path: Path) -> tuple[float, float, float]:
    """Milliseconds for a report from the figures of days, and for the bare rows; seconds to make those figures."""
    async with Database(f"sqlite:///{path}") as db:
        began = time.perf_counter()
        for number in range(DAYS):
            day = (_FIRST + timedelta(days=number)).date()
            rows = await db.read(lambda conn, day=day: day_rows(conn, "T1", day, _ZONE, _NOW))
            cells = cells_of(rows, _ZONE)
            await db.write(lambda conn, day=day, cells=cells: rollups.replace_day(conn, "T1", day, cells))
        await db.write(lambda conn: rollups.finish(conn, "T1", str(_ZONE), _NOW))
        made = time.perf_counter() - began
        question = Question(zone=_ZONE).last_days(DAYS, _NOW - timedelta(seconds=1))
        took, floor = [], []
        bare = sqlite3.connect(path)
        for _ in range(ROUNDS):
            began = time.perf_counter()
            found = await db.read(lambda conn: report_from_days(conn, "T1", question, _NOW))
            took.append(time.perf_counter() - began)
            assert found is not None
            began = time.perf_counter()
            for *_, business, calendar in bare.execute(
                "SELECT * FROM day_figures WHERE workspace = 'T1' AND dimension IN ('metric', 'all')"
            ):
                json.loads(business), json.loads(calendar)
            floor.append(time.perf_counter() - began)
        bare.close()
    return 1000 * statistics.median(took), 1000 * statistics.median(floor), made


def run() -> list[Result]:
    found = {}
    with TemporaryDirectory(prefix="threadline-bench-") as folder:
        for instances in (FEW, MANY):
            path = Path(folder) / f"{instances}.db"
            _fill(path, instances)
            found[instances] = asyncio.run(_measure(path))
    (few, _, _), (many, floor, made) = found[FEW], found[MANY]
    detail = f"{many:.1f} ms, {few:.1f} ms; the bare rows {floor:.1f} ms; made in {made:.0f} s"
    return [
        Result(goal="P11", what="30-day report over 1 M instances: milliseconds", ratio=many, limit=10, detail=detail),
        Result(
            goal="P11", what="30-day report, 1 M against 100 k instances", ratio=many / few, limit=1.5, detail=detail
        ),
    ]
