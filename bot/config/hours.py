"""`mon-fri: "09:00-12:00, 13:00-17:30"` as intervals in minutes since Sunday 00:00 (Zendesk: Schedules)."""

import re

from bot.config.reading import Cursor

DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
DAY = 1440
WEEK = 7 * DAY

_LONG_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_RANGE = re.compile(r"(\d{1,2}):(\d{2})\s*[-\u2013]\s*(\d{1,2}):(\d{2})")
_EXAMPLE = 'write hours such as "09:00-12:00, 13:00-17:30"'

Span = tuple[int, int]


def weekly_intervals(cursor: Cursor) -> list[dict[str, int]]:
    """The week's intervals, by start; `24x7` is the whole week, a night over Saturday's end is two intervals."""
    if cursor.written.lower() in {"24x7", "24/7"}:
        return [{"start_time": 0, "end_time": WEEK}]
    spans: list[Span] = []
    owner: dict[int, str] = {}
    for key, value in cursor.entries().items():
        ranges = clock_ranges(value, overnight=True)
        for day in _days(cursor.key(key)):
            if day in owner:
                cursor.key(key).problem(f"{DAYS[day]} is already part of {owner[day]}")
            owner[day] = key
            spans += [part for span in ranges for part in _in_week(day, span)]
    return [{"start_time": start, "end_time": end} for start, end in sorted(spans)]


def clock_ranges(cursor: Cursor, *, overnight: bool) -> list[Span]:
    """One day's ranges in minutes since its midnight; `closed` is none; an overnight one ends after 1440."""
    if cursor.written.lower() == "closed":
        return []
    spans: list[Span] = []
    for part in cursor.written.split(","):
        match = _RANGE.fullmatch(part.strip())
        if not match:
            cursor.problem(f"{part.strip()[:40]!r} is not a range of hours; {_EXAMPLE}, or closed")
            continue
        first_hour, first_minute, last_hour, last_minute = map(int, match.groups())
        start, end = first_hour * 60 + first_minute, last_hour * 60 + last_minute
        if max(first_minute, last_minute) > 59 or start >= DAY or end > DAY:
            cursor.problem(f"{part.strip()!r} is not a range of hours; {_EXAMPLE}")
        elif end > start:
            spans.append((start, end))
        elif overnight and end < start:
            spans.append((start, end + DAY))
        else:
            cursor.problem(f"{part.strip()!r} ends before it starts")
    return spans


def clock_time(minute: int) -> str:
    """09:05 for 545; 24:00 for the end of the day."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def day_number(word: str) -> int | None:
    """0 for Sunday (Zendesk: Schedules), None for what is not a day."""
    word = word.strip().lower()
    for names in (DAYS, _LONG_DAYS):
        if word in names:
            return names.index(word)
    return None


def _days(key: Cursor) -> list[int]:
    found: list[int] = []
    for part in key.written.split(","):
        first, dash, last = part.partition("-")
        start, end = day_number(first), day_number(last if dash else first)
        if start is None or end is None:
            key.problem("is not a day; write mon, mon-fri or sat,sun")
            return []
        found += [(start + step) % 7 for step in range((end - start) % 7 + 1)]
    return found


def _in_week(day: int, span: Span) -> list[Span]:
    start, end = (day * DAY + minute for minute in span)
    if end <= WEEK:
        return [(start, end)]
    return [(start, WEEK), (0, end - WEEK)]
