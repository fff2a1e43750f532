"""The engine's fold of a ticket's events, and what is stored of its result.

The state after the last event lies beside the ticket, so that the next event costs one step. An event that comes late
has the whole history folded again, under the rules that were in force when the ticket was created.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.services.alerting import aftermath
from bot.services.lifecycle.quiet import quiet_since
from bot.services.tickets import consequences
from bot.services.tickets.metric_log import append_log, bodies, event_record
from bot.services.tickets.rearming import rearmed, rearmed_by_late_news, relabelled, same_instances
from bot.services.tickets.rules_in_force import Versions, rules_of, versions_of, versions_through
from bot.services.tickets.steps import Steps
from bot.services.tickets.watching import instance_record, logs_of
from bot.services.workspace.desk import Desk
from sla.alert_log import AlertLog
from sla.engine import Instance, ShelfReason, TicketState, fold, in_order, settle, start, state_from_json, state_to_json
from sla.events import Event, event_from_json
from sla.instants import format_instant
from sla.metrics import Metric
from sla.ticket import ChannelKind, Priority, Status, Ticket, ticket_from_json, ticket_to_json
from store import instances, metric_events, outbox, ticket_events, tickets
from store.tickets import TicketRecord

Key = tuple[Metric, int]


def begin(conn: Connection, desk: Desk, ticket: TicketRecord, created: Event, now: datetime) -> None:
    """Evaluate a new ticket's first event."""
    initial = ticket_of(ticket)
    steps = Steps(start(initial, desk.rules), Versions(desk.rules_version))
    steps.take_event(created, desk)
    memory = {"initial": ticket_to_json(initial), "rules_version": desk.rules_version}
    _save_steps(conn, desk, ticket, steps, memory, now)


def continue_with(conn: Connection, desk: Desk, ticket: TicketRecord, events: Sequence[Event], now: datetime) -> None:
    """Evaluate events that are newer than everything known."""
    steps = Steps(load_state(conn, desk, ticket), versions_of(desk, ticket))
    for event in in_order(events):
        steps.take_event(event, desk)
    _save_steps(conn, desk, ticket, steps, ticket.state, now)


def settle_due(conn: Connection, desk: Desk, ticket: TicketRecord, now: datetime) -> TicketState:
    """Stamp the deadlines that have passed before ``now``; the state then. New rules do not come with it."""
    steps = Steps(load_state(conn, desk, ticket), versions_of(desk, ticket))
    steps.take(settle(steps.state, now))
    if steps.changed:
        passed = [instance.breached_at for instance in steps.changed.values() if instance.breached_at is not None]
        memory = ticket.state | {"settled_at": format_instant(max(passed))} if passed else ticket.state
        _save_steps(conn, desk, ticket, steps, memory, now)
    return steps.state


def replay(conn: Connection, desk: Desk, ticket: TicketRecord, now: datetime) -> None:
    """Fold the whole history again, and make what is stored agree with it."""
    initial = ticket_from_json(ticket.state["initial"])
    first_version = ticket.state["rules_version"]
    begun_under = rules_of(conn, desk, first_version)
    stored = ticket_events.of_ticket(conn, desk.workspace, ticket.ticket_id)
    history = consequences.renewed(conn, desk, (initial, begun_under), stored, now)
    events = [event_from_json(event.body) for event in history]
    until = max(now, *(event.at for event in events))
    story = fold(initial, begun_under, events, until)
    came = versions_through((first_version, begun_under), initial, history, events)
    logs, same = _logs_of(conn, ticket, story.instances)
    if "engine" in ticket.state:
        before = _renumbered(load_state(conn, desk, ticket), same)
        logs = rearmed_by_late_news(desk, ticket, before, story.state, logs, now)
    records = [
        instance_record(
            desk, ticket, story.state, instance, logs.get(instance.key, AlertLog()), now, version=came.of(instance.key)
        )
        for instance in story.instances
    ]
    instances.replace(conn, desk.workspace, ticket.ticket_id, records)
    aftermath.edit_alerts(conn, records, now)
    besides = bodies(initial, begun_under, events, until)
    wanted = [
        event_record(ticket, event, besides.get(event._replace(superseded=False), {}), now)
        for event in story.metric_events
    ]
    metric_events.agree(conn, desk.workspace, ticket.ticket_id, wanted, now)
    passed = [instance.breached_at for instance in story.instances if instance.breached_at is not None]
    memory = ticket.state | ({"settled_at": format_instant(max(passed))} if passed else {})
    _save_ticket(conn, desk, ticket, story.state, came, memory, now)


def _logs_of(
    conn: Connection, ticket: TicketRecord, found: Sequence[Instance]
) -> tuple[Mapping[Key, AlertLog], Mapping[Key, Key]]:
    """What has become of the alerts of each instance, and under which number each was known before."""
    known = instances.of_ticket(conn, ticket.workspace, ticket.ticket_id)
    before = {(Metric(record.metric), record.instance): record.activated_at for record in known}
    same = same_instances(before, {instance.key: instance.activated_at for instance in found})
    moved = {(str(old[0]), old[1]): new[1] for new, old in same.items() if new != old}
    if moved:
        outbox.renumber(conn, ticket.workspace, ticket.ticket_id, moved)
    return relabelled(logs_of(known), same, [instance.key for instance in found]), same


def _renumbered(state: TicketState, same: Mapping[Key, Key]) -> TicketState:
    """A state with the numbers that its open instances have now; without those that are no more."""
    now = {old: new for new, old in same.items()}
    known = [instance for instance in state.open_instances if instance.key in now]
    return state._replace(open_instances=tuple(each._replace(number=now[each.key][1]) for each in known))


