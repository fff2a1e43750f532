"""Calls to webhooks as the outbox keeps them, and those that a tick makes itself: warnings are in no log."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.services.alerting.alerts import SUBSCRIPTION
from bot.services.api import webhooks
from bot.services.api.webhooks import SLA
from sla.instants import format_instant
from store import outbox, subscriptions
from store.outbox import NewMessage
from store.subscriptions import Subscription


def warned(conn: Connection, workspace: str, ticket_id: int, about: dict[str, Any], now: datetime) -> None:
    """Record calls for a threshold that was reached before the deadline."""
    key = ":".join(str(about[name]) for name in ("metric", "instance_id", "threshold", "arming"))
    event = (f"warning:{ticket_id}:{key}", f"{SLA}warning", ticket_id, about | {"at": format_instant(now)})
    for subscription in subscriptions.listing(conn, workspace):
        if webhooks.wants(subscription, f"{SLA}warning"):
            outbox.enqueue(conn, message_for(subscription, *event, now))


def message_for(
    subscription: Subscription, key: str, event_type: str, ticket_id: int, about: dict[str, Any], now: datetime
) -> NewMessage:
    """The outbox row of a call; its key names what it tells, so that it is told once."""
    return NewMessage(
        workspace=subscription.workspace,
        key=f"{SUBSCRIPTION}:{subscription.subscription_id}:{key}",
        kind=SUBSCRIPTION,
        destination=f"{SUBSCRIPTION}:{subscription.subscription_id}",
        payload={"type": event_type, "event": about},
        created_at=now,
        ticket_id=ticket_id,
    )
