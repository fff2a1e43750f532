"""The rows of a policy, its targets: Zendesk's JSON checked, and shown as Zendesk shows it."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.services.api.refusals import Problems
from sla.metrics import GROUP_METRICS, POLICY_METRICS
from sla.policy import LONGEST_TARGET, SHORTEST_TARGET
from sla.ticket import Priority

Row = dict[str, Any]
_FIELD = "policy_metrics"
_SHORTEST, _LONGEST = int(SHORTEST_TARGET.total_seconds()), int(LONGEST_TARGET.total_seconds())


def rows_from(given: Any, problems: Problems, *, group: bool, before: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Our rows for Zendesk's; what is wrong with them is noted.

    ``before`` are the rows that they replace: where the two spellings of a target disagree, the one that was changed
    counts.
    """
    if given is None:
        return []
    if not isinstance(given, list):
        problems.add(_FIELD, "has to be a list")
        return []
    stored = {(row["priority"], row["metric"]): seconds_of(row) for row in before}
    rows: list[Row] = []
    for one in given:
        row = _row(one, problems, group=group, stored=stored)
        if row is None:
            continue
        if any((row["priority"], row["metric"]) == (other["priority"], other["metric"]) for other in rows):
            problems.add(_FIELD, f"{row['metric']} has two targets for {row['priority']}", error="DuplicateValue")
        rows.append(row)
    return rows


def _row(given: Any, problems: Problems, *, group: bool, stored: Mapping[tuple[str, str], int]) -> Row | None:
    if not isinstance(given, Mapping):
        problems.add(_FIELD, "each has to be an object")
        return None
    priority, metric = given.get("priority"), given.get("metric")
    business = given.get("business_hours")
    known = GROUP_METRICS if group else POLICY_METRICS
    if priority not in set(Priority):
        problems.add(_FIELD, "priority has to be low, normal, high or urgent", error="InvalidPriority")
    if metric not in set(known):
        problems.add(_FIELD, f"metric has to be one of {', '.join(sorted(known))}", error="InvalidMetric")
    if business is not None and not isinstance(business, bool):
        problems.add(_FIELD, "business_hours has to be true or false")
    if priority not in set(Priority) or metric not in set(known):
        return None
    seconds = _seconds(given, problems, stored.get((priority, metric)))
    return None if seconds is None else _canonical(priority, metric, seconds, business=bool(business))


def _seconds(given: Mapping[str, Any], problems: Problems, stored: int | None) -> int | None:
    said: list[int] = []
    for name, unit in (("target", 60), ("target_in_seconds", 1)):
        if name not in given:
            continue
        value = given[name]
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not _SHORTEST <= value * unit <= _LONGEST:
            problems.add(_FIELD, f"{name} has to be a whole number of at least {max(1, _SHORTEST // unit)}")
            return None
        said.append(value * unit)
    if not said:
        problems.add(_FIELD, "target cannot be blank", error="BlankValue")
        return None
    if len(said) == 2 and said[0] != said[1] // 60 * 60:
        changed = [seconds for seconds in said if stored is None or seconds not in {stored, stored // 60 * 60}]
        if len(changed) != 1:
            problems.add(_FIELD, "target and target_in_seconds say different things")
            return None
        return changed[0]
    return said[-1]


def _canonical(priority: str, metric: str, seconds: int, *, business: bool) -> Row:
    minutes, rest = divmod(seconds, 60)
    target = {"target_in_seconds": seconds} if rest else {"target": minutes}
    return {"priority": str(priority), "metric": str(metric), **target, "business_hours": business}


def seconds_of(row: Mapping[str, Any]) -> int:
    """The target of one of our rows in seconds."""
    seconds = row.get("target_in_seconds")
    return int(seconds if seconds is not None else row["target"] * 60)


def row_shown(row: Mapping[str, Any]) -> Row:
    """One of our rows as Zendesk shows it: minutes and seconds."""
    seconds = seconds_of(row)
    return {
        "priority": row["priority"],
        "metric": row["metric"],
        "target": seconds // 60,
        "target_in_seconds": seconds,
        "business_hours": row["business_hours"],
    }
