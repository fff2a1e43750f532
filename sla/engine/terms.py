"""What instances are measured against: the targets of the policy in force, and the schedule they are counted in."""

from collections.abc import Mapping
from typing import NamedTuple

from sla.business_time import CALENDAR, Hours
from sla.metrics import Metric
from sla.policy import Policy, Rules, Target
from sla.ticket import Priority, Ticket

Source = tuple[str | None, int | str | None, str | None]
"""Where a target comes from: the title and the id of its policy, None without a target; and the schedule in force."""


class Terms(NamedTuple):
    """What holds for a ticket's instances, those of group ownership or all others.

    Attributes:
        targets: The targets of the policy in force at the ticket's priority.
        policy: The title of that policy; None where none applies. `policy_id` is its id.
        schedule: The name of the schedule in force; None is around the clock.
        hours: The hours of that schedule.
    """

    targets: Mapping[Metric, Target]
    policy: str | None
    policy_id: int | str | None
    schedule: str | None
    hours: Hours

    def source(self, metric: Metric) -> Source:
        """Return where the target of a metric comes from."""
        return (self.policy, self.policy_id, self.schedule) if metric in self.targets else (None, None, self.schedule)


NO_TERMS = Terms({}, None, None, None, CALENDAR)


def terms_for(rules: Rules, ticket: Ticket, applied: Policy | None) -> Terms:
    """Return what a ticket's instances are measured against under a policy, or under none."""
    schedule = rules.schedule_of(ticket, applied)
    hours = rules.hours(schedule)
    if applied is None or ticket.priority is None:
        return Terms({}, None, None, schedule, hours)
    return Terms(applied.targets[ticket.priority], applied.title, applied.id, schedule, hours)


class Basis(NamedTuple):
    """What targets, schedules and settings are chosen by."""

    rules: Rules
    ticket: Ticket
    applied: Policy | None
    applied_to_group: Policy | None

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
