"""Who is to be told what, and when.

Nothing is planned ahead. Each time somebody looks, what is due follows from the instance as it is then: an alert whose
target is gone is simply not there any more, and one that waits for quiet hours to end is due once they have ended.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sla.alert_log import AlertKey, AlertLog
from sla.business_time import Hours, NoOpenTime, Pause
from sla.deadlines import measure
from sla.thresholds import Threshold
from sla.ticket import Priority

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Outside `hours` an alert waits for the next opening, or goes to `on_call` if there is somebody.

    With `urgent_overrides`, alerts of urgent tickets do neither.
    """

    hours: Hours
    on_call: str | None = None
    urgent_overrides: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Which destinations hear of which threshold."""

    thresholds: Mapping[Threshold, tuple[str, ...]]
    quiet: Quiet | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """An instance as alerts see it.

    Attributes:
        open: Whether it is measured, active or paused; never for an exempt ticket.
        target: None without a deadline; otherwise a duration of `hours`, the target's own.
        pauses: Sorted; the last one has no end while it lasts.
        breach_at: The deadline, as the engine has it.
        opened_at: When the ticket was created.
        not_before: No alert is told before this instant: somebody has snoozed the ticket.
    """

    ticket: str
    metric: str
    instance: int
    open: bool
    activated_at: datetime
    target: timedelta | None
    hours: Hours
    pauses: tuple[Pause, ...] = ()
    breach_at: datetime | None
    breached: bool
    priority: Priority | None
    opened_at: datetime
    not_before: datetime | None = None

    @property
    def runs(self) -> bool:
        """Whether time counts against a target, so that something can become due."""
        paused = bool(self.pauses) and self.pauses[-1][1] is None
        return self.open and self.target is not None and not paused


class Alert(NamedTuple):
    """An alert to send now, in quiet hours perhaps `to` somebody on call instead of its key's destination."""

    key: AlertKey
    to: str


class Due(NamedTuple):
    """What to send and what is skipped for good; recording it settles `keys`."""

    alerts: tuple[Alert, ...] = ()
    skipped: tuple[AlertKey, ...] = ()

    @property
    def keys(self) -> tuple[AlertKey, ...]:
        """Everything that is settled by this."""
        return (*(alert.key for alert in self.alerts), *self.skipped)


def threshold_at(watched: Watched, threshold: Threshold) -> datetime | None:
    """Return when that much of the target is used up, pauses left out.

    None when it is nothing or less of the target, when the instance paused before, or when no open time is left for it.
    """
    used = _used(watched, threshold)
    return measure(watched.hours, watched.activated_at, used, watched.pauses).due if used > timedelta() else None


def due(watched: Watched, route: Route, log: AlertLog, now: datetime, *, enforced_from: datetime | None = None) -> Due:
    """Return what has to be told of an instance at `now`.

    Of the thresholds that have passed only the nearest is told; the older ones would repeat it and are skipped.

    Args:
        watched: The instance, evaluated up to `now`.
        route: Who hears of what.
        log: What is settled already.
        now: The moment of the decision.
        enforced_from: Tickets older than this raise no alerts.
    """
    passed = [threshold for threshold, look_at in _looks(watched, route, enforced_from) if look_at <= now]
    quiet_until = _quiet_until(watched, route, now)
    on_call = route.quiet.on_call if route.quiet and quiet_until else None
    snoozed = watched.not_before is not None and now < watched.not_before
    if not passed or snoozed or (quiet_until and on_call is None):
        return Due()
    nearest = max(_used(watched, threshold) for threshold in passed)
    alerts: dict[str, Alert] = {}
    skipped = []
    for threshold in passed:
        for key in _unsettled(watched, route, log, threshold):
            alert = Alert(key, on_call or key.destination)
            if _used(watched, threshold) == nearest and alert.to not in alerts:
                alerts[alert.to] = alert
            else:
                skipped.append(key)
    return Due(tuple(alerts.values()), tuple(skipped))


