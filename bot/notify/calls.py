"""What a webhook is told about alerts, as JSON; docs/configuration.md describes it."""

from collections.abc import Sequence
from typing import Any

from bot.notify.webhook import Call
from bot.services.alerting.alerts import Alerted
from bot.slack.alert_posts import AlertView
from sla.instants import format_instant

Told = tuple[AlertView, Alerted]


def call(webhook: str, told: Sequence[Told], *, digest: bool = False) -> Call:
    """One alert, or all those of a storm."""
    kind = "sla.digest" if digest else "sla.alert"
    return Call(webhook=webhook, content={"type": kind, "alerts": [_alert(*one) for one in told]})


def _alert(view: AlertView, alerted: Alerted) -> dict[str, Any]:
    return {
        "ticket": view.number,
        "customer": view.customer,
        "customer_tier": view.tier or None,
        "priority": view.priority or None,
        "status": view.status,
        "metric": view.metric,
        "threshold": alerted.threshold,
        "breached": view.breach,
        "due_at": format_instant(alerted.due_at),
        "breach_at": None if view.paused and not view.breach else format_instant(view.breach_at),
        "business_hours": view.business_hours,
        "seconds_late": int(view.late.total_seconds()) if view.late else 0,
        "text": view.text,
        "permalink": view.permalink or None,
    }
