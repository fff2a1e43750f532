"""Simulation: what would have become of tickets under other rules, and what that says of targets and of staffing."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from sla.business_time import Hours
from sla.comparison import Comparison
from sla.engine import History, Outcome, advance, in_order, start
from sla.events import Comment, Created, Event, PoliciesChanged, RulesChanged, ScheduleChanged, StatusChanged
from sla.metrics import REPLY_METRICS
from sla.policy import Rules
from sla.report import Measured, counted_outcome
from sla.ticket import Status, Ticket

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallestTarget:
    """The target of a metric at a priority, beside the least one that so many percent would have met.

    Attributes:
        counted: How many instances that is about: met and missed.
        met: How many of them met the target that they had.
        enough: The least target; None where too many were never fulfilled at all.
        done: How many were fulfilled, in time or not.
        done_within: What so many percent of those that were fulfilled took no longer than; None where none was.
    """

    policy: str | None
    metric: str
    priority: str | None
    business_hours: bool
    target: timedelta
    counted: int
    met: int
    enough: timedelta | None
    done: int
    done_within: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffingCell:
    """An hour of the week: how many customers began to wait then, and how many of them waited too long.

    Attributes:
        weekday: 0 is Monday.
        closed: How many of them wrote outside of the schedule.
    """

    weekday: int
    hour: int
    waiting: int
    missed: int
    closed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flipped:
    """An instance that ends otherwise: its two rows, one of which may be missing for want of a target."""

    before: Measured | None
    after: Measured | None


def under(ticket: Ticket, rules: Rules) -> Ticket:
    """Return a ticket as it begins under other rules: a schedule of its own that they do not know is left out."""
    return ticket._replace(schedule=None) if ticket.schedule and ticket.schedule not in rules.compiled else ticket


def story_under(events: Iterable[Event], rules: Rules) -> list[Event]:
    """Return what happened to a ticket without the edits of rules that happened meanwhile."""
    return [event for event in events if not _belongs_to_other_rules(event, rules)]


def with_auto_solve(
    begun: Ticket, rules: Rules, story: Iterable[Event], after: timedelta | None, until: datetime
) -> list[Event]:
    """Return a story with the steps that a rule would have taken: to solve what has been pending and quiet for so long.

    Args:
        begun: The ticket before its first event.
        rules: Those that it is told under.
        story: Its events, without such steps.
        after: None where there is no such rule. A public comment, and being set to pending anew, begin it again.
        until: Steps that are due later are not taken.
    """
    told = in_order(story)
    if after is None or not any(_makes_pending(event) for event in told):
        return told
    found: list[Event] = []
    state = start(begun, rules)
    due_at: datetime | None = None
    for event in told:
        if due_at is not None and due_at <= min(event.at, until):
            found.append(StatusChanged(at=due_at, to=Status.SOLVED))
            state = advance(state, found[-1])
        found.append(event)
        state = advance(state, event)
        if state.ticket.status is not Status.PENDING or state.void is not None:
            due_at = None
        elif _makes_pending(event) or (isinstance(event, Comment) and event.public):
            due_at = event.at + after
    if due_at is not None and due_at <= until:
        found.append(StatusChanged(at=due_at, to=Status.SOLVED))
    return found


def _makes_pending(event: Event) -> bool:
    match event:
        case StatusChanged(to=status) | Created(status=status):
            return status is Status.PENDING
        case _:
            return False


def _belongs_to_other_rules(event: Event, rules: Rules) -> bool:
    if isinstance(event, ScheduleChanged):
        return event.to is not None and event.to not in rules.compiled
    return isinstance(event, PoliciesChanged | RulesChanged)


def measured_of(history: History, until: datetime) -> Iterator[Measured]:
    """Yield a ticket's instances with a target, as reports count them at an instant."""
    ticket, rules = history.state.ticket, history.state.rules
    for instance in history.instances:
        if instance.target is None:
            continue
        elapsed = instance.elapsed(rules, until)
        yield Measured(
            ticket=ticket.id,
            metric=instance.metric.value,
            instance=instance.number,
            outcome=counted_outcome(
                instance.outcome, breached=instance.breached, breach_at=instance.breach_at, now=until
            ),
            is_open=instance.outcome is Outcome.OPEN,
            activated_at=instance.activated_at,
            breach_at=instance.breach_at,
            breached_at=instance.breached_at,
            ended_at=instance.fulfilled_at,
            target=timedelta(seconds=instance.target.seconds),
            business_hours=instance.target.business_hours,
            business=elapsed.business,
            calendar=elapsed.calendar,
            without_reply=instance.without_reply,
            relaxed=instance.relaxed,
            policy=instance.policy,
            priority=ticket.priority and ticket.priority.value,
            channel=ticket.channel,
            customer=ticket.customer,
            tier=ticket.customer_tier,
            agent=ticket.assignee,
            group=ticket.group,
        )


