"""Events from JSON: the timeline file's shapes, told apart by `type`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sla.conditions import CUSTOM
from sla.errors import SlaError
from sla.events.values import (
    Apply,
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
from sla.instants import instant
from sla.json_readers import choice, name, name_or_none, names, nullable
from sla.json_shapes import Reader, flag, items, read_at, record, text
from sla.policy import policy
from sla.policy.rules import read_rules
from sla.ticket import TESTED_FIELDS, Priority, Role, Status


def _ignored(value: object) -> None:
    """Read the key that has already told which reader to use."""


def _shape(
    build: Any, required: Mapping[str, Reader[Any]], optional: Mapping[str, Reader[Any]] | None = None
) -> Reader[Event]:
    """Return the reader of one kind of event: its own keys, with `type` and `at` that all of them have."""

    def build_event(*, type: None, **values: Any) -> Event:  # noqa: A002, ARG001 - the JSON's word
        event: Event = build(**values)
        return event

    return record(build_event, {"type": _ignored, "at": instant, **required}, optional)


def _whatever(value: object) -> object:
    return value


def _field_changed(at: datetime, field: str, to: object) -> FieldChanged:
    return FieldChanged(at=at, field=field, to=read_at("to", TESTED_FIELDS.get(field, _whatever), to))


def _tested_field(value: object) -> str:
    field = name(value)
    if field not in TESTED_FIELDS and not (field.startswith(CUSTOM) and field != CUSTOM):
        raise SlaError(f": {field!r} is no field; the fields are {', '.join(TESTED_FIELDS)}, fields.NAME.")
    return field


_message = record(Message, {"at": instant}, {"id": name_or_none, "source": name_or_none})
_said = {
    "user": name_or_none,
    "public": flag,
    "text": text,
    "id": name_or_none,
    "edited_at": nullable(instant),
    "meant": nullable(text),
}
_apply = {"apply": choice(Apply)}
_undo = {"undo": flag}

SHAPES: Mapping[str, Reader[Event]] = {
    "created": _shape(Created, {"by": choice(Role)}, {**_said, "status": choice(Status)}),
    "comment": _shape(Comment, {"by": choice(Role)}, _said),
    "comment_deleted": _shape(CommentDeleted, {"ref": name}),
    "reaction": _shape(Reaction, {"by": choice(Role), "name": name}, {"user": name_or_none}),
    "status": _shape(StatusChanged, {"to": choice(Status)}),
    "priority": _shape(PriorityChanged, {"to": nullable(choice(Priority))}),
    "tags": _shape(TagsChanged, {}, {"add": names, "remove": names}),
    "field": _shape(_field_changed, {"field": _tested_field, "to": _whatever}),
    "group": _shape(GroupChanged, {"to": name_or_none}),
    "policies": _shape(PoliciesChanged, {"to": items(policy)}, _apply),
    "schedule": _shape(ScheduleChanged, {"to": name_or_none}),
    "no_reply_needed": _shape(NoReplyNeeded, {}, _undo),
    "exempt": _shape(Exempted, {}, {"reason": text, **_undo}),
    "merge": _shape(Merged, {"into": name}, _undo),
    # Only the live bot writes these: a file merges with "merge", and its rules are its own.
    "merged_in": _shape(MergedIn, {"source": name}, {"messages": items(_message), **_undo}),
    "not_a_ticket": _shape(NotATicket, {}, _undo),
    "rules": _shape(RulesChanged, {"to": read_rules}, _apply),
}
"""The reader of each type of event."""


def event(value: object) -> Event:
    """Read the JSON object of an event; `type` tells its kind."""
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in SHAPES:
        raise SlaError(f": An event has to be an object whose type is one of {', '.join(SHAPES)}, not {kind!r}.")
    return SHAPES[kind](value)


def event_from_json(value: object, path: str = "event") -> Event:
    """Return the event that a parsed JSON object describes.

    Raises:
        SlaError: With all problems at once, each with its path; unknown keys and types are problems.
    """
    return read_at(path, event, value)
