"""Policies and schedules: as they are in force, and as they were in every version."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from bot.http.dashboard.visit import Shown, Visit
from bot.services.reporting.tables import duration
from bot.slack.wording import metric_label
from store import rules as versions

_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_DAY_MINUTES = 1440


def draw(conn: Connection, visit: Visit) -> Shown:
    """The page: the version that the address names, else the one in force."""
    workspace = visit.desk.workspace
    listed = versions.listing(conn, workspace)
    known = {each.version for each in listed}
    asked = visit.asked("version")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else visit.desk.rules_version
    if number not in known:
        return Shown("message.html", {"title": "Policies", "text": f"There is no version {number}."}, 404)
    return Shown(
        "policies.html",
        {
            "versions": listed,
            "number": number,
            "in_force": visit.desk.rules_version,
            "policies": [
                _policy(each.document, each.kind, visit) for each in versions.policies_of(conn, workspace, number)
            ],
            "schedules": [_schedule(each.document) for each in versions.schedules_of(conn, workspace, number)],
        },
    )


def _policy(document: Mapping[str, Any], kind: str, visit: Visit) -> Mapping[str, object]:
    targets = [
        (row["priority"], metric_label(row["metric"]), _target(row)) for row in document.get("policy_metrics", [])
    ]
    return {
        "title": document.get("title", ""),
        "kind": "group policy" if kind == "group_policy" else "policy",
        "description": document.get("description") or "",
        "filter": list(_filter(document.get("filter") or {}, visit)),
        "schedule": document.get("schedule"),
        "targets": targets,
    }


def _target(row: Mapping[str, Any]) -> str:
    seconds = row.get("target_in_seconds") or 60 * (row.get("target") or 0)
    return f"{duration(timedelta(seconds=seconds))} {'business' if row.get('business_hours') else 'calendar'}"


def _filter(document: Mapping[str, Any], visit: Visit) -> Iterator[str]:
    for name, all_or_any in (("all", "all of"), ("any", "any of")):
        conditions = [_condition(each, visit) for each in document.get(name) or []]
        if conditions:
            yield f"{all_or_any}: {'; '.join(conditions)}"


def _condition(condition: Mapping[str, Any], visit: Visit) -> str:
    field, value = str(condition.get("field")), condition.get("value")
    values = value if isinstance(value, list) else [] if value is None else [value]
    shown = ", ".join(_value(field, str(each), visit) for each in values)
    asked = f"{field} {condition.get('operator')}".replace("_", " ")
    return f"{asked} {shown}".strip()


def _value(field: str, value: str, visit: Visit) -> str:
    if field == "customer" and value in visit.desk.config.customers:
        return visit.desk.config.customers[value].name
    return visit.name_of(value) if field in {"assignee", "channel", "requester"} else value


def _schedule(document: Mapping[str, Any]) -> Mapping[str, object]:
    holidays = [
        f"{each['name']}: {each['start_date']}"
        + (f" to {each['end_date']}" if each["end_date"] != each["start_date"] else "")
        for each in document.get("holidays") or []
    ]
    return {
        "name": document.get("name", ""),
        "time_zone": document.get("time_zone", ""),
        "intervals": [_interval(each) for each in document.get("intervals") or []],
        "holidays": holidays,
        "special": [_special(each) for each in document.get("special_hours") or []],
    }


def _special(day: Mapping[str, Any]) -> str:
    """The hours of one date in place of those of its weekday: "2026-12-24: 09:00 to 12:00"."""
    hours = [f"{each['start']} to {each['end']}" for each in day.get("intervals") or []]
    return f"{day['date']}: {', '.join(hours) or 'closed'}"


def _interval(interval: Mapping[str, Any]) -> str:
    """A weekly interval: minutes since Sunday as "Mon 09:00 to 17:00"."""
    start, end = interval["start_time"], interval["end_time"]
    last = (end - 1) // _DAY_MINUTES
    day = "" if last == start // _DAY_MINUTES else f"{_DAYS[last % 7]} "
    closes = end - last * _DAY_MINUTES
    return f"{_DAYS[start // _DAY_MINUTES % 7]} {_time(start % _DAY_MINUTES)} to {day}{_time(closes)}"


def _time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
