"""Tickets of a Zendesk account on their way into the database, as if they had come in time; nobody is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice

from sqlalchemy import Connection

from bot.importers.zendesk_export import Row, ZendeskExport
from bot.services.api.metric_names import event_name, instance_number
from bot.services.api.numbers import Kind
from bot.services.api.refusals import whole_number
from bot.services.importing.zendesk_account import Account, customers_of, groups_of
from bot.services.importing.zendesk_tickets import ZendeskTicket, zendesk_tickets
from bot.services.lifecycle.undoing import PREFIX, WHO
from bot.services.tickets import evaluation, ticketing
from bot.services.tickets.ticketing import Entry
from bot.services.workspace.desk import Desk
from sla.events import StatusChanged
from sla.instants import format_instant
from sla.ticket import Status
from store import instances, resources, ticket_events, tickets
from store.engine import Database
from store.ticket_events import Source

_AT_ONCE = 50


@dataclass(slots=True)
class Taken:
    """What came of the tickets.

    Attributes:
        agreeing: Clocks on whose breach Zendesk's metric events and our engine agree.
        differing: Clocks on which they do not.
    """

    opened: int = 0
    known: int = 0
    events: int = 0
    agreeing: int = 0
    differing: int = 0

    def add(self, other: "Taken") -> None:
        """Take another count in."""
        self.opened += other.opened
        self.known += other.known
        self.events += other.events
        self.agreeing += other.agreeing
        self.differing += other.differing


@dataclass(frozen=True, slots=True, kw_only=True)
class ZendeskHistory:
    """Tickets on their way into the database; ``desk`` is one of the past, so that nothing is posted."""

    db: Database
    desk: Desk
    export: ZendeskExport

    async def take_in(self, now: datetime, *, progress: Callable[[int], None] = lambda _done: None) -> Taken:
        """Take in every ticket; what cannot be taken is added to the export's problems."""
        account = await self.db.read(self._account)
        measured = self.export.of_ticket("ticket_metric_events")
        told, taken, done = zendesk_tickets(self.export, account), Taken(), 0
        while some := [*islice(told, _AT_ONCE)]:
            taken.add(await self.db.write(partial(_record_some, self.desk, some, measured, now)))
            done += len(some)
            progress(done)
        return taken

    def _account(self, conn: Connection) -> Account:
        """Numbers from an earlier import are known, too."""
        groups, organizations = (
            {each.number: each.name for each in resources.of_kind(conn, self.desk.workspace, kind)}
            for kind in (Kind.GROUP, Kind.ORGANIZATION)
        )
        config = self.desk.config
        known = {number: config.customers[key] for number, key in organizations.items() if key in config.customers}
        customers = known | customers_of(config, self.export.rows["organizations"])
        return Account.of(self.export, groups | groups_of(self.export), customers)


def _record_some(
    desk: Desk, some: Sequence[ZendeskTicket], measured: dict[int, list[Row]], now: datetime, conn: Connection
) -> Taken:
    taken = Taken()
    for told in some:
        number = _record(conn, desk, told, taken, now)
        _close(conn, desk, number, now)
        ticket = tickets.lock(conn, desk.workspace, number)
        if ticket is not None and ticket.status != Status.CLOSED:
            evaluation.settle_due(conn, desk, ticket, now)
        _compare(conn, desk, number, measured.get(told.number, []), taken)
    return taken


def _record(conn: Connection, desk: Desk, told: ZendeskTicket, taken: Taken, now: datetime) -> int:
    created, entries = told.created(), told.entries()
    known = ticket_events.find(conn, desk.workspace, created.key)
    if known is None:
        number = ticketing.open_ticket(conn, desk, told.begun(desk.workspace), created, now)
        taken.opened += 1
    else:
        number = known.ticket_id
        taken.known += 1
    stored = ticket_events.known(conn, desk.workspace, [entry.key for entry in entries])
    ticketing.record(conn, desk, number, entries, now)
    taken.events += len(entries) - len(stored)
    return number


def _close(conn: Connection, desk: Desk, number: int, now: datetime) -> None:
    """Close what would have been closed by itself long ago, quietly: later that would be news."""
    ticket, after = tickets.get(conn, desk.workspace, number), desk.config.lifecycle.auto_close_after
    if ticket is None or ticket.status != Status.SOLVED or ticket.solved_at is None or after is None:
        return
    closed_at = ticket.solved_at + after
    if closed_at <= now:
        key = f"{PREFIX}auto_close:{number}:{format_instant(ticket.solved_at)}"
        event = StatusChanged(at=closed_at, to=Status.CLOSED)
        closed = Entry(key=key, event=event, actor=WHO, source=Source.IMPORT)
        ticketing.record(conn, desk, number, [closed], now)


def _compare(conn: Connection, desk: Desk, number: int, measured: list[Row], taken: Taken) -> None:
    """Whether Zendesk and we call the same clocks late."""
    if not measured:
        return
    theirs = {_clock(event) for event in measured if event.get("type") == "breach" and event.get("deleted") is not True}
    known = {_clock(event) for event in measured if event.get("type") == "apply_sla"}
    for instance in instances.of_ticket(conn, desk.workspace, number):
        clock = (event_name(instance.metric), instance_number(instance.metric, instance.instance))
        if clock in known and instance.target_seconds is not None:
            if (clock in theirs) == instance.breached:
                taken.agreeing += 1
            else:
                taken.differing += 1


def _clock(event: Row) -> tuple[str, int | None]:
    return str(event.get("metric")), whole_number(event.get("instance_id"))
