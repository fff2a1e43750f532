"""Webhooks over REST: who wants to be told of what, and the secret that proves who tells it."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection

from bot.services.api.refusals import Problems, RecordNotFoundError
from store import audit, subscriptions
from store.audit import AuditEntry
from store.subscriptions import Subscription

SLA, TICKET = "zen:event-type:sla.", "zen:event-type:ticket."
EVERY_TICKET_EVENT = "conditional_ticket_events"
SLA_EVENTS = ("activate", "warning", "breach", "fulfill")
TICKET_EVENTS = (
    "created",
    "status_changed",
    "priority_changed",
    "tags_changed",
    "agent_assignment_changed",
    "group_assignment_changed",
    "comment_added",
)
EVENT_TYPES = (
    *(f"{SLA}{name}" for name in SLA_EVENTS),
    *(f"{TICKET}{name}" for name in TICKET_EVENTS),
    EVERY_TICKET_EVENT,
)
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MOST = 100


def find(conn: Connection, workspace: str, webhook_id: str) -> Subscription:
    """The webhook with that id.

    Raises:
        RecordNotFoundError: There is none.
    """
    found = subscriptions.find(conn, workspace, webhook_id)
    if found is None:
        raise RecordNotFoundError
    return found


def create(conn: Connection, workspace: str, given: Mapping[str, Any], who: str, now: datetime) -> Subscription:
    """Keep a webhook.

    Raises:
        RecordInvalidError: It cannot be kept.
    """
    problems = Problems()
    if len(subscriptions.listing(conn, workspace)) >= _MOST:
        problems.add("base", f"there are {_MOST} webhooks, which is the most")
    document = _document(given, {}, problems)
    problems.raise_any()
    made = Subscription(
        workspace=workspace,
        subscription_id="01" + "".join(secrets.choice(_ALPHABET) for _ in range(24)),
        document=document,
        ticket_cursor=now,
        created_at=now,
        updated_at=now,
    )
    subscriptions.create(conn, made)
    _write_down(conn, workspace, who, now, "webhook.created", made.subscription_id)
    return made


def update(
    conn: Connection, workspace: str, webhook_id: str, given: Mapping[str, Any], who: str, now: datetime
) -> Subscription:
    """Change what is given of a webhook.

    Raises:
        RecordInvalidError: It cannot be kept.
    """
    before = find(conn, workspace, webhook_id)
    problems = Problems()
    document = _document(given, before.document, problems)
    problems.raise_any()
    subscriptions.change(conn, workspace, webhook_id, document=document, updated_at=now)
    _write_down(conn, workspace, who, now, "webhook.changed", webhook_id)
    return find(conn, workspace, webhook_id)


def delete(conn: Connection, workspace: str, webhook_id: str, who: str, now: datetime) -> None:
    """Forget a webhook.

    Raises:
        RecordNotFoundError: There is none.
    """
    if not subscriptions.remove(conn, workspace, webhook_id):
        raise RecordNotFoundError
    _write_down(conn, workspace, who, now, "webhook.deleted", webhook_id)


def reset_secret(conn: Connection, workspace: str, webhook_id: str, who: str, now: datetime) -> Subscription:
    """Give a webhook another secret."""
    before = find(conn, workspace, webhook_id)
    document = before.document | {"generation": before.document.get("generation", 1) + 1}
    subscriptions.change(conn, workspace, webhook_id, document=document, updated_at=now)
    _write_down(conn, workspace, who, now, "webhook.secret_reset", webhook_id)
    return find(conn, workspace, webhook_id)


def signing_secret(subscription: Subscription, key: bytes) -> str:
    """What calls are signed with: derived, so that it is kept nowhere."""
    said = f"webhook:{subscription.subscription_id}:{subscription.document.get('generation', 1)}"
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()


def wants(subscription: Subscription, event_type: str) -> bool:
    """Whether a webhook is to be told of an event."""
    wanted = subscription.document["subscriptions"]
    if subscription.document["status"] != "active":
        return False
    return event_type in wanted or (event_type.startswith(TICKET) and EVERY_TICKET_EVENT in wanted)


def _document(given: Mapping[str, Any], base: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    made = {name: given.get(name, base.get(name)) for name in ("name", "endpoint", "status", "subscriptions")}
    if not isinstance(made["name"], str) or not made["name"].strip():
        problems.blank("name")
    if not _is_address(made["endpoint"]):
        problems.add("endpoint", "has to be an https address without a user name")
    made["status"] = made["status"] or "active"
    if made["status"] not in {"active", "inactive"}:
        problems.add("status", "has to be active or inactive")
    wanted = [] if made["subscriptions"] is None else made["subscriptions"]
    if not isinstance(wanted, list) or not all(isinstance(one, str) and one in EVENT_TYPES for one in wanted):
        problems.add("subscriptions", f"has to be a list of {', '.join(EVENT_TYPES)}")
    for name, only in (("http_method", "POST"), ("request_format", "json")):
        if given.get(name, only) != only:
            problems.add(name, f"has to be {only}")
    return made | {"subscriptions": wanted, "generation": base.get("generation", 1)}


def _is_address(value: object) -> bool:
    if not isinstance(value, str) or len(value) > 2000:
        return False
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and parts.username is None and parts.password is None


def _write_down(conn: Connection, workspace: str, who: str, now: datetime, action: str, webhook_id: str) -> None:
    entry = AuditEntry(workspace=workspace, at=now, who=who, action=action, detail={"webhook": webhook_id})
    audit.record(conn, entry)
