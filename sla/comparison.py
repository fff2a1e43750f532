"""What becomes of the same tickets under other rules: which policies, deadlines and outcomes differ, and how."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sla.engine import History, Instance, Outcome, Stage
from sla.metrics import Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What became of an instance that has, or had, a target.

    Attributes:
        policy: The title of the policy that the target comes from.
        outcome: As reports count it: open and already late is missed.
        breach_at: The deadline of an open instance whose clock runs.
        remaining: What is left of the target of an open instance that is paused, in the target's own hours.
    """

    policy: str | None
    outcome: Outcome
    breach_at: datetime | None = None
    remaining: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """An instance whose deadline or outcome differs; on a side without a target it is None.

    Attributes:
        number: The instance's number among those of its metric.
    """

    metric: Metric
    number: int
    before: Promise | None
    after: Promise | None

    @property
    def ends_otherwise(self) -> bool:
        """Whether the outcome differs, and not only the deadline."""
        return _outcome(self.before) is not _outcome(self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One ticket under two sets of rules; each pair is what it was before, and what it is after.

    Attributes:
        flips: The instances that differ: those of before in the order of their activation, then those only of after.
        missed: Whether any of its promises is missed.
    """

    ticket: str
    policy: tuple[str | None, str | None]
    group_policy: tuple[str | None, str | None]
    flips: tuple[Flip, ...]
    missed: tuple[bool, bool]

    @property
    def changes_policy(self) -> bool:
        """Whether another policy, or another group policy, applies."""
        return self.policy[0] != self.policy[1] or self.group_policy[0] != self.group_policy[1]

    @property
    def ends_otherwise(self) -> bool:
        """Whether any outcome differs."""
        return any(flip.ends_otherwise for flip in self.flips)

    @property
    def differs(self) -> bool:
        """Whether anything does: a policy, a deadline of an open instance, an outcome."""
        return bool(self.flips) or self.changes_policy


def compare(before: History, after: History) -> Comparison:
    """Return what differs between two evaluations of one ticket, both looked at at the same instant.

    Instances are the same when they have the same metric and number. A deadline counts only while the instance is
    open: afterwards only the outcome matters to anybody.
    """
    old, new = _promises(before), _promises(after)
    return Comparison(
        ticket=before.state.ticket.id,
        policy=(before.state.policy, after.state.policy),
        group_policy=(before.state.group_policy, after.state.group_policy),
        flips=tuple(
            Flip(metric=key[0], number=key[1], before=old.get(key), after=new.get(key))
            for key in old | new
            if _judgement(old.get(key)) != _judgement(new.get(key))
        ),
        missed=(_any_missed(old.values()), _any_missed(new.values())),
    )


def _promises(history: History) -> dict[tuple[Metric, int], Promise]:
    return {each.key: _promise(each) for each in history.instances if each.target is not None}


def _promise(instance: Instance) -> Promise:
    is_late = instance.breached and instance.outcome is Outcome.OPEN
    return Promise(
        policy=instance.policy,
        outcome=Outcome.MISSED if is_late else instance.outcome,
        breach_at=instance.breach_at if instance.open else None,
        remaining=instance.run.left if instance.run is not None and instance.stage is Stage.PAUSED else None,
    )


def _judgement(promise: Promise | None) -> tuple[object, ...]:
    """What makes two promises differ; which policy made them does not."""
    return (None,) if promise is None else (promise.outcome, promise.breach_at, promise.remaining)


def _outcome(promise: Promise | None) -> Outcome | None:
    return None if promise is None else promise.outcome


def _any_missed(promises: Iterable[Promise]) -> bool:
    return any(promise.outcome is Outcome.MISSED for promise in promises)
