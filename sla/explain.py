"""Why a deadline is where it is: every stretch from the start of a clock on, and what it came to."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

from sla.business_time import BusinessTime, Hours, Pause
from sla.open_time import EPOCH, position_of
from sla.schedule import Schedule

_Stretch = tuple[datetime, datetime]
_DAY = timedelta(days=1)
_begin = itemgetter(0)


class Kind(StrEnum):
    """What became of a stretch of time."""

    COUNTED = "counted"
    CLOSED = "closed"
    HOLIDAY = "holiday"
    SPECIAL_HOURS = "special_hours"
    """Closed because the date has special hours."""
    PAUSED = "paused"
    """Open, but the clock stood still: what the pauses have moved the deadline by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch [start, end) of one kind.

    `name` is the holiday's; time that special hours have opened is named so as well.
    """

    kind: Kind
    name: str | None
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The stretch [start, end) cut into segments without gap or overlap, so that every sum is exact."""

    start: datetime
    end: datetime
    segments: tuple[Segment, ...]

    def total(self, kind: Kind) -> timedelta:
        """Return how much of the time is of one kind; all kinds together are the wall-clock time."""
        return sum((part.end - part.start for part in self.segments if part.kind is kind), timedelta())


def explain(hours: Hours, start: datetime, end: datetime, pauses: Sequence[Pause] = ()) -> Explanation:
    """Return what [start, end) is made of.

    Args:
        hours: What the target is counted in.
        start: When the instance was activated.
        end: Its deadline, or when it ended.
        pauses: Sorted, not overlapping; the last may have no end.
    """
    opened = hours.spans(start, end)
    paused = [(since, end if until is None else until) for since, until in pauses]
    dates = _Dates(hours.schedule, start, end) if isinstance(hours, BusinessTime) else None

    def reason(instant: datetime) -> tuple[Kind, str | None]:
        rule, name = dates.rule_at(instant) if dates else (Kind.CLOSED, None)
        if not _holds(opened, instant):
            return rule, name
        kind = Kind.PAUSED if _holds(paused, instant) else Kind.COUNTED
        return kind, "special hours" if rule is Kind.SPECIAL_HOURS else None

    # Nothing changes between two neighbouring edges, so what holds at the first of them holds up to the second.
    edges = {edge for stretch in (*opened, *paused) for edge in stretch}.union(dates.midnights if dates else ())
    cuts = [start, *sorted(edge for edge in edges if start < edge < end), end] if start < end else []
    segments = []
    for (kind, name), group in groupby(pairwise(cuts), key=lambda cut: reason(cut[0])):
        stretches = list(group)
        segments.append(Segment(kind=kind, name=name, start=stretches[0][0], end=stretches[-1][1]))
    return Explanation(start=start, end=end, segments=tuple(segments))


def explanation_to_json(explanation: Explanation, zone: tzinfo = UTC) -> dict[str, Any]:
    """Return the explanation as a JSON object, instants as the wall clock of `zone` shows them, with their offset."""
    return {
        "start": _written(explanation.start, zone),
        "end": _written(explanation.end, zone),
        "segments": [
            {
                "kind": str(segment.kind),
                "name": segment.name,
                "start": _written(segment.start, zone),
                "end": _written(segment.end, zone),
                "seconds": _seconds(segment.end - segment.start),
            }
            for segment in explanation.segments
        ],
        "sums": {str(kind): _seconds(explanation.total(kind)) for kind in Kind},
        "wall_clock_seconds": _seconds(explanation.end - explanation.start),
    }


class _Dates:
    """The local dates of a stretch, each with what its rule makes of closed time."""

    def __init__(self, schedule: Schedule, start: datetime, end: datetime) -> None:
        self._schedule = schedule
        zone = schedule.zone
        # One date more on both sides: around a fold the first reading of a midnight is what counts, not the date shown.
        first, last = start.astimezone(zone).date() - _DAY, end.astimezone(zone).date() + _DAY
        self._days = [first + n * _DAY for n in range((last - first).days + 1)]
        self.midnights = [EPOCH + position_of(zone, day) for day in self._days]

    def rule_at(self, instant: datetime) -> tuple[Kind, str | None]:
        day = self._days[bisect_right(self.midnights, instant) - 1]
        if self._schedule.special_hours_on(day):
            return Kind.SPECIAL_HOURS, None
        holiday = self._schedule.holiday_on(day)
        return (Kind.HOLIDAY, holiday.name) if holiday else (Kind.CLOSED, None)


def _holds(stretches: Sequence[_Stretch], instant: datetime) -> bool:
    i = bisect_right(stretches, instant, key=_begin) - 1
    return i >= 0 and instant < stretches[i][1]


def _written(instant: datetime, zone: tzinfo) -> str:
    text = instant.astimezone(zone).isoformat()
    return text.replace("+00:00", "Z") if zone is UTC else text


def _seconds(duration: timedelta) -> int | float:
    seconds = duration.total_seconds()
    return int(seconds) if seconds.is_integer() else seconds
