"""A customer who only says thanks waits for nothing: the reply clock ends, and the ticket stays as it was."""

from sqlalchemy import Connection

from bot.services.tickets.consequences import PARKED, RULE, STILL, THANKS, is_reply, thanks_for
from bot.services.tickets.ticketing import Entry
from bot.services.workspace.desk import Desk
from sla import events
from sla.events import Comment, event_to_json
from sla.ticket import Role, Status
from store import ticket_events
from store.tickets import TicketRecord


def thanks(conn: Connection, desk: Desk, ticket: TicketRecord, said: Comment) -> tuple[list[Entry], str]:
    """What a message that only says thanks brings about besides the comment itself, and why; nothing for any other.

    Without this a "thanks!" on a solved ticket would open it again. It is undone like any "no reply needed". Like
    assignments this is for comments that come in order.
    """
    if said.by is not Role.END_USER or not said.public or not said.text:
        return [], ""
    history = ticket_events.of_ticket(conn, desk.workspace, ticket.ticket_id)
    replies = (event.at for event in history if is_reply(event) and event.at < said.at)
    found = thanks_for(event_to_json(said), max(replies, default=None))
    if found is None:
        return [], ""
    entries = [Entry(key=f"{said.id}{THANKS}", event=events.NoReplyNeeded(at=said.at), actor=RULE)]
    status = Status(ticket.status)
    if status in PARKED:
        entries.append(Entry(key=f"{said.id}{STILL}", event=events.StatusChanged(at=said.at, to=status), actor=RULE))
    return entries, found.explanation
