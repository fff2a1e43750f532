"""When a regular post is due: a local time of every day, or of one day of the week."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.config.model import DigestEntry

_WEEK = 7


def latest(entry: DigestEntry, now: datetime) -> datetime:
    """The newest instant, not after ``now``, at which the post is or was due.

    Where clocks are put forward over that time of day, it is later by as much; where they are put back, it is the
    first of the two.
    """
    today = now.astimezone(ZoneInfo(entry.time_zone)).date()
    days = (today - timedelta(days=back) for back in range(-1, _WEEK + 2))
    return next(at for day in days if (at := _on(entry, day)) is not None and at <= now)


def following(entry: DigestEntry, now: datetime) -> datetime:
    """The next instant after ``now`` at which the post is due."""
    today = now.astimezone(ZoneInfo(entry.time_zone)).date()
    days = (today + timedelta(days=ahead) for ahead in range(-1, _WEEK + 2))
    return next(at for day in days if (at := _on(entry, day)) is not None and at > now)


def week_before(entry: DigestEntry, at: datetime) -> datetime:
    """The same local time a week earlier."""
    zone = ZoneInfo(entry.time_zone)
    day = at.astimezone(zone).date() - timedelta(days=_WEEK)
    return datetime.combine(day, entry.at, tzinfo=zone).astimezone(UTC)


def _on(entry: DigestEntry, day: date) -> datetime | None:
    if entry.weekday is not None and day.weekday() != entry.weekday:
        return None
    return datetime.combine(day, entry.at, tzinfo=ZoneInfo(entry.time_zone)).astimezone(UTC)
