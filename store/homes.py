"""App Homes that people have opened: what each of them chose to see, and when to look at it again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from store.statements import columns, insert, records
from store.tables import home as table
from store.wake import Topic, wake

EVERY = timedelta(minutes=1)
"""How often somebody's home is looked at, at most, unless they ask (Slack: App Home)."""
REMEMBERED_FOR = timedelta(days=30)
"""After so long without a visit a home is published again only when it is opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """One person's home.

    Attributes:
        page: Which page of it.
        shown: Which tickets.
        priority: Of which priority only; empty for all.
        said: What came of the last thing that the person asked for there; empty for nothing.
        digest: What was published last; None when it is to be published whatever it shows.
        due_at: Before then it is not looked at.
        attempts: Failures in a row.
    """

    workspace: str
    user_id: str
    page: str = ""
    shown: str = ""
    priority: str = ""
    said: str = ""
    digest: str | None = None
    opened_at: datetime
    due_at: datetime
    attempts: int = 0


_COLUMNS = columns(table, Home)


def ask(conn: Connection, workspace: str, user: str, now: datetime, **chosen: str) -> None:
    """Somebody opened their home, or chose something there (`page`, `shown`, `priority`, `said`): publish it now."""
    row = {"workspace": workspace, "user_id": user, "opened_at": now, "due_at": now, "attempts": 0, "digest": None}
    words = dict.fromkeys(("page", "shown", "priority", "said"), "")
    statement = insert(conn.dialect.name, table).values(words | row | chosen)
    conn.execute(statement.on_conflict_do_update(index_elements=["workspace", "user_id"], set_=row | chosen))
    wake(conn, Topic.HOMES)


def take(conn: Connection, workspace: str, now: datetime, changed_at: datetime, *, limit: int = 50) -> list[Home]:
    """The homes to be looked at now, which nobody looks at again within a minute unless somebody asks for it.

    Args:
        conn: The connection.
        workspace: The Slack workspace.
        now: This instant.
        changed_at: When what homes show last changed: those looked at since then are left out.
        limit: At most so many.
    """
    wanted = select(table.c.user_id).where(*_is_due(workspace, now, changed_at), table.c.due_at <= now)
    users = list(conn.execute(wanted.order_by(table.c.due_at, table.c.user_id).limit(limit)).scalars())
    if not users:
        return []
    # Tested anew in the statement: another replica may have taken a home meanwhile.
    mine = update(table).where(table.c.workspace == workspace, table.c.user_id.in_(users), table.c.due_at <= now)
    taken = conn.execute(mine.values(due_at=now + EVERY).returning(*_COLUMNS))
    return sorted(records(Home, taken), key=lambda home: home.user_id)


def next_at(conn: Connection, workspace: str, now: datetime, changed_at: datetime) -> datetime | None:
    """When the next home is to be looked at; None while everybody sees what there is."""
    due_at: datetime | None = conn.execute(
        select(func.min(table.c.due_at)).where(*_is_due(workspace, now, changed_at))
    ).scalar()
    return due_at


def published(conn: Connection, taken: Home, digest: str) -> None:
    """Keep what was published; unless somebody has asked for it again since it was taken."""
    conn.execute(_as_taken(taken).values(digest=digest, attempts=0))


def failed(conn: Connection, taken: Home, until: datetime) -> None:
    """Try again then, whatever it shows by then; unless somebody has asked for it again since it was taken."""
    conn.execute(_as_taken(taken).values(digest=None, due_at=until, attempts=taken.attempts + 1))


def forget(conn: Connection, workspace: str, user: str) -> None:
    """Somebody has no home here (any more)."""
    conn.execute(delete(table).where(*_named(workspace, user)))


def _as_taken(taken: Home) -> Any:
    return update(table).where(*_named(taken.workspace, taken.user_id), table.c.due_at == taken.due_at)


def _named(workspace: str, user: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.workspace == workspace, table.c.user_id == user


def _is_due(workspace: str, now: datetime, changed_at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Those asked for, and those last looked at before something changed."""
    is_old = and_(table.c.due_at <= changed_at + EVERY, table.c.opened_at > now - REMEMBERED_FOR)
    return table.c.workspace == workspace, or_(table.c.digest.is_(None), is_old)
