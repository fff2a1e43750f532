"""To which ticket a thread belonged at an instant: what is written late belongs where it was written."""

from datetime import datetime

from sqlalchemy import Connection

from bot.services.tickets import evaluation
from bot.services.workspace.desk import Desk
from sla.engine import ShelfReason
from sla.ticket import Status
from store import ticket_events, tickets
from store.tickets import TicketRecord


def owner_at(conn: Connection, desk: Desk, thread: tuple[str, str], at: datetime) -> TicketRecord | None:
    """The ticket of a thread (channel id, thread ts) at an instant, before later merges and follow-ups."""
    current = tickets.of_conversation(conn, desk.workspace, *thread)
    if current is None or not evaluation.is_late(current, at):
        return current
    began = [each for each in tickets.begun_in_thread(conn, desk.workspace, *thread) if each.created_at <= at]
    if began:
        return _merged_into(conn, desk, began[-1], at)
    first = ticket_events.find(conn, desk.workspace, ":".join(thread))
    owner = tickets.get(conn, desk.workspace, first.ticket_id) if first is not None else None
    return _merged_into(conn, desk, owner or current, at)


def next_in_thread(conn: Connection, desk: Desk, thread: tuple[str, str], at: datetime) -> TicketRecord | None:
    """The ticket that was next begun in a thread after an instant; of which a late message may be the beginning."""
    begun = tickets.begun_in_thread(conn, desk.workspace, *thread)
    return next((each for each in begun if each.created_at > at), None)


def is_over(conn: Connection, desk: Desk, ticket: TicketRecord, at: datetime) -> bool:
    """Whether nobody looked at the ticket any more at an instant: what a customer says then would go unseen."""
    state = evaluation.state_at(conn, desk, ticket, at)
    is_none = state.void is not None and state.void.reason is ShelfReason.NOT_A_TICKET
    return is_none or state.ticket.status is Status.CLOSED


def _merged_into(conn: Connection, desk: Desk, ticket: TicketRecord, at: datetime) -> TicketRecord:
    """The ticket itself, or the one into which it had been merged by then."""
    seen = {ticket.ticket_id}
    while True:
        history = ticket_events.of_ticket(conn, desk.workspace, ticket.ticket_id)
        merges = [event.body for event in history if event.type == "merge" and event.at <= at]
        if not merges or merges[-1]["undo"] or int(merges[-1]["into"]) in seen:
            return ticket
        target = tickets.get(conn, desk.workspace, int(merges[-1]["into"]))
        if target is None:
            return ticket
        ticket = target
        seen.add(ticket.ticket_id)
