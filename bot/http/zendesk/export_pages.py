"""Where pages of exports begin and end: by time, in whole seconds, or by cursor."""

import math
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.http.zendesk.errors import ApiError
from bot.http.zendesk.links import Links
from bot.http.zendesk.paging import cursor_of, position_of
from bot.http.zendesk.times import seconds_of

ROWS = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = 4_102_444_800
_SECOND = timedelta(seconds=1)


def since_of(written: str | None) -> datetime:
    """The instant that `start_time` means.

    Raises:
        ApiError: It is missing, or no instant.
    """
    text = (written or "").strip()
    if not text:
        raise ApiError(400, "StartTimeMissing", "start_time is missing")
    try:
        seconds = _seconds(text)
    except (ValueError, OverflowError):
        raise ApiError(400, "InvalidStartTime", "start_time has to be seconds since 1970") from None
    return _EPOCH + timedelta(seconds=min(max(seconds, 0.0), _LAST))


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        found = datetime.fromisoformat(text)
        return (found.replace(tzinfo=UTC) if found.tzinfo is None else found).timestamp()
    if math.isnan(seconds):
        raise ValueError("It is not a number.")
    return seconds


def timed(
    name: str, rows: list[Any], *, since: datetime, last: datetime | None, more: bool, links: Links, ends: bool
) -> dict[str, Any]:
    """A page by time. The next one begins with the second behind it; at the end, with the last second once more.

    Args:
        name: The key of the rows.
        rows: What is told.
        since: Where the page began.
        last: When the newest of the rows was recorded; None without rows.
        more: Whether there are later ones.
        links: Of the request.
        ends: Whether `next_page` is null at the end; else it leads to what comes.
    """
    end = seconds_of(last) if last is not None else seconds_of(since)
    if more and last is not None:
        end = seconds_of(last.replace(microsecond=0) + _SECOND)
    following = links.here({"start_time": end})
    return {
        name: rows,
        "count": len(rows),
        "end_time": end,
        "next_page": following if more or not ends else None,
        "end_of_stream": not more,
    }


def rows_of(per_page: str | None, default: int = ROWS) -> int:
    """How many rows a page is to have; nonsense means the default."""
    given = (per_page or "").strip()
    return min(max(int(given), 1), ROWS) if given.isascii() and given.isdigit() and len(given) < 10 else default


def position(start_time: str | None, cursor: str | None) -> tuple[datetime, int]:
    """Behind which row (instant, number) a page begins.

    Raises:
        ApiError: Neither a cursor of ours nor a time was given.
    """
    if cursor is None:
        return since_of(start_time), -1
    parts = position_of(cursor).split(".")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        raise ApiError(400, "InvalidCursor", "The cursor is of another list")
    micros, number = map(int, parts)
    if micros > _LAST * 1_000_000:
        raise ApiError(400, "InvalidCursor", "The cursor is of another list")
    return _EPOCH + timedelta(microseconds=micros), number


async def by_cursor(
    fetch: Callable[[tuple[datetime, int]], Awaitable[list[tuple[datetime, int, Any]]]],
    behind: tuple[datetime, int],
    rows: int,
    links: Links,
) -> tuple[list[Any], dict[str, Any]]:
    """The rows of a page by cursor, and what it carries besides; ``fetch`` gives one row more than a page has."""
    found = await fetch(behind)
    page, more = found[:rows], len(found) > rows
    at, number = (page[-1][0], page[-1][1]) if page else behind
    after = cursor_of(f"{micros(at)}.{max(number, 0)}")
    carried = {
        "after_cursor": after,
        "after_url": links.here({"cursor": after, "start_time": None}),
        "before_cursor": None,
        "before_url": None,
        "end_of_stream": not more,
    }
    return [row for _, _, row in page], carried


def metric_position(cursor: str | None, since: datetime) -> tuple[datetime, int, int]:
    """The entry (instant, id) of the log, and the place in it, that the page before ended with."""
    if not cursor:
        return since - timedelta(microseconds=1), 2**62, 0
    parts = position_of(cursor).split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 17 for part in parts):
        raise ApiError(400, "InvalidCursor", "The cursor is of another list")
    micros, number, place = map(int, parts)
    if micros > _LAST * 1_000_000 or place not in range(8):
        raise ApiError(400, "InvalidCursor", "The cursor is of another list")
    return _EPOCH + timedelta(microseconds=micros), number, place


def micros(at: datetime) -> int:
    """An instant in microseconds since 1970."""
    return (at - _EPOCH) // timedelta(microseconds=1)
