"""Stored values with sensible contents, for tests that care about one column."""

from datetime import UTC, datetime
from typing import Any

from store.conversations import ConversationRecord
from store.instances import InstanceRecord
from store.metric_events import MetricEventRecord
from store.ticket_events import TicketEvent
from store.tickets import TicketRecord

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def a_ticket(**changed: Any) -> TicketRecord:
    values: dict[str, Any] = {
        "workspace": "T1",
        "channel_id": "C1",
        "thread_ts": "1767614400.000100",
        "subject": "Nothing works",
        "last_event_at": NOON,
        "created_at": NOON,
        "updated_at": NOON,
    }
    return TicketRecord(**(values | changed))


def a_conversation(**changed: Any) -> ConversationRecord:
    values: dict[str, Any] = {
        "workspace": "T1",
        "channel_id": "C1",
        "thread_ts": "1767614400.000100",
        "ticket_id": 1,
        "opened_by": "U1",
        "opened_at": NOON,
    }
    return ConversationRecord(**(values | changed))


def an_event(key: str, **changed: Any) -> TicketEvent:
    values: dict[str, Any] = {
        "workspace": "T1",
        "ticket_id": 1,
        "at": NOON,
        "type": "comment",
        "actor": "U1",
        "body": {"type": "comment", "text": "hi"},
        "recorded_at": NOON,
    }
    return TicketEvent(key=key, **(values | changed))


def an_instance(**changed: Any) -> InstanceRecord:
    values: dict[str, Any] = {
        "workspace": "T1",
        "ticket_id": 1,
        "metric": "first_reply_time",
        "instance": 1,
        "stage": "active",
        "outcome": "open",
        "activated_at": NOON,
        "target_seconds": 3600,
    }
    return InstanceRecord(**(values | changed))


def a_metric_event(**changed: Any) -> MetricEventRecord:
    values: dict[str, Any] = {
        "workspace": "T1",
        "ticket_id": 1,
        "metric": "first_reply_time",
        "instance": 1,
        "type": "activate",
        "at": NOON,
        "recorded_at": NOON,
        "body": {},
    }
    return MetricEventRecord(**(values | changed))
