"""What agents do to tickets, whichever way they ask: a button, a command, a reaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.services import ticketing
from bot.services.authorise import Action, Standing, may
from bot.services.desk import Desk
from bot.services.ticketing import Entry
from sla.events import Event, FieldChanged, PriorityChanged, StatusChanged
from sla.ticket import Priority, Status
from store import audit, tickets
from store.audit import AuditEntry
from store.tickets import TicketRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asked for something, as what, when, and under which key it is remembered."""

    user: str
    standing: Standing
    at: datetime
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is said to the person who asked; ``done`` tells whether anything was changed."""

    text: str
    done: bool = False


def claim(conn: Connection, desk: Desk, ticket_id: int, asked: Asked, now: datetime) -> Answer:
    """Make the person the assignee."""
    change = FieldChanged(at=asked.at, field="assignee", to=asked.user)
    return _change(conn, desk, ticket_id, asked, (Action.CLAIM, change, "It is yours."), now)


def set_status(conn: Connection, desk: Desk, ticket_id: int, status: Status, asked: Asked, now: datetime) -> Answer:
    """Set the status."""
    change = StatusChanged(at=asked.at, to=status)
    return _change(conn, desk, ticket_id, asked, (Action.SET_STATUS, change, f"The status is {status}."), now)


def set_priority(
    conn: Connection, desk: Desk, ticket_id: int, priority: Priority, asked: Asked, now: datetime
) -> Answer:
    """Set the priority, which measures what is open against another target."""
    change = PriorityChanged(at=asked.at, to=priority)
    return _change(conn, desk, ticket_id, asked, (Action.SET_PRIORITY, change, f"The priority is {priority}."), now)


def _change(
    conn: Connection,
    desk: Desk,
    ticket_id: int,
    asked: Asked,
    change: tuple[Action, Event, str],
    now: datetime,
) -> Answer:
    action, event, said = change
    ticket = tickets.lock(conn, desk.workspace, ticket_id)
    if ticket is None:
        return Answer(text=f"There is no ticket #{ticket_id}.")
    if not may(asked.standing, action):
        return Answer(text="Only the support team can do that.")
    if refusal := _refusal(ticket):
        return Answer(text=refusal)
    if not ticketing.record(conn, desk, ticket_id, [Entry(key=asked.key, event=event, actor=asked.user)], now):
        return Answer(text=f"#{ticket_id}: that was done already.")
    entry = AuditEntry(
        workspace=desk.workspace, at=asked.at, who=asked.user, action=action, ticket_id=ticket_id, detail={"said": said}
    )
    audit.record(conn, entry)
    return Answer(text=f"#{ticket_id}: {said}", done=True)


def _refusal(ticket: TicketRecord) -> str | None:
    if ticket.status == Status.CLOSED:
        return f"#{ticket.ticket_id} is closed and stays so; the customer's next message opens a follow-up ticket."
    return None
