"""The promises to a ticket as Zendesk puts them inside it (Zendesk: side-loading `slas`)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from bot.http.zendesk.times import stamp
from store.instances import InstanceRecord

_STAGES = {"active": "active", "paused": "paused", "fulfilled": "achieved"}
_UNITS = (("days", timedelta(days=1)), ("hours", timedelta(hours=1)), ("minutes", timedelta(minutes=1)))


def slas_json(instances: Iterable[InstanceRecord], now: datetime) -> dict[str, Any]:
    """The newest instance of each metric that has a target; none for what was cancelled or is exempt."""
    newest: dict[str, InstanceRecord] = {}
    for instance in instances:
        known = newest.get(instance.metric)
        if known is None or known.instance < instance.instance:
            newest[instance.metric] = instance
    shown = sorted(newest.values(), key=lambda each: (each.activated_at, each.metric))
    return {"policy_metrics": [_metric(each, now) for each in shown if _counts(each)]}


def _counts(instance: InstanceRecord) -> bool:
    return instance.target_seconds is not None and instance.stage in _STAGES and instance.outcome != "exempt"


def _metric(instance: InstanceRecord, now: datetime) -> dict[str, Any]:
    made: dict[str, Any] = {
        "metric": instance.metric,
        "stage": _STAGES[instance.stage],
        "breach_at": stamp(instance.breach_at),
    }
    return made | (_left(instance.breach_at - now) if instance.breach_at is not None else {})


def _left(left: timedelta) -> dict[str, int]:
    """The largest unit that fits, negative once late."""
    name, unit = next((each for each in _UNITS if abs(left) >= each[1]), _UNITS[-1])
    amount = abs(left) // unit
    return {name: -max(amount, 1) if left < timedelta() else amount}
