"""What an instance is measured against now: the target of the policy in force, and the schedule it is counted in."""

from typing import NamedTuple, Protocol

from sla.engine.instance import Instance
from sla.metrics import GROUP_METRICS, Metric
from sla.policy import Policy, Rules, Target
from sla.ticket import Priority, Ticket


class Governed(Protocol):
    """A ticket with the rules and policies in force for it."""

    rules: Rules
    ticket: Ticket
    applied: Policy | None
    applied_to_group: Policy | None


class Terms(NamedTuple):
    """A target and where it comes from.

    Attributes:
        target: None where no policy applies, or the policy has no row for the metric at the ticket's priority.
        policy: The title of the policy it comes from; None without a target. `policy_id` is that policy's id.
        schedule: The name of the schedule in force; None is around the clock.
    """

    target: Target | None
    policy: str | None
    policy_id: int | str | None
    schedule: str | None

    @property
    def counts_business(self) -> bool:
        """Whether the schedule has a say in the deadline."""
        return self.target is not None and self.target.business_hours

    def moves(self, instance: Instance) -> bool:
        """Tell whether these terms give the instance another deadline than its own."""
        return self.target != instance.target or (self.counts_business and self.schedule != instance.schedule)

    def describes(self, instance: Instance) -> bool:
        """Tell whether the instance already says where its target comes from."""
        return (self.policy, self.policy_id, self.schedule) == (
            instance.policy,
            instance.policy_id,
            instance.schedule,
        )


class Basis(NamedTuple):
    """What targets, schedules and settings are chosen by."""

    rules: Rules
    ticket: Ticket
    applied: Policy | None
    applied_to_group: Policy | None

    @classmethod
    def of(cls, governed: Governed) -> "Basis":
        """Return what holds for a ticket now."""
        return cls(governed.rules, governed.ticket, governed.applied, governed.applied_to_group)

    def same_as(self, other: "Basis") -> bool:
        """Tell whether nothing has changed; rules are compared by identity, as every version is a value of its own."""
        return (
            self.rules is other.rules
            and self.applied == other.applied
            and self.applied_to_group == other.applied_to_group
            and _measured_by(self.ticket) == _measured_by(other.ticket)
        )


def _measured_by(ticket: Ticket) -> tuple[Priority | None, str | None, str | None, str | None]:
    """Return the fields by which targets and schedules are found once the policies are chosen."""
    return ticket.priority, ticket.schedule, ticket.channel, ticket.customer


def terms_for(governed: Governed, metric: Metric) -> Terms:
    """Return what an instance of a metric is measured against now."""
    applied = governed.applied_to_group if metric in GROUP_METRICS else governed.applied
    schedule = governed.rules.schedule_of(governed.ticket, applied)
    priority = governed.ticket.priority
    target = applied.targets.get((priority, metric)) if applied and priority else None
    if applied is None or target is None:
        return Terms(None, None, None, schedule)
    return Terms(target, applied.title, applied.id, schedule)
