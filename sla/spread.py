"""How long things took, kept so that days add up to a month: counts of seconds, and percentiles read from them.

A day on which much happened is kept in buckets of at most 3 % of a duration, so that what is read for a month does
not grow with what happened in it. Buckets are a day's own matter: whether a figure is read from instances or from what
was kept of each day, it is the same.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

# Up to so many, a day's durations are kept to the second.
EXACT = 100
# The leading bits of a longer duration that are kept beyond that.
_BITS = 6
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentiles:
    """The least duration that so many percent took no longer than (nearest rank), in whole seconds."""

    p50: timedelta
    p90: timedelta
    p95: timedelta


def day_spread(durations: Iterable[timedelta]) -> Counter[int]:
    """Return how many of a day's durations took how many whole seconds, in buckets where there are many."""
    counts = Counter(duration // _SECOND for duration in durations)
    if counts.total() <= EXACT:
        return counts
    buckets: Counter[int] = Counter()
    for seconds, count in counts.items():
        buckets[_bucket(seconds)] += count
    return buckets


def percentiles(spread: Mapping[int, int]) -> Percentiles | None:
    """Return the percentiles of durations counted by seconds; None where there are none."""
    if not spread:
        return None
    ordered = sorted(spread.items())
    total = sum(spread.values())
    return Percentiles(p50=_rank(ordered, total, 50), p90=_rank(ordered, total, 90), p95=_rank(ordered, total, 95))


def _rank(ordered: list[tuple[int, int]], total: int, percent: int) -> timedelta:
    wanted, seen = -(-total * percent // 100), 0
    for seconds, count in ordered[:-1]:
        seen += count
        if seen >= wanted:
            return timedelta(seconds=seconds)
    return timedelta(seconds=ordered[-1][0])


def _bucket(seconds: int) -> int:
    """Return the longest whole number of seconds in a duration's bucket, so that no percentile flatters."""
    shift = max(0, seconds.bit_length() - _BITS)
    return seconds | ((1 << shift) - 1)
