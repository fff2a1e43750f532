"""A ticket's history as `evaluate` prints it."""

from datetime import datetime, timedelta
from typing import Any

from sla.engine import History, Instance, LogType, MetricEvent
from sla.instants import format_instant
from sla.policy import Rules


def history_to_json(history: History, until: datetime) -> dict[str, Any]:
    """Return the JSON object of one ticket: its instances with a target, and the log of all of them.

    Open instances are measured at `until`.
    """
    state = history.state
    return {
        "id": state.ticket.id,
        "policy": state.policy,
        "group_policy": state.group_policy,
        "status": state.ticket.status.value if state.created else None,
        "priority": state.ticket.priority and state.ticket.priority.value,
        "metrics": [
            _metric(instance, state.rules, until) for instance in history.instances if instance.target is not None
        ],
        "metric_events": [_metric_event(entry) for entry in history.metric_events],
        "problems": list(history.problems),
    }


def _metric(instance: Instance, rules: Rules, until: datetime) -> dict[str, Any]:
    assert instance.target is not None
    elapsed = instance.elapsed(rules, until)
    remaining = instance.remaining(rules, until)
    return {
        "metric": instance.metric.value,
        "instance": instance.number,
        "stage": instance.stage.value,
        "outcome": instance.outcome.value,
        "breached": instance.breached,
        "activated_at": _instant(instance.activated_at),
        "fulfilled_at": _instant(instance.fulfilled_at),
        "without_reply": instance.without_reply,
        "breach_at": _instant(instance.breach_at),
        "breached_at": _instant(instance.breached_at),
        "target_seconds": instance.target.seconds,
        "business_hours": instance.target.business_hours,
        "elapsed": {"business_seconds": _seconds(elapsed.business), "calendar_seconds": _seconds(elapsed.calendar)},
        "remaining": None if remaining is None else {"seconds": _seconds(remaining)},
    }


def _metric_event(entry: MetricEvent) -> dict[str, Any]:
    written = {
        "at": format_instant(entry.at),
        "metric": entry.metric.value,
        "instance": entry.instance,
        "type": entry.type.value,
    }
    if entry.type is LogType.APPLY_SLA:
        written["target_seconds"] = entry.target_seconds
    if entry.superseded:
        written["superseded"] = True
    return written


def _instant(at: datetime | None) -> str | None:
    return None if at is None else format_instant(at)


def _seconds(duration: timedelta) -> int | float:
    """Return seconds, with a fraction only when there is one."""
    seconds, rest = divmod(duration, timedelta(seconds=1))
    return duration.total_seconds() if rest else seconds
