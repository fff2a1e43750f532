"""What is remembered of a ticket between two events: no more than the next one needs."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum, auto
from types import MappingProxyType
from typing import NamedTuple

from sla.engine.instance import Instance, MetricEvent
from sla.events import Message
from sla.metrics import Metric
from sla.policy import Policy, Rules
from sla.ticket import Ticket

_NO_INSTANCES: Mapping[Metric, int] = MappingProxyType(dict.fromkeys(Metric, 0))


class ShelfReason(StrEnum):
    """Why open instances were put away, to be restored by an undo."""

    NO_REPLY_NEEDED = auto()
    MERGED = auto()
    NOT_A_TICKET = auto()


class Shelf(NamedTuple):
    """What an undo restores.

    Attributes:
        reason: What would be undone.
        instances: The instances as they were; their pauses follow the status, so that an undo finds the clocks right.
        waiting: The customer messages that waited.
        first_reply_ended: Whether the first reply had ended.
        owner: The group that owned the ticket.
    """

    reason: ShelfReason
    instances: tuple[Instance, ...]
    waiting: tuple[Message, ...]
    first_reply_ended: bool
    owner: str | None

    def with_each(self, change: Callable[[Instance], Instance]) -> "Shelf":
        """Return the shelf with each instance changed."""
        return self._replace(instances=tuple(map(change, self.instances)))


class Edit(NamedTuple):
    """Rules that wait for the ticket's next update.

    Attributes:
        rules: All of them.
        own_policies: Whether their policies are this ticket's own.
    """

    rules: Rules
    own_policies: bool


class TicketState(NamedTuple):
    """A ticket after a step, with what the step changed.

    Its size does not depend on the ticket's history: ended instances leave it through `changed`. It is a named tuple
    for the reason that instances are: every step makes one.

    Attributes:
        rules: The version of the rules in force for this ticket.
        ticket: The fields as they are now, status, priority and requester included.
        numbers: How many instances of each metric there have been.
        own_policies: Whether their policies are this ticket's own, from a `PoliciesChanged`.
        edit: The rules that wait for the next update.
        applied: The policy in force.
        applied_to_group: The group policy in force.
        last_at: The instant of the last event; None before the first.
        created: Whether the ticket's creation has come.
        first_reply_ended: Whether the first reply was given, or is no longer waited for.
        waiting: The customer messages that nobody has answered, oldest first.
        owner: The group that the ticket was last assigned to.
        open_instances: Those that are active or paused.
        solved_instances: Those that solving ended and reopening would resume, as if paused since then.
        dismissed: What undoing `no_reply_needed` would restore.
        void: What undoing a merge, or "not a ticket", would restore; while it is set no clock runs.
        fired: The keys of the triggers that have fired.
        exempt: The reason for which the ticket is exempt; None when it is not.
        changed: The instances that the last step changed, in the order of their first change. When `exempt` changes,
            ended instances change their outcome too: only `fold` gives those.
        metric_events: What the last step logged, in order. A superseded breach is logged again, as superseded.
        withdrawn: The instances that, the last step has shown, never began: reply and solve at one instant are one
            update, which starts no update clock. `changed` has them as cancelled.
        problems: Sentences about what made no sense in the last step.
    """

    rules: Rules
    ticket: Ticket
    numbers: Mapping[Metric, int]
    own_policies: bool = False
    edit: Edit | None = None
    applied: Policy | None = None
    applied_to_group: Policy | None = None
    last_at: datetime | None = None
    created: bool = False
    first_reply_ended: bool = False
    waiting: tuple[Message, ...] = ()
    owner: str | None = None
    open_instances: tuple[Instance, ...] = ()
    solved_instances: tuple[Instance, ...] = ()
    dismissed: Shelf | None = None
    void: Shelf | None = None
    fired: frozenset[str] = frozenset()
    exempt: str | None = None
    changed: tuple[Instance, ...] = ()
    metric_events: tuple[MetricEvent, ...] = ()
    withdrawn: tuple[tuple[Metric, int], ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def policy(self) -> str | None:
        """The title of the policy in force."""
        return self.applied.title if self.applied else None

    @property
    def group_policy(self) -> str | None:
        """The title of the group policy in force."""
        return self.applied_to_group.title if self.applied_to_group else None


def start(ticket: Ticket, rules: Rules) -> TicketState:
    """Return the state of a ticket before its first event, which has to be its creation."""
    return TicketState(rules, ticket, _NO_INSTANCES)
