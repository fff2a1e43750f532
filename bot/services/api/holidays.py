"""The holidays of a schedule over REST."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from bot.services.api import editing, schedules
from bot.services.api.editing import Document, Editor
from bot.services.api.numbers import Kind
from bot.services.api.refusals import RecordNotFoundError
from bot.services.api.weeks import holiday_from
from store import resources

Holiday = dict[str, Any]
Numbered = tuple[int, Holiday]


def listing(conn: Connection, editor: Editor, schedule: int) -> list[Numbered]:
    """The holidays of a schedule with their numbers, in its order.

    Raises:
        RecordNotFoundError: There is no such schedule.
    """
    view = schedules.find(conn, editor.workspace, schedule)
    holidays: list[Holiday] = view.document.get("holidays") or []
    names = _names(schedule, holidays)
    given = resources.give_numbers(conn, editor.workspace, Kind.HOLIDAY, names, editor.now)
    return [(given[name].number, holiday) for name, holiday in zip(names, holidays, strict=True)]


def find(conn: Connection, editor: Editor, schedule: int, number: int) -> Numbered:
    """One holiday.

    Raises:
        RecordNotFoundError: The schedule has none by that number.
    """
    for numbered in listing(conn, editor, schedule):
        if numbered[0] == number:
            return numbered
    raise RecordNotFoundError


def create(conn: Connection, editor: Editor, schedule: int, given: Mapping[str, Any]) -> Numbered:
    """Add a holiday.

    Raises:
        RecordInvalidError: It cannot be kept.
    """
    before = [holiday for _, holiday in listing(conn, editor, schedule)]
    _write(conn, editor, schedule, [*before, holiday_from(given, {})])
    return listing(conn, editor, schedule)[-1]


def update(conn: Connection, editor: Editor, schedule: int, number: int, given: Mapping[str, Any]) -> Numbered:
    """Change what is given of a holiday; its number stays.

    Raises:
        RecordInvalidError: It cannot be kept.
    """
    numbered = listing(conn, editor, schedule)
    _, old = find(conn, editor, schedule, number)
    made = holiday_from(given, old)
    changed = [made if each == number else holiday for each, holiday in numbered]
    _write(conn, editor, schedule, changed)
    place = [each for each, _ in numbered].index(number)
    taken = resources.named(conn, editor.workspace, Kind.HOLIDAY, [_names(schedule, changed)[place]])
    if not taken:
        name = _names(schedule, changed)[place]
        resources.change(conn, editor.workspace, Kind.HOLIDAY, number, name=name, updated_at=editor.now)
    return find(conn, editor, schedule, number)


def delete(conn: Connection, editor: Editor, schedule: int, number: int) -> None:
    """Take a holiday out.

    Raises:
        RecordNotFoundError: The schedule has none by that number.
    """
    find(conn, editor, schedule, number)
    _write(conn, editor, schedule, [holiday for each, holiday in listing(conn, editor, schedule) if each != number])
    resources.forget(conn, editor.workspace, Kind.HOLIDAY, number)


def _write(conn: Connection, editor: Editor, schedule: int, holidays: list[Holiday]) -> None:
    name = schedules.find(conn, editor.workspace, schedule).document["name"]

    def change(document: Document) -> None:
        for each in document["schedules"]:
            if each["name"] == name:
                each["holidays"] = holidays

    editing.edit(conn, editor, change)


def _names(schedule: int, holidays: list[Holiday]) -> list[str]:
    """By what each holiday is known: there may be two of one name on one day."""
    names: list[str] = []
    for each in holidays:
        name = f"{schedule}:{each['start_date']}:{each['end_date']}:{each['name']}"
        while name in names:
            name += "'"
        names.append(name)
    return names
