"""The tick: what is due is evaluated anew, and what has to be told is written to the outbox, in one transaction."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection

from bot.clock import Clock
from bot.services.alerting import cards, lateness
from bot.services.alerting.alerts import Alerted
from bot.services.alerting.audience import enqueue
from bot.services.alerting.holds import end_holds
from bot.services.alerting.promptly import record_promptly
from bot.services.api.metric_names import event_name, instance_number
from bot.services.api.warnings import warned
from bot.services.tickets import evaluation, ticketing
from bot.services.tickets.rules_in_force import versions_of
from bot.services.tickets.watching import instance_record, logs_of, route_of, watch
from bot.services.workspace.desk import Desk
from sla import alerts
from sla.alert_log import AlertLog
from sla.engine import Instance, TicketState
from sla.instants import EARLIEST, format_instant
from sla.metrics import REPLY_METRICS, Metric
from sla.thresholds import parse_threshold
from store import instances, tickets
from store import rules as versions
from store.breaching import Place
from store.engine import Database
from store.instances import InstanceRecord
from store.tickets import TicketRecord

_BATCH = 100
_NOWHERE = EARLIEST, 0
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaches:
    """Looks at what is due for one desk.

    Attributes:
        verify: Asks Slack about replies that are about to be called missed; the tickets it could not ask about.
        questions: The tickets that it would ask about.
        begin: Tells those two that a tick begins.
    """

    db: Database
    desk: Callable[[], Desk]
    clock: Clock
    verify: Callable[[datetime], Awaitable[frozenset[int]]]
    questions: Callable[[datetime], Awaitable[list[int]]]
    begin: Callable[[], None]

    async def tick(self) -> datetime | None:
        """Deal with everything that is due; when something is due next."""
        await self.drain()
        return await self.next_at()

    async def drain(self) -> int:
        """Deal with everything that is due; how many instances were looked at."""
        total = (
            await self.db.write(partial(end_holds, self.desk(), self.clock.now())) if await self._a_hold_ends() else 0
        )
        self.begin()
        told_to = _NOWHERE
        while number := await self._number_due():
            asked = frozenset(await self.questions(self.clock.now()))
            if number > _BATCH:
                told_to = await self._tell_promptly(told_to, asked)
            if asked:
                # Slack may take its time: whatever does not depend on it, warnings above all, goes first.
                await self.db.write(partial(_sweep, self.desk(), self.clock.now(), frozenset(), leaving=asked))
            unverified = await self.verify(self.clock.now())
            count = await self.db.write(partial(_sweep, self.desk(), self.clock.now(), unverified))
            if not count:
                break  # another replica is at work on it
            total += count
        return total

    async def _tell_promptly(self, after: Place, asked: frozenset[int]) -> Place:
        """In a storm, let everybody be told before the tickets are looked at; how far that has come."""
        now, desk = self.clock.now(), self.desk()
        while following := await self.db.write(partial(record_promptly, desk, now, after, asked)):
            after = following
        return max(after, (now, 0))

    async def next_at(self) -> datetime | None:
        """When something is due next."""
        return await self.db.read(partial(_next_at, self.desk().workspace))

    async def _number_due(self) -> int:
        """How many instances are due, counted as far as it matters."""
        workspace, now = self.desk().workspace, self.clock.now()
        return await self.db.read(lambda conn: instances.number_due(conn, workspace, now, _BATCH + 1))

    async def _next_hold_end(self) -> datetime | None:
        return await self.db.read(lambda conn: tickets.next_hold_end(conn, self.desk().workspace))

    async def _a_hold_ends(self) -> bool:
        ends_at = await self._next_hold_end()
        return ends_at is not None and ends_at <= self.clock.now()


def _next_at(workspace: str, conn: Connection) -> datetime | None:
    found = instances.next_due(conn, workspace), tickets.next_hold_end(conn, workspace)
    return min((at for at in found if at is not None), default=None)


def _sweep(
    desk: Desk, now: datetime, unverified: frozenset[int], conn: Connection, *, leaving: frozenset[int] = frozenset()
) -> int:
    """One batch, oldest first. A ticket that raises is looked at later, and does not stop the others."""
    found = instances.due(conn, desk.workspace, now, _BATCH + len(Metric) * len(leaving))
    due = [record for record in found if record.ticket_id not in leaving][:_BATCH]
    for ticket_id in sorted({record.ticket_id for record in due}):
        mine = [record for record in due if record.ticket_id == ticket_id]
        try:
            with conn.begin_nested():
                _attend(conn, desk, ticket_id, mine, now, unverified=ticket_id in unverified)
        except Exception:
            log.exception("tick.ticket_failed", ticket=ticket_id)
            for record in mine:
                wait = min(_FIRST_WAIT * 2 ** min(record.attempts, 10), _LONGEST_WAIT)
                instances.back_off(conn, record, now + wait)
    return len(due)


def _attend(
    conn: Connection, desk: Desk, ticket_id: int, due: list[InstanceRecord], now: datetime, *, unverified: bool
) -> None:
    ticket = tickets.lock(conn, desk.workspace, ticket_id)
    if ticket is None:
        msg = f"#{ticket_id} has instances and does not exist."
        raise LookupError(msg)
    if any((record.rules_version or 0) > versions_of(desk, ticket).in_force for record in due):
        ticket, due = _caught_up(conn, desk, ticket, due, now)
    state = evaluation.settle_due(conn, desk, ticket, now)
    watched = {(str(instance.metric), instance.number): instance for instance in state.open_instances}
    logs = logs_of(due)
    for record in due:
        instance = watched.get((record.metric, record.instance))
        if instance is None:
            # Nothing that is over becomes due; whoever ended it should have said so.
            instances.upsert_many(conn, [replace(record, next_at=None)])
            continue
        known = logs.get(instance.key, AlertLog())
        told = _tell(conn, desk, ticket, state, instance, known, now, unverified=unverified)
        seen = instance_record(desk, ticket, state, instance, told, now, version=record.rules_version)
        if seen.next_at is not None and seen.next_at <= now:
            # It was looked at and is still due: never let one such row keep the tick from all others.
            log.error("tick.still_due", ticket=ticket_id, metric=record.metric, instance=record.instance)
            seen = replace(seen, next_at=now + _FIRST_WAIT)
        instances.upsert_many(conn, [seen])
    cards.refresh(conn, desk, ticket_id, now)


def _caught_up(
    conn: Connection, desk: Desk, ticket: TicketRecord, due: list[InstanceRecord], now: datetime
) -> tuple[TicketRecord, list[InstanceRecord]]:
    """The ticket under the version of the rules in which its deadlines are reckoned already, and the rows then."""
    decided_at = versions.saved_at(conn, desk.workspace, desk.rules_version) or now
    ticketing.reach(conn, desk, ticket.ticket_id, decided_at, now)
    known = instances.some(conn, desk.workspace, ticket.ticket_id, [(record.metric, record.instance) for record in due])
    return tickets.lock(conn, desk.workspace, ticket.ticket_id) or ticket, known


def _tell(
    conn: Connection,
    desk: Desk,
    ticket: TicketRecord,
    state: TicketState,
    instance: Instance,
    known: AlertLog,
    now: datetime,
    *,
    unverified: bool,
) -> AlertLog:
    """Write the alerts that are due to the outbox; what is settled then."""
    watched = watch(ticket, state, instance)
    route = route_of(desk, state, instance)
    found = alerts.due(watched, route, known, now, enforced_from=desk.enforce_from)
    for key in found.skipped:
        log.info("alert.skipped", ticket=ticket.ticket_id, metric=key.metric, threshold=key.threshold)
    by_threshold: dict[tuple[str, int], list[alerts.Alert]] = {}
    for alert in found.alerts:
        by_threshold.setdefault((alert.key.threshold, alert.key.arming), []).append(alert)
    for (threshold, _), together in by_threshold.items():
        alerted = _alerted(desk, state, instance, watched, route, threshold, now)
        if alerted is not None:
            doubt = unverified and alerted.breach and instance.metric in REPLY_METRICS
            enqueue(conn, desk, ticket, together, replace(alerted, unverified=doubt), now)
            if not alerted.breach:
                _announce_warning(conn, ticket, instance, alerted, now)
    return known.with_settled(found.keys)


def _announce_warning(
    conn: Connection, ticket: TicketRecord, instance: Instance, alerted: Alerted, now: datetime
) -> None:
    """Webhooks hear of a warning as well."""
    about = {
        "metric": event_name(instance.metric),
        "instance_id": instance_number(instance.metric, instance.number),
        "threshold": alerted.threshold,
        "arming": alerted.arming,
        "breach_at": format_instant(alerted.breach_at),
    }
    warned(conn, ticket.workspace, ticket.ticket_id, about, now)


def _alerted(
    desk: Desk,
    state: TicketState,
    instance: Instance,
    watched: alerts.Watched,
    route: alerts.Route,
    threshold: str,
    now: datetime,
) -> Alerted | None:
    reached_at = alerts.threshold_at(watched, parse_threshold(threshold))
    if reached_at is None or instance.breach_at is None:
        return None
    # A deadline that a change has put in the past was missed at the change, not before anybody could know.
    due_at = min(max(reached_at, instance.breached_at or reached_at), now)
    left = instance.remaining(state.rules, due_at) or timedelta()
    because = lateness.before_recording(watched, route, due_at=due_at, now=now, started_at=desk.opened_at)
    return Alerted(
        metric=instance.metric,
        threshold=threshold,
        due_at=due_at,
        breach_at=instance.breach_at,
        breach=instance.breached,
        offset=abs(left),
        business_hours=instance.target.business_hours if instance.target else False,
        late_because=because,
    )
