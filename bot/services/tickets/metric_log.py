"""The log of metric events as rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from sla.engine import Instance, LogType, MetricEvent
from sla.metrics import Metric
from sla.policy import Rules
from store import metric_events
from store.metric_events import MetricEventRecord
from store.tickets import TicketRecord

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """The instances that a log is about, and the rules that they are measured by."""

    rules: Rules
    instances: Mapping[tuple[Metric, int], Instance]


def append_log(
    conn: Connection, ticket: TicketRecord, log: Iterable[MetricEvent], clocks: Clocks, now: datetime
) -> None:
    """Add what steps have logged; a superseded breach marks the one that it names."""
    fresh: list[MetricEventRecord] = []
    for event in log:
        record = event_record(ticket, event, clocks, now)
        if event.superseded:
            metric_events.append(conn, fresh)
            fresh = []
            metric_events.supersede(conn, record, now)
        else:
            fresh.append(record)
    metric_events.append(conn, fresh)


def event_record(ticket: TicketRecord, event: MetricEvent, clocks: Clocks, now: datetime) -> MetricEventRecord:
    """The row of an entry."""
    return MetricEventRecord(
        workspace=ticket.workspace,
        ticket_id=ticket.ticket_id,
        metric=event.metric,
        instance=event.instance,
        type=event.type,
        at=event.at,
        recorded_at=now,
        body=_body(event, clocks),
        superseded=event.superseded,
    )


def _body(event: MetricEvent, clocks: Clocks) -> dict[str, Any]:
    """What exports say besides: of a target whose it is, of a clock that stops how long it ran."""
    body: dict[str, Any] = {} if event.target_seconds is None else {"target_seconds": event.target_seconds}
    instance = clocks.instances.get((event.metric, event.instance))
    if instance is None:
        return body
    if event.type is LogType.APPLY_SLA:
        business = instance.target.business_hours if instance.target else False
        return body | {"policy": instance.policy, "business_hours": business}
    if event.type in {LogType.PAUSE, LogType.FULFILL, LogType.CANCEL}:
        ran = instance._replace(ended_at=None).elapsed(clocks.rules, event.at)
        return body | {"minutes": {"calendar": ran.calendar // _MINUTE, "business": ran.business // _MINUTE}}
    return body
