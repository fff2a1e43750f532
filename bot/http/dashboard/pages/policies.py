"""Policies and schedules: as they are in force, and as they were in every version."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from bot.config.differences import differences
from bot.http.dashboard.visit import Shown, Visit
from bot.services.reporting.tables import duration
from bot.services.workspace.week_words import week_of
from bot.slack.wording import metric_label
from sla.schedule import Holiday
from sla.schedule_json import schedule_from_json, schedule_to_json
from store import rules as versions

_CHANGES = {
    "policies",
    "group_policies",
    "schedules",
    "default_schedule",
    "default_priority",
    "settings",
    "triggers",
}


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
            "changes": _changes(conn, workspace, number),
            "policies": [
                _policy(each.document, each.kind, visit) for each in versions.policies_of(conn, workspace, number)
            ],
            "schedules": [_schedule(each.document) for each in versions.schedules_of(conn, workspace, number)],
        },
    )


def _changes(conn: Connection, workspace: str, number: int) -> list[str]:
    """What a version changed of what this page shows; the first one changed nothing."""
    before, after = (versions.load(conn, workspace, each) for each in (number - 1, number))
    if before is None or after is None:
        return []
    found = differences(before.document, after.document)
    return [f"{each.section.replace('_', ' ')}: {each.sentence()}" for each in found if each.section in _CHANGES]


def _policy(document: Mapping[str, Any], kind: str, visit: Visit) -> Mapping[str, object]:
    targets = [
        (row["priority"], metric_label(row["metric"]), _target(row)) for row in document.get("policy_metrics", [])
    ]
    return {
        "title": document.get("title", ""),
        "kind": "group policy" if kind == "group_policy" else "policy",
        "description": document.get("description") or "",
        "filter": _filter(document.get("filter") or {}, visit),
        "schedule": document.get("schedule"),
        "targets": targets,
    }


def _target(row: Mapping[str, Any]) -> str:
    seconds = row.get("target_in_seconds") or 60 * (row.get("target") or 0)
    return f"{duration(timedelta(seconds=seconds))} {'business' if row.get('business_hours') else 'calendar'}"


def _filter(document: Mapping[str, Any], visit: Visit) -> str:
    """Which tickets it is for: "customer tier is gold, and channel is #acme or tags includes vip"; empty for all."""
    joined = (
        word.join(_condition(each, visit) for each in document.get(name) or [])
        for name, word in (("all", " and "), ("any", " or "))
    )
    return ", and ".join(filter(None, joined))


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
    schedule = schedule_from_json(document)
    return {
        "name": schedule.name,
        "time_zone": schedule.time_zone,
        "week": [f"{days} {times}" for days, times in week_of(schedule)],
        "holidays": [_holiday(each) for each in schedule.holidays],
        "special": [_special(each) for each in schedule_to_json(schedule)["special_hours"]],
    }


def _holiday(holiday: Holiday) -> str:
    days = f"{holiday.start_date} to {holiday.end_date}" if holiday.end_date != holiday.start_date else ""
    return f"{holiday.name}: {days or holiday.start_date}{', every year' if holiday.yearly else ''}"


def _special(day: Mapping[str, Any]) -> str:
    """The hours of one date in place of those of its weekday: "2026-12-24: 09:00-12:00"."""
    hours = [f"{each['start']}-{each['end']}" for each in day["intervals"]]
    return f"{day['date']}: {' and '.join(hours) or 'closed'}"
