"""`policies:`, `group_policies:` and `triggers:` read into Zendesk's shape; targets by priority are sugar for rows."""

from datetime import timedelta
from typing import Any

from bot.config.conditions import POLICY_FIELDS, TRIGGER_FIELDS, read_filter
from bot.config.document import Mapping
from bot.config.reading import Cursor, Reader, list_of, record
from bot.config.slack_names import emoji
from bot.config.values import any_text, choice, flag, reference, target_seconds, text, whole_number
from sla.metrics import POLICY_METRICS, Metric
from sla.policy import LONGEST_TARGET, SHORTEST_TARGET
from sla.settings import PAUSING, SolvedWithoutReply
from sla.ticket import Priority

MAX_POLICIES = 500
METRICS = tuple(metric.value for metric in Metric if metric in POLICY_METRICS)
GROUP_METRICS = tuple(metric.value for metric in Metric if metric not in POLICY_METRICS)
HOURS = ("business", "calendar")

SETTINGS: dict[str, Reader] = {
    "pause_reply_on": list_of(choice(PAUSING)),
    "pause_resolution_on": list_of(choice(PAUSING)),
    "acknowledge_reactions": list_of(emoji),
    "fulfill_on_internal_note": flag,
    "first_reply_on_agent_created": flag,
    "solved_without_reply": choice(SolvedWithoutReply),
}
TARGET: dict[str, Reader] = {"target": target_seconds, "hours": choice(HOURS)}
TRIGGER_SET: dict[str, Reader] = {
    "priority": choice(Priority),
    "tags": list_of(text),
    "group": reference("group"),
    "ticket_type": text,
    "customer": reference("customer"),
    "schedule": reference("schedule"),
}

Json = dict[str, Any]


def read_settings(cursor: Cursor) -> Json:
    """The settings of a policy, or of all policies."""
    return record(cursor, SETTINGS)


def read_policies(cursor: Cursor) -> list[Json]:
    """The ordered policies."""
    return _policies(cursor, METRICS)


def read_group_policies(cursor: Cursor) -> list[Json]:
    """The ordered group policies: the same shape, one metric."""
    return _policies(cursor, GROUP_METRICS)


def read_triggers(cursor: Cursor) -> list[Json]:
    """The ordered triggers."""
    return [_trigger(item) for item in cursor.items()]


def policy_keys(metrics: tuple[str, ...]) -> dict[str, Reader]:
    """What a policy may hold; `targets` and `policy_metrics` are two ways to write the same rows."""
    return {
        "title": text,
        "description": any_text,
        "filter": read_filter(POLICY_FIELDS),
        "schedule": reference("schedule"),
        "settings": read_settings,
        "route": reference("route"),
        "id": _id,
        "position": _position,
        "targets": lambda cursor: _targets(cursor, metrics),
        "policy_metrics": lambda cursor: _rows(cursor, metrics),
    }


def _policies(cursor: Cursor, metrics: tuple[str, ...]) -> list[Json]:
    items = cursor.items()
    if len(items) > MAX_POLICIES:
        cursor.problem(f"there are {len(items)} policies, at most {MAX_POLICIES} are allowed")
    return [_policy(item, metrics) for item in items[:MAX_POLICIES]]


def _policy(cursor: Cursor, metrics: tuple[str, ...]) -> Json:
    given = record(cursor, policy_keys(metrics), required=["title"])
    if "targets" in given and "policy_metrics" in given:
        cursor.problem("has both targets and policy_metrics; keep one")
    rows = given.get("targets", given.get("policy_metrics", []))
    is_empty = not any(_is_written(cursor, key) for key in ("targets", "policy_metrics"))
    # One that was written over REST, which gives it an id, may have its targets still to come (Zendesk: optional).
    if isinstance(cursor.node, Mapping) and is_empty and "id" not in given:
        cursor.problem("has no target; a policy needs at least one")
    return {
        "title": given.get("title"),
        "description": given.get("description", ""),
        "filter": given.get("filter", {"all": [], "any": []}),
        "schedule": given.get("schedule"),
        "settings": given.get("settings", {}),
        "route": given.get("route"),
        **{key: given[key] for key in ("id", "position") if key in given},
        "policy_metrics": rows,
    }


def _is_written(cursor: Cursor, key: str) -> bool:
    """Whether there is something under a key, right or wrong; one mistake is told once."""
    inside = cursor.entries().get(key)
    return inside is not None and not inside.is_empty


