"""Letting go of what was received: words that are gone in Slack, and what is too old to be of use."""

from datetime import datetime

from sqlalchemy import Connection, collate, or_, select, tuple_, update

from store.inbox import InboxState
from store.statements import is_postgresql
from store.tables import inbox as table

NOTHING = "{}"
"""The body of an envelope of which only the key is kept."""


def received_about(conn: Connection, workspace: str, key: str) -> dict[str, tuple[str, str]]:
    """What was received about a message, by key: the body and the state of its envelope and of those that followed.

    The message's own envelope has the key `key`, and the keys of its edits and its deletion go on with a colon.
    """
    # Byte order, so that what begins alike stands together whatever the database's language is.
    ordered = collate(table.c.key, "C") if is_postgresql(conn) else table.c.key
    statement = select(table.c.key, table.c.body, table.c.state).where(
        table.c.workspace == workspace,
        or_(table.c.key == key, (ordered > f"{key}:") & (ordered < f"{key}:z")),
    )
    return {row.key: (row.body, row.state) for row in conn.execute(statement)}


def set_body(conn: Connection, workspace: str, key: str, body: str) -> None:
    """Replace the body of an envelope; everything else stays."""
    conn.execute(update(table).where(table.c.workspace == workspace, table.c.key == key).values(body=body))


def empty(conn: Connection, before: datetime, limit: int = 1000) -> int:
    """Drop the bodies of what was understood and received before an instant, at most `limit`; how many.

    The keys stay, so that a backfill still recognises what it finds.
    """
    old = select(table.c.workspace, table.c.key).where(
        table.c.state == InboxState.DONE, table.c.received_at < before, table.c.body != NOTHING
    )
    some = tuple_(table.c.workspace, table.c.key).in_(old.limit(limit))
    return conn.execute(update(table).where(some).values(body=NOTHING)).rowcount
