"""The log of metric events as rows."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from sla.engine import MetricEvent
from store import metric_events
from store.metric_events import MetricEventRecord
from store.tickets import TicketRecord


def append_log(conn: Connection, ticket: TicketRecord, log: Iterable[MetricEvent], now: datetime) -> None:
    """Add what steps have logged; a superseded breach marks the one that it names."""
    fresh: list[MetricEventRecord] = []
    for event in log:
        record = event_record(ticket, event, now)
        if event.superseded:
            metric_events.append(conn, fresh)
            fresh = []
            metric_events.supersede(conn, record, now)
        else:
            fresh.append(record)
    metric_events.append(conn, fresh)


def event_record(ticket: TicketRecord, event: MetricEvent, now: datetime) -> MetricEventRecord:
    """The row of an entry."""
    return MetricEventRecord(
        workspace=ticket.workspace,
        ticket_id=ticket.ticket_id,
        metric=event.metric,
        instance=event.instance,
        type=event.type,
        at=event.at,
        recorded_at=now,
        body={} if event.target_seconds is None else {"target_seconds": event.target_seconds},
        superseded=event.superseded,
    )
