"""What a version of the configuration would have done: the tickets of the last days told again under it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.config.config import Config
from bot.http.dashboard.visit import Shown, Visit
from bot.services.reporting.tables import percent
from bot.services.simulation.histories import recent_history
from bot.services.simulation.simulating import Outcome, Setup, Simulation, simulate
from bot.services.simulation.words import came_to, one_of, why
from bot.services.workspace.preview import RECENT
from bot.slack.wording import metric_label
from sla.report import Dimension, Figures, Measured
from sla.simulate import Flipped
from store import rules as versions

_MOST_FLIPS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Otherwise:
    """A promise that ends otherwise; the deadlines are those of the version in force, and of the other one."""

    ticket: str
    promise: str
    came_to: str
    why: str
    due: tuple[datetime | None, datetime | None]


def draw(conn: Connection, visit: Visit) -> Shown:
    """The page: the version beside the one in force, or that one by itself."""
    workspace, number = visit.desk.workspace, visit.number
    stored = versions.load(conn, workspace, number)
    if stored is None:
        return Shown("message.html", {"title": "Policies", "text": f"There is no version {number}."}, 404)
    recent = recent_history(conn, workspace, visit.now)
    in_force = Setup.of(f"version {visit.desk.rules_version}", visit.desk.config)
    is_in_force = number == visit.desk.rules_version
    found = simulate(
        f"the last {RECENT.days} days",
        recent.tell,
        visit.now,
        in_force if is_in_force else Setup.of(f"version {number}", Config.from_document(stored.document)),
        None if is_in_force else in_force,
    )
    return Shown(
        "tried.html",
        {
            "number": number,
            "in_force": visit.desk.rules_version,
            "days": RECENT.days,
            "since": recent.since,
            "is_cut": recent.is_cut,
            "found": found,
            "sides": [side.setup.name for side in _sides(found)],
            "promises": _promises(found),
            "flips": [_otherwise(flip) for flip in found.flips[:_MOST_FLIPS]],
            "more": max(0, len(found.flips) - _MOST_FLIPS),
        },
    )


def _sides(found: Simulation) -> list[Outcome]:
    return [side for side in (found.baseline, found.candidate) if side is not None]


def _promises(found: Simulation) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Each metric, and all of them, with its figures on either side."""
    reports = [side.reports[Dimension.METRIC] for side in _sides(found)]
    groups = [{group.key[0]: group.figures for group in of_side.groups} for of_side in reports]
    names = dict.fromkeys(name for of_side in reversed(groups) for name in of_side)
    rows = [(metric_label(name or ""), [_cells(of_side.get(name, Figures())) for of_side in groups]) for name in names]
    return [*rows, ("All", [_cells(of_side.total) for of_side in reports])]


def _cells(figures: Figures) -> tuple[str, ...]:
    return str(figures.counted), str(figures.met), str(figures.missed), percent(figures.attainment)


def _otherwise(flip: Flipped) -> Otherwise:
    one = one_of(flip)
    return Otherwise(
        ticket=one.ticket,
        promise=f"{metric_label(one.metric)} {one.instance}",
        came_to=came_to(flip),
        why=why(flip),
        due=(_due(flip.before), _due(flip.after)),
    )


def _due(side: Measured | None) -> datetime | None:
    return None if side is None else side.breach_at
