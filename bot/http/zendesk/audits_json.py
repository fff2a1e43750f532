"""What happened to a ticket as Zendesk's comments and audits, from the events that the engine folds."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.http.zendesk.naming import Numbers, numbers
from bot.http.zendesk.ports import ApiPorts
from bot.http.zendesk.ticket_json import ViaResource, via_of
from bot.http.zendesk.times import stamp
from bot.services.api.numbers import Kind
from store import ticket_events
from store.ticket_events import TicketEvent
from store.tickets import TicketRecord

_NAMES = {
    "ticket_type": "type",
    "assignee": "assignee_id",
    "requester": "requester_id",
    "group": "group_id",
    "customer": "organization_id",
}
_NUMBERED = {
    "assignee": Kind.USER,
    "requester": Kind.USER,
    "group": Kind.GROUP,
    "customer": Kind.ORGANIZATION,
}
_SAID = frozenset({"created", "comment"})
_CHANGES = frozenset({"status", "priority", "group", "schedule", "field", "tags"})


class CommentResource(BaseModel):
    """A comment: public, or an internal note."""

    model_config = ConfigDict(extra="allow")

    id: int
    type: str
    author_id: int | None
    body: str
    html_body: str
    plain_body: str
    public: bool
    audit_id: int
    created_at: str
    via: ViaResource


class AuditResource(BaseModel):
    """An update of a ticket: everything that one person did to it at one instant."""

    id: int
    ticket_id: int
    created_at: str
    author_id: int | None
    via: ViaResource
    metadata: dict[str, Any]
    events: list[dict[str, Any]]


def identity(key: str) -> int:
    """The number of an event: a hash of its key of 53 bits, so that every client can hold it."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big") >> 11


async def comments_json(api: ApiPorts, ticket: TicketRecord) -> list[dict[str, Any]]:
    """The comments that are still there, oldest first."""
    events = await _events(api, ticket)
    gone = {event.body.get("ref") for event in events if event.type == "comment_deleted"}
    said = [event for event in events if event.type in _SAID and event.key not in gone]
    known = await numbers(api, {Kind.USER: {event.actor for event in said}})
    audits = {event.key: group[0].key for group in updates(events) for event in group}
    return [_comment(event, known, audits[event.key], ticket) for event in said]


def _comment(event: TicketEvent, known: Numbers, audit: str, ticket: TicketRecord) -> dict[str, Any]:
    text = str(event.body.get("text") or "")
    return {
        "id": identity(event.key),
        "type": "Comment",
        "author_id": known.of(Kind.USER, event.actor),
        "body": text,
        "html_body": f'<div class="zd-comment">{escape(text)}</div>',
        "plain_body": text,
        "public": bool(event.body.get("public", True)),
        "attachments": [],
        "audit_id": identity(audit),
        "via": via_of(_channel(event), ticket if event.type == "created" else None),
        "created_at": stamp(event.at),
        "metadata": {"system": {}, "custom": {}},
    }


async def audits_json(api: ApiPorts, ticket: TicketRecord, *, since: str = "") -> list[dict[str, Any]]:
    """The updates of a ticket, oldest first; with a key only the one whose events begin with it, which may be empty."""
    events = await _events(api, ticket)
    people = {event.actor for event in events} | {_person(event) for event in events}
    groups = {_value(event) for event in events if _field(event) in _of(Kind.GROUP)}
    customers = {_value(event) for event in events if _field(event) in _of(Kind.ORGANIZATION)}
    known = await numbers(api, {Kind.USER: people, Kind.GROUP: groups, Kind.ORGANIZATION: customers})
    shown = []
    before: dict[str, Any] = {}
    for group in updates(events):
        made = list(_shown(group, known, before))
        if not since or any(event.key.startswith(since) for event in group):
            shown.append(_audit(identity(group[0].key), group[0], ticket, known, made))
    if since and not shown:
        now = stamp(api.clock.now())
        empty = {"id": identity(since), "ticket_id": ticket.ticket_id, "created_at": now, "author_id": None}
        return [empty | {"via": via_of("api"), "metadata": {"system": {}, "custom": {}}, "events": []}]
    return shown


def updates(events: Sequence[TicketEvent]) -> list[list[TicketEvent]]:
    """Events of one instant by one person are one update."""
    groups: list[list[TicketEvent]] = []
    for event in events:
        last = groups[-1][0] if groups else None
        if last is not None and (last.at, last.actor) == (event.at, event.actor):
            groups[-1].append(event)
        else:
            groups.append([event])
    return groups


async def _events(api: ApiPorts, ticket: TicketRecord) -> list[TicketEvent]:
    workspace = api.desk().workspace
    return await api.db.read(lambda conn: ticket_events.of_ticket(conn, workspace, ticket.ticket_id))


def _audit(
    number: int, first: TicketEvent, ticket: TicketRecord, known: Numbers, events: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "id": number,
        "ticket_id": ticket.ticket_id,
        "created_at": stamp(first.at),
        "author_id": known.of(Kind.USER, first.actor),
        "via": via_of(_channel(first)),
        "metadata": {"system": {}, "custom": {}},
        "events": events,
    }


def _shown(group: Sequence[TicketEvent], known: Numbers, before: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The events of an update; ``before`` is what fields were, and is brought up to date."""
    for event in group:
        body = event.body
        number = identity(event.key)
        if event.type in _SAID:
            text = str(body.get("text") or "")
            yield {
                "id": number,
                "type": "Comment",
                "author_id": known.of(Kind.USER, event.actor),
                "body": text,
                "html_body": f'<div class="zd-comment">{escape(text)}</div>',
                "plain_body": text,
                "public": bool(body.get("public", True)),
                "attachments": [],
                "audit_id": identity(group[0].key),
            }
        if event.type == "created":
            before["status"] = body.get("status")
            yield {
                "id": identity(f"{event.key}:status"),
                "type": "Create",
                "field_name": "status",
                "value": body.get("status"),
            }
        elif event.type in _CHANGES:
            name, value = _change(event, before, known)
            yield {
                "id": number,
                "type": "Change",
                "field_name": name,
                "value": value,
                "previous_value": before.get(name),
            }
            before[name] = value
        elif event.type not in _SAID:
            yield {"id": number, "type": "Notification", "subject": event.type, "body": "", "recipients": []}


def _change(event: TicketEvent, before: Mapping[str, Any], known: Numbers) -> tuple[str, Any]:
    if event.type == "tags":
        tags = [tag for tag in before.get("tags") or [] if tag not in event.body.get("remove", [])]
        return "tags", list(dict.fromkeys([*tags, *event.body.get("add", [])]))
    field, value = _field(event), event.body.get("to")
    kind = _NUMBERED.get(field)
    shown = known.of(kind, value) if kind is not None and isinstance(value, str) else value
    return _NAMES.get(field, field), shown


def _field(event: TicketEvent) -> str:
    return str(event.body.get("field", "")) if event.type == "field" else event.type


def _value(event: TicketEvent) -> str | None:
    value = event.body.get("to")
    return value if isinstance(value, str) else None


def _person(event: TicketEvent) -> str | None:
    return _value(event) if _field(event) in _of(Kind.USER) else None


def _of(kind: Kind) -> frozenset[str]:
    return frozenset(field for field, one in _NUMBERED.items() if one is kind)


def _channel(event: TicketEvent) -> str:
    return "api" if event.key.startswith("api:") else "slack"
