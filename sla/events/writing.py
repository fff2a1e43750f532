"""Events as JSON: the shapes that `sla.events.reading` reads."""

from typing import Any, assert_never

from sla.events.values import (
    Comment,
    CommentDeleted,
    Created,
    Event,
    Exempted,
    FieldChanged,
    GroupChanged,
    Merged,
    MergedIn,
    Message,
    NoReplyNeeded,
    NotATicket,
    PoliciesChanged,
    PriorityChanged,
    Reaction,
    RulesChanged,
    ScheduleChanged,
    StatusChanged,
    TagsChanged,
)
from sla.instants import format_instant
from sla.policy import policy_to_json, rules_to_json

TYPES: dict[type[Event], str] = {
    Created: "created",
    Comment: "comment",
    CommentDeleted: "comment_deleted",
    Reaction: "reaction",
    StatusChanged: "status",
    PriorityChanged: "priority",
    TagsChanged: "tags",
    FieldChanged: "field",
    GroupChanged: "group",
    PoliciesChanged: "policies",
    RulesChanged: "rules",
    ScheduleChanged: "schedule",
    NoReplyNeeded: "no_reply_needed",
    Exempted: "exempt",
    Merged: "merge",
    MergedIn: "merged_in",
    NotATicket: "not_a_ticket",
}
"""The JSON's word for each kind of event."""


def event_to_json(event: Event) -> dict[str, Any]:
    """Return the JSON object from which `event_from_json` makes an equal event."""
    return {"at": format_instant(event.at), "type": TYPES[type(event)], **_own_keys(event)}


def message_to_json(message: Message) -> dict[str, Any]:
    """Return the JSON object of a waiting message."""
    return {"at": format_instant(message.at), "id": message.id, "source": message.source}


def _own_keys(event: Event) -> dict[str, Any]:  # noqa: C901, PLR0911, PLR0912 - one line for each kind of event
    match event:
        case Created():
            return {**_said(event), "status": event.status.value}
        case Comment():
            return _said(event)
        case CommentDeleted():
            return {"ref": event.ref}
        case Reaction():
            return {"by": event.by.value, "user": event.user, "name": event.name}
        case StatusChanged() | PriorityChanged() | GroupChanged() | ScheduleChanged():
            return {"to": None if event.to is None else str(event.to)}
        case TagsChanged():
            return {"add": list(event.add), "remove": list(event.remove)}
        case FieldChanged():
            return {"field": event.field, "to": list(event.to) if isinstance(event.to, tuple) else event.to}
        case PoliciesChanged():
            return {"to": [policy_to_json(each) for each in event.to], "apply": event.apply.value}
        case RulesChanged():
            return {"to": rules_to_json(event.to), "apply": event.apply.value}
        case NoReplyNeeded() | NotATicket():
            return {"undo": event.undo}
        case Exempted():
            return {"reason": event.reason, "undo": event.undo}
        case Merged():
            return {"into": event.into, "undo": event.undo}
        case MergedIn():
            messages = [message_to_json(message) for message in event.messages]
            return {"source": event.source, "messages": messages, "undo": event.undo}
        case _:
            assert_never(event)


def _said(event: Created | Comment) -> dict[str, Any]:
    said = {"by": event.by.value, "user": event.user, "public": event.public, "text": event.text, "id": event.id}
    if event.edited_at is not None:
        said["edited_at"] = format_instant(event.edited_at)
    return said if event.meant is None else said | {"meant": event.meant}
