"""From local rules to instants: when a schedule is open in one year.

An instant is a *position*, the timedelta since 1970-01-01T00:00Z. A timedelta is an exact integer of microseconds
whose comparison, sum and difference run in C; with int, most of the time would go into converting datetimes.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from operator import itemgetter
from zoneinfo import ZoneInfo

from sla.schedule import Interval, Schedule, SpecialHours

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Span = tuple[timedelta, timedelta]
"""Half-open: from a position up to, and without, another."""

_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
_start, _end = itemgetter(0), itemgetter(1)


def position_of(zone: ZoneInfo, day: date, minutes: int = 0) -> timedelta:
    """Return the position of the local reading `minutes` after the midnight that begins `day`.

    A reading inside a gap moves forward by the gap, one inside a fold is the first of the two. Both are what
    ``fold=0`` means (PEP 495), and wall-clock arithmetic on an aware datetime leaves it at that.
    """
    return datetime.combine(day, time(), zone) + timedelta(minutes=minutes) - EPOCH


def day_span(zone: ZoneInfo, day: date) -> Span:
    """Return `day` from its local midnight to the next; empty for a date that the zone skipped."""
    return position_of(zone, day), position_of(zone, day + _DAY)


def open_spans(schedule: Schedule, year: int) -> list[Span]:
    """Return when `schedule` is open in `year`, from one local New Year's midnight to the next."""
    zone = schedule.zone
    begin, end = position_of(zone, date(year, 1, 1)), position_of(zone, date(year + 1, 1, 1))
    weekly = _weekly_spans(schedule.intervals, zone, year)
    spans = union((max(opens, begin), min(closes, end)) for opens, closes in weekly)
    special = [hours for hours in schedule.special_hours if hours.date.year == year]
    replaced = {day for holiday in schedule.holidays for day in holiday.dates_in(year)}
    replaced.update(hours.date for hours in special)
    for day in replaced:
        cut(spans, day_span(zone, day))
    return union([*spans, *(span for hours in special for span in _special_spans(hours, zone))])


def _weekly_spans(intervals: Sequence[Interval], zone: ZoneInfo, year: int) -> Iterator[Span]:
    new_year = date(year, 1, 1)
    # A week ends by the next Sunday, but a gap may move its last edges on: Kiritimati skipped the Saturday before New
    # Year 1995. Each interval is read on its own, so that it moves the same whichever others it overlaps.
    sunday = new_year - timedelta(days=new_year.isoweekday() % 7) - _WEEK
    while sunday.year <= year:
        for interval in intervals:
            yield position_of(zone, sunday, interval.start_time), position_of(zone, sunday, interval.end_time)
        sunday += _WEEK


def _special_spans(hours: SpecialHours, zone: ZoneInfo) -> Iterator[Span]:
    _, midnight = day_span(zone, hours.date)
    for start, end in hours.intervals:
        # A gap shortly before midnight must not carry the hours into the next date.
        yield position_of(zone, hours.date, start), min(position_of(zone, hours.date, end), midnight)


def union(spans: Iterable[Span]) -> list[Span]:
    """Return the same time as sorted spans that neither overlap nor touch; empty ones are dropped."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def cut(spans: list[Span], hole: Span) -> None:
    """Take `hole` out of the sorted, disjoint `spans`."""
    first = bisect_right(spans, hole[0], key=_end)
    last = bisect_left(spans, hole[1], key=_start)
    if first < last:
        pieces = (spans[first][0], hole[0]), (hole[1], spans[last - 1][1])
        spans[first:last] = [piece for piece in pieces if piece[0] < piece[1]]
