"""`filter:` and `when:` read into two lists of conditions (Zendesk: conditions)."""

from collections.abc import Collection
from typing import Any

from bot.config.problems import did_you_mean
from bot.config.reading import Cursor, Reader, list_of, record
from bot.config.slack_names import slack_id
from bot.config.values import anything, choice, text
from sla.conditions import Operator
from sla.ticket import TESTED_FIELDS, ChannelKind, Priority, Status

CONDITION_KEYS = ("field", "operator", "value")
POLICY_FIELDS = tuple(TESTED_FIELDS)
TRIGGER_FIELDS = (*POLICY_FIELDS, "text", "status", "priority")

_VALUELESS = ("present", "not_present")
_WORDS: dict[str, Reader] = {
    "channel": slack_id("channel"),
    "channel_kind": choice(ChannelKind),
    "status": choice(Status),
    "priority": choice(Priority),
}
_REFERRED = ("customer", "customer_tier", "group")


def read_filter(fields: Collection[str]) -> Reader:
    """A reader of `{all: [...], any: [...]}` whose conditions test one of `fields` or `fields.NAME`."""
    conditions = list_of(lambda cursor: _condition(cursor, fields))

    def read(cursor: Cursor) -> dict[str, Any]:
        given = record(cursor, {"all": conditions, "any": conditions})
        return {"all": given.get("all", []), "any": given.get("any", [])}

    return read


def _condition(cursor: Cursor, fields: Collection[str]) -> dict[str, Any]:
    keys: dict[str, Reader] = {
        "field": lambda field: _field(field, fields),
        "operator": choice(Operator),
        "value": anything,
    }
    given = record(cursor, keys, required=["field", "operator"])
    field, operator = given.get("field"), given.get("operator")
    value = cursor.entries().get("value")
    if operator in _VALUELESS:
        if given.get("value", "") != "":
            assert value is not None
            value.problem(f"{operator} takes no value")
        return {"field": field, "operator": operator}
    if "value" not in given:
        if operator is not None:
            cursor.problem("value is missing; to test for an empty field use not_present")
    elif field is not None and value is not None:
        _check_value(field, value)
    return {"field": field, "operator": operator, "value": given.get("value")}


def _field(cursor: Cursor, fields: Collection[str]) -> str | None:
    name = text(cursor)
    if name is None or name in fields or (name.startswith("fields.") and name != "fields."):
        return name
    if name in {"status", "priority"}:
        cursor.problem(f"{name} may not be tested here; targets already differ by priority")
    else:
        known = did_you_mean(name, fields) or f"; known are {', '.join(fields)} and fields.NAME"
        cursor.problem(f"{name} is not a field of a condition{known}")
    return None


def _check_value(field: str, cursor: Cursor) -> None:
    values = [cursor] if cursor.scalar is not None else cursor.items()
    for value in values:
        if field in _WORDS:
            _WORDS[field](value)
        elif field in _REFERRED and isinstance(value.scalar, str):
            value.refer(field, value.scalar)
