"""Reports: promises counted instance by instance, grouped, each figure traceable to its rows."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum, auto

from sla.engine import Outcome
from sla.metrics import Metric
from sla.spread import Percentiles, Spread, day_spread
from sla.ticket import Priority


class Dimension(StrEnum):
    """What a report can be grouped by."""

    POLICY = auto()
    METRIC = auto()
    PRIORITY = auto()
    CHANNEL = auto()
    CUSTOMER = auto()
    TIER = auto()
    AGENT = auto()
    GROUP = auto()
    WEEK = auto()
    HOUR = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """An instance with a target, as a report counts it: the row that figures are traced to.

    Attributes:
        outcome: As counted: open and already late is missed.
        is_open: Whether it is still measured.
        breach_at: When it is, or was, due; None while paused and when cancelled.
        ended_at: When it was fulfilled.
        business: How long it ran in its schedule, pauses left out; to the present while it is open.
        calendar: The same around the clock.
        version: The version of the rules that it is, or was, judged under.
        relaxed: Whether its target was eased after it had been missed.
    """

    ticket: str
    metric: str
    instance: int
    outcome: Outcome
    is_open: bool = False
    activated_at: datetime
    breach_at: datetime | None = None
    breached_at: datetime | None = None
    ended_at: datetime | None = None
    target: timedelta
    business_hours: bool = False
    business: timedelta
    calendar: timedelta
    without_reply: bool = False
    relaxed: bool = False
    policy: str | None = None
    version: int | None = None
    priority: str | None = None
    channel: str | None = None
    customer: str | None = None
    tier: str | None = None
    agent: str | None = None
    group: str | None = None

    @property
    def used(self) -> timedelta:
        """What was counted, in the target's own hours."""
        return self.business if self.business_hours else self.calendar

    @property
    def paused(self) -> timedelta | None:
        """How long it stood still, by the clock on the wall; None while it is open."""
        return None if self.ended_at is None else self.ended_at - self.activated_at - self.calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a number of instances came to.

    Attributes:
        missed: With those that are open and already late, which `late` counts by themselves.
        open: Those that are open and in time.
        fulfilled: Those that the percentiles are of, met or missed.
    """

    met: int = 0
    missed: int = 0
    late: int = 0
    open: int = 0
    cancelled: int = 0
    merged: int = 0
    exempt: int = 0
    fulfilled: int = 0
    business: Percentiles | None = None
    calendar: Percentiles | None = None

    @property
    def counted(self) -> int:
        """The denominator: met and missed. Open, cancelled, merged and exempt are listed and never in it."""
        return self.met + self.missed

    @property
    def attainment(self) -> float | None:
        """Met out of met and missed, from 0 to 1; None where nothing counts yet."""
        return self.met / self.counted if self.counted else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One line of a report; the key has a value for each dimension, None where a ticket has none."""

    key: tuple[str | None, ...]
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Figures of groups, and of all of them together."""

    by: tuple[Dimension, ...]
    groups: tuple[Group, ...]
    total: Figures


@dataclass(slots=True)
class Tally:
    """Figures in the making: those of one group and day, or of several added up."""

    counts: Counter[str] = field(default_factory=Counter)
    business: Spread = field(default_factory=Spread)
    calendar: Spread = field(default_factory=Spread)

    def add(self, other: "Tally") -> None:
        """Take another one in."""
        self.counts.update(other.counts)
        self.business.add(other.business)
        self.calendar.add(other.calendar)

    def figures(self) -> Figures:
        """Return the figures as they are now."""
        return Figures(
            **self.counts,
            business=self.business.percentiles(),
            calendar=self.calendar.percentiles(),
        )


Key = tuple[str | None, ...]


def report(rows: Iterable[Measured], by: Sequence[Dimension], zone: tzinfo) -> Report:
    """Return the figures of all rows, by the value of each dimension and in total.

    Weeks (ISO) and hours are those of the activation, in the given zone.
    """
    days: dict[date, dict[Key, list[Measured]]] = {}
    for row in rows:
        key = tuple(value_of(row, dimension, zone) for dimension in by)
        days.setdefault(row.activated_at.astimezone(zone).date(), {}).setdefault(key, []).append(row)
    cells = ((key, tally_day(of_key)) for groups in days.values() for key, of_key in groups.items())
    total = Tally()
    for groups in days.values():
        total.add(tally_day([row for of_key in groups.values() for row in of_key]))
    return report_of_tallies(cells, by, total)


def report_of_tallies(cells: Iterable[tuple[Key, Tally]], by: Sequence[Dimension], total: Tally) -> Report:
    """Return the report that the tallies of groups and days add up to."""
    tallies: dict[Key, Tally] = {}
    for key, cell in cells:
        tallies.setdefault(key, Tally()).add(cell)
    ordered = sorted(tallies, key=lambda key: [_place(value, one) for value, one in zip(key, by, strict=True)])
    groups = tuple(Group(key=key, figures=tallies[key].figures()) for key in ordered)
    return Report(by=tuple(by), groups=groups, total=total.figures())


def tally_day(rows: Sequence[Measured]) -> Tally:
    """Return the tally of rows that were activated on one day."""
    counts = Counter(row.outcome.value for row in rows)
    late = sum(row.is_open and row.outcome is Outcome.MISSED for row in rows)
    counted = [row for row in rows if row.outcome in _FULFILLED and not row.is_open]
    return Tally(
        counts=Counter({**counts, "late": late, "fulfilled": len(counted)}),
        business=day_spread(row.business for row in counted),
        calendar=day_spread(row.calendar for row in counted),
    )


def counted_outcome(outcome: Outcome, *, breached: bool, breach_at: datetime | None, now: datetime) -> Outcome:
    """Return an outcome as reports count it: open and already late is missed."""
    is_late = breached or (breach_at is not None and breach_at < now)
    return Outcome.MISSED if outcome is Outcome.OPEN and is_late else outcome


def value_of(row: Measured, dimension: Dimension, zone: tzinfo) -> str | None:
    """Return what a row is grouped under: "first_reply_time", "2026-W03", the hour "09" of its activation."""
    return _VALUES[dimension](row, zone)


def week_of(day: date) -> str:
    """Return the ISO week of a day: "2026-W03"."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def selected(rows: Iterable[Measured], where: Mapping[Dimension, str | None], zone: tzinfo) -> list[Measured]:
    """Return the rows that have these values, in their order."""
    return [row for row in rows if all(value_of(row, each, zone) == value for each, value in where.items())]


