"""Schedules and holidays over REST: those of the configuration, of which every change is a new version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.services.api import editing
from bot.services.api.editing import Document, Editor
from bot.services.api.numbers import Kind
from bot.services.api.refusals import Problems, RecordInvalidError, RecordNotFoundError
from bot.services.api.schedule_names import rename, users_of
from bot.services.api.weeks import OFFICE_HOURS, week_from
from bot.services.api.zones import zone_named
from store import resources

MOST = 200
_LONGEST_NAME = 255
Schedule = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleView:
    """A schedule with its number; `zone` is what its time zone was called when it was written."""

    number: int
    document: Schedule
    zone: str
    created_at: datetime
    updated_at: datetime


def listing(conn: Connection, workspace: str) -> list[ScheduleView]:
    """The schedules in the order of the configuration, each with a number."""
    document, saved_at = editing.current(conn, workspace)
    schedules = document.get("schedules") or []
    given = resources.give_numbers(conn, workspace, Kind.SCHEDULE, [each["name"] for each in schedules], saved_at)
    views = []
    for each in schedules:
        record = given[each["name"]]
        zone = record.document.get("time_zone")
        views.append(
            ScheduleView(
                number=record.number,
                document=each,
                zone=zone if zone is not None and zone_named(zone) == each["time_zone"] else each["time_zone"],
                created_at=record.created_at,
                updated_at=record.updated_at,
            )
        )
    return views


def find(conn: Connection, workspace: str, number: int) -> ScheduleView:
    """The schedule with a number.

    Raises:
        RecordNotFoundError: There is none.
    """
    found = next((view for view in listing(conn, workspace) if view.number == number), None)
    if found is None:
        raise RecordNotFoundError
    return found


def create(conn: Connection, editor: Editor, given: Mapping[str, Any]) -> ScheduleView:
    """Add a schedule with a name and a zone; its hours are office hours until they are written.

    Raises:
        RecordInvalidError: It cannot be kept.
    """
    known = [view.document["name"] for view in listing(conn, editor.workspace)]
    problems = Problems()
    name, zone = _name(given.get("name"), known, problems), _zone(given.get("time_zone"), problems)
    if len(known) >= MOST:
        problems.add("base", f"there are {MOST} schedules, which is the most")
    problems.raise_any()
    made = {"name": name, "time_zone": zone, "intervals": OFFICE_HOURS, "holidays": [], "special_hours": []}
    editing.edit(conn, editor, lambda document: document.setdefault("schedules", []).append(made))
    said = {"time_zone": given["time_zone"]}
    record = resources.named(conn, editor.workspace, Kind.SCHEDULE, [name]).get(name)
    if record is None:
        record = resources.add(conn, editor.workspace, Kind.SCHEDULE, name, editor.now, document=said)
    return find(conn, editor.workspace, record.number)


def update(conn: Connection, editor: Editor, number: int, given: Mapping[str, Any]) -> ScheduleView:
    """Change name and zone as far as they are given.

    Raises:
        RecordInvalidError: They cannot be kept.
    """
    view = find(conn, editor.workspace, number)
    old = view.document["name"]
    others = [each.document["name"] for each in listing(conn, editor.workspace) if each.number != number]
    problems = Problems()
    name = _name(given["name"], others, problems) if "name" in given else old
    zone = _zone(given["time_zone"], problems) if "time_zone" in given else view.document["time_zone"]
    problems.raise_any()

    def change(document: Document) -> None:
        _of(document, old)["time_zone"] = zone
        if name != old:
            rename(document, old, name)

    editing.edit(conn, editor, change)
    said = {"time_zone": given.get("time_zone", view.zone)}
    resources.change(conn, editor.workspace, Kind.SCHEDULE, number, name=name, document=said, updated_at=editor.now)
    return find(conn, editor.workspace, number)


def delete(conn: Connection, editor: Editor, number: int) -> None:
    """Take a schedule out that nothing uses.

    Raises:
        RecordInvalidError: Something uses it.
    """
    name = find(conn, editor.workspace, number).document["name"]

    def remove(document: Document) -> None:
        if users := users_of(document, name):
            said = f"Base: the schedule is used by {', '.join(users)}"
            raise RecordInvalidError({"base": [{"description": said, "error": "InUse"}]})
        document["schedules"] = [each for each in document["schedules"] if each["name"] != name]

    editing.edit(conn, editor, remove)
    resources.forget(conn, editor.workspace, Kind.SCHEDULE, number)


def write_week(conn: Connection, editor: Editor, number: int, given: Mapping[str, Any]) -> ScheduleView:
    """Write the hours of a week.

    Raises:
        RecordInvalidError: They cannot be kept.
    """
    name = find(conn, editor.workspace, number).document["name"]
    intervals = week_from(given.get("intervals"))

    def change(document: Document) -> None:
        _of(document, name)["intervals"] = intervals

    editing.edit(conn, editor, change)
    resources.change(conn, editor.workspace, Kind.SCHEDULE, number, updated_at=editor.now)
    return find(conn, editor.workspace, number)


def _of(document: Document, name: str) -> Schedule:
    found: Schedule = next(each for each in document["schedules"] if each["name"] == name)
    return found


def _name(value: Any, others: list[str], problems: Problems) -> str:
    if not isinstance(value, str) or not value.strip():
        problems.blank("name")
    elif len(value) > _LONGEST_NAME:
        problems.add("name", f"is too long (the most is {_LONGEST_NAME} characters)", error="TooLong")
    elif value in others:
        problems.add("name", "has already been taken", error="DuplicateValue")
    else:
        return value
    return ""


def _zone(value: Any, problems: Problems) -> str:
    zone = zone_named(value)
    if zone is None:
        problems.add("time_zone", "is not a time zone; it looks like London or Europe/London")
    return zone or ""
