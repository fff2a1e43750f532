"""An instance while a step works on it: it changes in place, where an `Instance` is a value.

A ticket's instances change dozens of times in its story, and only what they come to is asked for. To make a new value
for each change took a third of the time that a fold takes.
"""

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import TypeVar

from sla.business_time import Hours
from sla.deadlines import pause_run, resume_run
from sla.engine.instance import Instance, Stage

T = TypeVar("T")


class WorkingInstance:
    """An instance in the working copy; it has the attributes of `Instance`, which mean the same, and two more.

    Attributes:
        key: What names the instance within its ticket.
        hours: What its target, and every pause, is counted in.
    """

    __slots__ = (*Instance._fields, "hours", "key")

    def __init__(self, instance: Instance, hours: Hours) -> None:
        (
            self.metric,
            self.number,
            self.activated_at,
            self.stage,
            self.ended_at,
            self.without_reply,
            self.breached,
            self.breached_at,
            self.relaxed,
            self.target,
            self.policy,
            self.policy_id,
            self.schedule,
            self.pauses,
            self.run,
            self.merged,
            self.exempt,
        ) = instance
        self.key = self.metric, self.number
        self.hours = hours

    def frozen(self) -> Instance:
        """Return the instance as it is now."""
        return Instance._make(_fields_of(self))

    @property
    def due(self) -> datetime | None:
        """The deadline, as far as there is one by now."""
        return self.run.due if self.run else None

    def stand_still(self, at: datetime) -> None:
        """Pause from an instant on, unless it already is paused; a pause that ends just then goes on."""
        if self.stage is Stage.PAUSED:
            return
        self.stage = Stage.PAUSED
        if self.run:
            self.run = pause_run(self.hours, self.run, at)
        if self.pauses and self.pauses[-1][1] == at:
            self.pauses = appended(self.pauses[:-1], (self.pauses[-1][0], None))
        else:
            self.pauses = appended(self.pauses, (at, None))

    def run_again(self, at: datetime) -> None:
        """Run from an instant on, unless it already runs."""
        if self.stage is not Stage.PAUSED:
            return
        self.stage = Stage.ACTIVE
        if self.run:
            self.run = resume_run(self.hours, self.run, at)
        self.pauses = appended(self.pauses[:-1], (self.pauses[-1][0], at))

    def stand_still_since_end(self) -> None:
        """Be open again, as if it had not ended then but been paused."""
        assert self.ended_at is not None
        self.stage = Stage.ACTIVE
        self.stand_still(self.ended_at)
        self.ended_at = None


_fields_of = attrgetter(*Instance._fields)


def frozen(instances: Iterable[WorkingInstance]) -> tuple[Instance, ...]:
    """Return instances as they are now."""
    return tuple([instance.frozen() for instance in instances])


def appended(items: tuple[T, ...], item: T) -> tuple[T, ...]:
    """Return a tuple with one more item; a tuple of thousands is copied once, where unpacking would copy it twice."""
    return items + (item,)  # noqa: RUF005
