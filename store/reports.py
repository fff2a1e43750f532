"""What reports are made of: instances with a target, with what is known of their tickets."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, true

from sla.engine import Outcome
from sla.report import Measured, counted_outcome
from store.statements import records
from store.tables import metric_event, metric_instance, ticket, ticket_event

_INSTANCES, _TICKETS = metric_instance.c, ticket.c
_SELECTED = (
    _INSTANCES.ticket_id,
    _INSTANCES.metric,
    _INSTANCES.instance,
    _INSTANCES.outcome,
    _INSTANCES.breached,
    _INSTANCES.without_reply,
    _INSTANCES.relaxed,
    _INSTANCES.activated_at,
    _INSTANCES.fulfilled_at,
    _INSTANCES.breach_at,
    _INSTANCES.breached_at,
    _INSTANCES.target_seconds,
    _INSTANCES.business_hours,
    _INSTANCES.policy,
    _INSTANCES.rules_version,
    _INSTANCES.elapsed,
    _TICKETS.priority,
    _TICKETS.channel_id,
    _TICKETS.customer,
    _TICKETS.customer_tier,
    _TICKETS.assignee,
    _TICKETS.group_name,
)
_SAME_TICKET = (_TICKETS.workspace == _INSTANCES.workspace) & (_TICKETS.ticket_id == _INSTANCES.ticket_id)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Instants in `[since, until)`; a side that is None is open."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """When a clock was paused or ran again, as the log of metric events tells."""

    ticket_id: int
    metric: str
    instance: int
    type: str
    at: datetime


def measured(conn: Connection, workspace: str, span: Span, now: datetime) -> list[Measured]:
    """The instances with a target that were activated in a span, oldest first; what is late by `now` is missed."""
    statement = (
        select(*_SELECTED)
        .select_from(metric_instance.join(ticket, _SAME_TICKET))
        .where(
            _INSTANCES.workspace == workspace,
            _INSTANCES.target_seconds.is_not(None),
            _INSTANCES.activated_at >= span.since if span.since else true(),
            _INSTANCES.activated_at < span.until if span.until else true(),
        )
        .order_by(_INSTANCES.activated_at, _INSTANCES.ticket_id, _INSTANCES.metric, _INSTANCES.instance)
    )
    return [_measured(row, now) for row in conn.execute(statement)]


def _measured(row: Any, now: datetime) -> Measured:
    outcome = Outcome(row.outcome)
    return Measured(
        ticket=str(row.ticket_id),
        metric=row.metric,
        instance=row.instance,
        outcome=counted_outcome(outcome, breached=row.breached, breach_at=row.breach_at, now=now),
        is_open=outcome is Outcome.OPEN,
        activated_at=row.activated_at,
        breach_at=row.breach_at,
        breached_at=row.breached_at,
        ended_at=row.fulfilled_at,
        target=timedelta(seconds=row.target_seconds),
        business_hours=row.business_hours,
        business=timedelta(seconds=row.elapsed.get("business_seconds", 0)),
        calendar=timedelta(seconds=row.elapsed.get("calendar_seconds", 0)),
        without_reply=row.without_reply,
        relaxed=row.relaxed,
        policy=row.policy,
        version=row.rules_version,
        priority=row.priority,
        channel=row.channel_id,
        customer=row.customer,
        tier=row.customer_tier,
        agent=row.assignee,
        group=row.group_name,
    )


def stops(conn: Connection, workspace: str, ticket_ids: Iterable[int]) -> Iterator[Stop]:
    """When clocks of some tickets were paused and ran again, by ticket and instant."""
    table = metric_event.c
    for some in _some(ticket_ids):
        statement = select(table.ticket_id, table.metric, table.instance, table.type, table.at).where(
            table.workspace == workspace,
            table.ticket_id.in_(some),
            table.type.in_(["pause", "resume"]),
            table.deleted.is_(False),
        )
        yield from records(Stop, conn.execute(statement.order_by(table.ticket_id, table.at, table.event_id)))


def comments(conn: Connection, workspace: str, ticket_ids: Iterable[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    """What was written on some tickets, as the engine reads it, by ticket and instant."""
    table = ticket_event.c
    for some in _some(ticket_ids):
        statement = select(table.ticket_id, table.body).where(
            table.workspace == workspace,
            table.ticket_id.in_(some),
            table.type.in_(["created", "comment"]),
        )
        for row in conn.execute(statement.order_by(table.ticket_id, table.at, table.seq)):
            yield row.ticket_id, row.body


def exemptions(conn: Connection, workspace: str, ticket_ids: Iterable[int]) -> dict[int, str]:
    """Why tickets are exempt, as the last exemption says."""
    table = ticket_event.c
    found: dict[int, str] = {}
    for some in _some(ticket_ids):
        statement = select(table.ticket_id, table.body).where(
            table.workspace == workspace, table.ticket_id.in_(some), table.type == "exempt"
        )
        for row in conn.execute(statement.order_by(table.ticket_id, table.at, table.seq)):
            found[row.ticket_id] = str(row.body.get("reason") or "")
    return found


def _some(ticket_ids: Iterable[int]) -> Iterator[Sequence[int]]:
    wanted = sorted(set(ticket_ids))
    for start in range(0, len(wanted), _AT_ONCE):
        yield wanted[start : start + _AT_ONCE]
