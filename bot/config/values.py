"""Readers of single values: text, ids, durations, dates, and references to what the file declares elsewhere."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from bot.config.problems import did_you_mean
from bot.config.reading import Cursor, Reader
from sla.durations import format_duration, parse_duration
from sla.errors import SlaError
from sla.policy import LONGEST_TARGET, SHORTEST_TARGET

MAX_TEXT = 2000
OFF = ("off", "no", "never", "false", "none")

_ON = ("on", "yes", "true")
_NAME = re.compile(r"[^\W_][\w .&'()+-]{0,79}")
_LONGEST_WRITTEN = 40
_LONGEST = timedelta(days=3650)


def text(cursor: Cursor) -> str | None:
    """Text that is not empty; a number is taken as it was written."""
    written = cursor.written
    if isinstance(cursor.scalar, bool) or not written:
        cursor.problem("must be text that is not empty")
    elif len(written) > MAX_TEXT:
        cursor.problem(f"must have at most {MAX_TEXT} characters")
    else:
        return written
    return None


def any_text(cursor: Cursor) -> str | None:
    """Text that may be empty."""
    return text(cursor) if cursor.written or not isinstance(cursor.scalar, str) else ""


def is_name(cursor: Cursor) -> bool:
    """Whether a key can name something; notes a problem when not."""
    if _NAME.fullmatch(str(cursor.scalar)):
        return True
    cursor.problem("is not a name; use letters, digits, spaces, - and _ and at most 80 characters")
    return False


def flag(cursor: Cursor) -> bool | None:
    """`true` or `false`; also on, off, yes and no."""
    written = cursor.written.lower()
    if written in _ON:
        return True
    if written in OFF:
        return False
    cursor.problem("must be true or false")
    return None


def is_off(cursor: Cursor) -> bool:
    """Whether a value that may be switched off is."""
    return cursor.written.lower() in OFF


def duration(cursor: Cursor) -> str | None:
    """A duration such as 4h, in one spelling."""
    found = _timedelta(cursor)
    return None if found is None else format_duration(found)


def duration_or_off(cursor: Cursor) -> str | None:
    """A duration, or `off`."""
    return "off" if is_off(cursor) else _positive(cursor)


def duration_or_zero(cursor: Cursor) -> str | None:
    """A duration, or `0` or `off` for none."""
    if is_off(cursor) or cursor.written == "0":
        return "0s"
    return duration(cursor)


def duration_or_flag(default: str) -> Reader:
    """A duration, `off`, or `true` for the usual one."""

    def read(cursor: Cursor) -> str | None:
        return default if cursor.written.lower() in _ON else duration_or_off(cursor)

    return read


def target_seconds(cursor: Cursor) -> int | None:
    """A target in seconds (Zendesk: whole seconds, at least 15)."""
    found = _timedelta(cursor)
    if found is None:
        return None
    seconds = found // timedelta(seconds=1)
    if found < SHORTEST_TARGET:
        cursor.problem("must be at least 15s")
    if found > LONGEST_TARGET:
        cursor.problem(f"must be at most {LONGEST_TARGET.days}d")
    return seconds


def local_date(cursor: Cursor) -> str | None:
    """A date such as 2026-12-24."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", cursor.written):
            return date.fromisoformat(cursor.written).isoformat()
    except ValueError:
        pass
    cursor.problem("must be a date such as 2026-12-24")
    return None


def time_zone(cursor: Cursor) -> str | None:
    """An IANA time zone."""
    known = _time_zones()
    if cursor.written in known:
        return cursor.written
    hint = did_you_mean(cursor.written, known) or "; write one such as Europe/Berlin"
    cursor.problem(f"is not an IANA time zone{hint}")
    return None


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def choice(words: Iterable[str] | type[StrEnum]) -> Reader:
    """A reader of one word out of a few; nothing else is near enough."""
    known = tuple(str(word) for word in words)

    def read(cursor: Cursor) -> str | None:
        if cursor.written in known:
            return cursor.written
        hint = did_you_mean(cursor.written, known) if cursor.written else ""
        cursor.problem(f"must be {_either(known)}{hint}")
        return None

    return read


def reference(kind: str) -> Reader:
    """A reader of names that the file must declare."""

    def read(cursor: Cursor) -> str | None:
        name = text(cursor)
        if name is not None:
            cursor.refer(kind, name)
        return name

    return read


def whole_number(cursor: Cursor) -> int | None:
    """A whole number that was not written as text."""
    if isinstance(cursor.scalar, int) and not isinstance(cursor.scalar, bool):
        return cursor.scalar
    cursor.problem("must be a whole number")
    return None


def anything(cursor: Cursor) -> Any:
    """A single value or a list of them, kept as they are (Zendesk: condition values)."""
    if cursor.scalar is not None:
        return cursor.scalar
    if cursor.is_null:
        return None
    return [anything_single(item) for item in cursor.items()]


def anything_single(cursor: Cursor) -> bool | int | float | str | None:
    """A single value, kept as it is."""
    if cursor.scalar is None:
        cursor.problem("must be a single value")
    return cursor.scalar


def _positive(cursor: Cursor) -> str | None:
    found = duration(cursor)
    if found == "0s":
        cursor.problem("must be longer than 0s, or off")
    return found


def _timedelta(cursor: Cursor) -> timedelta | None:
    if isinstance(cursor.scalar, int | float) and not isinstance(cursor.scalar, bool):
        cursor.problem(f"{cursor.written} has no unit; write a duration such as 20s, 15m, 4h, 2d or 1h 30m")
        return None
    try:
        found = parse_duration(cursor.written if len(cursor.written) <= _LONGEST_WRITTEN else "")
    except SlaError:
        cursor.problem("must be a duration such as 20s, 15m, 4h, 2d or 1h 30m")
        return None
    if found > _LONGEST:
        cursor.problem("must be at most 3650d")
        return None
    return found


def _either(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]
