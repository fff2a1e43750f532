"""Which thresholds may be told once more after a change of target, in time or learned of late."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime

from bot.services.tickets.steps import Key, Steps
from bot.services.tickets.watching import route_of, watch
from bot.services.workspace.desk import Desk
from sla.alert_log import AlertLog
from sla.alerts import Route, Watched, retargeted, threshold_at
from sla.engine import Instance, TicketState
from sla.thresholds import Threshold
from store.tickets import TicketRecord

Logs = Mapping[Key, AlertLog]


def rearmed(desk: Desk, ticket: TicketRecord, steps: Steps, logs: Logs, now: datetime) -> Logs:
    """The alerts' logs after the changes of target: thresholds that now lie ahead may be told once more."""
    return _after(desk, ticket, steps.state, steps.retargeted, logs, now)


def rearmed_by_late_news(
    desk: Desk, ticket: TicketRecord, before: TicketState, state: TicketState, logs: Logs, now: datetime
) -> Logs:
    """The alerts' logs after the whole history was folded anew, which has changed targets as of now."""
    now_open = {instance.key: instance for instance in state.open_instances}
    moved = [
        (before, instance, now)
        for instance in before.open_instances
        if instance.key in now_open and _measured_by(before, instance) != _measured_by(state, now_open[instance.key])
    ]
    return _after(desk, ticket, state, moved, logs, now)


def same_instances(before: Mapping[Key, datetime], after: Mapping[Key, datetime]) -> dict[Key, Key]:
    """Which instances of a history that was folded anew were known before, under which number.

    Something older may have come that gives the ones after it other numbers. An instance is the one that began at the
    same instant; or, where neither number means another one, the one of that number, whose beginning has moved.

    Args:
        before: When each began, as it was known.
        after: When each began, as it is known now.
    """
    began = {(metric, at): (metric, number) for (metric, number), at in before.items()}
    found = {key: began[key[0], at] for key, at in after.items() if (key[0], at) in began}
    taken = set(found.values())
    return found | {key: key for key in after if key not in found and key in before and key not in taken}


def relabelled(logs: Logs, same: Mapping[Key, Key], keys: Iterable[Key]) -> dict[Key, AlertLog]:
    """The alerts' logs under the numbers that their instances have now.

    What was told of another instance under a number stays told: a new one is told under another arming.
    """
    result = {}
    for key in keys:
        known = same.get(key)
        log = logs.get(known, AlertLog()) if known else AlertLog()
        if known != key and key in logs:
            told = {threshold for threshold, _, _ in log.settled}
            used = {threshold: arming for threshold, arming, _ in logs[key].settled if threshold not in told}
            fresh = {threshold: max(arming + 1, log.armings.get(threshold, 1)) for threshold, arming in used.items()}
            log = replace(log, armings={**log.armings, **fresh})
        result[key] = log
    return result


def _measured_by(state: TicketState, instance: Instance) -> tuple[object, ...]:
    """What a deadline follows from, but for the pauses, which arm nothing again."""
    hours = next((each for each in state.rules.schedules if each.name == instance.schedule), None)
    counted_in = hours if instance.target and instance.target.business_hours else None
    return instance.activated_at, instance.target, counted_in


def _after(
    desk: Desk,
    ticket: TicketRecord,
    state: TicketState,
    moved: Iterable[tuple[TicketState, Instance, datetime]],
    logs: Logs,
    now: datetime,
) -> Logs:
    now_open = {instance.key: instance for instance in state.open_instances}
    result = dict(logs)
    for before_state, before, at in moved:
        after = now_open.get(before.key)
        if after is not None:
            was, is_now = watch(ticket, before_state, before), watch(ticket, state, after)
            route = route_of(desk, state, after)
            log = result.get(before.key, AlertLog())
            for thresholds, changed_at in _by_what_was_told(was, route, at, now):
                log, _ = retargeted(was, is_now, thresholds, log, changed_at)
            result[before.key] = log
    return result


def _by_what_was_told(was: Watched, route: Route, at: datetime, now: datetime) -> list[tuple[Route, datetime]]:
    """The thresholds, with the instant of the change as far as they are concerned.

    That is now for those that were reached between the change and the moment at which we learned of it: people have
    heard of them. One that the change has put before now is not told again; one that it has put ahead of now is.
    """
    reached = {threshold: threshold_at(was, threshold) for threshold in route.thresholds}
    told = {threshold for threshold, when in reached.items() if when is not None and at < when <= now}

    others = route.thresholds.keys() - told

    def part(thresholds: AbstractSet[Threshold]) -> Route:
        return replace(route, thresholds={key: to for key, to in route.thresholds.items() if key in thresholds})

    return [(part(others), at), (part(told), now)]
