"""P6: finding and claiming what is due, with a million open targets beside ten thousand."""

import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import Connection

from bench.result import Result
from store import instances, migrations, outbox
from store.outbox import NewMessage
from store.sqlite import writing_engine
from store.urls import parse_url

_NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
_FIRST = int(_NOON.timestamp()) * 1_000_000
_BATCH, _BATCHES = 100, 20

_FILL = """
WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
INSERT INTO metric_instance (workspace, ticket_id, metric, instance, stage, outcome, breached, without_reply, relaxed,
    activated_at, breach_at, target_seconds, business_hours, policy, elapsed, body, sent, next_at, attempts)
SELECT 'T1', n, 'first_reply_time', 1, 'active', 'open', 0, 0, 0, ?, ? + n, 3600, 1, 'Enterprise', '{}',
    '{"pauses":[],"hours":"eu","policy":"Enterprise"}', '{}', ? + n, 0 FROM number
"""


def _fill(path: Path, targets: int) -> None:
    migrations.upgrade(f"sqlite:///{path}")
    conn = sqlite3.connect(path)
    conn.execute("PRAGMA synchronous = OFF")
    conn.execute(_FILL, (targets, _FIRST, _FIRST, _FIRST))
    conn.commit()
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()


def _claim(conn: Connection, now: datetime) -> None:
    """What a tick does with its rows, but for the engine: an alert for each, and the row moves on."""
    rows = instances.due(conn, "T1", now, _BATCH)
    alerts = [
        NewMessage(
            workspace=row.workspace,
            key=f"{row.ticket_id}:{row.metric}:{row.instance}:0",
            kind="alert",
            destination="C1",
            payload={"ticket": row.ticket_id},
            created_at=now,
        )
        for row in rows
    ]
    outbox.enqueue_many(conn, alerts)
    tomorrow = now + timedelta(days=1)
    instances.reschedule(conn, [replace(row, next_at=tomorrow, sent={"0": row.ticket_id}) for row in rows])


def _seconds(do: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        start = perf_counter()
        do()
        taken.append(perf_counter() - start)
    return median(taken)


def _measure(path: Path) -> tuple[float, float]:
    """Median seconds to ask for the next due instant, and to claim one row (in batches, commit included)."""
    engine = writing_engine(parse_url(f"sqlite:///{path}"))
    now = _NOON + timedelta(seconds=1)

    def batch(conn: Connection) -> None:
        with conn.begin():
            _claim(conn, now)

    try:
        with engine.connect() as conn:
            asked = _seconds(lambda: instances.next_due(conn, "T1"), 500)
            conn.rollback()
            claimed = _seconds(lambda: batch(conn), _BATCHES)
    finally:
        engine.dispose()
    return asked, claimed / _BATCH


def run(few: int = 10_000, many: int = 1_000_000) -> list[Result]:
    """Measure both sizes in one run, twice and alternating."""
    with tempfile.TemporaryDirectory(prefix="threadline-bench-", dir=Path.cwd()) as folder:
        paths = {size: Path(folder) / f"{size}.db" for size in (few, many)}
        for size, path in paths.items():
            _fill(path, size)
        rounds = [{size: _measure(path) for size, path in paths.items()} for _ in range(2)]
    ask, claim = ({size: min(one[size][part] for one in rounds) for size in paths} for part in (0, 1))
    return [
        Result(
            goal="P6",
            what=f"{name} with {many:,} open targets against {few:,} (time)",
            ratio=taken[many] / taken[few],
            limit=1.3,
            detail=f"{taken[many] * 1e6:.0f} us against {taken[few] * 1e6:.0f} us",
        )
        for name, taken in (("next due instant", ask), ("claim of a due row with its alert", claim))
    ]
