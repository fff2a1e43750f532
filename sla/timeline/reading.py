"""Timeline files, read strictly: all problems of a file at once, each with its path; nothing comes of a bad file."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sla.errors import SlaError
from sla.events import Created, Event, Merged, PoliciesChanged, ScheduleChanged, event
from sla.instants import instant
from sla.json_readers import name
from sla.json_shapes import items, read_at, record
from sla.policy import RULES_KEYS, Rules
from sla.ticket import TICKET_KEYS, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineTicket:
    """A ticket before its creation, and everything that happens to it, in the file's order."""

    ticket: Ticket
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What a timeline file says.

    Attributes:
        rules: The rules in force at first.
        tickets: In the file's order.
        until: The instant of evaluation; later events are ignored.
    """

    rules: Rules
    tickets: tuple[TimelineTicket, ...]
    until: datetime


def parse_timeline(text: str) -> Timeline:
    """Return the timeline that a JSON text describes.

    Raises:
        SlaError: With all problems at once, each with its path, or with the one that keeps the text from being JSON.
    """
    return timeline_from_json(parse_json(text))


def timeline_from_json(value: object) -> Timeline:
    """Return the timeline that a parsed JSON object describes; see `parse_timeline`."""
    try:
        timeline = read_at("", _timeline, value)
    except SlaError as error:
        raise SlaError(*(problem.removeprefix(": ").removeprefix(".") for problem in error.problems)) from None
    if problems := [*_wrong_names(timeline), *_wrong_stories(timeline)]:
        raise SlaError(*problems)
    return timeline


def parse_json(text: str) -> Any:
    """Return what a JSON text says; unlike Python's parser, refuse a key given twice, NaN and Infinity.

    Raises:
        SlaError: With one sentence that names line and column.
    """
    try:
        return json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise SlaError(f"This is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise SlaError("This JSON is nested too deeply.") from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        keys = [key for key, _ in pairs]
        raise SlaError(f"The key {next(key for key in keys if keys.count(key) > 1)!r} is given twice in one object.")
    return members


def _no_number(constant: str) -> None:
    raise SlaError(f"{constant} is no number in JSON.")


def _timeline_of(*, tickets: tuple[TimelineTicket, ...], until: datetime, **rules: Any) -> Timeline:
    return Timeline(rules=Rules(**rules), tickets=tickets, until=until)


def _ticket_of(*, events: tuple[Event, ...], **fields: Any) -> TimelineTicket:
    return TimelineTicket(ticket=Ticket(**fields), events=events)


_ticket = record(_ticket_of, {"id": name, "events": items(event)}, TICKET_KEYS)
_timeline = record(_timeline_of, {"tickets": items(_ticket), "until": instant}, RULES_KEYS)


def _wrong_names(timeline: Timeline) -> Iterator[str]:
    """Yield a sentence for each schedule that is named but does not exist, and each ticket's id given twice.

    A ticket may be merged into one that is not in the file, such as one of another line.
    """
    ids = [each.ticket.id for each in timeline.tickets]
    for place, each in enumerate(timeline.tickets):
        path = f"tickets[{place}]"
        if ids.index(each.ticket.id) < place:
            yield f"{path}.id: There is another ticket {each.ticket.id!r} before."
        if each.ticket.schedule:
            yield from _unknown_schedules(timeline.rules, f"{path}.schedule", [each.ticket.schedule])
        for number, one in enumerate(each.events):
            yield from _wrong_names_in(one, f"{path}.events[{number}]", timeline.rules, each.ticket.id)


def _wrong_names_in(one: Event, path: str, rules: Rules, ticket: str) -> Iterator[str]:
    match one:
        case ScheduleChanged(to=str(schedule)):
            yield from _unknown_schedules(rules, f"{path}.to", [schedule])
        case PoliciesChanged(to=policies):
            yield from _unknown_schedules(rules, f"{path}.to", [each.schedule for each in policies if each.schedule])
        case Merged(into=into) if into == ticket:
            yield f"{path}.into: A ticket cannot be merged into itself."
        case _:
            return


def _unknown_schedules(rules: Rules, path: str, names: Iterable[str]) -> Iterator[str]:
    for schedule in names:
        if schedule not in rules.compiled:
            yield f"{path}: There is no schedule named {schedule!r}."


def _wrong_stories(timeline: Timeline) -> Iterator[str]:
    """Yield a sentence for each ticket whose events do not begin with its one creation."""
    for place, each in enumerate(timeline.tickets):
        creations = [one.at for one in each.events if isinstance(one, Created)]
        if each.events and len(creations) != 1:
            yield f"tickets[{place}].events: A ticket is created once, not {len(creations)} times."
        elif each.events and creations[0] > min(one.at for one in each.events):
            yield f"tickets[{place}].events: Something happens to the ticket before it is created."
