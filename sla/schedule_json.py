"""Schedules as JSON, in Zendesk's words: what timeline files, REST and the tables read and write.

Special hours are written as times of day, "09:00" to "24:00"; a date without any is closed.
"""

import re
from typing import Any

from sla.errors import SlaError
from sla.json_shapes import day, flag, integer, items, read_at, record, text
from sla.schedule import Holiday, Interval, Schedule, SpecialHours

_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|(24):(00)")


def schedule_from_json(value: object, path: str = "schedules[0]") -> Schedule:
    """Return the schedule that a parsed JSON object describes; `holidays`, `special_hours` and `yearly` may be missing.

    Args:
        value: The JSON object.
        path: Where it stands in the whole input; every problem names its place from there.

    Raises:
        SlaError: With all problems at once.
    """
    return read_at(path, _schedule, value)


def schedule_to_json(schedule: Schedule) -> dict[str, Any]:
    """Return the JSON object from which `schedule_from_json` makes an equal schedule."""
    return {
        "name": schedule.name,
        "time_zone": schedule.time_zone,
        "intervals": [{"start_time": week.start_time, "end_time": week.end_time} for week in schedule.intervals],
        "holidays": [
            {
                "name": holiday.name,
                "start_date": holiday.start_date.isoformat(),
                "end_date": holiday.end_date.isoformat(),
                "yearly": holiday.yearly,
            }
            for holiday in schedule.holidays
        ],
        "special_hours": [
            {
                "date": special.date.isoformat(),
                "intervals": [{"start": _clock(start), "end": _clock(end)} for start, end in special.intervals],
            }
            for special in schedule.special_hours
        ],
    }


def _minute_of_day(value: object) -> int:
    match = _TIME_OF_DAY.fullmatch(text(value))
    if match is None:
        raise SlaError(f": {value!r} is not a time of day between 00:00 and 24:00.")
    hours, minutes = (int(part) for part in match.groups() if part)
    return hours * 60 + minutes


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _start_and_end(start: int, end: int) -> tuple[int, int]:
    return start, end


_interval = record(Interval, {"start_time": integer, "end_time": integer})
_holiday = record(Holiday, {"name": text, "start_date": day, "end_date": day}, {"yearly": flag})
_special_hours = record(
    SpecialHours,
    {"date": day, "intervals": items(record(_start_and_end, {"start": _minute_of_day, "end": _minute_of_day}))},
)
_schedule = record(
    Schedule,
    {"name": text, "time_zone": text, "intervals": items(_interval)},
    {"holidays": items(_holiday), "special_hours": items(_special_hours)},
)
