"""Tickets, their events and their metric log in the orders in which exports and lists read them."""

import operator
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any, cast

from sqlalchemy import Column, ColumnElement, Connection, Select, func, not_, or_, select

from store.metric_events import MetricEventRecord
from store.statements import columns, records
from store.tables import metric_event, ticket, ticket_event
from store.ticket_events import TicketEvent
from store.tickets import TicketRecord
from store.types import PlainText, dumps

_SECOND = timedelta(seconds=1)
_TICKET, _EVENT, _METRIC = (
    columns(ticket, TicketRecord),
    columns(ticket_event, TicketEvent),
    columns(metric_event, MetricEventRecord),
)
ORDERS = ("ticket_id", "created_at", "updated_at", "priority", "status", "subject")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A condition on tickets: one of `values` (`:`), or a comparison with the first; `text` is looked for in words."""

    field: str
    comparison: str = ":"
    values: tuple[Any, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which tickets of a list, in which order."""

    order: str = "ticket_id"
    descending: bool = False
    offset: int = 0
    limit: int = 100


def tickets_listed(conn: Connection, workspace: str, terms: Sequence[Term], page: Page) -> list[TicketRecord]:
    """A page of the tickets for which all terms hold; what is not a ticket is left out."""
    by = ticket.c[page.order]
    number = ticket.c.ticket_id
    order = (by.desc(), number.desc()) if page.descending else (by, number)
    statement = _found(select(*_TICKET), workspace, terms).order_by(*order).limit(page.limit).offset(page.offset)
    return list(records(TicketRecord, conn.execute(statement)))


def tickets_counted(conn: Connection, workspace: str, terms: Sequence[Term]) -> int:
    """How many tickets there are for which all terms hold."""
    found: int = conn.execute(_found(select(func.count()).select_from(ticket), workspace, terms)).scalar_one()
    return found


def _found(statement: Select[Any], workspace: str, terms: Sequence[Term]) -> Select[Any]:
    statement = statement.where(ticket.c.workspace == workspace, ticket.c.not_a_ticket.is_(False))
    for term in terms:
        holds = _holds(term)
        statement = statement.where(not_(func.coalesce(holds, False)) if term.negated else holds)
    return statement


def _holds(term: Term) -> ColumnElement[bool]:
    if term.field == "text":
        return or_(*(ticket.c.subject.icontains(value, autoescape=True) for value in term.values))
    if term.field == "tags":
        written = ticket.c.tags.cast(PlainText)
        return or_(*(written.icontains(dumps(value), autoescape=True) for value in term.values))
    column = ticket.c[term.field]
    if term.comparison == ":":
        known = [value for value in term.values if value is not None]
        return or_(column.in_(known), column.is_(None)) if None in term.values else column.in_(known)
    return cast("ColumnElement[bool]", _COMPARED[term.comparison](column, term.values[0]))


_COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What of a workspace is wanted: recorded at or after an instant, until there are `size` of them."""

    workspace: str
    at: datetime
    size: int


def tickets_changed(conn: Connection, since: Since) -> tuple[list[TicketRecord], bool]:
    """Tickets in the order of their last changes, up to the end of the second in which the page is full.

    Whether there are more comes with them.
    """
    return _whole_seconds(conn, select(*_TICKET), (ticket.c.updated_at, ticket.c.ticket_id), TicketRecord, since)


def events_recorded(conn: Connection, since: Since) -> tuple[list[TicketEvent], bool]:
    """Events of tickets in the order in which we learned of them; see :func:`tickets_changed`."""
    key = (ticket_event.c.recorded_at, ticket_event.c.key)
    return _whole_seconds(conn, select(*_EVENT), key, TicketEvent, since)


def metrics_recorded(
    conn: Connection, since: Since, weight: Callable[[MetricEventRecord], int]
) -> tuple[list[MetricEventRecord], bool]:
    """Entries of the metric log in the order of their last changes; see :func:`tickets_changed`.

    ``weight`` is how many rows of a page an entry takes.
    """
    key = (metric_event.c.recorded_at, metric_event.c.event_id)
    return _whole_seconds(conn, select(*_METRIC), key, MetricEventRecord, since, weight)


def _whole_seconds(
    conn: Connection,
    statement: Select[Any],
    key: tuple[Column[Any], Column[Any]],
    record: Any,
    since: Since,
    weight: Callable[[Any], int] = lambda _: 1,
) -> tuple[list[Any], bool]:
    at, identity = key
    mine = at.table.c.workspace == since.workspace
    ordered = statement.where(mine, at >= since.at).order_by(at, identity)
    rows = list(records(record, conn.execute(ordered.limit(since.size + 1))))
    full = next((place for place, sum_ in enumerate(accumulate(map(weight, rows))) if sum_ >= since.size), None)
    if full is None:
        return rows, False
    last: datetime = getattr(rows[full], at.name)
    until = last.replace(microsecond=0) + _SECOND
    within = [row for row in rows if getattr(row, at.name) < until]
    if len(within) == len(rows):  # the second may go on
        within = list(records(record, conn.execute(ordered.where(at < until))))
    more = conn.execute(select(at).where(mine, at >= until).limit(1)).first()
    return within, more is not None


def tickets_after(conn: Connection, workspace: str, after: tuple[datetime, int], limit: int) -> list[TicketRecord]:
    """Tickets behind a position (instant of the last change, number) in the order of changes."""
    at, number = after
    behind = or_(ticket.c.updated_at > at, (ticket.c.updated_at == at) & (ticket.c.ticket_id > number))
    statement = select(*_TICKET).where(ticket.c.workspace == workspace, behind)
    ordered = statement.order_by(ticket.c.updated_at, ticket.c.ticket_id).limit(limit)
    return list(records(TicketRecord, conn.execute(ordered)))


def metrics_after(conn: Connection, workspace: str, after: tuple[datetime, int], limit: int) -> list[MetricEventRecord]:
    """Entries of the metric log behind a position (instant of the last change, id) in the order of changes."""
    at, number = after
    table = metric_event
    behind = or_(table.c.recorded_at > at, (table.c.recorded_at == at) & (table.c.event_id > number))
    statement = select(*_METRIC).where(table.c.workspace == workspace, behind)
    ordered = statement.order_by(table.c.recorded_at, table.c.event_id).limit(limit)
    return list(records(MetricEventRecord, conn.execute(ordered)))


def metrics_of(conn: Connection, workspace: str, ticket_ids: Collection[int]) -> list[MetricEventRecord]:
    """The metric log of some tickets, by instant and id."""
    statement = select(*_METRIC).where(
        metric_event.c.workspace == workspace, metric_event.c.ticket_id.in_(sorted(ticket_ids))
    )
    ordered = statement.order_by(metric_event.c.at, metric_event.c.event_id)
    return list(records(MetricEventRecord, conn.execute(ordered)))


def events_of(conn: Connection, workspace: str, ticket_ids: Collection[int]) -> list[TicketEvent]:
    """The histories of some tickets, by instant."""
    statement = select(*_EVENT).where(
        ticket_event.c.workspace == workspace, ticket_event.c.ticket_id.in_(sorted(ticket_ids))
    )
    return list(records(TicketEvent, conn.execute(statement.order_by(ticket_event.c.at, ticket_event.c.seq))))


def openings(conn: Connection, workspace: str, ticket_ids: Collection[int]) -> dict[int, TicketEvent]:
    """The first event of each of some tickets."""
    statement = select(*_EVENT).where(
        ticket_event.c.workspace == workspace,
        ticket_event.c.ticket_id.in_(sorted(ticket_ids)),
        ticket_event.c.type == "created",
    )
    return {event.ticket_id: event for event in records(TicketEvent, conn.execute(statement))}


def people(conn: Connection, workspace: str) -> set[str]:
    """Everybody who has said or done something on a ticket, or is its requester or assignee."""
    found: set[str] = set()
    for column in (ticket.c.requester, ticket.c.assignee, ticket_event.c.actor):
        statement = select(column).where(column.table.c.workspace == workspace, column.is_not(None)).distinct()
        found |= set(conn.execute(statement).scalars())
    return found
