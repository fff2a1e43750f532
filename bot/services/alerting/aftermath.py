"""What becomes of an alert once it is clear how the matter ended: the post is edited to say so.

An edit notifies nobody, which is right here: whoever was alarmed finds the end of the story where the alarm was. A
reply that was written in time but arrives late takes the alert back in the same way.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from bot.services.alerting.alerts import ALERT, ALERT_EDIT, CORRECTION, DIRECT
from sla.instants import format_instant
from store import instances, outbox
from store.instances import InstanceRecord
from store.outbox import NewMessage, OutboxMessage, OutboxState

_URGENCY = 0


def edit_alerts(conn: Connection, changed: Iterable[InstanceRecord], now: datetime) -> None:
    """Record edits for the alert posts of those instances that have ended, or are no longer late."""
    for instance in changed:
        if instance.outcome == "open" and instance.breached:
            continue
        for alert in _posts(conn, instance):
            _record(conn, alert, instance, now)


def edit_alert(conn: Connection, alert: OutboxMessage, now: datetime) -> None:
    """Record the edit of an alert that has just been sent, when its instance has ended in the meantime."""
    instance = instances.get(conn, alert.workspace, alert.ticket_id or 0, alert.metric or "", alert.instance or 0)
    if instance is not None and instance.outcome != "open":
        _record(conn, alert, instance, now)


def _posts(conn: Connection, instance: InstanceRecord) -> list[OutboxMessage]:
    """The alerts of an instance that are in Slack; there are none where nothing was ever due."""
    if not instance.sent:
        return []
    sent = (
        message
        for kind in (ALERT, DIRECT)
        for message in outbox.of_ticket(
            conn, instance.workspace, instance.ticket_id, kind=kind, states=[OutboxState.SENT]
        )
    )
    return [alert for alert in sent if (alert.metric, alert.instance) == (instance.metric, instance.instance)]


def _record(conn: Connection, alert: OutboxMessage, instance: InstanceRecord, now: datetime) -> None:
    """The key names the ending, so that the same one is written once and another one replaces it."""
    if instance.outcome == "open" and not alert.payload.get("breach"):
        return  # a warning of what is still ahead says nothing wrong
    ended_at = instance.fulfilled_at or instance.breach_at
    ending = f"{instance.outcome}:{format_instant(ended_at) if ended_at else ''}"
    _follow_up(conn, alert, kind=ALERT_EDIT, key=f"{alert.key}:ended:{ending}", now=now)
    if instance.outcome == "met" and alert.payload.get("unverified"):
        # Whoever was alarmed by what Slack could not be asked about in time is told in the thread that it was wrong.
        _follow_up(conn, alert, kind=CORRECTION, key=f"{alert.key}:corrected", now=now)


def _follow_up(conn: Connection, alert: OutboxMessage, *, kind: str, key: str, now: datetime) -> None:
    """Record what is to be done about an alert's post, where that post is."""
    outbox.enqueue(
        conn,
        NewMessage(
            workspace=alert.workspace,
            key=key,
            kind=kind,
            destination=alert.channel_id or alert.destination,
            payload={"of": alert.key},
            created_at=now,
            urgency=_URGENCY,
            ticket_id=alert.ticket_id,
            metric=alert.metric,
            instance=alert.instance,
        ),
    )
