"""Versions of the configuration."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from store import counters
from store.statements import columns, records
from store.tables import policy as policies
from store.tables import rules as table
from store.tables import schedule as schedules
from store.wake import Topic, wake


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesVersion:
    """A version: the whole configuration in its canonical form, and who saved it."""

    workspace: str
    version: int
    document: dict[str, Any]
    created_at: datetime
    created_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    """A policy (`kind` policy or group_policy) as it was in a version of the rules."""

    workspace: str
    version: int
    kind: str
    position: int
    title: str
    document: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleVersion:
    """A schedule as it was in a version of the rules."""

    workspace: str
    version: int
    name: str
    document: dict[str, Any]


_COLUMNS = columns(table, RulesVersion)
_DOCUMENT_KEYS = {"policy": "policies", "group_policy": "group_policies"}


def save_version(
    conn: Connection, workspace: str, document: dict[str, Any], created_at: datetime, created_by: str | None = None
) -> int:
    """Keep a configuration as the next version; returns its number.

    `policies`, `group_policies` and `schedules` of the document are kept one by one as well, so that a figure can be
    traced to the policy that produced it.
    """
    (version,) = counters.allocate(conn, workspace, "rules")
    row = {"workspace": workspace, "version": version}
    conn.execute(insert(table), row | {"document": document, "created_at": created_at, "created_by": created_by})
    kept = [
        row | {"kind": kind, "position": position, "title": one.get("title", ""), "document": one}
        for kind, name in _DOCUMENT_KEYS.items()
        for position, one in enumerate(document.get(name) or [], start=1)
    ]
    if kept:
        conn.execute(insert(policies), kept)
    hours = [row | {"name": one["name"], "document": one} for one in document.get("schedules") or []]
    if hours:
        conn.execute(insert(schedules), hours)
    wake(conn, Topic.RULES)
    return version


def current(conn: Connection, workspace: str) -> RulesVersion | None:
    """The newest version; None before the first."""
    statement = select(*_COLUMNS).where(table.c.workspace == workspace).order_by(table.c.version.desc()).limit(1)
    return next(records(RulesVersion, conn.execute(statement)), None)


def current_version(conn: Connection, workspace: str) -> int | None:
    """The number of the newest version, to see whether a cached one still holds."""
    statement = select(table.c.version).where(table.c.workspace == workspace)
    return conn.execute(statement.order_by(table.c.version.desc()).limit(1)).scalar()


def saved_at(conn: Connection, workspace: str, version: int) -> datetime | None:
    """When a version was saved."""
    statement = select(table.c.created_at).where(table.c.workspace == workspace, table.c.version == version)
    return conn.execute(statement).scalar()


def load(conn: Connection, workspace: str, version: int) -> RulesVersion | None:
    """One version."""
    statement = select(*_COLUMNS).where(table.c.workspace == workspace, table.c.version == version)
    return next(records(RulesVersion, conn.execute(statement)), None)


def listing(conn: Connection, workspace: str, *, limit: int = 100) -> Sequence[RulesVersion]:
    """Versions, newest first."""
    statement = select(*_COLUMNS).where(table.c.workspace == workspace).order_by(table.c.version.desc())
    return list(records(RulesVersion, conn.execute(statement.limit(limit))))


def policies_of(conn: Connection, workspace: str, version: int) -> list[PolicyVersion]:
    """The policies of a version by kind and position."""
    statement = select(*columns(policies, PolicyVersion)).where(
        policies.c.workspace == workspace, policies.c.version == version
    )
    ordered = statement.order_by(policies.c.kind.desc(), policies.c.position)
    return list(records(PolicyVersion, conn.execute(ordered)))


def schedules_of(conn: Connection, workspace: str, version: int) -> list[ScheduleVersion]:
    """The schedules of a version by name."""
    statement = select(*columns(schedules, ScheduleVersion)).where(
        schedules.c.workspace == workspace, schedules.c.version == version
    )
    return list(records(ScheduleVersion, conn.execute(statement.order_by(schedules.c.name))))
