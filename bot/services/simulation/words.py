"""What a simulation found, in words."""

from collections import Counter
from datetime import timedelta

from bot.services.reporting.tables import (
    TOTAL,
    Table,
    duration,
    labels_of,
    names_of,
    percent,
)
from bot.services.simulation.simulating import Outcome, Simulation
from bot.slack.wording import metric_label, plural, sentence
from sla.metrics import Metric
from sla.report import Dimension, Figures, Measured
from sla.simulate import Flipped, SmallestTarget
from sla.ticket import Priority

_METRICS, _PRIORITIES = list(Metric), list(Priority)
_TURNS = {"met → missed": "missed instead of kept", "missed → met": "kept instead of missed"}
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MINUTE = timedelta(minutes=1)


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
    """A table for each dimension, the baseline beside the candidate; one with a single group says nothing new."""
    tables = []
    name = names_of(of.candidate.setup.config)
    for dimension, found in of.candidate.reports.items():
        base = {} if of.baseline is None else {each.key: each.figures for each in of.baseline.reports[dimension].groups}
        mine = {each.key: each.figures for each in found.groups}
        keys = [*mine, *(key for key in base if key not in mine)]
        if not keys or (len(keys) == 1 and dimension is not Dimension.METRIC):
            continue
        rows = [
            (*labels_of((dimension,), key, name), *_cells(of, base.get(key), mine.get(key, _NOBODY))) for key in keys
        ]
        total = None if of.baseline is None else of.baseline.reports[dimension].total
        rows.append((TOTAL, *_cells(of, total, found.total)))
        columns = (dimension.value.capitalize(), *_columns(of))
        tables.append(Table(title=f"By {dimension.value}", columns=columns, rows=tuple(rows)))
    return tables


_NOBODY = Figures()


def _columns(of: Simulation) -> tuple[str, ...]:
    kept = [f"Kept under {side.setup.name}" for side in (of.baseline, of.candidate) if side is not None]
    return (*kept, "Kept", "Missed", "Not counted", "Half within", "90 % within", "95 % within")


def _cells(of: Simulation, before: Figures | None, after: Figures) -> tuple[str, ...]:
    old = () if of.baseline is None else (percent(before.attainment if before else None),)
    if after == _NOBODY:
        return (*old, *("-",) * 7)
    left = after.open + after.cancelled + after.merged + after.exempt
    took = after.business
    times = ("-",) * 3 if took is None else tuple(map(roughly, (took.p50, took.p90, took.p95)))
    return (*old, percent(after.attainment), str(after.met), str(after.missed), str(left), *times)


def roughly(span: timedelta) -> str:
    """A duration as people compare them: seconds count below ten minutes only, and are rounded up beyond that."""
    return duration(span if span < 10 * _MINUTE else _minutes(span))


def targets_table(outcome: Outcome) -> Table:
    """Each target beside the least one that 95 % would have met, rounded up to minutes."""
    rows = tuple(
        (
            metric_label(each.metric),
            each.priority or "none",
            each.policy or "none",
            f"{duration(each.target)} {_unit(each.business_hours)}",
            percent(each.met / each.counted),
            _or_none(each.enough, each) or f"none: {each.counted - each.done} of {each.counted} are not done yet",
            _or_none(each.done_within, each) or "-",
        )
        for each in sorted(outcome.targets, key=_as_listed)
    )
    columns = ("Metric", "Priority", "Policy", "Target", "Kept", "95 % would have met", "95 % of those done took")
    return Table(title="Smallest targets", columns=columns, rows=rows)


def _as_listed(of: SmallestTarget) -> tuple[int, str, int]:
    """By metric as policies list them, by policy, and the most urgent first."""
    return _METRICS.index(Metric(of.metric)), of.policy or "", -_PRIORITIES.index(Priority(of.priority or Priority.LOW))


def _or_none(span: timedelta | None, of: SmallestTarget) -> str:
    return "" if span is None else f"{duration(_minutes(span))} {_unit(of.business_hours)}"


def _minutes(span: timedelta) -> timedelta:
    return -(-span // _MINUTE) * _MINUTE


def flips_table(of: Simulation) -> Table:
    """The instances that end otherwise, with the local times at which they began."""
    rows = tuple(
        (
            f"#{one_of(flip).ticket}",
            f"{one_of(flip).activated_at.astimezone(of.zone):%a %Y-%m-%d %H:%M}",
            promise(one_of(flip)),
            came_to(flip),
            why(flip),
        )
        for flip in of.flips
    )
    return Table(
        title="Promises that end otherwise", columns=("Ticket", "Began", "Promise", "Outcome", "Why"), rows=rows
    )


def promise(row: Measured) -> str:
    """What was promised, and the how manieth time on its ticket: "Next reply, no. 2"."""
    return metric_label(row.metric) + (f", no. {row.instance}" if row.instance > 1 else "")


def summary(of: Simulation) -> str:
    """The result in a sentence or two."""
    sides = [
        f"under {side.setup.name} {_kept(side, would)}"
        for side, would in ((of.candidate, " would have been kept"), (of.baseline, ""))
        if side is not None
    ]
    return sentence(f"{', '.join(sides)}.") + (f" {_turned(of)}" if of.baseline is not None else "")


def _kept(side: Outcome, would: str) -> str:
    total = next(iter(side.reports.values())).total
    return f"{total.met} of {plural(total.counted, 'promise')}{would} ({percent(total.attainment)})"


def _turned(of: Simulation) -> str:
    if not of.flips:
        return "No promise would have ended otherwise."
    turns = Counter(_TURNS.get(came_to(flip), came_to(flip)) for flip in of.flips)
    told = ", ".join(f"{count} {turn}" for turn, count in turns.most_common())
    return f"{plural(len(of.flips), 'promise')} would have ended otherwise: {told}."
