"""One measured stretch of a ticket, from activation to its end, and what is logged about it.

Instances and their log entries are named tuples where other values are dataclasses: a ticket makes dozens of them, and
these are made and changed several times faster.
"""

from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import NamedTuple

from sla.business_time import CALENDAR, Hours, Pause
from sla.deadlines import Run
from sla.metrics import Metric
from sla.policy import Rules, Target


class Stage(StrEnum):
    """Where an instance is in its life; a merged one is cancelled."""

    ACTIVE = auto()
    PAUSED = auto()
    FULFILLED = auto()
    CANCELLED = auto()


class Outcome(StrEnum):
    """What an instance came to."""

    OPEN = auto()
    MET = auto()
    MISSED = auto()
    CANCELLED = auto()
    MERGED = auto()
    EXEMPT = auto()


class LogType(StrEnum):
    """What the log of metric events tells, in its order within one instant."""

    FULFILL = auto()
    CANCEL = auto()
    ACTIVATE = auto()
    APPLY_SLA = auto()
    PAUSE = auto()
    RESUME = auto()
    BREACH = auto()


class MetricEvent(NamedTuple):
    """One entry of the log.

    Attributes:
        at: When it happened; a breach happened at the deadline, or at the change that put the deadline in the past.
        instance: The instance's number among those of its metric.
        target_seconds: The target that `apply_sla` applied; None when the target was lost, and on all other types.
        superseded: Whether the breach is void: its deadline moved, or its message is gone.
    """

    at: datetime
    metric: Metric
    instance: int
    type: LogType
    target_seconds: int | None = None
    superseded: bool = False


class Elapsed(NamedTuple):
    """How long an instance ran, pauses left out."""

    business: timedelta
    calendar: timedelta


class Instance(NamedTuple):
    """One measured stretch of a ticket.

    Attributes:
        metric: What is measured.
        number: Counts the instances of a metric on a ticket from 1, with or without a target.
        activated_at: Where the measuring begins: the message, not the moment at which it was found to be the oldest.
        ended_at: When it was fulfilled or cancelled.
        without_reply: Whether it was fulfilled without a reply.
        breached: Whether its deadline passed while it was open.
        breached_at: That deadline, or the change that put the deadline in the past.
        relaxed: Whether a breach was superseded because the target was eased.
        target: What it is judged against; None where there never was one. An instance cancelled for losing its target
            still shows the lost one.
        policy: The title of the policy that the target comes from; `policy_id` is that policy's id.
        schedule: The name of the schedule in force; None is around the clock.
        pauses: When it stood still, half-open; the last one has no end while it still does.
        run: The clock against the target; None without one.
        merged: Whether it ended because its ticket was merged away.
        exempt: Whether its ticket is exempt.
    """

    metric: Metric
    number: int
    activated_at: datetime
    stage: Stage = Stage.ACTIVE
    ended_at: datetime | None = None
    without_reply: bool = False
    breached: bool = False
    breached_at: datetime | None = None
    relaxed: bool = False
    target: Target | None = None
    policy: str | None = None
    policy_id: int | str | None = None
    schedule: str | None = None
    pauses: tuple[Pause, ...] = ()
    run: Run | None = None
    merged: bool = False
    exempt: bool = False

    @property
    def key(self) -> tuple[Metric, int]:
        """What names the instance within its ticket."""
        return self.metric, self.number

    @property
    def open(self) -> bool:
        """Whether it is still measured."""
        return self.stage is Stage.ACTIVE or self.stage is Stage.PAUSED

    @property
    def outcome(self) -> Outcome:
        """What it came to, so far."""
        if self.exempt:
            return Outcome.EXEMPT
        if self.open:
            return Outcome.OPEN
        if self.stage is Stage.FULFILLED:
            return Outcome.MISSED if self.breached else Outcome.MET
        return Outcome.MERGED if self.merged else Outcome.CANCELLED

    @property
    def fulfilled_at(self) -> datetime | None:
        """When it was fulfilled; None when it was not."""
        return self.ended_at if self.stage is Stage.FULFILLED else None

    @property
    def breach_at(self) -> datetime | None:
        """The deadline it is, or was, judged against; None while paused and when cancelled."""
        shown = self.stage is Stage.ACTIVE or self.stage is Stage.FULFILLED
        return self.run.due if shown and self.run else None

    def target_hours(self, rules: Rules) -> Hours:
        """Return the hours in which the target, and every pause, is counted."""
        return target_hours(rules, self.target, self.schedule)

    def elapsed(self, rules: Rules, until: datetime) -> Elapsed:
        """Return how long it ran, pauses left out: to its end, or to `until` while it is open.

        The business part is counted in the schedule in force, whatever the target is counted in.
        """
        end = self.ended_at or until
        standing = [(max(begin, self.activated_at), min(over or end, end)) for begin, over in self.pauses]
        standing = [pause for pause in standing if pause[0] < pause[1]]
        return Elapsed(
            business=rules.hours(self.schedule).elapsed_excluding(self.activated_at, end, standing),
            calendar=CALENDAR.elapsed_excluding(self.activated_at, end, standing),
        )

    def remaining(self, rules: Rules, until: datetime) -> timedelta | None:
        """Return what is left of the target in its own hours at `until`, negative when overdue.

        None without a target and after the end. While paused it is the same at every instant.
        """
        if self.run is None or not self.open:
            return None
        if self.stage is Stage.PAUSED:
            return self.run.left
        return self.run.left - self.target_hours(rules).elapsed(self.run.since, until)


def target_hours(rules: Rules, target: Target | None, schedule: str | None) -> Hours:
    """Return the hours in which a target is counted: a schedule's, by name, or around the clock."""
    return rules.hours(schedule) if target and target.business_hours else CALENDAR
