"""The whole story of a ticket: all its events folded, and what came of each step gathered."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from sla.engine.draft import Draft
from sla.engine.instance import Instance, LogType, MetricEvent
from sla.engine.state import TicketState, start
from sla.engine.steps import settle_draft, take
from sla.engine.working_instance import WorkingInstance, frozen
from sla.events import Comment, Event, StatusChanged
from sla.instants import format_instant
from sla.metrics import Metric
from sla.policy import Rules
from sla.ticket import Role, Ticket

LOG_ORDER = {kind: rank for rank, kind in enumerate(LogType)}


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What became of a ticket up to an instant.

    Attributes:
        state: The ticket at that instant.
        instances: All instances, in the order of their activation, each as it is at the end.
        metric_events: The log: by instant, within one instant by type, superseded breaches marked.
        problems: Sentences about what made no sense, in the order of the events.
    """

    state: TicketState
    instances: tuple[Instance, ...]
    metric_events: tuple[MetricEvent, ...]
    problems: tuple[str, ...]


@dataclass(slots=True)
class Gathering:
    """A fold in progress: the working copy, and what its steps have changed so far."""

    draft: Draft
    instances: dict[tuple[Metric, int], WorkingInstance] = field(default_factory=dict)
    log: list[MetricEvent] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, ticket: Ticket, rules: Rules) -> "Gathering":
        """Return the fold of a ticket before its first event."""
        return cls(Draft(start(ticket, rules)))

    def take(self, event: Event) -> None:
        """Apply the next event."""
        take(self.draft, event)
        if self.draft.withdrawn:  # their numbers may be given again
            self._gather()

    def refuse(self, event: Event, what: str) -> None:
        """Note why an event makes no sense, as a sentence that begins with its instant, and do not apply it."""
        self._gather()
        self.problems.append(f"At {format_instant(event.at)} {what}.")

    def end(self, until: datetime) -> History:
        """Stamp the deadlines strictly before an instant, and give the whole story up to it."""
        self._gather()
        settle_draft(self.draft, until)
        state = self.draft.freeze()
        self._gather()
        for instance in self.instances.values():
            instance.exempt = self.draft.exempt is not None
        return History(
            state=state,
            instances=frozen(self.instances.values()),
            metric_events=tuple(sorted(self.log, key=lambda entry: (entry.at, LOG_ORDER[entry.type]))),
            problems=tuple(self.problems),
        )

    def _gather(self) -> None:
        """Take over what has changed since this was last done."""
        self.instances |= self.draft.changed
        self.problems += self.draft.problems
        for entry in self.draft.metric_events:
            if entry.superseded:
                self._supersede(entry)
            else:
                self.log.append(entry)
        for key in self.draft.withdrawn:
            del self.instances[key]
            self.log = [entry for entry in self.log if (entry.metric, entry.instance) != key]
        self.draft.clear()

    def _supersede(self, entry: MetricEvent) -> None:
        """Mark the breach that has become void, the newest of its instance."""
        breach = entry._replace(superseded=False)
        place = next(place for place in reversed(range(len(self.log))) if self.log[place] == breach)
        self.log[place] = entry


def fold(ticket: Ticket, rules: Rules, events: Iterable[Event], until: datetime) -> History:
    """Return the whole story of a ticket: its events up to `until`, and the deadlines strictly before it.

    Args:
        ticket: The ticket's fields before its creation.
        rules: The rules in force then.
        events: In any order; those of one instant in the order in which they happened.
        until: Later events are ignored; a deadline exactly then is not yet breached.
    """
    gathering = Gathering.of(ticket, rules)
    for event in in_order(events):
        if event.at <= until:
            gathering.take(event)
    return gathering.end(until)


def in_order(events: Iterable[Event]) -> list[Event]:
    """Return events as they apply: by instant, and a status after the agents' comments of its instant.

    Otherwise events of one instant keep the order in which they are given.
    """
    ordered = sorted(events, key=lambda event: event.at)
    if all(before.at < after.at for before, after in pairwise(ordered)):
        return ordered
    last_comment = {
        event.at: place for place, event in enumerate(ordered) if isinstance(event, Comment) and event.by is Role.AGENT
    }

    def rank(place: int) -> tuple[int, bool]:
        event = ordered[place]
        status = isinstance(event, StatusChanged)
        return (max(place, last_comment.get(event.at, place)) if status else place), status

    return [ordered[place] for place in sorted(range(len(ordered)), key=rank)]
