"""The working copy of a ticket's state that one step writes to.

It never leaves the engine: a step thaws a state into it, applies one event and freezes the result, so that to the
outside every step is a function from value to value.
"""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from sla.engine.instance import Instance, LogType, MetricEvent
from sla.engine.state import TicketState
from sla.instants import EARLIEST, format_instant
from sla.ticket import Ticket

if TYPE_CHECKING:
    from sla.engine.terms import Basis
    from sla.metrics import Metric


class WorkingCopy:
    """A ticket's next state in the making; attributes that the state has too mean the same.

    Attributes:
        now: The instant of the step.
        ticket: The fields, but for the status: nearly every event changes that one, and no policy tests it.
        status: The ticket's status.
        settings: The settings in force.
        running: The open instances by metric; a metric has at most one.
        resumable: The instances that reopening resumes, by metric.
        chosen_for: What policies and targets were last chosen by; None while they have to be chosen anew.
        measure_anew: The schedules whose definition changed in this step.
        taken_up: The metrics whose instance, already ended, this step takes up again.
    """

    def __init__(self, state: TicketState) -> None:
        self.rules = state.rules
        self.own_policies = state.own_policies
        self.edit = state.edit
        self.ticket = state.ticket
        self.status = state.ticket.status
        self.applied = state.applied
        self.applied_to_group = state.applied_to_group
        self.last_at = state.last_at
        self.now: datetime = state.last_at or EARLIEST
        self.created = state.created
        self.first_reply_ended = state.first_reply_ended
        self.waiting = state.waiting
        self.owner = state.owner
        self.numbers = dict(state.numbers)
        self.running = {instance.metric: instance for instance in state.open_instances}
        self.resumable = {instance.metric: instance for instance in state.solved_instances}
        self.dismissed = state.dismissed
        self.void = state.void
        self.fired = state.fired
        self.exempt = state.exempt
        self.settings = self.rules.settings_of(self.applied)
        self.chosen_for: Basis | None = None
        self.measure_anew: frozenset[str] = frozenset()
        self.clear()

    def begin(self, at: datetime) -> None:
        """Begin a step at an instant."""
        self.last_at = self.now = at
        self.clear()

    def clear(self) -> None:
        """Forget what the last step changed."""
        self.changed: dict[tuple[Metric, int], Instance] = {}
        self.metric_events: list[MetricEvent] = []
        self.withdrawn: list[tuple[Metric, int]] = []
        self.problems: list[str] = []
        self.taken_up: set[Metric] = set()

    def freeze(self) -> TicketState:
        """Return the state as it is now, with what has changed since the last `clear`."""
        return TicketState(
            rules=self.rules,
            own_policies=self.own_policies,
            edit=self.edit,
            ticket=self.whole_ticket(),
            applied=self.applied,
            applied_to_group=self.applied_to_group,
            last_at=self.last_at,
            created=self.created,
            first_reply_ended=self.first_reply_ended,
            waiting=self.waiting,
            owner=self.owner,
            numbers=self.numbers,
            open_instances=tuple(self.running.values()),
            solved_instances=tuple(self.resumable.values()),
            dismissed=self.dismissed,
            void=self.void,
            fired=self.fired,
            exempt=self.exempt,
            changed=tuple(self.changed.values()),
            metric_events=tuple(self.metric_events),
            withdrawn=tuple(self.withdrawn),
            problems=tuple(self.problems),
        )

    def whole_ticket(self) -> Ticket:
        """Return the ticket with all its fields, the status included."""
        if self.ticket.status is not self.status:
            self.ticket = replace(self.ticket, status=self.status)
        return self.ticket

    def log(self, instance: Instance, kind: LogType, at: datetime | None = None) -> None:
        """Write what happened to an instance, now unless said otherwise, into the log."""
        self.metric_events.append(MetricEvent(at or self.now, instance.metric, instance.number, kind))

    def problem(self, what: str) -> None:
        """Note what makes no sense in this step, as a sentence that begins with its instant."""
        self.problems.append(f"At {format_instant(self.now)} {what}.")

    def keep(self, instance: Instance) -> Instance:
        """Take the next version of an instance: running while it is open, gone when it has ended."""
        if instance.exempt != (self.exempt is not None):
            instance = instance._replace(exempt=not instance.exempt)
        metric = instance.metric
        if instance.ended_at is None:
            self.running[metric] = instance
        else:
            self.running.pop(metric, None)
        self.changed[metric, instance.number] = instance
        return instance
