"""The working copy of a ticket's state that one step writes to.

It never leaves the engine: a step thaws a state into it, applies one event and freezes the result, so that to the
outside every step is a function from value to value.
"""

from datetime import datetime

from sla.engine.instance import Instance, LogType, MetricEvent, target_hours
from sla.engine.state import TicketState
from sla.engine.terms import NO_TERMS, Basis, Terms
from sla.engine.working_instance import WorkingInstance, frozen
from sla.instants import EARLIEST, format_instant
from sla.metrics import GROUP_METRICS, Metric
from sla.ticket import Ticket


class WorkingCopy:
    """A ticket's next state in the making; attributes that the state has too mean the same.

    Attributes:
        now: The instant of the step.
        ticket: The fields, but for the status: nearly every event changes that one, and no policy tests it.
        status: The ticket's status.
        settings: The settings in force.
        terms: What instances are measured against, but for group ownership: that has `group_terms`.
        running: The open instances by metric; a metric has at most one.
        resumable: The instances that solving ended and reopening resumes, by metric.
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
        self.running = {instance.metric: self.working(instance) for instance in state.open_instances}
        self.resumable = {instance.metric: self.working(instance) for instance in state.solved_instances}
        self.dismissed = state.dismissed
        self.void = state.void
        self.fired = state.fired
        self.exempt = state.exempt
        self.settings = self.rules.settings_of(self.applied)
        self.terms = self.group_terms = NO_TERMS
        self.chosen_for: Basis | None = None
        self.measure_anew: frozenset[str] = frozenset()
        self.clear()

    def begin(self, at: datetime) -> None:
        """Begin a step at an instant."""
        self.last_at = self.now = at

    def clear(self) -> None:
        """Forget what has changed."""
        self.changed: dict[tuple[Metric, int], WorkingInstance] = {}
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
            open_instances=frozen(self.running.values()),
            solved_instances=frozen(self.resumable.values()),
            dismissed=self.dismissed,
            void=self.void,
            fired=self.fired,
            exempt=self.exempt,
            changed=frozen(self.changed.values()),
            metric_events=tuple(self.metric_events),
            withdrawn=tuple(self.withdrawn),
            problems=tuple(self.problems),
        )

    def terms_of(self, metric: Metric) -> Terms:
        """Return what the instances of a metric are measured against now."""
        return self.group_terms if metric in GROUP_METRICS else self.terms

    def whole_ticket(self) -> Ticket:
        """Return the ticket with all its fields, the status included."""
        if self.ticket.status is not self.status:
            self.ticket = self.ticket._replace(status=self.status)
        return self.ticket

    def working(self, instance: Instance) -> WorkingInstance:
        """Return an instance to work on."""
        return WorkingInstance(instance, target_hours(self.rules, instance.target, instance.schedule))

    def put(self, instance: WorkingInstance) -> None:
        """Put an open instance among those that run."""
        instance.exempt = self.exempt is not None
        self.running[instance.metric] = instance
        self.touch(instance)

    def touch(self, instance: WorkingInstance) -> None:
        """Note that an instance has changed."""
        self.changed[instance.key] = instance

    def log(
        self, instance: WorkingInstance, kind: LogType, at: datetime | None = None, *, target_seconds: int | None = None
    ) -> None:
        """Write how an instance changes, now unless said otherwise, into the log."""
        self.changed[instance.key] = instance
        self.metric_events.append(MetricEvent(at or self.now, instance.metric, instance.number, kind, target_seconds))

    def problem(self, what: str) -> None:
        """Note what makes no sense in this step, as a sentence that begins with its instant."""
        self.problems.append(f"At {format_instant(self.now)} {what}.")
