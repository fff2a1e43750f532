"""One-time links to the dashboard, and the sessions that they begin."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select

from store.statements import columns, records, values
from store.tables import session as table


class SessionKind(StrEnum):
    """What a secret is good for."""

    LINK = "link"
    SESSION = "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A link or a session; `user_id` is the Slack user, None for whoever works at the machine itself."""

    workspace: str
    digest: str
    kind: str
    user_id: str | None = None
    created_at: datetime
    expires_at: datetime


_COLUMNS = columns(table, Session)


def begin(conn: Connection, session: Session) -> None:
    """Keep it, and forget what has expired."""
    gone = delete(table).where(table.c.workspace == session.workspace, table.c.expires_at <= session.created_at)
    conn.execute(gone)
    conn.execute(insert(table), values(session))


def find(conn: Connection, workspace: str, digest: str, kind: SessionKind, now: datetime) -> Session | None:
    """The link or session with that hash, while it holds."""
    statement = select(*_COLUMNS).where(
        table.c.workspace == workspace,
        table.c.digest == digest,
        table.c.kind == kind,
        table.c.expires_at > now,
    )
    return next(records(Session, conn.execute(statement)), None)


def take(conn: Connection, workspace: str, digest: str, now: datetime) -> Session | None:
    """Use a link up: whoever comes second gets None."""
    known = find(conn, workspace, digest, SessionKind.LINK, now)
    return known if known is not None and end(conn, workspace, digest) else None


def end(conn: Connection, workspace: str, digest: str) -> bool:
    """Forget a link or session; whether it was there."""
    gone = delete(table).where(table.c.workspace == workspace, table.c.digest == digest)
    return conn.execute(gone).rowcount == 1
