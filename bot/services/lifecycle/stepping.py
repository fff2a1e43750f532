"""The steps that a ticket takes by itself, each at the instant at which it was due, whoever notices that and when.

A step is an event like any other, with a key of its own, so that it is taken once. It carries the instant at which it
was due: a tick that comes late, and a replica that looks a second time, make the same story of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from bot.services.lifecycle.undoing import PREFIX, WHO
from bot.services.tickets import ticketing
from bot.services.tickets.ticketing import Entry
from bot.services.workspace.desk import Desk
from sla.events import StatusChanged
from sla.instants import format_instant
from sla.ticket import Status
from store import audit, tickets
from store import rules as versions
from store.audit import AuditEntry
from store.tickets import TicketRecord

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A status that a ticket leaves by itself when it has been quiet for so long."""

    action: str
    of: Status
    to: Status
    after: timedelta


def steps(desk: Desk) -> Iterator[Step]:
    """The steps that the configuration asks for."""
    lifecycle = desk.config.lifecycle
    if lifecycle.auto_solve_after is not None:
        yield Step(action="auto_solve", of=Status.PENDING, to=Status.SOLVED, after=lifecycle.auto_solve_after)
    if lifecycle.auto_close_after is not None:
        yield Step(action="auto_close", of=Status.SOLVED, to=Status.CLOSED, after=lifecycle.auto_close_after)


def catch_up(conn: Connection, desk: Desk, ticket: TicketRecord, until: datetime, now: datetime) -> TicketRecord:
    """Take the steps that were due before an instant; the ticket then.

    What was written after them has to find the ticket as it was, also when it is read before the next tick.
    """
    while _take(conn, desk, ticket, until, now):
        again = tickets.get(conn, desk.workspace, ticket.ticket_id)
        assert again is not None, "tickets are never removed"
        ticket = again
    return ticket


def take_due(conn: Connection, desk: Desk, number: int, now: datetime) -> bool:
    """Take the next step of a ticket if it is due; False when it was taken, or is due no more."""
    ticket = tickets.lock(conn, desk.workspace, number)
    return ticket is not None and _take(conn, desk, ticket, now, now)


def _take(conn: Connection, desk: Desk, ticket: TicketRecord, until: datetime, now: datetime) -> bool:
    step = next((each for each in steps(desk) if each.of == ticket.status), None)
    if step is None or ticket.quiet_since is None:
        return False
    due_at = max(ticket.quiet_since + step.after, _in_force_since(conn, desk))
    if due_at > until:
        return False
    key = f"{PREFIX}{step.action}:{ticket.ticket_id}:{format_instant(ticket.quiet_since)}"
    entry = Entry(key=key, event=StatusChanged(at=due_at, to=step.to), actor=WHO)
    if not ticketing.record(conn, desk, ticket.ticket_id, [entry], now):
        # It was taken before, and yet here the ticket is: never look at such a row again and again.
        log.error("lifecycle.step_again", ticket=ticket.ticket_id, action=step.action)
        tickets.update_columns(conn, desk.workspace, ticket.ticket_id, quiet_since=None)
        return False
    written = AuditEntry(
        workspace=desk.workspace, at=due_at, who=WHO, action=step.action, ticket_id=ticket.ticket_id, detail={}
    )
    audit.record(conn, written)
    log.info("lifecycle.step", ticket=ticket.ticket_id, action=step.action)
    return True


def _in_force_since(conn: Connection, desk: Desk) -> datetime:
    """A rule that is new, or the first one, changes nothing before the day on which it came."""
    saved_at = versions.saved_at(conn, desk.workspace, desk.rules_version)
    assert saved_at is not None, "the desk was opened under it"
    return saved_at
