"""The clocks of tickets: instances with their deadlines, and the log of what happened to them."""

from typing import ClassVar

from sqlalchemy import ForeignKeyConstraint, Index, text

from store.tables.base import (
    Base,
    Instant,
    JsonValue,
    Key,
    MaybeInstant,
    MaybeNumber,
    MaybeWords,
    Number,
    NumberKey,
    Words,
    table_of,
)

_DUE = text("next_at IS NOT NULL")
_OPEN = text("outcome = 'open'")


class MetricInstanceRow(Base, table=True):
    """One run of a metric on a ticket. `next_at` is when somebody has to look at it next."""

    __tablename__ = "metric_instance"
    __table_args__: ClassVar[tuple[object, ...]] = (
        ForeignKeyConstraint(["workspace", "ticket_id"], ["ticket.workspace", "ticket.ticket_id"]),
        Index("ix_metric_instance_due", "workspace", "next_at", sqlite_where=_DUE, postgresql_where=_DUE),
        Index("ix_metric_instance_open", "workspace", "breach_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_metric_instance_activated", "workspace", "activated_at"),
    )

    workspace: Key
    ticket_id: NumberKey
    metric: Key
    instance: NumberKey
    stage: Words
    outcome: Words
    breached: bool
    without_reply: bool
    relaxed: bool
    activated_at: Instant
    fulfilled_at: MaybeInstant
    breach_at: MaybeInstant
    breached_at: MaybeInstant
    target_seconds: MaybeNumber
    business_hours: bool
    policy: MaybeWords
    schedule: MaybeWords
    rules_version: MaybeNumber
    elapsed: JsonValue
    body: JsonValue
    sent: JsonValue
    next_at: MaybeInstant
    attempts: Number


class MetricEventRow(Base, table=True):
    """An entry of the metric log. Ids ascend in a workspace in the order of commits and are never reused."""

    __tablename__ = "metric_event"
    __table_args__: ClassVar[tuple[object, ...]] = (
        ForeignKeyConstraint(["workspace", "ticket_id"], ["ticket.workspace", "ticket.ticket_id"]),
        Index("ix_metric_event_ticket", "workspace", "ticket_id", "event_id"),
        Index("ix_metric_event_recorded", "workspace", "recorded_at", "event_id"),
    )

    workspace: Key
    event_id: NumberKey
    ticket_id: Number
    metric: Words
    instance: Number
    type: Words
    at: Instant
    recorded_at: Instant
    body: JsonValue
    superseded: bool
    deleted: bool


metric_instance = table_of(MetricInstanceRow)
metric_event = table_of(MetricEventRow)
