"""What a request from Slack is, and under which key it is remembered.

An envelope's id says nothing about what happened: Slack repeats an event on every retry, once per workspace in a
Slack Connect channel, and again as ``app_mention``. The key therefore names the happening itself.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

Payload = Mapping[str, Any]


class Kind(StrEnum):
    """What the inbox row asks for."""

    EVENT = "event"
    RATE_LIMITED = "app_rate_limited"
    COMMAND = "command"
    ACTION = "action"
    SHORTCUT = "shortcut"
    VIEW = "view"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One request, ready for the inbox.

    Attributes:
        workspace: The Slack team that the request was sent to.
        key: What happened; equal for every copy of the same happening.
        event_at: When it happened by Slack's own clock, or None where Slack does not say.
        body: The payload as Slack sent it.
    """

    workspace: str
    key: str
    kind: Kind
    event_at: datetime | None
    body: Payload


def read_envelope(body: Payload) -> Envelope:
    """Classify a request body. Unknown and malformed ones get a key of their content, and never raise."""
    kind = _kind(body)
    detail = _KEYS[kind](body)
    return Envelope(
        workspace=_workspace(body),
        key=f"{kind}:{detail or _digest(body)}",
        kind=kind,
        event_at=_event_at(body) if kind is Kind.EVENT else None,
        body=body,
    )


def parse_ts(ts: object) -> datetime | None:
    """The instant of a Slack ``ts`` such as ``"1700000000.000100"``, to the microsecond; None when it is not one."""
    if not isinstance(ts, str) or not ts.replace(".", "", 1).isdigit() or not ts.isascii():
        return None
    seconds, _, fraction = ts.partition(".")
    if len(seconds) > 11:
        return None
    instant = datetime.fromtimestamp(int(seconds or 0), UTC)
    return instant.replace(microsecond=int(fraction[:6].ljust(6, "0")))


def mapping(value: object) -> Payload:
    """``value`` when it is an object, else an empty one: Slack blanks fields without notice."""
    return value if isinstance(value, Mapping) else {}


def text_of(value: object) -> str:
    """``value`` when it is text, else nothing."""
    return value if isinstance(value, str) else ""


_KINDS = {
    "event_callback": Kind.EVENT,
    "app_rate_limited": Kind.RATE_LIMITED,
    "block_actions": Kind.ACTION,
    "message_action": Kind.SHORTCUT,
    "shortcut": Kind.SHORTCUT,
    "view_submission": Kind.VIEW,
    "view_closed": Kind.VIEW,
}


def _kind(body: Payload) -> Kind:
    if "command" in body and "type" not in body:
        return Kind.COMMAND
    return _KINDS.get(text_of(body.get("type")), Kind.UNKNOWN)


def _workspace(body: Payload) -> str:
    """The installed team: events name it in ``authorizations``, interactivity in ``team``, commands in ``team_id``.

    In a modal ``team`` is the person's own, who may be of another company: there the view names the installed one.
    """
    authorizations = body.get("authorizations")
    if isinstance(authorizations, list) and authorizations:
        installed = text_of(mapping(authorizations[0]).get("team_id"))
        if installed:
            return installed
    of_view = text_of(mapping(body.get("view")).get("app_installed_team_id"))
    return of_view or text_of(body.get("team_id")) or text_of(mapping(body.get("team")).get("id"))


def _event_key(body: Payload) -> str:
    event = mapping(body.get("event"))
    kind = text_of(event.get("type"))
    if kind in {"message", "app_mention"}:
        return _message_key(event)
    if kind in {"reaction_added", "reaction_removed"}:
        item = mapping(event.get("item"))
        parts = (
            kind,
            item.get("channel"),
            item.get("ts"),
            event.get("user"),
            event.get("reaction"),
            event.get("event_ts"),
        )
        return ":".join(map(str, parts))
    if kind and event.get("event_ts"):
        subject = event.get("channel") or event.get("user") or ""
        name = mapping(subject).get("id", "") if isinstance(subject, Mapping) else subject
        return f"{kind}:{name}:{event['event_ts']}"
    return text_of(body.get("event_id"))


def _message_key(event: Payload) -> str:
    channel = text_of(event.get("channel"))
    if event.get("subtype") == "message_changed":
        changed = mapping(event.get("message"))
        edited = mapping(changed.get("edited")).get("ts") or event.get("event_ts") or event.get("ts")
        return f"message:{channel}:{changed.get('ts')}:changed:{edited}"
    if event.get("subtype") == "message_deleted":
        return f"message:{channel}:{event.get('deleted_ts')}:deleted"
    if event.get("subtype") == "message_replied":
        return ""
    return f"message:{channel}:{event['ts']}" if channel and event.get("ts") else ""


def _action_key(body: Payload) -> str:
    actions = body.get("actions")
    first = mapping(actions[0]) if isinstance(actions, list) and actions else {}
    stamp = text_of(first.get("action_ts")) or text_of(body.get("trigger_id"))
    user = mapping(body.get("user")).get("id", "")
    return f"{user}:{first.get('action_id', '')}:{stamp}" if stamp else ""


def _shortcut_key(body: Payload) -> str:
    return text_of(body.get("trigger_id")) or text_of(body.get("action_ts"))


def _view_key(body: Payload) -> str:
    view = mapping(body.get("view"))
    stamp = text_of(body.get("trigger_id")) or text_of(view.get("hash"))
    return f"{body.get('type')}:{view.get('id', '')}:{stamp}" if stamp else ""


def _nothing(_body: Payload) -> str:
    return ""


_KEYS = {
    Kind.EVENT: _event_key,
    Kind.RATE_LIMITED: lambda body: (
        text_of(body.get("minute_rate_limited")) or str(body.get("minute_rate_limited", ""))
    ),
    Kind.COMMAND: lambda body: text_of(body.get("trigger_id")),
    Kind.ACTION: _action_key,
    Kind.SHORTCUT: _shortcut_key,
    Kind.VIEW: _view_key,
    Kind.UNKNOWN: _nothing,
}


def _event_at(body: Payload) -> datetime | None:
    event = mapping(body.get("event"))
    return parse_ts(event.get("ts")) or parse_ts(event.get("event_ts"))


def _digest(body: Payload) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()[:32]