def _id(cursor: Cursor) -> int | str | None:
    """What the REST API calls the policy; a file written by hand has none."""
    return whole_number(cursor) if isinstance(cursor.scalar, int) else text(cursor)


def _position(cursor: Cursor) -> int | None:
    """Where the policy is tried; without one it comes after those that have one, in the order of the file."""
    found = whole_number(cursor)
    if found is not None and found < 1:
        cursor.problem("must be 1 or more")
    return found


def _targets(cursor: Cursor, metrics: tuple[str, ...]) -> list[Json]:
    """`urgent: {hours: business, first_reply_time: 15m}` as one row for each metric."""
    rows: list[Json] = []
    priorities: dict[str, Reader] = {each.value: _itself for each in Priority}
    for priority, by_metric in record(cursor, priorities).items():
        keys: dict[str, Reader] = {"hours": choice(HOURS), **dict.fromkeys(metrics, _target)}
        given = record(by_metric, keys)
        hours = given.pop("hours", "business")
        if not set(by_metric.entries()) - {"hours"}:
            by_metric.problem(f"has no target; known are {', '.join(metrics)}")
        for metric, (seconds, own_hours) in given.items():
            business_hours = (own_hours or hours) == "business"
            rows.append(_row(priority, metric, seconds, business_hours=business_hours))
    return rows


def _target(cursor: Cursor) -> tuple[int | None, str | None]:
    """`4h`, or `{target: 4h, hours: calendar}` when its hours differ from those of its priority."""
    if isinstance(cursor.node, Mapping):
        given = record(cursor, TARGET, required=["target"])
        return given.get("target"), given.get("hours")
    return target_seconds(cursor), None


def _rows(cursor: Cursor, metrics: tuple[str, ...]) -> list[Json]:
    rows = [_canonical_row(item, metrics) for item in cursor.items()]
    seen: set[tuple[Any, Any]] = set()
    for item, row in zip(cursor.items(), rows, strict=True):
        pair = (row["priority"], row["metric"])
        if None not in pair and pair in seen:
            item.problem(f"{pair[0]} already has a target for {pair[1]}")
        seen.add(pair)
    return rows


def _canonical_row(cursor: Cursor, metrics: tuple[str, ...]) -> Json:
    keys: dict[str, Reader] = {
        "priority": choice(Priority),
        "metric": choice(metrics),
        "target": whole_number,
        "target_in_seconds": whole_number,
        "business_hours": flag,
    }
    given = record(cursor, keys, required=["priority", "metric", "business_hours"])
    minutes, seconds = given.get("target"), given.get("target_in_seconds")
    if seconds is None and minutes is not None:
        seconds = minutes * 60
    if seconds is None:
        cursor.problem("needs a target in minutes, or target_in_seconds")
    elif not SHORTEST_TARGET <= timedelta(seconds=min(seconds, 10**9)) <= LONGEST_TARGET:
        cursor.problem(f"the target must be between 15 seconds and {LONGEST_TARGET.days} days")
    elif minutes is not None and minutes != seconds // 60:
        cursor.problem("target and target_in_seconds say different things; keep one")
    return _row(
        given.get("priority"),
        given.get("metric"),
        seconds,
        business_hours=bool(given.get("business_hours")),
    )


def _row(priority: str | None, metric: str | None, seconds: int | None, *, business_hours: bool) -> Json:
    """A row as Zendesk writes it: whole minutes in `target`, anything finer in `target_in_seconds`."""
    whole_minutes = seconds is not None and seconds % 60 == 0
    target = {"target": seconds // 60} if seconds is not None and whole_minutes else {"target_in_seconds": seconds}
    return {"priority": priority, "metric": metric, **target, "business_hours": business_hours}


def _trigger(cursor: Cursor) -> Json:
    keys: dict[str, Reader] = {
        "when": read_filter(TRIGGER_FIELDS),
        "set": lambda value: record(value, TRIGGER_SET),
    }
    given = record(cursor, keys, required=["when", "set"])
    if "set" in given and not given["set"]:
        cursor.problem(f"sets nothing; known are {', '.join(TRIGGER_SET)}")
    return {"when": given.get("when"), "set": given.get("set")}


def _itself(cursor: Cursor) -> Cursor:
    return cursor