_FULFILLED = frozenset({Outcome.MET, Outcome.MISSED})

_VALUES: dict[Dimension, Callable[[Measured, tzinfo], str | None]] = {
    Dimension.POLICY: lambda row, _: row.policy,
    Dimension.METRIC: lambda row, _: row.metric,
    Dimension.PRIORITY: lambda row, _: row.priority,
    Dimension.CHANNEL: lambda row, _: row.channel,
    Dimension.CUSTOMER: lambda row, _: row.customer,
    Dimension.TIER: lambda row, _: row.tier,
    Dimension.AGENT: lambda row, _: row.agent,
    Dimension.GROUP: lambda row, _: row.group,
    Dimension.WEEK: lambda row, zone: week_of(row.activated_at.astimezone(zone).date()),
    Dimension.HOUR: lambda row, zone: f"{row.activated_at.astimezone(zone).hour:02}",
}

_ORDERS: dict[Dimension, list[str]] = {
    Dimension.METRIC: [metric.value for metric in Metric],
    Dimension.PRIORITY: [priority.value for priority in reversed(Priority)],
}


def _place(value: str | None, dimension: Dimension) -> tuple[bool, int, str]:
    """Where a value stands among those of its dimension: in their own order, else by name; nothing comes last."""
    order = _ORDERS.get(dimension, [])
    return value is None, order.index(value) if value in order else len(order), value or ""
