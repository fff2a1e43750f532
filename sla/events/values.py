"""What happens to a ticket: one value for each kind of event, with the instant at which it happened.

`at` is the event's own time (the `ts` of a Slack message), aware and in UTC, never the time of its arrival.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from typing import Any, NamedTuple

from sla.policy import Policy, Rules
from sla.ticket import Priority, Role, Status


class Apply(StrEnum):
    """When an edit of the rules reaches a ticket."""

    NOW = auto()
    NEXT_UPDATE = auto()


class Message(NamedTuple):
    """A customer message that waits for an answer.

    Attributes:
        at: When it was written.
        id: The id of its comment, by which it can be deleted; None where nothing can delete it.
        source: The id of the ticket that it came from in a merge; None for the ticket's own.
    """

    at: datetime
    id: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """The ticket's first event, with the message that opened it (or, not public, an internal opening note).

    Attributes:
        edited_at: When its words were last changed.
        meant: What triggers read where the words were changed or forgotten since: the words as first written, as far
            as they mattered.
    """

    at: datetime
    by: Role
    user: str | None = None
    public: bool = True
    status: Status = Status.NEW
    text: str = ""
    id: str | None = None
    edited_at: datetime | None = None
    meant: str | None = None

    @property
    def words(self) -> str:
        """What triggers read."""
        return self.text if self.meant is None else self.meant


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment: public, in the customer's thread, or internal. An edit of a comment is no event.

    `edited_at` and `meant` are those of :class:`Created`.
    """

    at: datetime
    by: Role
    user: str | None = None
    public: bool = True
    text: str = ""
    id: str | None = None
    edited_at: datetime | None = None
    meant: str | None = None

    @property
    def words(self) -> str:
        """What triggers read."""
        return self.text if self.meant is None else self.meant


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentDeleted:
    """A comment, named by its id, is gone."""

    at: datetime
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """An emoji, named without colons, set on one of the ticket's messages."""

    at: datetime
    by: Role
    name: str
    user: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged:
    """Somebody set the status."""

    at: datetime
    to: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityChanged:
    """Somebody set the priority; None takes it away, and the default fills it again."""

    at: datetime
    to: Priority | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TagsChanged:
    """Somebody added and removed tags."""

    at: datetime
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChanged:
    """Somebody set a field that conditions test: a ticket's key, or `fields.NAME`."""

    at: datetime
    field: str
    to: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChanged:
    """The ticket was assigned to a group, or to none."""

    at: datetime
    to: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliciesChanged:
    """This ticket's policies are others now; its group policies and all other rules stay."""

    at: datetime
    to: tuple[Policy, ...]
    apply: Apply = Apply.NEXT_UPDATE


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesChanged:
    """A new version of the workspace's rules, all of them, reaches this ticket."""

    at: datetime
    to: Rules
    apply: Apply = Apply.NEXT_UPDATE


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleChanged:
    """The ticket has a schedule of its own now, by name; None takes it away."""

    at: datetime
    to: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoReplyNeeded:
    """Somebody said that the customer waits for no answer; or, to undo that, that they do."""

    at: datetime
    undo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exempted:
    """Somebody took the ticket out of all figures, with a reason; or put it back."""

    at: datetime
    reason: str = ""
    undo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The ticket was merged into another, which gets a `MergedIn` of the same instant; or taken out again."""

    at: datetime
    into: str
    undo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedIn:
    """Another ticket was merged into this one.

    Attributes:
        source: The id of the other ticket.
        messages: The source's customer messages that nobody had answered (the `waiting` of its state just before).
        undo: Takes the source's messages out again; `messages` says nothing then.
    """

    at: datetime
    source: str
    messages: tuple[Message, ...] = ()
    undo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NotATicket:
    """Somebody said that this never was a ticket: its open instances are cancelled; or, to undo that, that it is."""

    at: datetime
    undo: bool = False


Event = (
    Created
    | Comment
    | CommentDeleted
    | Reaction
    | StatusChanged
    | PriorityChanged
    | TagsChanged
    | FieldChanged
    | GroupChanged
    | PoliciesChanged
    | RulesChanged
    | ScheduleChanged
    | NoReplyNeeded
    | Exempted
    | Merged
    | MergedIn
    | NotATicket
)
