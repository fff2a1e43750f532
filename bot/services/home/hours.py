"""When support is open: now, and what is left of today."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.services.workspace.desk import Desk
from bot.slack.home.setup import HoursLine
from sla.business_time import BusinessTime
from sla.schedule import Schedule
from store import audit

CLOSED, REOPENED = "close_today", "reopen_today"
_LOOK_AHEAD = timedelta(days=28)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """That somebody closed the rest of a day from Slack; ``before`` are the special hours that it had until then."""

    who: str
    before: list[dict[str, Any]] | None


def hours_lines(conn: Connection, desk: Desk, now: datetime) -> list[HoursLine]:
    """Every schedule at this moment, the default one first."""
    ordered = sorted(desk.rules.schedules, key=lambda schedule: schedule.name != desk.config.default_schedule)
    return [_line(conn, desk, schedule, now) for schedule in ordered]


def _line(conn: Connection, desk: Desk, schedule: Schedule, now: datetime) -> HoursLine:
    hours = desk.rules.compiled[schedule.name]
    closing = closing_of(conn, desk.workspace, schedule, now)
    # What was closed counts to the end of its minute; to people it is closed already.
    after = now if closing is None else _whole_minute_after(now)
    open_spans = hours.spans(after, now + _LOOK_AHEAD)
    is_open = bool(open_spans) and open_spans[0][0] == now
    until = (open_spans[0][1] if is_open else open_spans[0][0]) if open_spans else None
    return HoursLine(
        name=schedule.name,
        time_zone=schedule.time_zone,
        is_open=is_open,
        until=None if until == now + _LOOK_AHEAD else until,
        closed_by=closing.who if closing else "",
        closes_today=closing is None and bool(hours.spans(now, _midnight_after(schedule, now))),
    )


def hours_until_now(schedule: Schedule, now: datetime) -> list[dict[str, str]]:
    """What today's hours are when nothing of it counts from now on: special hours, to the whole minute after now."""
    midnight = _midnight(schedule, now)
    counted = BusinessTime(schedule).spans(midnight, max(midnight, _whole_minute_after(now)))
    return [{"start": _clock(schedule, opens), "end": _clock(schedule, closes, ends=True)} for opens, closes in counted]


def today_of(schedule: Schedule, now: datetime) -> date:
    """The local date."""
    return now.astimezone(schedule.zone).date()


def closing_of(conn: Connection, workspace: str, schedule: Schedule, now: datetime) -> Closing | None:
    """Who closed the rest of today in Slack, unless somebody has reopened it since."""
    today = today_of(schedule, now).isoformat()
    for entry in audit.of_actions(conn, workspace, (CLOSED, REOPENED), since=_midnight(schedule, now)):
        if entry.detail.get("schedule") == schedule.name and entry.detail.get("date") == today:
            is_closed = entry.action == CLOSED
            return Closing(who=entry.who, before=entry.detail.get("before")) if is_closed else None
    return None


def schedule_named(desk: Desk, name: str) -> Schedule | None:
    """The schedule with that name."""
    return next((schedule for schedule in desk.rules.schedules if schedule.name == name), None)


def _midnight(schedule: Schedule, now: datetime) -> datetime:
    return datetime.combine(today_of(schedule, now), time(), tzinfo=schedule.zone).astimezone(UTC)


def _midnight_after(schedule: Schedule, now: datetime) -> datetime:
    tomorrow = today_of(schedule, now) + timedelta(days=1)
    return datetime.combine(tomorrow, time(), tzinfo=schedule.zone).astimezone(UTC)


def _whole_minute_after(now: datetime) -> datetime:
    whole = now.replace(second=0, microsecond=0)
    return whole if whole == now else whole + _MINUTE


def _clock(schedule: Schedule, instant: datetime, *, ends: bool = False) -> str:
    written = f"{instant.astimezone(schedule.zone):%H:%M}"
    return "24:00" if ends and written == "00:00" else written
