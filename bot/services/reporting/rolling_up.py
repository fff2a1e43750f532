"""Daily figures: made a few days at a time beside the other work, and read in place of the instances of a month."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import chain
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.clock import Clock
from bot.services.reporting.asking import Question, zone_of
from bot.services.workspace.desk import Desk
from sla.report import Dimension, Key, Measured, Report, Tally, report_of_tallies, tally_day, value_of, week_of
from store import reports, rollups
from store.engine import Database
from store.reports import Span
from store.rollups import Cells

ALL = "all"
"""The dimension of all instances of a day together."""

# Transactions that were under way when we looked, and clocks of other machines, are not further apart.
_OVERLAP = timedelta(minutes=10)
_DAY = timedelta(days=1)
_EVERY = timedelta(minutes=5)
# A tick must not wait long for them.
_AT_ONCE = 3
# Weeks are made of days.
_KEPT = tuple(dimension for dimension in Dimension if dimension is not Dimension.WEEK)
# With more days than that to be read from instances, all are.
_MOST_STALE = 40


def stale_days(conn: Connection, workspace: str, zone: ZoneInfo, now: datetime) -> set[date] | None:
    """The local days whose figures may be other ones by now; None where no figures of days are kept."""
    known = rollups.rolled_up(conn, workspace)
    if known is None or known.time_zone != str(zone) or now < known.through - _OVERLAP:
        return None
    since = known.through - _OVERLAP
    touched = rollups.instants_touched(conn, workspace, since)
    return _days(chain(touched, rollups.deadlines_passed(conn, workspace, since, now)), zone)


def _days(instants: Iterable[datetime], zone: ZoneInfo) -> set[date]:
    return {at.astimezone(zone).date() for at in instants}


def day_rows(conn: Connection, workspace: str, day: date, zone: ZoneInfo, now: datetime) -> list[Measured]:
    """The instances that were activated on a local day."""
    since, until = (datetime.combine(each, time(), tzinfo=zone) for each in (day, day + _DAY))
    return reports.measured(conn, workspace, Span(since=since, until=until), now)


def cells_of(rows: list[Measured], zone: ZoneInfo) -> Cells:
    """The tallies of a day's rows by every dimension that is kept."""
    if not rows:
        return {}
    cells: dict[tuple[str, str | None], Tally] = {(ALL, None): tally_day(rows)}
    for dimension in _KEPT:
        groups: dict[str | None, list[Measured]] = {}
        for row in rows:
            groups.setdefault(value_of(row, dimension, zone), []).append(row)
        cells |= {(dimension.value, value): tally_day(of_value) for value, of_value in groups.items()}
    return cells


def report_from_days(conn: Connection, workspace: str, question: Question, now: datetime) -> Report | None:
    """The report that a question asks for, from the figures of days; what has changed since is read from instances.

    None where the figures of days cannot answer it: it asks for certain rows, or for two dimensions at once.
    """
    if question.where or len(question.by) > 1:
        return None
    stale = stale_days(conn, workspace, question.zone, now)
    if stale is None:
        return None
    wanted = sorted(day for day in stale if _is_asked(day, question))
    if len(wanted) > _MOST_STALE:
        return None
    by = question.by[0]
    kept = ALL if by is Dimension.WEEK else by.value
    cells: list[tuple[Key, Tally]] = []
    total = Tally()
    fresh = {day: day_rows(conn, workspace, day, question.zone, now) for day in wanted}
    for day, value, tally in rollups.of_days(conn, workspace, kept, question.first_on, question.last_on):
        if date.fromisoformat(day) not in stale:
            cells.append(((week_of(date.fromisoformat(day)) if by is Dimension.WEEK else value,), tally))
    for rows in fresh.values():
        cells += [((value,), tally) for value, tally in _of_dimension(rows, by, question.zone)]
        total.add(tally_day(rows))
    for day, _, tally in rollups.of_days(conn, workspace, ALL, question.first_on, question.last_on):
        if date.fromisoformat(day) not in stale:
            total.add(tally)
    return report_of_tallies(cells, question.by, total)


def _of_dimension(rows: list[Measured], by: Dimension, zone: ZoneInfo) -> list[tuple[str | None, Tally]]:
    groups: dict[str | None, list[Measured]] = {}
    for row in rows:
        groups.setdefault(value_of(row, by, zone), []).append(row)
    return [(value, tally_day(of_value)) for value, of_value in groups.items()]


def _is_asked(day: date, question: Question) -> bool:
    return (question.first_on is None or day >= question.first_on) and (
        question.last_on is None or day <= question.last_on
    )


class RollUps:
    """Makes the figures of days, a few at a time."""

    def __init__(self, *, db: Database, desk: Callable[[], Desk], clock: Clock) -> None:
        self._db, self._desk, self._clock = db, desk, clock
        self._looked_at: datetime | None = None
        self._left: list[date] = []

    async def drain(self) -> int:
        """Make some of the figures that have changed, if it is time for that; how many days it were."""
        now, desk = self._clock.now(), self._desk()
        zone = zone_of(desk.config)
        if not self._left:
            if self._looked_at is not None and timedelta() <= now - self._looked_at < _EVERY:
                return 0
            self._looked_at = now
            self._left = await self._db.write(partial(_begin, desk.workspace, zone, now))
        batch, self._left = self._left[:_AT_ONCE], self._left[_AT_ONCE:]
        for day in batch:
            rows = await self._db.read(partial(day_rows, workspace=desk.workspace, day=day, zone=zone, now=now))
            cells = cells_of(rows, zone)
            await self._db.write(partial(rollups.replace_day, workspace=desk.workspace, day=day, cells=cells))
        if not self._left:
            through = self._looked_at or now
            await self._db.write(lambda conn: rollups.finish(conn, desk.workspace, str(zone), through))
        return len(batch)


def _begin(workspace: str, zone: ZoneInfo, now: datetime, conn: Connection) -> list[date]:
    """The days to be made; all of them the first time, in another time zone, and when the clock was put back."""
    stale = stale_days(conn, workspace, zone, now)
    if stale is None:
        rollups.forget(conn, workspace)
        rollups.clear(conn, workspace)
        stale = _days(rollups.instants_touched(conn, workspace, None), zone)
    return sorted(stale, reverse=True)
