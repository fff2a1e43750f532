"""The open spans of a schedule over some years, with a running sum."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from sla.open_time import Span, position_of

LONGEST_CLOSED = timedelta(days=366)


class CompiledHours:
    """Sorted spans within a horizon; never changed once made, so threads may share it.

    Attributes:
        years: The local years that are compiled.
        begin, end: Their first and last midnight: the horizon. A position outside has no answer here.
        opens, closes: The edges of each span. The first span is empty and sits at `begin`, so that every position in
            the horizon has a span that opens at or before it.
        sums: The time counted before each span, and at last all of it.
        droughts: The closed stretches of 366 days or more, the one before `end` included.
    """

    __slots__ = ("begin", "closes", "droughts", "end", "opens", "sums", "years")

    def __init__(self, years: range, zone: ZoneInfo, spans: Sequence[Span]) -> None:
        self.years = years
        self.begin = position_of(zone, date(years.start, 1, 1))
        self.end = position_of(zone, date(years.stop, 1, 1))
        self.opens = [self.begin, *(opens for opens, _ in spans)]
        self.closes = [self.begin, *(closes for _, closes in spans)]
        lengths = (closes - opens for opens, closes in zip(self.opens, self.closes, strict=True))
        self.sums = list(accumulate(lengths, initial=timedelta()))
        closed = zip(self.closes, [*self.opens[1:], self.end], strict=True)
        self.droughts = [(start, stop) for start, stop in closed if stop - start >= LONGEST_CLOSED]

    def counted(self, position: timedelta) -> timedelta:
        """Return the open time from `begin` to `position`."""
        i = bisect_right(self.opens, position) - 1
        if position < self.closes[i]:
            return self.sums[i] + (position - self.opens[i])
        return self.sums[i + 1]

    def reached(self, total: timedelta) -> timedelta:
        """Return the least position at which `total`, more than nothing and at most all there is, is counted."""
        i = bisect_left(self.sums, total) - 1
        return self.opens[i] + (total - self.sums[i])

    def within(self, start: timedelta, end: timedelta) -> Iterator[Span]:
        """Yield the spans clipped to [start, end)."""
        if start < end:
            for i in range(bisect_right(self.closes, start), bisect_left(self.opens, end)):
                yield max(self.opens[i], start), min(self.closes[i], end)

    def closed_too_long(self, start: timedelta, end: timedelta) -> bool:
        """Tell whether 366 days on end, all of them between `start` and `end`, are closed."""
        droughts = ((max(since, start), until) for since, until in self.droughts if until <= end)
        return any(until - since >= LONGEST_CLOSED for since, until in droughts)