def state_at(conn: Connection, desk: Desk, ticket: TicketRecord, at: datetime) -> TicketState:
    """The state that the ticket was in at an instant, of which later events may be known."""
    if not is_late(ticket, at):
        return load_state(conn, desk, ticket)
    history = ticket_events.of_ticket(conn, desk.workspace, ticket.ticket_id)
    begun_under = rules_of(conn, desk, ticket.state["rules_version"])
    initial = ticket_from_json(ticket.state["initial"])
    return fold(initial, begun_under, [event_from_json(event.body) for event in history], at).state


def adopt(conn: Connection, desk: Desk, ticket: TicketRecord, now: datetime) -> None:
    """Evaluate a new ticket whose events have been another's so far."""
    memory = {"initial": ticket_to_json(ticket_of(ticket)), "rules_version": desk.rules_version}
    replay(conn, desk, replace(ticket, state=memory), now)


def empty(conn: Connection, desk: Desk, ticket: TicketRecord, now: datetime) -> None:
    """Leave a ticket without events: its clocks and their log never were."""
    instances.replace(conn, desk.workspace, ticket.ticket_id, [])
    metric_events.agree(conn, desk.workspace, ticket.ticket_id, [], now)
    closed = {"status": Status.CLOSED, "not_a_ticket": True, "next_breach_at": None, "updated_at": now}
    tickets.update_columns(conn, desk.workspace, ticket.ticket_id, **closed)


def is_late(ticket: TicketRecord, at: datetime) -> bool:
    """Whether an event at that instant is older than something that has been evaluated already.

    A deadline that was stamped counts: a reply that was written before it and arrives after it was in time.
    """
    settled_at = ticket.state.get("settled_at")
    return at <= ticket.last_event_at or (settled_at is not None and at <= datetime.fromisoformat(settled_at))


def load_state(conn: Connection, desk: Desk, ticket: TicketRecord) -> TicketState:
    """The engine's state after the ticket's last event."""
    in_force = rules_of(conn, desk, versions_of(desk, ticket).in_force)
    return state_from_json(ticket.state["engine"], in_force)


def _save_steps(
    conn: Connection, desk: Desk, ticket: TicketRecord, steps: Steps, memory: Mapping[str, Any], now: datetime
) -> None:
    touched = steps.touched()
    known = instances.some(conn, desk.workspace, ticket.ticket_id, _named(touched))
    logs = rearmed(desk, ticket, steps, logs_of(known), now)
    records = [
        instance_record(
            desk, ticket, steps.state, instance, logs.get(key, AlertLog()), now, version=steps.versions.of(key)
        )
        for key, instance in touched.items()
    ]
    gone = _named(steps.withdrawn)
    instances.upsert_many(conn, records)
    aftermath.edit_alerts(conn, records, now)
    instances.remove(conn, desk.workspace, ticket.ticket_id, gone)
    metric_events.withdraw(conn, desk.workspace, ticket.ticket_id, gone, now)
    entries = ((event, body) for event, body in steps.log if (event.metric, event.instance) not in steps.withdrawn)
    append_log(conn, ticket, entries, now)
    _save_ticket(conn, desk, ticket, steps.state, steps.versions, memory, now)


def _named(keys: Iterable[Key]) -> list[tuple[str, int]]:
    return [(str(metric), number) for metric, number in keys]


def _save_ticket(
    conn: Connection,
    desk: Desk,
    ticket: TicketRecord,
    state: TicketState,
    came: Versions,
    memory: Mapping[str, Any],
    now: datetime,
) -> None:
    seen = state.ticket
    held: dict[str, None] = {} if seen.status is Status.HOLD else {"hold_until": None, "hold_reason": None}
    last_at = state.last_at or ticket.last_event_at
    deadlines = [instance.breach_at for instance in state.open_instances if instance.breach_at is not None]
    ended = seen.status.ended
    solved_at = next((instance.ended_at for instance in state.solved_instances), None)
    tickets.update_columns(
        conn,
        desk.workspace,
        ticket.ticket_id,
        status=seen.status,
        priority=seen.priority,
        assignee=seen.assignee,
        group_name=seen.group,
        ticket_type=seen.ticket_type,
        customer=seen.customer,
        customer_tier=seen.customer_tier,
        requester=seen.requester,
        tags=list(seen.tags),
        schedule=seen.schedule,
        policy=state.policy,
        group_policy=state.group_policy,
        rules_version=came.in_force,
        state=came.remembered(memory) | {"engine": state_to_json(state)},
        next_breach_at=min(deadlines, default=None),
        last_event_at=last_at,
        updated_at=now,
        solved_at=(solved_at or ticket.solved_at or last_at) if ended else None,
        not_a_ticket=state.void is not None and state.void.reason is ShelfReason.NOT_A_TICKET,
        quiet_since=quiet_since(conn, ticket, state),
        **held,
    )


def ticket_of(record: TicketRecord) -> Ticket:
    """The ticket's fields before its first event, as the engine reads them."""
    return Ticket(
        id=str(record.ticket_id),
        channel=record.channel_id,
        channel_kind=ChannelKind(record.channel_kind),
        customer=record.customer,
        customer_tier=record.customer_tier,
        tags=tuple(record.tags),
        group=record.group_name,
        assignee=record.assignee,
        ticket_type=record.ticket_type,
        via=record.via,
        requester=record.requester,
        requester_tags=tuple(record.requester_tags),
        fields=record.fields,
        priority=Priority(record.priority) if record.priority else None,
        schedule=record.schedule,
    )
