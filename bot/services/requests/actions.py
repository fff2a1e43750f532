"""What agents do to tickets, whichever way they ask: a button, a command, a reaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.charts import Chart
from bot.services.requests.authorise import NOT_OF_THE_TEAM, Action, Standing, may
from bot.services.tickets import ticketing
from bot.services.tickets.ticketing import Entry
from bot.services.workspace.desk import Desk
from bot.slack.blocks import Block
from sla.events import (
    Event,
    Exempted,
    FieldChanged,
    GroupChanged,
    NoReplyNeeded,
    NotATicket,
    PriorityChanged,
    StatusChanged,
)
from sla.ticket import ChannelKind, Priority, Status
from store import audit, tickets
from store.audit import AuditEntry
from store.tickets import TicketRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asked for something, as what, when, and under which key it is remembered.

    Attributes:
        time_zone: Where they are, as Slack says it; anything, or empty where it does not.
    """

    user: str
    standing: Standing
    at: datetime
    key: str
    time_zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is said to the person who asked.

    Attributes:
        blocks: The same as Block Kit, where text alone would show what customers wrote as markup.
        done: Whether anything was changed.
        chart: What is shown besides, to the same person.
    """

    text: str
    blocks: tuple[Block, ...] = ()
    done: bool = False
    chart: Chart | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What is asked for takes long to read and changes nothing: it is answered once the request itself is done."""

    answer: Callable[[Connection], Answer]
    asked: Asked


def claim(conn: Connection, desk: Desk, ticket_id: int, asked: Asked, now: datetime) -> Answer:
    """Make the person the assignee."""
    return assign(conn, desk, ticket_id, asked.user, asked, now)


def assign(conn: Connection, desk: Desk, ticket_id: int, user: str, asked: Asked, now: datetime) -> Answer:
    """Make somebody the assignee."""
    change = FieldChanged(at=asked.at, field="assignee", to=user)
    said = "It is yours." if user == asked.user else f"It is given to <@{user}>."
    return _change(conn, desk, ticket_id, asked, (Action.ASSIGN, change, said), now)


def assign_group(conn: Connection, desk: Desk, ticket_id: int, group: str, asked: Asked, now: datetime) -> Answer:
    """Give the ticket to a group."""
    change = GroupChanged(at=asked.at, to=group)
    return _change(conn, desk, ticket_id, asked, (Action.ASSIGN, change, f"It is given to {group}."), now)


def set_status(conn: Connection, desk: Desk, ticket_id: int, status: Status, asked: Asked, now: datetime) -> Answer:
    """Set the status."""
    change = StatusChanged(at=asked.at, to=status)
    answer = _change(conn, desk, ticket_id, asked, (Action.SET_STATUS, change, f"The status is {status}."), now)
    if answer.done:
        tickets.update_columns(conn, desk.workspace, ticket_id, hold_reason=None, hold_until=None)
    return answer


def set_priority(
    conn: Connection, desk: Desk, ticket_id: int, priority: Priority, asked: Asked, now: datetime
) -> Answer:
    """Set the priority, which measures what is open against another target."""
    change = PriorityChanged(at=asked.at, to=priority)
    return _change(conn, desk, ticket_id, asked, (Action.SET_PRIORITY, change, f"The priority is {priority}."), now)


def no_reply_needed(
    conn: Connection, desk: Desk, ticket_id: int, asked: Asked, now: datetime, *, undo: bool = False
) -> Answer:
    """Nobody waits for an answer; or, to undo that, somebody does, since the message they wrote."""
    change = NoReplyNeeded(at=asked.at, undo=undo)
    back = f"`/sla noreply undo #{ticket_id}` takes it back."
    said = "A reply is needed after all." if undo else f"No reply is needed. {back}"
    return _change(conn, desk, ticket_id, asked, (Action.NO_REPLY_NEEDED, change, said), now)


def exempt(
    conn: Connection, desk: Desk, ticket_id: int, reason: str, asked: Asked, now: datetime, *, undo: bool = False
) -> Answer:
    """Take the ticket out of all figures, with a reason; or put it back."""
    change = Exempted(at=asked.at, reason="" if undo else reason, undo=undo)
    said = "It counts again." if undo else "It is exempt and in no figure."
    return _change(conn, desk, ticket_id, asked, (Action.EXEMPT, change, said), now)


def not_a_ticket(
    conn: Connection, desk: Desk, ticket_id: int, asked: Asked, now: datetime, *, undo: bool = False
) -> Answer:
    """It never was one: its clocks end as cancelled, and lists leave it out; or, to undo that, it is one."""
    change = NotATicket(at=asked.at, undo=undo)
    said = "It is a ticket again." if undo else "It is not a ticket."
    return _change(conn, desk, ticket_id, asked, (Action.NOT_A_TICKET, change, said), now)


def refuse(conn: Connection, desk: Desk, ticket_id: int, asked: Asked, action: Action) -> TicketRecord | Answer:
    """The ticket, locked, if the person may do that to it; else why not."""
    ticket = tickets.lock(conn, desk.workspace, ticket_id)
    if ticket is None:
        return Answer(text=f"There is no ticket #{ticket_id}.")
    if not may(asked.standing, action, shared=ticket.channel_kind == ChannelKind.SHARED):
        return Answer(text=NOT_OF_THE_TEAM)
    if ticket.status == Status.CLOSED:
        return Answer(
            text=f"#{ticket_id} is closed and stays so; the customer's next message opens a follow-up ticket."
        )
    return ticket


def write_down(conn: Connection, desk: Desk, ticket_id: int, asked: Asked, action: Action, **detail: object) -> None:
    """Every change by a person is in the audit log, in the transaction that makes it."""
    entry = AuditEntry(
        workspace=desk.workspace, at=asked.at, who=asked.user, action=action, ticket_id=ticket_id, detail=detail
    )
    audit.record(conn, entry)


def _change(
    conn: Connection,
    desk: Desk,
    ticket_id: int,
    asked: Asked,
    change: tuple[Action, Event, str],
    now: datetime,
) -> Answer:
    action, event, said = change
    ticket = refuse(conn, desk, ticket_id, asked, action)
    if isinstance(ticket, Answer):
        return ticket
    if not ticketing.record(conn, desk, ticket_id, [Entry(key=asked.key, event=event, actor=asked.user)], now):
        return Answer(text=f"#{ticket_id}: that was done already.")
    write_down(conn, desk, ticket_id, asked, action, said=said)
    return Answer(text=f"#{ticket_id}: {said}", done=True)
