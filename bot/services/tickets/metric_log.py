"""The log of metric events as rows."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from sla.engine import Instance, LogType, MetricEvent, TicketState, advance, in_order, settle, start
from sla.events import Event
from sla.policy import Rules
from sla.ticket import Ticket
from store import metric_events
from store.metric_events import MetricEventRecord
from store.tickets import TicketRecord

_MINUTE = timedelta(minutes=1)


Body = Mapping[str, Any]


def append_log(conn: Connection, ticket: TicketRecord, log: Iterable[tuple[MetricEvent, Body]], now: datetime) -> None:
    """Add what steps have logged; a superseded breach marks the one that it names."""
    fresh: list[MetricEventRecord] = []
    for event, body in log:
        record = event_record(ticket, event, body, now)
        if event.superseded:
            metric_events.append(conn, fresh)
            fresh = []
            metric_events.supersede(conn, record, now)
        else:
            fresh.append(record)
    metric_events.append(conn, fresh)


def event_record(ticket: TicketRecord, event: MetricEvent, body: Body, now: datetime) -> MetricEventRecord:
    """The row of an entry."""
    return MetricEventRecord(
        workspace=ticket.workspace,
        ticket_id=ticket.ticket_id,
        metric=event.metric,
        instance=event.instance,
        type=event.type,
        at=event.at,
        recorded_at=now,
        body=dict(body),
        superseded=event.superseded,
    )


def logged(state: TicketState) -> Iterator[tuple[MetricEvent, Body]]:
    """What a step has logged, with what exports say besides, as it was at that step."""
    instances = {instance.key: instance for instance in (*state.open_instances, *state.changed)}
    for event in state.metric_events:
        yield event, _body(event, state.rules, instances.get((event.metric, event.instance)))


def bodies(ticket: Ticket, rules: Rules, events: Iterable[Event], until: datetime) -> dict[MetricEvent, Body]:
    """What exports say besides, of a whole history: the same as if it had been taken step by step."""
    state, found = start(ticket, rules), dict[MetricEvent, Body]()
    for event in in_order(events):
        state = advance(state, event)
        found |= dict(logged(state))
    return found | dict(logged(settle(state, until)))


def _body(event: MetricEvent, rules: Rules, instance: Instance | None) -> Body:
    """Of a target whose it is, of a clock that stops how long it ran."""
    body: dict[str, Any] = {} if event.target_seconds is None else {"target_seconds": event.target_seconds}
    if instance is None:
        return body
    if event.type is LogType.APPLY_SLA:
        business = instance.target.business_hours if instance.target else False
        return body | {"policy": instance.policy, "business_hours": business}
    if event.type in {LogType.PAUSE, LogType.FULFILL, LogType.CANCEL}:
        ran = instance._replace(ended_at=None).elapsed(rules, event.at)
        return body | {"minutes": {"calendar": ran.calendar // _MINUTE, "business": ran.business // _MINUTE}}
    return body
