"""Who changed what: written in the transaction of the change."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from store import counters
from store.statements import columns, records, values
from store.tables import audit as table


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """A change by a person. `detail` never holds message text or secrets."""

    workspace: str
    audit_id: int = 0
    at: datetime
    who: str
    action: str
    ticket_id: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)


_COLUMNS = columns(table, AuditEntry)


def record(conn: Connection, entry: AuditEntry) -> int:
    """Write it down; returns its number."""
    (number,) = counters.allocate(conn, entry.workspace, "audit")
    conn.execute(insert(table), values(entry) | {"audit_id": number})
    return number


def listing(conn: Connection, workspace: str, *, ticket_id: int | None = None, limit: int = 100) -> list[AuditEntry]:
    """Changes, newest first; with a number only those of that ticket."""
    statement = select(*_COLUMNS).where(table.c.workspace == workspace).order_by(table.c.audit_id.desc())
    if ticket_id is not None:
        statement = statement.where(table.c.ticket_id == ticket_id)
    return list(records(AuditEntry, conn.execute(statement.limit(limit))))


def of_actions(conn: Connection, workspace: str, actions: Sequence[str], *, since: datetime) -> list[AuditEntry]:
    """Changes of some kinds since an instant, newest first."""
    statement = select(*_COLUMNS).where(
        table.c.workspace == workspace, table.c.action.in_(list(actions)), table.c.at >= since
    )
    return list(records(AuditEntry, conn.execute(statement.order_by(table.c.audit_id.desc()))))
