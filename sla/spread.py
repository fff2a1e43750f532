"""How long things took, kept so that days add up to a month: counts of seconds, and percentiles read from them.

A day on which much happened is kept in buckets of at most 3 % of a duration, so that what is read for a month does not
grow with what happened in it. Buckets are a day's own matter: whether a figure is read from instances or from what was
kept of each day, it is the same.
"""

import struct
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

# Up to so many, a day's durations are kept to the second.
EXACT = 100
# The leading bits of a longer duration that are kept beyond that: 32 buckets between a duration and its double.
_BITS = 6
_HALF = 1 << (_BITS - 1)
# The bits that each bucket's count has in the one number that holds them all.
_LANE = 32
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentiles:
    """The least duration that so many percent took no longer than (nearest rank), in whole seconds."""

    p50: timedelta
    p90: timedelta
    p95: timedelta


@dataclass(slots=True)
class Spread:
    """How many durations took how long.

    Attributes:
        exact: How many took how many whole seconds.
        buckets: The counts of all buckets side by side in one number, so that two spreads add up in one addition.
    """

    exact: Counter[int] = field(default_factory=Counter)
    buckets: int = 0

    def add(self, other: "Spread") -> None:
        """Take another one in."""
        self.exact.update(other.exact)
        self.buckets += other.buckets

    def percentiles(self) -> Percentiles | None:
        """Return the percentiles; None where there are no durations."""
        counts = self.exact + Counter(
            {_longest(place): count for place, count in enumerate(_lanes(self.buckets)) if count}
        )
        if not counts:
            return None
        ordered, total = sorted(counts.items()), counts.total()
        p50, p90, p95 = (_rank(ordered, -(-total * percent // 100)) for percent in (50, 90, 95))
        return Percentiles(p50=p50, p90=p90, p95=p95)


def day_spread(durations: Iterable[timedelta]) -> Spread:
    """Return the spread of one day's durations, in buckets where there are many."""
    counts = Counter(duration // _SECOND for duration in durations)
    if counts.total() <= EXACT:
        return Spread(counts)
    return Spread(buckets=sum(count << (_LANE * _place(seconds)) for seconds, count in counts.items()))


def _rank(ordered: list[tuple[int, int]], wanted: int) -> timedelta:
    seen = 0
    for seconds, count in ordered[:-1]:
        seen += count
        if seen >= wanted:
            return timedelta(seconds=seconds)
    return timedelta(seconds=ordered[-1][0])


def _lanes(buckets: int) -> tuple[int, ...]:
    number = -(-buckets.bit_length() // _LANE)
    return struct.unpack(f"<{number}I", buckets.to_bytes(number * _LANE // 8, "little"))


def _place(seconds: int) -> int:
    """Return the place of a duration's bucket; the shortest are to the second."""
    shift = max(0, seconds.bit_length() - _BITS)
    return shift * _HALF + (seconds >> shift)


def _longest(place: int) -> int:
    """Return the longest whole number of seconds in a bucket, so that no percentile flatters."""
    shift = max(0, place // _HALF - 1)
    return ((place - shift * _HALF + 1) << shift) - 1
