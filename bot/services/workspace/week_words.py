"""A schedule's week as a person reads it."""

from collections.abc import Sequence

from sla.schedule import Interval, Schedule

_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_MINUTES_A_DAY = 24 * 60


def week_of(schedule: Schedule) -> list[tuple[str, str]]:
    """The week, days with the same times together: ("Mon-Fri", "09:00-17:30")."""
    times = [_times(schedule.intervals, day) for day in range(7)]
    order = [*range(1, 7), 0]
    grouped: list[tuple[list[int], str]] = []
    for day in order:
        if not times[day]:
            continue
        if grouped and grouped[-1][1] == times[day] and (grouped[-1][0][-1] + 1) % 7 == day:
            grouped[-1][0].append(day)
        else:
            grouped.append(([day], times[day]))
    return [
        (_DAYS[days[0]] if len(days) == 1 else f"{_DAYS[days[0]]}-{_DAYS[days[-1]]}", said) for days, said in grouped
    ]


def _times(intervals: Sequence[Interval], day: int) -> str:
    mine = sorted((one for one in intervals if one.start_time // _MINUTES_A_DAY == day), key=lambda one: one.start_time)
    return " and ".join(f"{_clock(one.start_time)}-{_clock(one.end_time, midnight='24:00')}" for one in mine)


def _clock(minute: int, *, midnight: str = "00:00") -> str:
    """A minute of the week as a time of day."""
    of_day = minute % _MINUTES_A_DAY
    return f"{of_day // 60:02}:{of_day % 60:02}" if of_day else midnight
