"""Who is away, and until when."""

from datetime import datetime

from sqlalchemy import Connection, delete, select

from store.statements import insert
from store.tables import absence as table


def leave(conn: Connection, workspace: str, user: str, until: datetime) -> None:
    """Somebody is away until an instant, whatever was said before."""
    statement = insert(conn.dialect.name, table).values(workspace=workspace, user=user, until=until)
    newer = {"until": statement.excluded.until}
    conn.execute(statement.on_conflict_do_update(index_elements=["workspace", "user"], set_=newer))


def come_back(conn: Connection, workspace: str, user: str) -> bool:
    """Somebody is here again; False if they were not away."""
    statement = delete(table).where(table.c.workspace == workspace, table.c.user == user)
    return conn.execute(statement).rowcount == 1


def away(conn: Connection, workspace: str, now: datetime) -> dict[str, datetime]:
    """Until when each person is away who is away at `now`."""
    statement = select(table.c.user, table.c.until).where(table.c.workspace == workspace, table.c.until > now)
    return {row.user: row.until for row in conn.execute(statement)}
