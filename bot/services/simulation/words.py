"""What a simulation found, in words and as JSON."""

from collections.abc import Mapping
from datetime import timedelta

from bot.services.reporting.tables import Table, duration, figures_to_json, percent, report_to_json
from bot.services.simulation.simulating import Outcome, Simulation
from bot.slack.wording import metric_label
from sla.instants import format_instant
from sla.report import Figures, Measured
from sla.simulate import Flipped, SmallestTarget

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MINUTE = timedelta(minutes=1)


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
    }


def _flip_to_json(flip: Flipped) -> Mapping[str, object]:
    one = one_of(flip)
    return {
        "ticket": one.ticket,
        "metric": one.metric,
        "instance": one.instance,
        "before": flip.before and flip.before.outcome.value,
        "after": flip.after and flip.after.outcome.value,
        "why": why(flip),
    }


def one_of(flip: Flipped) -> Measured:
    """The instance, on whichever side it has a target."""
    one = flip.after or flip.before
    assert one is not None, "an instance that differs is there on one side"
    return one


def came_to(flip: Flipped) -> str:
    """What an instance came to before and comes to now: "met → missed"."""
    sides = (flip.before, flip.after)
    return " → ".join("no target" if side is None else side.outcome.value for side in sides)


def why(flip: Flipped) -> str:
    """Why an instance ends otherwise: what differs in its target, and how long it took."""
    before, after = flip.before, flip.after
    if before is None or after is None:
        side = "no longer promised" if after is None else "promised now"
        return f"{side}: {target(one_of(flip))} by {one_of(flip).policy}"
    reasons = []
    if before.policy != after.policy:
        reasons.append(f"policy {before.policy} → {after.policy}")
    if before.priority != after.priority:
        reasons.append(f"priority {before.priority or 'none'} → {after.priority or 'none'}")
    if target(before) != target(after):
        reasons.append(f"target {target(before)} → {target(after)}")
    elif before.used != after.used:
        reasons.append(f"other working hours or pauses: {duration(before.used)} → {duration(after.used)} counted")
    reasons.append("not done yet" if after.is_open else f"it took {duration(after.used)}")
    return "; ".join(reasons)


def target(row: Measured) -> str:
    """A target with what it is counted in: "4 h business"."""
    return f"{duration(row.target)} {_unit(row.business_hours)}"


def _unit(business_hours: bool) -> str:
    return "business" if business_hours else "calendar"


def figures_table(of: Simulation) -> list[Table]:
    """A table for each dimension, the baseline beside the candidate; one with a single nameless group says nothing."""
    tables = []
    for dimension, found in of.candidate.reports.items():
        base = {} if of.baseline is None else {each.key: each.figures for each in of.baseline.reports[dimension].groups}
        mine = {each.key: each.figures for each in found.groups}
        keys = [*mine, *(key for key in base if key not in mine)]
        if keys in ([], [(None,)]):
            continue
        rows = [(_label(dimension.value, key[0]), *_cells(of, base.get(key), mine.get(key))) for key in keys]
        total = None if of.baseline is None else of.baseline.reports[dimension].total
        rows.append(("All", *_cells(of, total, found.total)))
        columns = (dimension.value.capitalize(), *_columns(of))
        tables.append(Table(title=f"By {dimension.value}", columns=columns, rows=tuple(rows)))
    return tables


def _label(dimension: str, value: str | None) -> str:
    if value is None:
        return "none"
    return metric_label(value) if dimension == "metric" else value


def _columns(of: Simulation) -> tuple[str, ...]:
    before = () if of.baseline is None else ("Attainment before",)
    return (*before, "Attainment", "Met", "Missed", "Not counted", "p50", "p90", "p95")


def _cells(of: Simulation, before: Figures | None, after: Figures | None) -> tuple[str, ...]:
    old = () if of.baseline is None else (percent(before.attainment if before else None),)
    shown = after or Figures()
    left = shown.open + shown.cancelled + shown.merged + shown.exempt
    took = shown.business
    times = ("-",) * 3 if took is None else tuple(map(duration, (took.p50, took.p90, took.p95)))
    return (*old, percent(shown.attainment), str(shown.met), str(shown.missed), str(left), *times)


def targets_table(outcome: Outcome) -> Table:
    """Each target beside the least one that 95 % would have met, rounded up to minutes."""
    rows = tuple(
        (
            metric_label(each.metric),
            each.priority or "none",
            each.policy or "none",
            f"{duration(each.target)} {_unit(each.business_hours)}",
            percent(each.met / each.counted),
            f"{duration(_minutes(each.enough))} {_unit(each.business_hours)}" if each.enough is not None else _NEVER,
        )
        for each in outcome.targets
    )
    columns = ("Metric", "Priority", "Policy", "Target", "Attainment", "95 % would have met")
    return Table(title="Smallest targets", columns=columns, rows=rows)


_NEVER = "none: more than 5 % are not done yet"


def _minutes(span: timedelta) -> timedelta:
    return -(-span // _MINUTE) * _MINUTE


def flips_table(of: Simulation) -> Table:
    """The instances that end otherwise."""
    rows = tuple(
        (
            f"#{one_of(flip).ticket}",
            f"{metric_label(one_of(flip).metric)} {one_of(flip).instance}",
            came_to(flip),
            why(flip),
        )
        for flip in of.flips
    )
    return Table(title="Promises that end otherwise", columns=("Ticket", "Promise", "Outcome", "Why"), rows=rows)


def summary(of: Simulation) -> str:
    """The result in a sentence or two."""
    after = next(iter(of.candidate.reports.values())).total
    first = (
        f"Under {of.candidate.setup.name}, {after.met} of {after.counted} promises would have been kept: "
        f"{percent(after.attainment)}."
    )
    if of.baseline is None:
        return first
    before = next(iter(of.baseline.reports.values())).total
    return (
        f"{first} Under {of.baseline.setup.name} it is {before.met} of {before.counted}: {percent(before.attainment)}. "
        f"{len(of.flips)} promises end otherwise."
    )
