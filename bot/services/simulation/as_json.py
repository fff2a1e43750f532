"""What a simulation found, for a program."""

from collections.abc import Mapping

from bot.services.reporting.tables import figures_to_json, report_to_json
from bot.services.simulation.simulating import Outcome, Simulation
from bot.services.simulation.words import WEEKDAYS, one_of, why
from sla.instants import format_instant
from sla.simulate import Flipped, SmallestTarget


def simulation_to_json(of: Simulation) -> dict[str, object]:
    """All that was found, for a program: durations in seconds, attainment from 0 to 1."""
    return {
        "history": of.history,
        "until": format_instant(of.until),
        "time_zone": str(of.zone),
        "tickets": of.tickets,
        "candidate": _outcome_to_json(of.candidate),
        "baseline": None if of.baseline is None else _outcome_to_json(of.baseline),
        "flips": [_flip_to_json(flip) for flip in of.flips],
    }


def _outcome_to_json(outcome: Outcome) -> dict[str, object]:
    total = next(iter(outcome.reports.values())).total
    return {
        "configuration": outcome.setup.name,
        "total": figures_to_json(total),
        "by": {dimension.value: report_to_json(found)["groups"] for dimension, found in outcome.reports.items()},
        "smallest_targets": [_target_to_json(target) for target in outcome.targets],
        "staffing": [
            {
                "weekday": WEEKDAYS[cell.weekday],
                "hour": cell.hour,
                "waiting": cell.waiting,
                "missed": cell.missed,
                "outside_hours": cell.closed,
            }
            for cell in outcome.cells
        ],
    }


def _target_to_json(target: SmallestTarget) -> Mapping[str, object]:
    return {
        "policy": target.policy,
        "metric": target.metric,
        "priority": target.priority,
        "business_hours": target.business_hours,
        "target_seconds": target.target.total_seconds(),
        "counted": target.counted,
        "met": target.met,
        "met_by_95_percent_seconds": None if target.enough is None else target.enough.total_seconds(),
        "done": target.done,
        "done_by_95_percent_seconds": None if target.done_within is None else target.done_within.total_seconds(),
    }


def _flip_to_json(flip: Flipped) -> Mapping[str, object]:
    one = one_of(flip)
    return {
        "ticket": one.ticket,
        "metric": one.metric,
        "instance": one.instance,
        "activated_at": format_instant(one.activated_at),
        "before": flip.before and flip.before.outcome.value,
        "after": flip.after and flip.after.outcome.value,
        "why": why(flip),
    }
