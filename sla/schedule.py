"""Schedules: when a team works, in its own time zone (Zendesk: Schedules).

Every value checks itself when it is made and names everything that is wrong with it: nothing downstream asks again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from sla.errors import SlaError
from sla.spelling import nearest

MINUTES_A_DAY = 1_440
MINUTES_A_WEEK = 10_080

_LEAP_YEAR = 2024  # has every date that a year can have
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Open time in every week, in minutes since Sunday 00:00 local time; it may run over midnight.

    A night that runs from Saturday into Sunday is two intervals, one up to 10080 and one from 0.
    """

    start_time: int
    end_time: int

    def __post_init__(self) -> None:
        _raise_any(_minute_problems(self.start_time, self.end_time, MINUTES_A_WEEK))


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """Closed local dates, both included.

    A yearly holiday falls on the same month and day in every year, before and after the one given; 29 February is
    simply missing from it in other years.
    """

    name: str
    start_date: date
    end_date: date
    yearly: bool = False

    def __post_init__(self) -> None:
        problems = []
        if not self.name.strip():
            problems.append("A holiday needs a name.")
        if self.end_date < self.start_date:
            problems.append(f"The end date {self.end_date} comes before the start date {self.start_date}.")
        elif self.yearly and (self.end_date - self.start_date).days >= 364:
            problems.append("A yearly holiday has to be shorter than a year.")
        _raise_any(problems)

    def covers(self, day: date) -> bool:
        """Tell whether the local date `day` is part of the holiday."""
        if not self.yearly:
            return self.start_date <= day <= self.end_date
        first, last = _month_day(self.start_date), _month_day(self.end_date)
        if first <= last:
            return first <= _month_day(day) <= last
        return _month_day(day) >= first or _month_day(day) <= last  # over New Year

    def dates_in(self, year: int) -> Iterator[date]:
        """Yield the local dates of `year` that the holiday covers."""
        new_year = date(year, 1, 1)
        begins = _in_year(self.start_date, year) if self.yearly else max(self.start_date, new_year)
        for first in sorted({new_year, begins}):  # on New Year it may be last year's that goes on
            day = first
            while day.year == year and self.covers(day):
                yield day
                day += _DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialHours:
    """One local date with hours of its own, in minutes since its midnight; none at all is a closed day."""

    date: date
    intervals: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        _raise_any(
            [problem for start, end in self.intervals for problem in _minute_problems(start, end, MINUTES_A_DAY)]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Weekly intervals in an IANA time zone, with the dates that differ.

    Overlapping intervals are a union. Special hours beat a holiday, a holiday beats the week.

    Raises:
        SlaError: When the zone is unknown, a date has special hours twice, or nothing is ever open.
    """

    name: str
    time_zone: str
    intervals: tuple[Interval, ...]
    holidays: tuple[Holiday, ...] = ()
    special_hours: tuple[SpecialHours, ...] = ()

    def __post_init__(self) -> None:
        problems = [] if self.name.strip() else ["A schedule needs a name."]
        problems += _zone_problems(self.time_zone)
        dates = sorted(special.date for special in self.special_hours)
        problems += [f"{day} has special hours more than once." for day, after in pairwise(dates) if day == after]
        if not self._is_ever_open():
            problems.append("A schedule needs some open time.")
        _raise_any(problems)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which intervals, holidays and special hours are read."""
        return ZoneInfo(self.time_zone)

    def special_hours_on(self, day: date) -> SpecialHours | None:
        """Return what replaces the week and the holidays on the local date `day`."""
        return next((special for special in self.special_hours if special.date == day), None)

    def holiday_on(self, day: date) -> Holiday | None:
        """Return the first holiday that covers the local date `day`."""
        return next((holiday for holiday in self.holidays if holiday.covers(day)), None)

    def _is_ever_open(self) -> bool:
        if any(special.intervals for special in self.special_hours):
            return True
        yearly = [holiday for holiday in self.holidays if holiday.yearly]
        covered = {day for holiday in yearly for day in holiday.dates_in(_LEAP_YEAR)}
        return bool(self.intervals) and len(covered) < 366


def _minute_problems(start: int, end: int, limit: int) -> list[str]:
    problems = [
        f"{minute} is not a minute between 0 and {limit}." for minute in (start, end) if not 0 <= minute <= limit
    ]
    if end <= start:
        problems.append(f"The end {end} has to come after the start {start}.")
    return problems


def _zone_problems(name: str) -> list[str]:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; not a relative path; a folder such as "Europe"
        near = nearest(name, available_timezones())
        hint = f"did you mean {near}?" if near else "it looks like Europe/Berlin."
        return [f"{name!r} is not an IANA time zone; {hint}"]
    return []


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 3, 1)


def _month_day(day: date) -> tuple[int, int]:
    return day.month, day.day


def _raise_any(problems: list[str]) -> None:
    if problems:
        raise SlaError(*problems)
