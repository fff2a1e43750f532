"""Random schedules in random zones, with edges where they hurt: next to gaps and folds, midnights and New Year."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo, available_timezones

from sla.schedule import Holiday, Interval, Schedule, SpecialHours

ZONES = sorted(available_timezones() - {"localtime"})
MONTH = timedelta(days=30)
MINUTE = timedelta(minutes=1)


@cache
def transitions(zone: str) -> tuple[datetime, ...]:
    """Return the minutes from 1935 to 2040 in which the offset of `zone` changes."""
    tz, found = ZoneInfo(zone), []
    month = datetime(1935, 1, 1, tzinfo=UTC)
    while month.year < 2040:
        before, after = month, month + MONTH
        while (after - before) > MINUTE and after.astimezone(tz).utcoffset() != before.astimezone(tz).utcoffset():
            middle = before + (after - before) / 2 // MINUTE * MINUTE
            changed = middle.astimezone(tz).utcoffset() != before.astimezone(tz).utcoffset()
            before, after = (before, middle) if changed else (middle, after)
        if after - before <= MINUTE:
            found.append(after)
        month += MONTH
    return tuple(found)


def random_case(random: Random, zone: str | None = None) -> tuple[Schedule, datetime, datetime]:
    """Return a schedule and a stretch of one to four days, whole minutes, in which something may go wrong."""
    zone = zone or random.choice(ZONES)
    changes = transitions(zone)
    if changes and random.random() < 0.75:
        near = random.choice(changes)
    elif random.random() < 0.3:
        near = datetime(random.randint(1950, 2035), 12, 31, 12, tzinfo=UTC)
    else:
        near = datetime(random.randint(1950, 2035), 1, 1, tzinfo=UTC) + random.randint(0, 525_600) * MINUTE
    start = near - random.randint(0, 2_000) * MINUTE
    end = near + random.randint(1, 2_500) * MINUTE
    return random_schedule(random, zone, near), start, end


def random_schedule(random: Random, zone: str, near: datetime) -> Schedule:
    """Return a schedule whose edges, holidays and special hours are likely to lie close to the instant `near`."""
    local = near.astimezone(ZoneInfo(zone))
    in_day = local.hour * 60 + local.minute
    in_week = local.isoweekday() % 7 * 1_440 + in_day
    intervals = [interval for interval in (_interval(random, in_week) for _ in range(random.randint(1, 6))) if interval]
    return Schedule(
        name="random",
        time_zone=zone,
        intervals=(*intervals, Interval(start_time=in_week // 2, end_time=in_week // 2 + 600)),
        holidays=tuple(_holiday(random, local.date()) for _ in range(random.choice((0, 0, 1, 2)))),
        special_hours=_special(random, local.date(), in_day),
    )


def _minute(random: Random, near: int, limit: int) -> int:
    close = near + random.choice((-90, -60, -45, -30, -15, -1, 0, 1, 15, 30, 45, 60, 75, 90, random.randint(-600, 600)))
    anywhere = random.choice((random.randint(0, limit), random.randint(0, limit // 1_440) * 1_440))
    return min(max(random.choice((close, close, anywhere)), 0), limit)


def _interval(random: Random, near: int) -> Interval | None:
    start, end = sorted((_minute(random, near, 10_080), _minute(random, near, 10_080)))
    return Interval(start_time=start, end_time=end) if start < end else None


def _holiday(random: Random, near: date) -> Holiday:
    start = near + timedelta(days=random.randint(-3, 3))
    yearly = random.random() < 0.5
    years = random.choice((-8, -1, 0, 1, 4)) if yearly else 0
    start = (start - timedelta(days=start.day == 29 and start.month == 2)).replace(year=start.year + years)
    return Holiday(
        name="Off", start_date=start, end_date=start + timedelta(days=random.choice((0, 0, 1, 2))), yearly=yearly
    )


def _special(random: Random, near: date, in_day: int) -> tuple[SpecialHours, ...]:
    days = {near + timedelta(days=random.randint(-2, 2)) for _ in range(random.choice((0, 0, 1, 2)))}
    return tuple(SpecialHours(date=day, intervals=_day_intervals(random, in_day)) for day in sorted(days))


def _day_intervals(random: Random, in_day: int) -> tuple[tuple[int, int], ...]:
    pairs = (
        sorted((_minute(random, in_day, 1_440), _minute(random, in_day, 1_440))) for _ in range(random.randint(0, 3))
    )
    return tuple((start, end) for start, end in pairs if start < end)
