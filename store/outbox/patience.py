"""What waits for another message to end, and for how long it is worth to."""

from datetime import datetime

from sqlalchemy import Connection, func, select, update

from store.outbox.claims import is_held_back
from store.outbox.messages import IS_PENDING
from store.tables import outbox as table


def oldest_waiting(conn: Connection, workspace: str, kind: str) -> datetime | None:
    """When the oldest message of a kind was recorded that waits for another one to end."""
    # As a value, whose least SQLite looks for among the few that are pending; by its name it goes through all of them.
    recorded_at = func.coalesce(table.c.created_at, table.c.created_at)
    waiting = select(func.min(recorded_at)).where(
        table.c.workspace == workspace, IS_PENDING, table.c.kind == kind, is_held_back(table)
    )
    return conn.execute(waiting).scalar()


def stop_waiting(conn: Connection, workspace: str, kind: str, recorded_before: datetime) -> int:
    """Let messages of a kind go that have waited for another one since an instant or longer; how many."""
    waiting = update(table).where(
        table.c.workspace == workspace,
        IS_PENDING,
        table.c.kind == kind,
        table.c.created_at <= recorded_before,
        is_held_back(table),
    )
    return conn.execute(waiting.values(depends_on=None)).rowcount
