"""The reasons behind a deadline in words: local times, kinds of time, and lengths that add up."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import assert_never

from bot.services.tickets.explaining import Entry, Reasons
from bot.slack.wording import exactly
from sla.engine import LogType, Outcome, Stage
from sla.explain import Kind, Segment

KINDS = {
    Kind.COUNTED: "counted",
    Kind.CLOSED: "closed",
    Kind.HOLIDAY: "holiday",
    Kind.SPECIAL_HOURS: "closed, special hours",
    Kind.PAUSED: "paused",
}
_LOGGED = {
    LogType.FULFILL: "fulfilled",
    LogType.CANCEL: "cancelled",
    LogType.ACTIVATE: "activated",
    LogType.PAUSE: "paused",
    LogType.RESUME: "resumed",
    LogType.BREACH: "breached",
}


class LocalTimes:
    """Local times in a zone; its name stands beside each of them where the offset from UTC changes on the way."""

    def __init__(self, zone: tzinfo, of: Reasons) -> None:
        self.zone = zone
        shown = [part.start for part in of.explanation.segments] + [entry.logged.at for entry in of.log]
        shown += [of.explanation.end, of.story.until]
        self._ambiguous = len({at.astimezone(zone).utcoffset() for at in shown}) > 1

    def shows(self, at: datetime) -> str:
        """The date and the time."""
        local = at.astimezone(self.zone)
        time = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
        return f"{local:%a %Y-%m-%d} {time}" + (f" {local.tzname()}" if self._ambiguous else "")


def came_to(of: Reasons, clock: LocalTimes) -> str:
    """How the promise was kept, or stands, in a sentence."""
    instance = of.instance
    due = f"due {clock.shows(of.due_at)}" if of.due_at else "no deadline"
    used = exactly(round(of.used.total_seconds()))
    exempt = " The ticket is exempt." if instance.outcome is Outcome.EXEMPT else ""
    match instance.stage:
        case Stage.FULFILLED:
            how = "solved without a reply" if instance.without_reply else "fulfilled"
            ended = clock.shows(instance.ended_at) if instance.ended_at else ""
            late = f", late by {_late(of)}" if instance.breached else ""
            said = f"{'Missed' if instance.breached else 'Met'}: {due}, {how} {ended} after {used}{late}."
        case Stage.CANCELLED:
            ended = clock.shows(instance.ended_at) if instance.ended_at else ""
            said = f"{'Merged away' if instance.merged else 'Cancelled'} {ended} after {used}; it has no deadline."
        case Stage.ACTIVE if of.left is None or of.due_at is None:
            said = "Open without a deadline: the schedule has too little open time ahead."
        case Stage.ACTIVE:
            said = f"Open: {due}, {f'late by {_late(of)}' if of.overdue else f'{_left(of)} left'}."
        case Stage.PAUSED:
            said = f"Paused: {f'{due}, late by {_late(of)}' if of.overdue else f'{_left(of)} left'}."
        case _:
            assert_never(instance.stage)
    return said + exempt


def _late(of: Reasons) -> str:
    """How late, in the target's own hours; a deadline at closing time can be missed by none of them."""
    return exactly(round(of.overdue.total(Kind.COUNTED).total_seconds())) if of.overdue else "0 s"


def _left(of: Reasons) -> str:
    return exactly(round(of.left.total_seconds())) if of.left is not None else ""


def whole_seconds(segments: Sequence[Segment]) -> list[int]:
    """The length of each segment, rounded such that those of a kind add up to the rounded total of the kind."""
    exact: Counter[Kind] = Counter()
    shown: Counter[Kind] = Counter()
    lengths = []
    for segment in segments:
        exact[segment.kind] += (segment.end - segment.start) // (segment.end - segment.start).resolution
        seconds = round(exact[segment.kind] / 1_000_000) - shown[segment.kind]
        shown[segment.kind] += seconds
        lengths.append(seconds)
    return lengths


def what_became(segment: Segment) -> str:
    """Of what kind a stretch of time is, and why."""
    what = KINDS[segment.kind]
    if segment.kind is Kind.HOLIDAY:
        return f"{what}: {segment.name}"
    return f"{what} ({segment.name})" if segment.name else what


def logged_as(entry: Entry, targets: list[int]) -> str:
    """What an entry of the log says; ``targets`` holds those applied before it."""
    logged = entry.logged
    if logged.type is not LogType.APPLY_SLA:
        return _LOGGED[logged.type] + (", void since" if logged.superseded else "")
    if logged.target_seconds is None:
        return "target lost"
    said = (
        f"target changed to {exactly(logged.target_seconds)}"
        if targets
        else (f"target {exactly(logged.target_seconds)} applied")
    )
    targets.append(logged.target_seconds)
    return said
