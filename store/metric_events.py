"""The log of what happened to metric instances, for people and for exports."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from store import counters
from store.statements import columns, records, values
from store.tables import metric_event as table


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricEventRecord:
    """An entry. `at` is when it happened, `recorded_at` when we knew; a superseded breach stays in the log."""

    workspace: str
    event_id: int = 0
    ticket_id: int
    metric: str
    instance: int
    type: str
    at: datetime
    recorded_at: datetime
    body: dict[str, Any]
    superseded: bool = False
    deleted: bool = False


_COLUMNS = columns(table, MetricEventRecord)
_INSERT = insert(table)
_LAST = select(func.max(table.c.recorded_at)).where(table.c.workspace == bindparam("of"))
_OF_TICKET = (
    select(*_COLUMNS)
    .where(table.c.workspace == bindparam("of"), table.c.ticket_id == bindparam("id"))
    .order_by(table.c.at, table.c.event_id)
)


def append(conn: Connection, events: Sequence[MetricEventRecord]) -> list[MetricEventRecord]:
    """Add entries of one workspace; returns them with their ids, which ascend in the order of commits."""
    if not events:
        return []
    workspace = events[0].workspace
    numbers = counters.allocate(conn, workspace, "metric_event", len(events))
    at = _in_order(conn, workspace, events[0].recorded_at)
    numbered = [replace(event, event_id=number, recorded_at=at) for event, number in zip(events, numbers, strict=True)]
    conn.execute(_INSERT, [values(event) for event in numbered])
    return numbered


def _in_order(conn: Connection, workspace: str, recorded_at: datetime) -> datetime:
    """When something is recorded, never before what was recorded last.

    Transactions do not end in the order in which they looked at the clock: an exporter that has read everything up to
    an instant would miss what is recorded before it later. Whoever asks holds the counter of the log until the commit.
    """
    last = conn.execute(_LAST, {"of": workspace}).scalar()
    return recorded_at if last is None else max(recorded_at, last)


def supersede(conn: Connection, breach: MetricEventRecord, recorded_at: datetime) -> int:
    """Mark the standing breach entries of an instance as superseded; how many there were."""
    standing = update(table).where(
        table.c.workspace == breach.workspace,
        table.c.ticket_id == breach.ticket_id,
        table.c.metric == breach.metric,
        table.c.instance == breach.instance,
        table.c.type == "breach",
        table.c.superseded.is_(False),
    )
    counters.allocate(conn, breach.workspace, "metric_event", 0)
    at = _in_order(conn, breach.workspace, recorded_at)
    return conn.execute(standing.values(superseded=True, deleted=True, recorded_at=at)).rowcount


def agree(
    conn: Connection, workspace: str, ticket_id: int, wanted: Sequence[MetricEventRecord], recorded_at: datetime
) -> None:
    """Make the log of a ticket say what a replay found: entries that stand keep their ids, others are marked deleted.

    A superseded breach is shown as such in either case, so it counts as standing where it was marked before.
    """
    standing: dict[tuple[object, ...], list[MetricEventRecord]] = {}
    for event in of_ticket(conn, workspace, ticket_id):
        if event.superseded or not event.deleted:
            standing.setdefault(_happening(event), []).append(event)
    missing = []
    for event in wanted:
        known = standing.get(_happening(event))
        if known:
            known.pop()
        else:
            missing.append(replace(event, deleted=event.superseded, recorded_at=recorded_at))
    _mark_deleted(conn, workspace, [event.event_id for left in standing.values() for event in left], recorded_at)
    append(conn, missing)


def withdraw(
    conn: Connection, workspace: str, ticket_id: int, named: Sequence[tuple[str, int]], recorded_at: datetime
) -> None:
    """Mark the entries of instances (metric, number) that never began as deleted."""
    if named:
        gone = [
            event.event_id
            for event in of_ticket(conn, workspace, ticket_id)
            if (event.metric, event.instance) in named and not event.deleted
        ]
        _mark_deleted(conn, workspace, gone, recorded_at)


def _happening(event: MetricEventRecord) -> tuple[object, ...]:
    body = json.dumps(event.body, sort_keys=True)
    return (event.metric, event.instance, event.type, event.at, body, event.superseded)


def _mark_deleted(conn: Connection, workspace: str, event_ids: Sequence[int], recorded_at: datetime) -> None:
    if event_ids:
        counters.allocate(conn, workspace, "metric_event", 0)
        recorded_at = _in_order(conn, workspace, recorded_at)
        gone = update(table).where(table.c.workspace == workspace, table.c.event_id.in_(event_ids))
        conn.execute(gone.values(deleted=True, recorded_at=recorded_at))


def of_ticket(conn: Connection, workspace: str, ticket_id: int) -> list[MetricEventRecord]:
    """The entries of a ticket by instant, then id."""
    return list(records(MetricEventRecord, conn.execute(_OF_TICKET, {"of": workspace, "id": ticket_id})))


def after(conn: Connection, workspace: str, event_id: int, *, limit: int = 1000) -> list[MetricEventRecord]:
    """Entries with a higher id, in order."""
    statement = select(*_COLUMNS).where(table.c.workspace == workspace, table.c.event_id > event_id)
    return list(records(MetricEventRecord, conn.execute(statement.order_by(table.c.event_id).limit(limit))))
