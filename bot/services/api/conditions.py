"""Conditions in Zendesk's words and in ours (Zendesk: conditions reference)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.services.api.numbers import Kind, name_of, numbers_of
from bot.services.api.refusals import Problems, whole_number
from sla.conditions import Operator
from sla.ticket import TESTED_FIELDS

Condition = dict[str, Any]

_NUMBERED = {
    "organization_id": ("customer", Kind.ORGANIZATION),
    "group_id": ("group", Kind.GROUP),
    "assignee_id": ("assignee", Kind.USER),
    "requester_id": ("requester", Kind.USER),
}
_RENAMED = {"type": "ticket_type", "current_tags": "tags", "via_id": "via"}
_OURS = {ours: (theirs, kind) for theirs, (ours, kind) in _NUMBERED.items()}
_THEIRS = {ours: theirs for theirs, ours in _RENAMED.items()}
# Zendesk: via types. What has no number of Zendesk's keeps its name.
_VIA = {"0": "web", "4": "mail", "5": "api"}
_VIA_NUMBERS = {name: int(number) for number, name in _VIA.items()}
# Fields of Zendesk's that no ticket here has: they are kept, and are empty on every ticket.
_UNFILLED = frozenset(
    {
        *("brand_id", "ticket_form_id", "custom_status_id", "recipient", "locale_id", "satisfaction_score"),
        *("ticket_is_public", "comment_is_public", "exact_created_at", "due_date", "requester_role", "submitter_id"),
        *("received_at", "sent_to", "organization_tags", "current_via_id", "schedule_id", "language"),
    }
)
_CUSTOM = re.compile(r"(?:custom_fields|ticket_fields)_(\d{1,19})")
_FOREIGN = re.compile(r"(?:requester|organization|ticket|assignee)\.custom_fields\.\w{1,100}")
NEVER = frozenset({"status", "priority"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Translator:
    """Translates conditions of one workspace."""

    conn: Connection
    workspace: str
    now: datetime

    def filter_from(self, given: Any, problems: Problems) -> dict[str, list[Condition]]:
        """Our filter for one of Zendesk's; what is wrong with it is noted."""
        if not isinstance(given, Mapping):
            problems.add("filter", "has to be an object with the lists all and any")
            return {"all": [], "any": []}
        return {side: self._conditions(given.get(side), side, problems) for side in ("all", "any")}

    def _conditions(self, given: Any, side: str, problems: Problems) -> list[Condition]:
        if given is None:
            return []
        if not isinstance(given, list):
            problems.add("filter", f"{side} has to be a list")
            return []
        return [made for one in given if (made := self._condition(one, problems)) is not None]

    def _condition(self, given: Any, problems: Problems) -> Condition | None:
        if not isinstance(given, Mapping):
            problems.add("filter", "a condition has to be an object")
            return None
        field, operator, value = given.get("field"), given.get("operator"), given.get("value")
        if operator not in set(Operator):
            problems.add("filter", f"{_shown(operator)} is not an operator")
            return None
        if not _is_plain(value):
            problems.add("filter", "a value is a text, a number, or a list of those")
            return None
        found = self._field(field) if isinstance(field, str) else None
        if found is None:
            problems.add("filter", f"{_shown(field)} is not a field that a policy can test")
            return None
        ours, convert = found
        made = {"field": ours, "operator": operator}
        return made if operator in {"present", "not_present"} else made | {"value": convert(value)}

    def _field(self, field: str) -> tuple[str, Callable[[Any], Any]] | None:  # noqa: PLR0911 - one line for each kind
        """Our field for one of Zendesk's, and how its values are read."""
        if field in NEVER:
            return None
        if field in _NUMBERED:
            ours, kind = _NUMBERED[field]
            return ours, lambda value: _each(value, lambda one: self._name(kind, one))
        if field == "current_tags":
            return "tags", lambda value: value.split() if isinstance(value, str) else value
        if field == "via_id":
            return "via", lambda value: _each(value, lambda one: _VIA.get(str(one), one))
        if field in _RENAMED:
            return _RENAMED[field], _itself
        if field in TESTED_FIELDS or (field.startswith("fields.") and len(field) > len("fields.")):
            return field, _itself
        if custom := _CUSTOM.fullmatch(field):
            number = whole_number(custom[1])
            name = None if number is None else name_of(self.conn, self.workspace, Kind.FIELD, number)
            return name or f"fields.{field}", _itself
        return (f"fields.{field}", _itself) if field in _UNFILLED or _FOREIGN.fullmatch(field) else None

    def _name(self, kind: Kind, value: Any) -> Any:
        number = whole_number(value)
        name = None if number is None else name_of(self.conn, self.workspace, kind, number)
        return value if name is None else name

    def filter_for(self, ours: Mapping[str, Any]) -> dict[str, list[Condition]]:
        """Zendesk's filter for one of ours, for policies that were not written over REST."""
        return {side: [self._shown(one) for one in ours.get(side) or []] for side in ("all", "any")}

    def _shown(self, one: Mapping[str, Any]) -> Condition:
        field, value = one["field"], one.get("value")
        if field in _OURS:
            theirs, kind = _OURS[field]
            value = _each(value, lambda name: self._number(kind, name))
            return {"field": theirs, "operator": one["operator"], "value": value}
        if field == "via":
            value = _each(value, lambda name: _VIA_NUMBERS.get(name, name))
        if field == "tags" and isinstance(value, list):
            value = " ".join(map(str, value))
        if field == "channel" or (field.startswith("fields.") and field.removeprefix("fields.") not in _UNFILLED):
            field = f"custom_fields_{self._number(Kind.FIELD, field)}"
        return {"field": _THEIRS.get(field, field.removeprefix("fields.")), "operator": one["operator"], "value": value}

    def _number(self, kind: Kind, name: Any) -> Any:
        if not isinstance(name, str) or not name:
            return name
        return numbers_of(self.conn, self.workspace, kind, [name], self.now)[name]


def _itself(value: Any) -> Any:
    return value


def _each(value: Any, convert: Callable[[Any], Any]) -> Any:
    return [convert(one) for one in value] if isinstance(value, list) else convert(value)


def _is_plain(value: Any, *, inside: bool = False) -> bool:
    if isinstance(value, list):
        return not inside and all(_is_plain(one, inside=True) for one in value)
    return value is None or isinstance(value, str | int | float)


def _shown(value: Any) -> str:
    return repr(value)[:60]
