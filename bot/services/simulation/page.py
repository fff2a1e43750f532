"""A simulation as one page that stands by itself: no script, and nothing is fetched from anywhere."""

from dataclasses import dataclass
from pathlib import Path

from bot.services.reporting.tables import percent
from bot.services.simulation.simulating import Outcome, Simulation
from bot.services.simulation.words import figures_table, flips_table, summary, targets_table
from bot.slack.wording import metric_label, plural
from bot.templates import templates_in
from sla.report import Dimension, Figures
from sla.simulate import StaffingCell

_TEMPLATES = templates_in(Path(__file__).parent / "templates")
_MOST_FLIPS = 500
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A metric's attainment as a bar, in percent of its length."""

    label: str
    before: float | None
    after: float
    before_text: str
    after_text: str
    counts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """An hour of the week; `level` from 0 (nobody waited too long) to 4 (most did)."""

    waiting: int
    level: int
    closed: bool
    told: str


def page_of(found: Simulation) -> str:
    """The page."""
    flips = flips_table(found)
    return _TEMPLATES.get_template("simulation.html").render(
        found=found,
        summary=summary(found),
        bars=_bars(found),
        tables=figures_table(found),
        targets=targets_table(found.candidate),
        flips=flips,
        shown_flips=flips.rows[:_MOST_FLIPS],
        weekdays=_DAYS,
        heat=_heat(found.candidate),
        outside=_outside(found.candidate),
        after=_total(found.candidate),
        before=None if found.baseline is None else _total(found.baseline),
        percent=percent,
        difference=_difference(found),
    )


def _difference(found: Simulation) -> str | None:
    """How many percentage points more are kept, or less; None where there is nothing to compare."""
    if found.baseline is None:
        return None
    before, after = _total(found.baseline).attainment, _total(found.candidate).attainment
    return "-" if before is None or after is None else f"{100 * (after - before):+.1f} points".replace("-", "\u2212")


def _total(outcome: Outcome) -> Figures:
    return outcome.reports[Dimension.METRIC].total


def _bars(found: Simulation) -> list[Bar]:
    old = (
        {}
        if found.baseline is None
        else {each.key[0]: each.figures for each in found.baseline.reports[Dimension.METRIC].groups}
    )
    return [
        _bar(
            metric_label(group.key[0] or ""),
            old.get(group.key[0]),
            group.figures,
            is_compared=found.baseline is not None,
        )
        for group in found.candidate.reports[Dimension.METRIC].groups
    ]


def _bar(label: str, before: Figures | None, after: Figures, *, is_compared: bool) -> Bar:
    share = before.attainment if before else None
    return Bar(
        label=label,
        before=100 * (share or 0.0) if is_compared else None,
        after=100 * (after.attainment or 0.0),
        before_text=percent(share),
        after_text=percent(after.attainment),
        counts=f"{after.met} of {after.counted}",
    )


def _heat(outcome: Outcome) -> list[list[Heat]]:
    cells = {(cell.weekday, cell.hour): cell for cell in outcome.cells}
    return [[_heat_of(cells.get((day, hour)), day, hour) for hour in range(24)] for day in range(7)]


def _heat_of(cell: StaffingCell | None, day: int, hour: int) -> Heat:
    when = _hour(day, hour)
    if cell is None:
        return Heat(waiting=0, level=0, closed=False, told=f"{when}: nobody began to wait")
    share = cell.missed / cell.waiting
    level = 0 if not cell.missed else 1 + min(3, int(share * 4))
    closed = cell.closed > cell.waiting / 2
    hours = ", outside of working hours" if closed else ""
    told = f"{when}{hours}: {cell.waiting} began to wait, {cell.missed} waited too long"
    return Heat(waiting=cell.waiting, level=level, closed=closed, told=told)


def _hour(day: int, hour: int) -> str:
    return f"{_DAYS[day]}, {hour:02}:00 to {(hour + 1) % 24:02}:00"


def _outside(outcome: Outcome) -> str:
    """What working hours miss, in a sentence."""
    waiting = sum(cell.waiting for cell in outcome.cells)
    closed = sum(cell.closed for cell in outcome.cells)
    if not waiting:
        return "Nobody waited for a reply."
    worst = max(outcome.cells, key=lambda cell: (cell.missed, cell.waiting))
    where = f" {_hour(worst.weekday, worst.hour)}, is when most waited too long: {worst.missed} of {worst.waiting}."
    told = (
        f"{closed} of {plural(waiting, 'time')} ({percent(closed / waiting)}) customers wrote outside of working hours."
    )
    return told + (where if worst.missed else "")
