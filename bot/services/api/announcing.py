"""What webhooks are told: every subscription follows the logs at its own pace, and the outbox sends what it found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.clock import Clock
from bot.config.model import Webhook
from bot.notify.webhook import Call
from bot.services.api import webhooks
from bot.services.api.metric_names import event_name, instance_number
from bot.services.api.warnings import message_for
from bot.services.api.webhooks import SLA, TICKET
from bot.services.outbox.drawn import Void
from bot.services.workspace.desk import Desk
from sla.instants import format_instant
from store import metric_events, outbox, subscriptions, ticket_events, tickets
from store.engine import Database
from store.metric_events import MetricEventRecord
from store.outbox import OutboxMessage
from store.subscriptions import Subscription
from store.ticket_events import TicketEvent

_BATCH = 500
# Transactions do not end in the order of their clocks: what is this old is looked at once more, and told once.
_AGAIN = timedelta(minutes=1)
_FIELDS = {"assignee": "agent_assignment_changed"}
_TYPES = {
    "created": "created",
    "comment": "comment_added",
    "status": "status_changed",
    "priority": "priority_changed",
    "tags": "tags_changed",
    "group": "group_assignment_changed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcer:
    """Records calls for what has happened since each webhook was last told."""

    db: Database
    desk: Callable[[], Desk]
    clock: Clock

    async def drain(self) -> int:
        """Record what is new; how many calls that were."""
        workspace, now = self.desk().workspace, self.clock.now()
        if not await self.db.read(lambda conn: _is_behind(conn, workspace)):
            return 0
        return await self.db.write(lambda conn: _announce(conn, workspace, now))


def _is_behind(conn: Connection, workspace: str) -> bool:
    """Whether something was recorded that a webhook has not been told of."""
    return any(
        metric_events.after(conn, workspace, one.metric_cursor, limit=1)
        or ticket_events.recorded(conn, workspace, one.ticket_cursor + timedelta(microseconds=1), limit=1)
        for one in subscriptions.listing(conn, workspace)
    )


def _announce(conn: Connection, workspace: str, now: datetime) -> int:
    total = 0
    for subscription in subscriptions.listing(conn, workspace):
        clocks = metric_events.after(conn, workspace, subscription.metric_cursor, limit=_BATCH)
        since = max(subscription.ticket_cursor - _AGAIN, subscription.created_at)
        said = ticket_events.recorded(conn, workspace, since, limit=_BATCH)
        calls = [*_of_clocks(subscription, clocks), *_of_tickets(subscription, said)]
        total += outbox.enqueue_many(conn, [message_for(subscription, *call, now) for call in calls])
        subscriptions.change(
            conn,
            workspace,
            subscription.subscription_id,
            metric_cursor=clocks[-1].event_id if clocks else subscription.metric_cursor,
            ticket_cursor=max(said[-1].recorded_at if said else since, subscription.ticket_cursor),
        )
    return total


Told = tuple[str, str, int, dict[str, Any]]


def _of_clocks(subscription: Subscription, entries: list[MetricEventRecord]) -> Iterator[Told]:
    for entry in entries:
        event_type = f"{SLA}{entry.type}"
        if not entry.deleted and webhooks.wants(subscription, event_type):
            about = {
                "metric": event_name(entry.metric),
                "instance_id": instance_number(entry.metric, entry.instance),
                "at": format_instant(entry.at),
            }
            yield str(entry.event_id), event_type, entry.ticket_id, about


def _of_tickets(subscription: Subscription, events: list[TicketEvent]) -> Iterator[Told]:
    for event in events:
        name = _FIELDS.get(str(event.body.get("field"))) if event.type == "field" else _TYPES.get(event.type)
        if name is None or not webhooks.wants(subscription, f"{TICKET}{name}"):
            continue
        about: dict[str, Any] = {"at": format_instant(event.at)}
        if event.type in {"created", "comment"}:
            about["is_public"] = bool(event.body.get("public", True))
        elif event.type == "tags":
            about |= {"added": event.body.get("add", []), "removed": event.body.get("remove", [])}
        else:
            about["current"] = event.body.get("to")
        yield event.key, f"{TICKET}{name}", event.ticket_id, about


async def draw(message: OutboxMessage, *, db: Database, desk: Desk, key: bytes) -> Call | Void:
    """A call, in the shape of Zendesk's events; what was said on a ticket is never in it."""

    def gather(conn: Connection) -> tuple[Subscription | None, dict[str, Any]]:
        found = subscriptions.find(conn, desk.workspace, message.destination.partition(":")[2])
        ticket = tickets.get(conn, desk.workspace, message.ticket_id or 0)
        detail: dict[str, Any] = {"id": str(message.ticket_id)}
        if ticket is not None:
            shown = {"status": ticket.status, "priority": ticket.priority, "tags": list(ticket.tags)}
            times = {"created_at": format_instant(ticket.created_at), "updated_at": format_instant(ticket.updated_at)}
            detail |= shown | times | {"type": ticket.ticket_type, "via": {"channel": ticket.via}}
        return found, detail

    subscription, detail = await db.read(gather)
    if subscription is None or subscription.document["status"] != "active":
        return Void(reason="the webhook is gone, or inactive")
    event = dict(message.payload["event"])
    content = {
        "type": message.payload["type"],
        "account_id": desk.workspace,
        "id": message.key.partition(":")[2],
        "time": event.pop("at"),
        "zendesk_event_version": "2022-11-06",
        "subject": f"zen:ticket:{message.ticket_id}",
        "detail": detail,
        "event": event,
    }
    to = Webhook(name=subscription.document["name"], url=subscription.document["endpoint"], secret_env="")
    return Call(
        webhook=subscription.subscription_id,
        content=content,
        to=to,
        secret=webhooks.signing_secret(subscription, key),
    )
