"""What differs between two canonical documents, said by section as a person would."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any

from sla.durations import format_duration

_ABSENT = object()
_SHOWN = 120
# Whose order decides, and who are told apart by their titles.
_ORDERED = ("policies", "group_policies")
_WHOLE = frozenset({"admins", "triggers", "intervals", "all", "any"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that differs.

    Attributes:
        section: The key of the file: `policies`, `routes`, `alert_channel`.
        what: Where in the section, such as `Enterprise: urgent first_reply_time`; empty for the whole of it.
        before: What it was, as a person would write it; None where it is new.
        after: What it becomes; None where it goes.
    """

    section: str
    what: str
    before: str | None
    after: str | None

    def sentence(self) -> str:
        """`Enterprise: urgent first_reply_time: 15m -> 10m`, with a sign for what comes and what goes."""
        name = f"{self.what}: " if self.what else ""
        if self.before is None:
            return f"+ {name}{self.after}"
        if self.after is None:
            return f"- {name}{self.before}"
        return f"~ {name}{self.before} -> {self.after}"


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """What differs, by section in the order of the documents."""
    sections = dict.fromkeys((*after, *before))
    return tuple(chain.from_iterable(_of_section(name, before.get(name), after.get(name)) for name in sections))


def _of_section(name: str, old: Any, new: Any) -> Iterator[Difference]:
    yield from _walk(name, (), _named(name, old), _named(name, new))
    if name in _ORDERED:
        yield from _order(name, old or [], new or [])


def _walk(section: str, path: tuple[str, ...], old: Any, new: Any) -> Iterator[Difference]:
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys((*old, *new)):
            deeper = path if key == "policy_metrics" else (*path, key)
            yield from _walk(section, deeper, _in(old, key), _in(new, key))
        return
    if not path and isinstance(old if new is _ABSENT else new, Mapping):
        # A whole section: what is in it is told one by one.
        yield from _walk(section, path, *({} if side is _ABSENT else side for side in (old, new)))
        return
    yield Difference(section=section, what=": ".join(path), before=_say(old), after=_say(new))


def _in(parent: Mapping[str, Any], key: str) -> Any:
    return _named(key, parent[key]) if key in parent else _ABSENT


def _named(name: str, value: Any) -> Any:
    """A list whose items have names as a mapping, so that an item is compared with its namesake."""
    if value is None and name not in _ORDERED:
        return _ABSENT
    if isinstance(value, list) and name not in _WHOLE and value and all(isinstance(item, Mapping) for item in value):
        named: dict[str, Any] = {}
        for item in value:
            key = base = _name_of(item)
            while key in named:
                key = f"{base} ({len(named) + 1})"
            named[key] = _SHORT[name](item) if name in _SHORT else {**item}
        return named
    return {} if name in _ORDERED and not value else value


def _name_of(item: Mapping[str, Any]) -> str:
    if "metric" in item:
        return f"{item['priority']} {item['metric']}"
    start = item.get("start_date", "")
    return " ".join(str(part) for part in (item.get("title") or item.get("name") or item.get("date"), start) if part)


def _target_of(row: Mapping[str, Any]) -> str:
    seconds = row["target"] * 60 if row.get("target") is not None else row["target_in_seconds"]
    return f"{format_duration(timedelta(seconds=seconds))} {'business' if row['business_hours'] else 'calendar'}"


def _length_of(holiday: Mapping[str, Any]) -> str:
    until = "" if holiday["end_date"] == holiday["start_date"] else f" until {holiday['end_date']}"
    return f"{'every year' if holiday.get('yearly') else 'once'}{until}"


_SHORT: Mapping[str, Callable[[Mapping[str, Any]], str]] = {"policy_metrics": _target_of, "holidays": _length_of}


def _order(section: str, old: list[Mapping[str, Any]], new: list[Mapping[str, Any]]) -> Iterator[Difference]:
    """The first policy that matches applies, so their order is a difference, too; positions say theirs themselves."""
    titles = [[each["title"] for each in side] for side in (old, new)]
    kept = [[title for title in side if title in other] for side, other in (titles, titles[::-1])]
    if kept[0] != kept[1]:
        before, after = (", ".join(side) for side in titles)
        yield Difference(section=section, what="order", before=before, after=after)


def _say(value: Any) -> str | None:
    if value is _ABSENT:
        return None
    if isinstance(value, Mapping) and "policy_metrics" in value:
        rows = value["policy_metrics"]
        written = ", ".join(f"{_name_of(row)} {_target_of(row)}" for row in rows)
    else:
        written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return written if len(written) <= _SHOWN else f"{written[: _SHOWN - 1]}…"