def next_at(
    watched: Watched, route: Route, log: AlertLog, now: datetime, *, enforced_from: datetime | None = None
) -> datetime | None:
    """Return the next instant at which somebody has to look at the instance; it may have passed.

    That is an unsettled threshold, put off while quiet hours or a snooze last, or the first microsecond after the
    deadline. None when nothing can become due before something happens to the ticket.
    """
    if not watched.runs:
        return None
    quiet_until = _quiet_until(watched, route, now) if route.quiet and route.quiet.on_call is None else None
    looks = [
        max(look_at, quiet_until or look_at, watched.not_before or look_at)
        for threshold, look_at in _looks(watched, route, enforced_from)
        if _unsettled(watched, route, log, threshold)
    ]
    if watched.breach_at and not watched.breached:
        looks.append(watched.breach_at + _MICROSECOND)
    return min(looks, default=None)


def retargeted(
    before: Watched, after: Watched, route: Route, log: AlertLog, at: datetime
) -> tuple[AlertLog, tuple[AlertKey, ...]]:
    """Return the log after a change of target at the instant `at`, and the alerts that the change has skipped.

    A threshold that was settled and now lies after the change is armed again. One that the change itself put in the
    past is due at once, but skipped when the instance was breached before: it is known to be late.
    """
    overtaken: list[AlertKey] = []
    for threshold in route.thresholds:
        if _used(after, threshold) <= timedelta():
            continue
        reached_at = threshold_at(after, threshold)
        if reached_at is None or reached_at > at:
            if any(map(log.settles, _keys(after, route, log, threshold))):
                log = log.rearmed(threshold)
        elif before.breached:
            was_at = threshold_at(before, threshold)
            if was_at is None or was_at > at:
                overtaken += _unsettled(after, route, log, threshold)
    return log.with_settled(overtaken), tuple(overtaken)


def still_holds(key: AlertKey, watched: Watched, route: Route, log: AlertLog, now: datetime) -> bool:
    """Tell whether an alert decided earlier may still be sent: its instance, its target and its threshold stand.

    A pause that began after the threshold was reached takes nothing back.
    """
    threshold = next((threshold for threshold in route.thresholds if str(threshold) == key.threshold), None)
    if not watched.open or threshold is None or log.arming(threshold) != key.arming:
        return False
    reached_at = threshold_at(watched, threshold)
    return reached_at is not None and reached_at <= now


def overtaken(
    key: AlertKey, others: Iterable[AlertKey], watched: Watched, route: Route, log: AlertLog, now: datetime
) -> bool:
    """Tell whether an alert would only repeat one of the `others`, which tell the same reader of a nearer threshold."""
    used = {str(threshold): _used(watched, threshold) for threshold in route.thresholds}
    return any(
        used[other.threshold] > used[key.threshold] for other in others if still_holds(other, watched, route, log, now)
    )


def _used(watched: Watched, threshold: Threshold) -> timedelta:
    return timedelta() if watched.target is None else threshold.of(watched.target)


def _looks(watched: Watched, route: Route, enforced_from: datetime | None) -> list[tuple[Threshold, datetime]]:
    """Return each threshold with the first instant at which it is certain to be due."""
    if not watched.runs or (enforced_from is not None and watched.opened_at < enforced_from):
        return []
    looks = []
    for threshold in route.thresholds:
        reached_at = threshold_at(watched, threshold)
        if reached_at is not None:
            # What happens exactly on the deadline is still in time, so the breach is certain a microsecond later.
            on_deadline = _used(watched, threshold) == watched.target
            looks.append((threshold, reached_at + _MICROSECOND if on_deadline else reached_at))
    return looks


def _keys(watched: Watched, route: Route, log: AlertLog, threshold: Threshold) -> list[AlertKey]:
    instance = watched.ticket, watched.metric, watched.instance
    arming = log.arming(threshold)
    destinations = dict.fromkeys(route.thresholds[threshold])
    return [AlertKey(*instance, str(threshold), arming, destination) for destination in destinations]


def _unsettled(watched: Watched, route: Route, log: AlertLog, threshold: Threshold) -> list[AlertKey]:
    return [key for key in _keys(watched, route, log, threshold) if not log.settles(key)]


def _quiet_until(watched: Watched, route: Route, now: datetime) -> datetime | None:
    """Return the next opening when it is quiet at `now`; hours that never open again keep nothing back."""
    quiet = route.quiet
    if quiet is None or (quiet.urgent_overrides and watched.priority is Priority.URGENT):
        return None
    try:
        opens_at = quiet.hours.after(now, _MICROSECOND) - _MICROSECOND
    except NoOpenTime:
        return None
    return opens_at if opens_at > now else None
