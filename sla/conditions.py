"""Filters: the conditions under which a policy applies or a trigger fires (Zendesk: conditions reference)."""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from decimal import Decimal, InvalidOperation
from enum import StrEnum, auto
from typing import Any

from sla.errors import SlaError
from sla.json_readers import choice, name
from sla.json_shapes import Reader, items, record
from sla.ticket import TESTED_FIELDS, Priority, Status, Ticket

CUSTOM = "fields."
TRIGGER_FIELDS = frozenset({"text", "status", "priority"})

Value = str | int | float | bool | None | tuple["Value", ...]
"""A condition's value as the JSON has it: kept unchanged, lists as tuples."""


class Operator(StrEnum):
    """How a condition compares."""

    IS = auto()
    IS_NOT = auto()
    INCLUDES = auto()
    NOT_INCLUDES = auto()
    PRESENT = auto()
    NOT_PRESENT = auto()
    LESS_THAN = auto()
    GREATER_THAN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One comparison of a ticket's field with a value.

    Attributes:
        wanted: The value as texts.
    """

    field: str
    operator: Operator
    value: Value = None
    wanted: tuple[str, ...] = dataclass_field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "wanted", _texts(self.value))

    def holds(self, ticket: Ticket, text: str | None = None) -> bool:
        """Tell whether the condition holds for the ticket.

        Values compare as text, so that 4 is "4". A list as the value means any of its items. On a field with many
        values (tags) `is` asks for exactly those, `includes` for at least one of them. On `text` `includes` finds the
        value anywhere, whatever its case. `less_than` and `greater_than` order statuses and priorities by rank,
        numbers by size, other texts (such as ISO dates) by letter; a missing field is neither.

        Args:
            ticket: The ticket as it is now.
            text: What was written in the update, for triggers; None when nothing was.
        """
        return _TESTS[self.operator](_found(ticket, self.field, text), self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Conditions of which all of one list and any of the other must hold; an empty list holds."""

    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()

    def holds(self, ticket: Ticket, text: str | None = None) -> bool:
        """Tell whether both lists hold for the ticket; see `Condition.holds`."""
        for condition in self.all:
            if not condition.holds(ticket, text):
                return False
        return not self.any or any(condition.holds(ticket, text) for condition in self.any)


def _found(ticket: Ticket, field: str, text: str | None) -> tuple[str, ...]:
    """Return the field's values as texts; none for an empty field."""
    if field.startswith(CUSTOM):
        value = ticket.fields.get(field.removeprefix(CUSTOM))
    else:
        value = text if field == "text" else getattr(ticket, field)
    return _texts(value)


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value else ()
    if value is None:
        return ()
    if isinstance(value, list | tuple):
        return tuple(text for item in value for text in _texts(item))
    return (str(value).lower() if isinstance(value, bool) else str(value),)


def _is(found: tuple[str, ...], condition: Condition) -> bool:
    wanted = condition.wanted
    if condition.field in ("tags", "requester_tags"):
        return set(found) == set(wanted)
    return found == wanted or (len(found) == 1 and found[0] in wanted)


def _includes(found: tuple[str, ...], condition: Condition) -> bool:
    wanted = condition.wanted
    if condition.field == "text":
        return any(want.casefold() in text.casefold() for want in wanted for text in found)
    return any(want in found for want in wanted)


def _compare(found: tuple[str, ...], condition: Condition) -> int:
    """Return the sign of the field's value less the condition's; 0 also where they cannot be ordered."""
    wanted = condition.wanted
    if len(found) != 1 or len(wanted) != 1:
        return 0
    rank = _RANKS.get(condition.field, _number)
    mine, theirs = rank(found[0]), rank(wanted[0])
    if mine is None and theirs is None:
        return (found[0] > wanted[0]) - (found[0] < wanted[0])
    return 0 if mine is None or theirs is None else (mine > theirs) - (mine < theirs)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _rank_in(kind: type[StrEnum]) -> Callable[[str], Decimal | None]:
    ranks = {member.value: Decimal(rank) for rank, member in enumerate(kind)}
    return ranks.get


_RANKS: dict[str, Callable[[str], Decimal | None]] = {"status": _rank_in(Status), "priority": _rank_in(Priority)}

_TESTS: dict[Operator, Callable[[tuple[str, ...], Condition], bool]] = {
    Operator.IS: _is,
    Operator.IS_NOT: lambda found, condition: not _is(found, condition),
    Operator.INCLUDES: _includes,
    Operator.NOT_INCLUDES: lambda found, condition: not _includes(found, condition),
    Operator.PRESENT: lambda found, _: bool(found),
    Operator.NOT_PRESENT: lambda found, _: not found,
    Operator.LESS_THAN: lambda found, condition: _compare(found, condition) < 0,
    Operator.GREATER_THAN: lambda found, condition: _compare(found, condition) > 0,
}


def _field(more: frozenset[str]) -> Reader[str]:
    def read_field(value: object) -> str:
        field = name(value)
        known = {*TESTED_FIELDS, *more}
        if field not in known and not (field.startswith(CUSTOM) and field != CUSTOM):
            raise SlaError(f": {field!r} is no field to test; the fields are {', '.join(sorted(known))}, fields.NAME.")
        return field

    return read_field


def _value(value: object) -> Value:
    if isinstance(value, list):
        return tuple(_value(item) for item in value)
    if value is None or isinstance(value, str | int | float):
        return value
    raise SlaError(": A condition's value is a text, a number, true, false, null, or a list of those.")


def filter_reader(more: frozenset[str] = frozenset()) -> Reader[Filter]:
    """Return the reader of a filter's JSON object whose conditions may also test the fields in `more`."""
    condition = record(Condition, {"field": _field(more), "operator": choice(Operator)}, {"value": _value})

    def conditions(value: object) -> tuple[Condition, ...]:
        return () if value is None else items(condition)(value)

    return record(Filter, {}, {"all": conditions, "any": conditions})


def filter_to_json(conditions: Filter) -> dict[str, Any]:
    """Return the JSON object from which `filter_reader` makes an equal filter."""
    return {
        side: [
            {"field": one.field, "operator": one.operator.value, "value": _plain(one.value)}
            for one in getattr(conditions, side)
        ]
        for side in ("all", "any")
    }


def _plain(value: Value) -> Any:
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
