"""Whether one filter holds whenever another does, as far as their conditions tell; when in doubt, it does not."""

from collections.abc import Iterable, Sequence
from typing import Any

from sla.conditions import CUSTOM, Condition, Operator

Json = dict[str, Any]

_SEVERAL = frozenset({"tags", "requester_tags"})
_POSITIVE = frozenset({Operator.IS, Operator.INCLUDES})
_NEGATIVE = {Operator.IS_NOT: Operator.IS, Operator.NOT_INCLUDES: Operator.INCLUDES}


def covers(theirs: Json, mine: Json) -> bool:
    """Whether the filter `theirs` holds for every ticket for which `mine` does; both as in Zendesk's JSON."""
    every, some = _conditions(mine["all"]), _conditions(mine["any"])
    must, may = _conditions(theirs["all"]), _conditions(theirs["any"])
    return all(_granted([each], every, some) for each in must) and (not may or _granted(may, every, some))


def _granted(wanted: Sequence[Condition], every: Sequence[Condition], some: Sequence[Condition]) -> bool:
    """Whether at least one of the wanted conditions holds when all of `every`, and one of `some`, do."""
    if any(_leads_to(one, wanted) for one in every):
        return True
    return bool(some) and all(_leads_to(one, wanted) for one in some)


def _leads_to(one: Condition, wanted: Iterable[Condition]) -> bool:
    return any(implies(one, other) for other in wanted)


def implies(one: Condition, other: Condition) -> bool:
    """Whether a condition holds only where another one does, too."""
    if one == other:
        return True
    if one.field != other.field or not one.wanted:
        return False
    if other.operator is Operator.PRESENT:
        return one.operator in _POSITIVE
    if one.operator in _POSITIVE and other.operator in _POSITIVE:
        return _narrower(one, other)
    if one.operator in _NEGATIVE and one.operator is other.operator:
        # What is none of many is none of a few of them.
        few, many = ((_NEGATIVE[each.operator], each) for each in (other, one))
        return _narrower(_as(*few), _as(*many))
    return False


def _narrower(one: Condition, other: Condition) -> bool:
    """Whether what `one` asks for is part of what `other` asks for."""
    if one.field == "text":
        # Words within words: who writes "production down" writes "down".
        both = {one.operator, other.operator} == {Operator.INCLUDES}
        return both and all(any(_within(short, long) for short in other.wanted) for long in one.wanted)
    if _has_several(one.field) and Operator.IS in {one.operator, other.operator}:
        return False  # exactly these; equal conditions were dealt with
    return set(one.wanted) <= set(other.wanted)


def _has_several(field: str) -> bool:
    return field in _SEVERAL or field.startswith(CUSTOM)


def _within(short: str, long: str) -> bool:
    return short.casefold() in long.casefold()


def _as(operator: Operator, of: Condition) -> Condition:
    return Condition(field=of.field, operator=operator, value=of.value)


def _conditions(listed: Iterable[Json]) -> list[Condition]:
    return [
        Condition(field=each["field"], operator=Operator(each["operator"]), value=_frozen(each.get("value")))
        for each in listed
    ]


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
