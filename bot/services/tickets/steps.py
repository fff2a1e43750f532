"""Steps of the engine, gathered until they are stored together."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.services.tickets.metric_log import Body, logged
from bot.services.tickets.rules_in_force import Versions
from bot.services.workspace.desk import Desk
from sla.engine import Instance, LogType, MetricEvent, TicketState, advance
from sla.events import Event, RulesChanged
from sla.metrics import Metric

Key = tuple[Metric, int]


@dataclass(slots=True)
class Steps:
    """A state, and what the steps that led to it have changed.

    Attributes:
        begun_with: What the routes of alerts depended on before the first step.
        retargeted: Instances whose target a step has moved, as they were, with the state they were in.
    """

    state: TicketState
    versions: Versions
    begun_with: tuple[object, ...] = field(init=False)
    changed: dict[Key, Instance] = field(default_factory=dict)
    log: list[tuple[MetricEvent, Body]] = field(default_factory=list)
    withdrawn: set[Key] = field(default_factory=set)
    retargeted: list[tuple[TicketState, Instance, datetime]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.begun_with = self._routed_by()

    @property
    def rerouted(self) -> bool:
        """Whether others may have to hear of the open instances, or at other times, than before the first step."""
        return self._routed_by() != self.begun_with

    def _routed_by(self) -> tuple[object, ...]:
        ticket, versions = self.state.ticket, self.versions
        policies = self.state.policy, self.state.group_policy
        return (*policies, ticket.group, ticket.customer, ticket.priority, versions.in_force, versions.awaited)

    def touched(self) -> dict[Key, Instance]:
        """The instances whose rows have to be written."""
        touched = {instance.key: instance for instance in self.state.open_instances} if self.rerouted else {}
        return {key: each for key, each in (touched | self.changed).items() if key not in self.withdrawn}

    def take(self, state: TicketState) -> None:
        """Add a step."""
        moved = {(e.metric, e.instance): e.at for e in state.metric_events if e.type is LogType.APPLY_SLA}
        open_before = (instance for instance in self.state.open_instances if instance.key in moved)
        self.retargeted += [(self.state, instance, moved[instance.key]) for instance in open_before]
        self.state = state
        self.changed |= {instance.key: instance for instance in state.changed}
        self.log += logged(state)
        self.withdrawn |= set(state.withdrawn)
        self.versions.follow(state)

    def take_event(self, event: Event, desk: Desk) -> None:
        """Add the step that an event is; new rules are the desk's."""
        if isinstance(event, RulesChanged):
            self.versions.announce(desk.rules_version)
        self.take(advance(self.state, event))
