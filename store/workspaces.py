"""Slack workspaces that installed Threadline."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select, update

from store.statements import columns, insert, is_postgresql, records, values
from store.tables import workspace as table


class WorkspaceState(StrEnum):
    """Whether its token works."""

    ACTIVE = "active"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A workspace, keyed by Slack's team id. Tickets older than `enforce_from` raise no alerts."""

    workspace: str
    name: str = ""
    bot_user_id: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    state: str = WorkspaceState.ACTIVE
    enforce_from: datetime | None = None
    cursor: dict[str, Any] = field(default_factory=dict)


_COLUMNS = columns(table, Workspace)


def save(conn: Connection, workspace: Workspace) -> None:
    """Insert or replace it whole."""
    row = values(workspace)
    statement = insert(conn.dialect.name, table).values(row)
    changed = {name: statement.excluded[name] for name in row if name != "workspace"}
    conn.execute(statement.on_conflict_do_update(index_elements=["workspace"], set_=changed))


def get(conn: Connection, workspace: str) -> Workspace | None:
    """The workspace, if it is known."""
    rows = conn.execute(select(*_COLUMNS).where(table.c.workspace == workspace))
    return next(records(Workspace, rows), None)


def lock(conn: Connection, workspace: str) -> None:
    """Let nobody else change the workspace's configuration until this transaction ends."""
    if is_postgresql(conn):
        conn.execute(select(table.c.workspace).where(table.c.workspace == workspace).with_for_update())


def every(conn: Connection) -> list[Workspace]:
    """All of them, in the order of their ids."""
    return list(records(Workspace, conn.execute(select(*_COLUMNS).order_by(table.c.workspace))))


def set_state(conn: Connection, workspace: str, state: WorkspaceState) -> None:
    """A dead workspace keeps its rows, but nothing is sent for it."""
    conn.execute(update(table).where(table.c.workspace == workspace).values(state=state))
