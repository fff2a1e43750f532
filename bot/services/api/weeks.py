"""The hours of a week, and days off: Zendesk's JSON checked."""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from bot.services.api.refusals import Problems
from sla.schedule import MINUTES_A_DAY, MINUTES_A_WEEK

# What a schedule has until its week is written (Zendesk: Monday to Friday, nine to five).
OFFICE_HOURS = [
    {"start_time": day * MINUTES_A_DAY + 540, "end_time": day * MINUTES_A_DAY + 1020} for day in range(1, 6)
]


def week_from(given: Any) -> list[dict[str, int]]:
    """The intervals of a week: none overlaps another, ends before it starts, or crosses midnight.

    Raises:
        RecordInvalidError: They do.
    """
    problems = Problems()
    if not isinstance(given, list) or not given:
        problems.add("intervals", "has to be a list of intervals with some open time")
    found = [_interval(one, problems) for one in (given if isinstance(given, list) else [])]
    intervals = sorted(each for each in found if each is not None)
    if any(end > following for (_, end), (following, _) in pairwise(intervals)):
        problems.add("intervals", "cannot overlap")
    problems.raise_any()
    return [{"start_time": start, "end_time": end} for start, end in intervals]


def _interval(one: Any, problems: Problems) -> tuple[int, int] | None:
    start, end = (one.get("start_time"), one.get("end_time")) if isinstance(one, Mapping) else (None, None)
    if not _is_minute(start) or not _is_minute(end):
        problems.add("intervals", "start_time and end_time have to be minutes since Sunday midnight")
        return None
    assert isinstance(start, int), "it was just looked at"
    assert isinstance(end, int), "it was just looked at"
    if not 0 <= start < end <= MINUTES_A_WEEK:
        problems.add("intervals", f"has to start before it ends, and end by {MINUTES_A_WEEK}")
    elif start // MINUTES_A_DAY != (end - 1) // MINUTES_A_DAY:
        problems.add("intervals", "cannot cross midnight")
    return start, end


def _is_minute(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def holiday_from(given: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """A holiday of ours, from the first to the last local date.

    Raises:
        RecordInvalidError: It cannot be kept.
    """
    problems = Problems()
    name = given.get("name", base.get("name"))
    if not isinstance(name, str) or not name.strip():
        problems.blank("name")
    days = [_day(given.get(key, base.get(key)), key, problems) for key in ("start_date", "end_date")]
    problems.raise_any()
    start, end = days
    if start is not None and end is not None and end < start:
        problems.add("end_date", "cannot be before the start date")
    problems.raise_any()
    return {"name": name, "start_date": str(start), "end_date": str(end), "yearly": base.get("yearly", False)}


def _day(value: Any, key: str, problems: Problems) -> date | None:
    if isinstance(value, str) and len(value) == 10:
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    problems.add(key, "has to be a date such as 2026-12-24")
    return None
