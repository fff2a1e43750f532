"""Business time: how much of a stretch counts, and when a duration is used up.

A schedule is compiled once into sorted open spans with a running sum. Business time up to an instant is then one
bisection, `elapsed` the difference of two and `after` the inverse: a year costs what an hour costs.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from sla.compiled_hours import CompiledHours
from sla.errors import SlaError
from sla.open_time import EPOCH, Span, open_spans, position_of, union
from sla.schedule import Schedule

Pause = tuple[datetime, datetime | None]
"""When a clock stood still, half-open; the end is None while it still does."""

_NOTHING = timedelta()
# Years are compiled when first asked for and take milliseconds each: a slip in a date must not ask for thousands.
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


class NoOpenTime(SlaError):  # noqa: N818 - named after what is missing
    """A schedule is closed for 366 days on end, so that a duration is never used up."""


class Hours(Protocol):
    """What a target is counted in: the open hours of a schedule, or the calendar.

    Instants are aware, a naive one raises SlaError; instants returned are in UTC. Pauses are sorted and do not overlap.
    """

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Return the counted time in [start, end), negative when `end` comes before `start`."""
        ...

    def after(self, start: datetime, duration: timedelta) -> datetime:
        """Return the least instant from `start` on at which `duration` is counted.

        A duration used up exactly at closing time ends at closing time, not at the next opening.

        Raises:
            SlaError: When `duration` is negative.
            NoOpenTime: When 366 days without open time come first.
        """
        ...

    def spans(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """Return the counted spans in [start, end): sorted, and none touches the next."""
        ...

    def elapsed_excluding(self, start: datetime, end: datetime, pauses: Sequence[Pause]) -> timedelta:
        """Return the counted time in [start, end) outside `pauses`."""
        total = self.elapsed(start, end)
        for paused_at, resumed_at in pauses:
            since, until = max(paused_at, start), end if resumed_at is None else min(resumed_at, end)
            if since < until:
                total -= self.elapsed(since, until)
        return total


class BusinessTime(Hours):
    """The open hours of one schedule, compiled as far as they have been asked for.

    Threads may share it: what is compiled is replaced as a whole, so the worst that two of them can do to each other is
    to compile a year twice.
    """

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self._spans: dict[int, list[Span]] = {}
        self._compiled: CompiledHours | None = None

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """See `Hours`."""
        first, last = _position(start), _position(end)
        compiled = self._covering(first, last)
        return compiled.counted(last) - compiled.counted(first)

    def after(self, start: datetime, duration: timedelta) -> datetime:
        """See `Hours`."""
        begin = _position(start)
        if duration <= _NOTHING:
            return CALENDAR.after(start, duration)  # nothing to count, whatever the hours
        compiled = self._covering(begin, begin)
        while (total := compiled.counted(begin) + duration) > compiled.sums[-1]:
            self._refuse_drought(compiled, begin, compiled.end)
            compiled = self._covering(begin, compiled.end)
        due = compiled.reached(total)
        self._refuse_drought(compiled, begin, due)
        return EPOCH + due

    def spans(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """See `Hours`."""
        first, last = _position(start), _position(end)
        compiled = self._covering(first, last)
        return [(EPOCH + opens, EPOCH + closes) for opens, closes in compiled.within(first, last)]

    def _covering(self, one: timedelta, other: timedelta) -> CompiledHours:
        known = self._compiled
        if known and known.begin <= one < known.end and known.begin <= other < known.end:
            return known
        zone = self.schedule.zone
        years = _years(zone, min(one, other), max(one, other))
        if known:
            years = range(min(years.start, known.years.start), max(years.stop, known.years.stop))
        for year in years:
            if year not in self._spans:
                self._spans[year] = open_spans(self.schedule, year)
        compiled = CompiledHours(years, zone, union(span for year in years for span in self._spans[year]))
        self._compiled = compiled  # another thread may replace it at once
        return compiled

    def _refuse_drought(self, compiled: CompiledHours, start: timedelta, end: timedelta) -> None:
        if compiled.droughts and compiled.closed_too_long(start, end):
            raise NoOpenTime(
                f"The schedule {self.schedule.name!r} has 366 days without open time after {EPOCH + start:%Y-%m-%d}."
            )


class Calendar(Hours):
    """Every hour of every day."""

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """See `Hours`."""
        return _position(end) - _position(start)

    def after(self, start: datetime, duration: timedelta) -> datetime:
        """See `Hours`."""
        if duration < _NOTHING:
            raise SlaError("A duration to count from an instant on cannot be negative.")
        try:
            return EPOCH + (_position(start) + duration)
        except OverflowError:
            raise SlaError(f"The calendar ends before the {duration.days} days from {start} do.") from None

    def spans(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """See `Hours`."""
        first, last = _position(start), _position(end)
        return [(EPOCH + first, EPOCH + last)] if first < last else []


CALENDAR = Calendar()


def _position(instant: datetime) -> timedelta:
    try:
        return instant - EPOCH
    except TypeError:
        raise SlaError(f"The instant {instant} has no time zone; only an aware datetime names one.") from None


def _years(zone: ZoneInfo, first: timedelta, last: timedelta) -> range:
    """Return the local years that hold both positions; next to New Year they are not always those of UTC."""
    start, stop = (EPOCH + first).year, (EPOCH + last).year + 1
    if start < _FIRST_YEAR or stop > _LAST_YEAR + 1:
        raise SlaError(f"Business time is counted in the years {_FIRST_YEAR} to {_LAST_YEAR} only.")
    start -= first < position_of(zone, date(start, 1, 1))
    stop += last >= position_of(zone, date(stop, 1, 1))
    return range(start, stop)
