"""When the program was last at work on a database, and what it may have sent that the database does not know.

A heartbeat is stored with the workspace. A start that finds an old one, a mark that `backup` left, or another server
than before (a restored dump, a failover) opens a gap: between the last heartbeat and that start, messages may have
been sent of which nothing is written here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, text, update

from store.outbox.messages import SETTLED, OutboxState
from store.statements import fixed, is_postgresql
from store.tables import outbox
from store.tables import workspace as table

LONGEST_SILENCE = timedelta(minutes=10)
_REMEMBERED = timedelta(days=7)
_BEAT, _GAP, _SERVER, RESTORED = "beat_at", "gap", "server", "restored"

# A dump in another place has another system or database, a promoted standby another timeline.
_IDENTITY = text(
    "SELECT system_identifier || '/' || (SELECT oid FROM pg_database WHERE datname = current_database()) || '/' "
    "|| substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) FROM pg_control_system()"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What was sent from `start` to `end` may be missing in the database."""

    start: datetime
    end: datetime


def beat(conn: Connection, workspace: str, now: datetime, *, awake: bool = False) -> Gap | None:
    """Note that the program is at work; the latest gap, if there was any. With a new one, what waits is in doubt.

    Whoever was `awake` since the last time knows that no other life of the program came between.

    A gap that follows on another within days begins where that one began, for what was to be looked for then may not
    have been dealt with yet.
    """
    stored = _cursor(conn, workspace)
    server = server_of(conn)
    gap = _gap(stored)
    beat_at = _instant(stored.get(_BEAT))
    moved = server is not None and stored.get(_SERVER, server) != server
    silent = beat_at is not None and not awake and now - beat_at > LONGEST_SILENCE
    if silent or moved or stored.get(RESTORED):
        start = min(beat_at or now - _REMEMBERED, now)
        if gap is not None and gap.end > now - _REMEMBERED:
            start = min(start, gap.start)
        gap = Gap(start=start, end=now)
        _doubt(conn, workspace, now)
    kept = {name: value for name, value in stored.items() if name not in (_BEAT, _GAP, _SERVER, RESTORED)}
    kept[_BEAT] = max(now, beat_at or now).isoformat()
    if gap is not None:
        kept[_GAP] = [gap.start.isoformat(), gap.end.isoformat()]
    if server is not None:
        kept[_SERVER] = server
    conn.execute(update(table).where(table.c.workspace == workspace).values(cursor=kept))
    return gap


def _doubt(conn: Connection, workspace: str, now: datetime) -> None:
    """What waits may have been sent already; what was being sent becomes uncertain when its lease ends, as always."""
    waiting = update(outbox).where(outbox.c.workspace == workspace, outbox.c.state == fixed(OutboxState.PENDING))
    conn.execute(waiting.values(state=OutboxState.UNCERTAIN, not_before=now - SETTLED))


def server_of(conn: Connection) -> str | None:
    """Which PostgreSQL server, database and timeline this is; None on SQLite."""
    return str(conn.execute(_IDENTITY).scalar()) if is_postgresql(conn) else None


def _cursor(conn: Connection, workspace: str) -> dict[str, Any]:
    statement = select(table.c.cursor).where(table.c.workspace == workspace)
    if is_postgresql(conn):
        statement = statement.with_for_update()
    return dict(conn.execute(statement).scalar() or {})


def _gap(stored: dict[str, Any]) -> Gap | None:
    if _GAP not in stored:
        return None
    start, end = (datetime.fromisoformat(at) for at in stored[_GAP])
    return Gap(start=start, end=end)


def _instant(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(stored)
