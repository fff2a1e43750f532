"""The ticket as policies see it: the fields that conditions test."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from sla.json_readers import choice, members, name, name_or_none, names, nullable
from sla.json_shapes import read_at, record


class Role(StrEnum):
    """Who someone is at the moment of an event; a later change of role rewrites nothing."""

    END_USER = "end_user"
    AGENT = "agent"
    BOT = "bot"


class Status(StrEnum):
    """A ticket's status, in the order of its life (Zendesk's)."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    HOLD = "hold"
    SOLVED = "solved"
    CLOSED = "closed"

    @property
    def ended(self) -> bool:
        """Whether nobody is expected to work on the ticket any more: solved or closed."""
        return self is Status.SOLVED or self is Status.CLOSED


class Priority(StrEnum):
    """A ticket's priority, lowest first (Zendesk's)."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class ChannelKind(StrEnum):
    """The kind of a Slack channel; shared means externally shared (Slack Connect)."""

    PUBLIC = "public"
    PRIVATE = "private"
    SHARED = "shared"


class Ticket(NamedTuple):
    """A ticket's fields at one moment; None and empty mean not known, or nobody.

    A named tuple, because the engine makes several of each ticket and these are made several times faster.

    Attributes:
        fields: custom fields by name.
        schedule: the name of the ticket's own schedule, which beats every other one.
        status: the last one; in a timeline file it comes from the events and is no key of the ticket.
    """

    id: str
    channel: str | None = None
    channel_kind: ChannelKind | None = None
    customer: str | None = None
    customer_tier: str | None = None
    tags: tuple[str, ...] = ()
    group: str | None = None
    assignee: str | None = None
    ticket_type: str | None = None
    via: str | None = None
    requester: str | None = None
    requester_tags: tuple[str, ...] = ()
    fields: Mapping[str, Any] = MappingProxyType({})
    priority: Priority | None = None
    schedule: str | None = None
    status: Status = Status.NEW


TESTED_FIELDS = {
    "channel": name_or_none,
    "channel_kind": nullable(choice(ChannelKind)),
    "customer": name_or_none,
    "customer_tier": name_or_none,
    "tags": names,
    "group": name_or_none,
    "assignee": name_or_none,
    "ticket_type": name_or_none,
    "via": name_or_none,
    "requester": name_or_none,
    "requester_tags": names,
}
"""The reader of each field that a policy's conditions test, custom fields (`fields.NAME`) aside."""

TICKET_KEYS = {
    **TESTED_FIELDS,
    "fields": members,
    "priority": nullable(choice(Priority)),
    "schedule": name_or_none,
}
"""The reader of each key of a ticket in a timeline file, but for `id` and `events`."""

_ticket = record(Ticket, {"id": name}, {**TICKET_KEYS, "status": choice(Status)})


def ticket_from_json(value: object, path: str = "ticket") -> Ticket:
    """Return the ticket that a parsed JSON object describes: the timeline file's ticket keys, and `status`.

    Raises:
        SlaError: With all problems at once, each with its path; unknown keys are problems.
    """
    return read_at(path, _ticket, value)


def ticket_to_json(ticket: Ticket) -> dict[str, Any]:
    """Return the JSON object from which `ticket_from_json` makes an equal ticket."""
    plain = {key: getattr(ticket, key) for key in ("id", *TICKET_KEYS, "status")}
    return plain | {
        "tags": list(ticket.tags),
        "requester_tags": list(ticket.requester_tags),
        "fields": dict(ticket.fields),
    }
