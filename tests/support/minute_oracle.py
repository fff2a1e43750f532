"""Business time the slow way: walk the wall clock minute by minute and ask each time whether the team is there.

Nothing is shared with `sla.business_time`. A zone is only ever asked what the wall clock shows at an instant; when a
reading shows first, which readings are skipped and by how much is learnt from the walk.
"""

from datetime import UTC, date, datetime, timedelta
from math import gcd, inf
from zoneinfo import ZoneInfo

from sla.schedule import Holiday, Schedule

DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MARGIN = 2 * 86_400  # walked before and after as well, to find the edges there; further ones are far enough


class WallClock:
    """What the clock on the wall of `zone` showed, step by step; all in seconds since 1970, of time or of wall time."""

    def __init__(self, zone: ZoneInfo, start: int, end: int) -> None:
        self.zone = zone
        walk = range(start - MARGIN, end + MARGIN)
        # A minute, or less where the offset of an old zone has seconds.
        self.step = gcd(60, *(self.shown_at(at) - at for at in walk[::900]))
        self.first_shown: dict[int, int] = {}
        self.skipped: list[tuple[int, int]] = []
        expected = self.shown_at(walk[0])
        for at in walk[:: self.step]:
            shown = self.shown_at(at)
            if shown > expected:
                self.skipped.append((expected, shown))
            self.first_shown.setdefault(shown, at)
            expected = shown + self.step
        self.earliest = min(self.first_shown)

    def shown_at(self, at: int) -> int:
        local = datetime.fromtimestamp(at, self.zone)
        return int((local.replace(tzinfo=UTC) - EPOCH).total_seconds())

    def when(self, day: date, minutes: int) -> float:
        """Return when the clock first shows that many minutes after midnight of `day`; a skipped reading moves on."""
        reading = (day.toordinal() - EPOCH.toordinal()) * 86_400 + minutes * 60
        for before, after in self.skipped:
            if before <= reading < after:
                reading += after - before
                break
        return self.first_shown.get(reading, -inf if reading < self.earliest else inf)


class MinuteOracle:
    """Which steps in [start, end) are open, both instants on a whole minute."""

    def __init__(self, schedule: Schedule, start: datetime, end: datetime) -> None:
        self.start = start
        first, last = (int((instant - EPOCH).total_seconds()) for instant in (start, end))
        clock = WallClock(ZoneInfo(schedule.time_zone), first, last)
        self.step = timedelta(seconds=clock.step)
        days = [start.date() + n * DAY for n in range(-3, (end - start).days + 5)]
        sundays = {day - timedelta(days=day.isoweekday() % 7) for day in days}
        sundays.add(min(sundays) - 7 * DAY)  # its intervals may end in the first of these days
        week = [
            (clock.when(sunday, interval.start_time), clock.when(sunday, interval.end_time))
            for sunday in sundays
            for interval in schedule.intervals
        ]
        rules = [(clock.when(day, 0), self._rule(schedule, clock, day, week)) for day in days]
        self.open = []
        for at in range(first, last, clock.step):
            today = [rule for midnight, rule in rules if midnight <= at][-1]
            self.open.append(any(opens <= at < closes for opens, closes in today))

    @staticmethod
    def _rule(schedule: Schedule, clock: WallClock, day: date, week: list[tuple[float, float]]) -> list:
        for special in schedule.special_hours:
            if special.date == day:
                return [(clock.when(day, start), clock.when(day, end)) for start, end in special.intervals]
        return [] if any(is_on(holiday, day) for holiday in schedule.holidays) else week

    def spans(self) -> list[tuple[datetime, datetime]]:
        """Return the open steps, those in a row as one."""
        found: list[tuple[datetime, datetime]] = []
        for n, is_open in enumerate(self.open):
            at = self.start + n * self.step
            if is_open and found and found[-1][1] == at:
                found[-1] = found[-1][0], at + self.step
            elif is_open:
                found.append((at, at + self.step))
        return found

    def counted(self, start: datetime, end: datetime) -> timedelta:
        """Return the open time between two instants on a step."""
        first, last = (int((instant - self.start) / self.step) for instant in (start, end))
        return sum(self.open[first:last]) * self.step

    def reached(self, start: datetime, steps: int) -> datetime | None:
        """Return the first step boundary at which that many steps from `start` on were open, if any."""
        at = start
        for is_open in self.open[int((start - self.start) / self.step) :]:
            if steps == 0:
                break
            steps -= is_open
            at += self.step
        return None if steps else at


def is_on(holiday: Holiday, day: date) -> bool:
    """Tell whether `day` is in the holiday, or for a yearly one in any year's copy of it."""
    if not holiday.yearly:
        return holiday.start_date <= day <= holiday.end_date
    for shift in (day.year - holiday.start_date.year, day.year - holiday.end_date.year):
        first, last = in_year(holiday.start_date, shift, DAY), in_year(holiday.end_date, shift, -DAY)
        if first <= day <= last:
            return True
    return False


def in_year(day: date, shift: int, if_missing: timedelta) -> date:
    """Return the date `shift` years on; 29 February gives way to the next or the previous day."""
    try:
        return day.replace(year=day.year + shift)
    except ValueError:
        return day.replace(day=28, year=day.year + shift) + max(if_missing, timedelta())
