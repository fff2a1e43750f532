"""The numbers by which REST knows policies, schedules, customers, people and groups, which have names here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy import insert as new

from store import counters
from store.statements import columns, records, values
from store.tables import resource as table

_NAMES_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRecord:
    """Something by kind and name, its number, and what REST alone says about it."""

    workspace: str
    kind: str
    number: int
    name: str
    document: dict[str, Any] = field(default_factory=dict)
    created_at: datetime
    updated_at: datetime


_COLUMNS = columns(table, ResourceRecord)


def of_kind(conn: Connection, workspace: str, kind: str) -> list[ResourceRecord]:
    """Everything of a kind that has a number, in the order of numbers."""
    statement = select(*_COLUMNS).where(table.c.workspace == workspace, table.c.kind == kind)
    return list(records(ResourceRecord, conn.execute(statement.order_by(table.c.number))))


def named(conn: Connection, workspace: str, kind: str, names: Collection[str]) -> dict[str, ResourceRecord]:
    """Those of the names that have a number."""
    found: dict[str, ResourceRecord] = {}
    wanted = sorted(set(names))
    for start in range(0, len(wanted), _NAMES_AT_ONCE):
        some = table.c.name.in_(wanted[start : start + _NAMES_AT_ONCE])
        rows = conn.execute(select(*_COLUMNS).where(table.c.workspace == workspace, table.c.kind == kind, some))
        found |= {each.name: each for each in records(ResourceRecord, rows)}
    return found


def numbered(conn: Connection, workspace: str, kind: str, number: int) -> ResourceRecord | None:
    """What has that number."""
    statement = select(*_COLUMNS).where(table.c.workspace == workspace, table.c.kind == kind, table.c.number == number)
    return next(records(ResourceRecord, conn.execute(statement)), None)


def give_numbers(
    conn: Connection, workspace: str, kind: str, names: Sequence[str], now: datetime
) -> dict[str, ResourceRecord]:
    """All the names with their numbers; those that had none get the next free ones, in the order given."""
    counters.allocate(conn, workspace, _series(kind), 0)  # whoever else is about to do this waits until we are done
    found = named(conn, workspace, kind, names)
    for name in dict.fromkeys(names):
        if name not in found:
            found[name] = add(conn, workspace, kind, name, now)
    return found


def add(
    conn: Connection, workspace: str, kind: str, name: str, now: datetime, *, document: dict[str, Any] | None = None
) -> ResourceRecord:
    """Give the next free number to something new."""
    while True:
        (number,) = counters.allocate(conn, workspace, _series(kind))
        if numbered(conn, workspace, kind, number) is None:
            break
    made = ResourceRecord(
        workspace=workspace,
        kind=kind,
        number=number,
        name=name,
        document=document or {},
        created_at=now,
        updated_at=now,
    )
    conn.execute(new(table), values(made))
    return made


def keep(conn: Connection, record: ResourceRecord) -> bool:
    """Store something under the number that it has elsewhere; False if the number or the name is taken."""
    taken = numbered(conn, record.workspace, record.kind, record.number)
    if taken is not None or named(conn, record.workspace, record.kind, [record.name]):
        return False
    conn.execute(new(table), values(record))
    return True


def change(conn: Connection, workspace: str, kind: str, number: int, **changed: Any) -> None:
    """Set columns of something that has a number."""
    mine = update(table).where(table.c.workspace == workspace, table.c.kind == kind, table.c.number == number)
    conn.execute(mine.values(changed))


def forget(conn: Connection, workspace: str, kind: str, number: int) -> None:
    """What is gone has no number any more; the number is not given out again."""
    mine = delete(table).where(table.c.workspace == workspace, table.c.kind == kind, table.c.number == number)
    conn.execute(mine)


def _series(kind: str) -> str:
    return f"resource:{kind}"
