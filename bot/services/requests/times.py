"""Until when, as people type it: "30m", "2d", "until 14:00", "until monday", "until 2026-12-24 09:00"."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.config.build import default_time_zone
from bot.services.requests.actions import Asked
from bot.services.workspace.desk import Desk
from sla.durations import parse_duration
from sla.errors import SlaError

_LONGEST = timedelta(days=366)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def zone_of(desk: Desk, asked: Asked) -> ZoneInfo:
    """The time zone in which somebody means a time: their own, or the default schedule's where Slack does not say."""
    try:
        return ZoneInfo(asked.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(default_time_zone(dict(desk.config.document)))


def read_until(words: Sequence[str], now: datetime, zone: ZoneInfo, *, morning: time) -> datetime | None:
    """The instant that the words name; None for words that name none, or one that is over or more than a year ahead.

    A day without a time begins in the ``morning``; a time that is over today is tomorrow's.
    """
    said = [word.lower() for word in words if word.lower() != "until"]
    try:
        until = now + parse_duration(" ".join(said))
    except SlaError:
        found = _local(said, now.astimezone(zone), morning)
        until = now if found is None else found.replace(tzinfo=zone).astimezone(now.tzinfo)
    except OverflowError:
        return None
    return until if now < until <= now + _LONGEST else None


def _local(words: Sequence[str], here: datetime, morning: time) -> datetime | None:
    """A wall clock's date and time."""
    if not 1 <= len(words) <= 2:
        return None
    clock = _CLOCK.fullmatch(words[-1])
    at = time(int(clock[1]), int(clock[2])) if clock else morning
    if clock and len(words) == 1:
        today = datetime.combine(here.date(), at)
        return today if today > here.replace(tzinfo=None) else today + timedelta(days=1)
    day = _day(words[0], here.date()) if bool(clock) == (len(words) == 2) else None
    return None if day is None else datetime.combine(day, at)


def _day(word: str, today: date) -> date | None:
    if word == "tomorrow":
        return today + timedelta(days=1)
    named = [number for number, name in enumerate(_DAYS) if len(word) >= 3 and name.startswith(word)]
    if named:
        return today + timedelta(days=(named[0] - today.weekday() - 1) % 7 + 1)
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None