def flips_of(found: Comparison, before: Iterable[Measured], after: Iterable[Measured]) -> Iterator[Flipped]:
    """Yield the instances of one ticket that end otherwise, with what is known of both sides."""
    old = {(row.metric, row.instance): row for row in before}
    new = {(row.metric, row.instance): row for row in after}
    for flip in found.flips:
        if flip.ends_otherwise:
            key = flip.metric.value, flip.number
            yield Flipped(before=old.get(key), after=new.get(key))


def smallest_targets(rows: Iterable[Measured], percent: int = 95) -> list[SmallestTarget]:
    """Return, for each target there is, the least one that `percent` of its instances would have met.

    Instances that are late and not done yet meet none.
    """
    groups: dict[tuple[str | None, str, str | None, bool, timedelta], list[Measured]] = {}
    for row in rows:
        if row.outcome in {Outcome.MET, Outcome.MISSED}:
            key = row.policy, row.metric, row.priority, row.business_hours, row.target
            groups.setdefault(key, []).append(row)
    return [_smallest(counted, percent) for counted in groups.values()]


def _smallest(counted: Sequence[Measured], percent: int) -> SmallestTarget:
    one = counted[0]
    done = sorted(row.used for row in counted if not row.is_open)
    return SmallestTarget(
        policy=one.policy,
        metric=one.metric,
        priority=one.priority,
        business_hours=one.business_hours,
        target=one.target,
        counted=len(counted),
        met=sum(row.outcome is Outcome.MET for row in counted),
        enough=_longest_of(done, -(-len(counted) * percent // 100)),
        done=len(done),
        done_within=_longest_of(done, -(-len(done) * percent // 100)),
    )


def _longest_of(durations: Sequence[timedelta], number: int) -> timedelta | None:
    """The longest of the so many shortest durations; None where there are not so many, or none is asked for."""
    return durations[number - 1] if 0 < number <= len(durations) else None


def staffing(rows: Iterable[Measured], hours: Hours, zone: tzinfo) -> list[StaffingCell]:
    """Return the hours of the week in which customers began to wait for a reply, in the order of the week.

    Hours of the week are those of `zone`; instances that count for nothing are left out.
    """
    waiting: Counter[tuple[int, int]] = Counter()
    missed: Counter[tuple[int, int]] = Counter()
    closed: Counter[tuple[int, int]] = Counter()
    for row in rows:
        if row.metric in REPLY_METRICS and row.outcome in {Outcome.MET, Outcome.MISSED, Outcome.OPEN}:
            at = row.activated_at.astimezone(zone)
            cell = at.weekday(), at.hour
            waiting[cell] += 1
            missed[cell] += row.outcome is Outcome.MISSED
            closed[cell] += not hours.elapsed(row.activated_at, row.activated_at + _INSTANT)
    return [
        StaffingCell(weekday=day, hour=hour, waiting=count, missed=missed[day, hour], closed=closed[day, hour])
        for (day, hour), count in sorted(waiting.items())
    ]
