"""`schedules:` read into the canonical list of schedules (Zendesk: Schedules, Holidays)."""

from collections.abc import Callable
from datetime import date
from typing import Any

from bot.config.document import Sequence
from bot.config.holidays_import import country_problem, public_holidays, subdivision_problem, without
from bot.config.hours import clock_ranges, clock_time, weekly_intervals
from bot.config.problems import did_you_mean
from bot.config.reading import Cursor, Reader, list_of, record
from bot.config.values import flag, is_name, local_date, text, time_zone, whole_number
from sla.errors import SlaError

MAX_SCHEDULES = 200

EXPLICIT_HOLIDAY: dict[str, Reader] = {
    "name": text,
    "date": local_date,
    "start_date": local_date,
    "end_date": local_date,
    "yearly": flag,
}
IMPORT: dict[str, Reader] = {"country": text, "subdivision": text, "except": list_of(text)}
INTERVAL: dict[str, Reader] = {"start_time": whole_number, "end_time": whole_number}

Json = dict[str, Any]
Check = Callable[[object, str], object]


def read_schedules(cursor: Cursor, *, today: date, check: Check) -> list[Json]:
    """The schedules in the order of the file, from `name: {...}` or from the canonical list.

    `check` is the engine's own construction of a schedule; what it refuses is a problem at that schedule.
    """
    keys = schedule_keys(today)
    if isinstance(cursor.node, Sequence):
        found = [
            _checked(item, record(item, {"name": text, **keys}, required=["name", "time_zone"]), check)
            for item in cursor.items()[: MAX_SCHEDULES + 1]
        ]
    else:
        found = [
            _checked(value, {"name": name, **record(value, keys, required=["time_zone"])}, check)
            for name, value in list(cursor.entries().items())[: MAX_SCHEDULES + 1]
            if is_name(cursor.key(name))
        ]
    if len(found) > MAX_SCHEDULES:
        cursor.problem(f"there are more than {MAX_SCHEDULES} schedules")
    names = [schedule["name"] for schedule in found]
    for name in {name for name in names if names.count(name) > 1}:
        cursor.problem(f"two schedules are named {name}")
    return found


def schedule_keys(today: date) -> dict[str, Reader]:
    """What a schedule may hold; country holidays are copied for the years from `today` on."""
    return {
        "time_zone": time_zone,
        "hours": weekly_intervals,
        "intervals": list_of(lambda item: record(item, INTERVAL, required=INTERVAL)),
        "holidays": lambda cursor: _holidays(cursor, today),
        "special_hours": _special_hours,
    }


def _checked(cursor: Cursor, schedule: Json, check: Check) -> Json:
    if ("hours" in schedule) == ("intervals" in schedule):
        cursor.problem('needs hours, such as {mon-fri: "09:00-17:00"} or 24x7')
    canonical = {
        "name": schedule.get("name"),
        "time_zone": schedule.get("time_zone"),
        "intervals": schedule.get("hours", schedule.get("intervals", [])),
        "holidays": schedule.get("holidays", []),
        "special_hours": schedule.get("special_hours", []),
    }
    inside = f"{cursor.path}."
    if not any(each.path == cursor.path or each.path.startswith(inside) for each in cursor.notes.problems):
        try:
            check(canonical, "")
        except SlaError as error:
            cursor.problems_of(error)
    return canonical


def _holidays(cursor: Cursor, today: date) -> list[Json]:
    if isinstance(cursor.node, Sequence):
        return [holiday for item in cursor.items() for holiday in _holiday_entry(item, today)]
    also: Reader = list_of(_explicit)
    given = record(cursor, {**IMPORT, "also": also}, required=["country"])
    return [*_imported(cursor, given, today), *given.get("also", [])]


def _holiday_entry(item: Cursor, today: date) -> list[Json]:
    if "country" in item.entries():
        return _imported(item, record(item, IMPORT), today)
    return [_explicit(item)]


def _explicit(cursor: Cursor) -> Json:
    given = record(cursor, EXPLICIT_HOLIDAY, required=["name"])
    start = given.get("start_date", given.get("date"))
    if ("start_date" in given) == ("date" in given):
        cursor.problem("needs either a date, or a start_date and an end_date")
    end = given.get("end_date", start)
    if start and end and end < start:
        cursor.problem(f"the end_date {end} comes before the start_date {start}")
    return {
        "name": given.get("name"),
        "start_date": start,
        "end_date": end,
        "yearly": given.get("yearly", False),
    }


def _imported(cursor: Cursor, given: Json, today: date) -> list[Json]:
    country, subdivision = given.get("country"), given.get("subdivision")
    if country is None:
        return []
    wrong = country_problem(country) or (subdivision and subdivision_problem(country, subdivision))
    if wrong:
        cursor.problem(wrong)
        return []
    found = public_holidays(country, subdivision, today=today)
    known = {name for each in found for name in each.names}
    for name in given.get("except", []):
        if name is not None and name not in known:
            hint = did_you_mean(name, known) or f"; known are {', '.join(sorted(known))}"
            cursor.entries()["except"].problem(f"{name} is not a holiday there{hint}")
    return [
        {"name": each.names[0], "start_date": on, "end_date": on, "yearly": False}
        for each in without(found, given.get("except", []))
        for on in [each.on.isoformat()]
    ]


def _special_hours(cursor: Cursor) -> list[Json]:
    if isinstance(cursor.node, Sequence):
        keys: dict[str, Reader] = {"date": local_date, "intervals": list_of(_range_of_the_day)}
        return [record(item, keys, required=keys) for item in cursor.items()]
    return [{"date": local_date(cursor.key(on)), "intervals": _ranges(value)} for on, value in cursor.entries().items()]


def _ranges(cursor: Cursor) -> list[Json]:
    return [
        {"start": clock_time(start), "end": clock_time(end)} for start, end in clock_ranges(cursor, overnight=False)
    ]


def _range_of_the_day(cursor: Cursor) -> Json:
    given = record(cursor, {"start": text, "end": text}, required=["start", "end"])
    return {"start": given.get("start"), "end": given.get("end")}
