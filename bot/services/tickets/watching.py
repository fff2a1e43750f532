"""Metric instances as rows: when somebody has to look at each next, and whom its alerts are for."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.config.model import Route as ConfiguredRoute
from bot.services.workspace.desk import Desk
from sla.alert_log import AlertLog, alert_log_from_json, alert_log_to_json
from sla.alerts import Quiet, Route, Watched, next_at
from sla.business_time import CALENDAR, Hours
from sla.engine import Instance, Stage, TicketState
from sla.metrics import GROUP_METRICS, Metric
from sla.policy import Rules
from sla.thresholds import parse_threshold
from store import instances
from store.instances import InstanceRecord
from store.tickets import TicketRecord

Key = tuple[Metric, int]


def instance_record(
    desk: Desk,
    ticket: TicketRecord,
    state: TicketState,
    instance: Instance,
    log: AlertLog,
    now: datetime,
    *,
    version: int | None,
) -> InstanceRecord:
    """The row of an instance, with the next instant at which the tick has to look at it.

    ``version`` is the version of the rules that it is, or was, judged under.
    """
    watched = watch(ticket, state, instance)
    route = route_of(desk, state, instance)
    elapsed = instance.elapsed(state.rules, max(now, instance.activated_at))
    remaining = None
    if instance.stage is Stage.PAUSED:
        left = instance.remaining(state.rules, now)
        remaining = None if left is None else left.total_seconds()
    return InstanceRecord(
        workspace=ticket.workspace,
        ticket_id=ticket.ticket_id,
        metric=instance.metric,
        instance=instance.number,
        stage=instance.stage,
        outcome=instance.outcome,
        breached=instance.breached,
        without_reply=instance.without_reply,
        relaxed=instance.relaxed,
        activated_at=instance.activated_at,
        fulfilled_at=instance.fulfilled_at,
        breach_at=instance.breach_at,
        breached_at=instance.breached_at,
        target_seconds=instance.target.seconds if instance.target else None,
        business_hours=instance.target.business_hours if instance.target else False,
        policy=instance.policy,
        schedule=instance.schedule,
        rules_version=version,
        elapsed={
            "business_seconds": elapsed.business.total_seconds(),
            "calendar_seconds": elapsed.calendar.total_seconds(),
            "remaining_seconds": remaining,
        },
        sent=alert_log_to_json(log) if log.settled or log.armings else {},
        next_at=next_at(watched, route, log, now, enforced_from=desk.enforce_from),
    )


def watch(ticket: TicketRecord, state: TicketState, instance: Instance) -> Watched:
    """The instance as alerts see it."""
    return Watched(
        ticket=str(ticket.ticket_id),
        metric=instance.metric,
        instance=instance.number,
        open=instance.open and not instance.exempt,
        activated_at=instance.activated_at,
        target=timedelta(seconds=instance.target.seconds) if instance.target else None,
        hours=hours_of(state.rules, instance),
        pauses=instance.pauses,
        breach_at=instance.breach_at,
        breached=instance.breached,
        priority=state.ticket.priority,
        opened_at=ticket.created_at,
        not_before=ticket.snoozed_until,
    )


def look_anew(conn: Connection, desk: Desk, ticket: TicketRecord, state: TicketState, now: datetime) -> None:
    """Work out again when somebody has to look at the open instances of a ticket whose alerts wait for another time."""
    stored = {
        (record.metric, record.instance): record
        for record in instances.of_ticket(conn, ticket.workspace, ticket.ticket_id)
    }
    moved = []
    for instance in state.open_instances:
        record = stored.get((str(instance.metric), instance.number))
        if record is not None:
            log, version = alert_log_from_json(record.sent), record.rules_version
            fresh = instance_record(desk, ticket, state, instance, log, now, version=version)
            moved.append(replace(record, next_at=fresh.next_at, attempts=0))
    instances.reschedule(conn, moved)


def hours_of(rules: Rules, instance: Instance) -> Hours:
    """What the instance's target is counted in."""
    business = instance.target is not None and instance.target.business_hours
    return rules.hours(instance.schedule) if business else CALENDAR


def route_of(desk: Desk, state: TicketState, instance: Instance) -> Route:
    """Who hears of the instance, as the alert rules read it: what the state says, which may not be stored yet.

    Routes and their quiet hours are those of the configuration in force, whatever version the ticket is under.
    """
    policy = state.group_policy if instance.metric in GROUP_METRICS else state.policy
    configured = desk.config.route_for(policy, group=state.ticket.group, customer=state.ticket.customer)
    return engine_route(configured, desk.rules)


def engine_route(configured: ConfiguredRoute, rules: Rules) -> Route:
    """A configured route with its thresholds parsed; its destinations stay as the configuration writes them."""
    thresholds = {
        parse_threshold(written): tuple(map(str, destinations))
        for written, destinations in configured.thresholds.items()
    }
    quiet = configured.quiet
    if quiet is None:
        return Route(thresholds=thresholds)
    on_call = str(quiet.on_call) if quiet.on_call else None
    hours = Quiet(hours=rules.hours(quiet.schedule), on_call=on_call, urgent_overrides=quiet.urgent_overrides)
    return Route(thresholds=thresholds, quiet=hours)


def logs_of(records: Iterable[InstanceRecord]) -> Mapping[Key, AlertLog]:
    """What has become of the alerts of each instance."""
    return {
        (Metric(record.metric), record.instance): alert_log_from_json(record.sent) for record in records if record.sent
    }
