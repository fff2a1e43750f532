"""What Zendesk's audits tell of a ticket: comments, and what its fields were set to."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple, TypeGuard

from bot.importers.zendesk_export import Row, instant_of
from bot.services.api.refusals import whole_number
from bot.services.importing.zendesk_account import Account, texts, user_name
from sla.events import Event, FieldChanged, GroupChanged, PriorityChanged, StatusChanged, TagsChanged
from sla.instants import format_instant
from sla.ticket import Priority, Status

STATUSES, PRIORITIES = frozenset(Status), frozenset(Priority)


class Change(NamedTuple):
    """What an audit tells of one field: when it was set, by whom, and to what."""

    at: datetime
    author: object
    event: Row

    @property
    def named(self) -> Row:
        """The event as it is told from others where it has no number: by when it was, and by its field."""
        return {"created_at": f"{format_instant(self.at)}:{self.event['field_name']}", **self.event}


def events_in(audits: Iterable[Row]) -> Iterator[tuple[Row, Row]]:
    """Every event with its audit."""
    for audit in audits:
        events = audit.get("events")
        for event in events if isinstance(events, list) else ():
            if isinstance(event, Mapping):
                yield audit, event


def comments_in(audits: Iterable[Row]) -> list[Row]:
    """The comments, with the instants and authors of their audits."""
    return [
        {"created_at": audit.get("created_at"), "author_id": audit.get("author_id"), **event}
        for audit, event in events_in(audits)
        if event.get("type") == "Comment"
    ]


def changes_in(audits: Iterable[Row]) -> list[Change]:
    """What fields were set to, in the order of time."""
    found = [
        Change(at, audit.get("author_id"), event)
        for audit, event in events_in(audits)
        if (at := instant_of(audit.get("created_at"))) is not None
        and event.get("type") in ("Create", "Change")
        and isinstance(event.get("field_name"), str)
    ]
    return sorted(found, key=lambda change: change.at)


def event_of(change: Change, account: Account) -> Event | None:  # noqa: PLR0911 - one line for each kind of change
    """Our event for a change of a field; None for what the engine has no use for."""
    at, value, number = change.at, change.event.get("value"), whole_number(change.event.get("value"))
    match change.event["field_name"]:
        case "status" if is_one(value, STATUSES):
            return StatusChanged(at=at, to=Status(value))
        case "priority" if value is None or is_one(value, PRIORITIES):
            return PriorityChanged(at=at, to=Priority(value) if value else None)
        case "tags" if isinstance(value, list):
            return _tags_changed(at, texts(value), texts(change.event.get("previous_value")))
        case "assignee_id":
            return FieldChanged(at=at, field="assignee", to=user_name(number) if number is not None else None)
        case "group_id":
            return GroupChanged(at=at, to=account.groups.get(number or 0))
        case "type" if value is None or isinstance(value, str):
            return FieldChanged(at=at, field="ticket_type", to=value or None)
        case _:
            return None


def _tags_changed(at: datetime, new: tuple[str, ...], old: tuple[str, ...]) -> TagsChanged:
    return TagsChanged(
        at=at, add=tuple(tag for tag in new if tag not in old), remove=tuple(tag for tag in old if tag not in new)
    )


def is_one(value: object, known: Collection[str]) -> TypeGuard[str]:
    """Whether it is one of the known words."""
    return isinstance(value, str) and value in known
