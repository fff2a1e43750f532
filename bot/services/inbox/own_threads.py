"""A thread that an agent began is a ticket's from the first customer on who speaks in it."""

from sqlalchemy import Connection

from bot.services.workspace.desk import Desk
from sla.events import Comment
from sla.ticket import Role
from store import ticket_events
from store.tickets import TicketRecord


def is_before_customers(conn: Connection, desk: Desk, ticket: TicketRecord, said: Comment) -> bool:
    """Whether a comment that comes late was an agent's word to nobody yet: in time, it would have been ignored."""
    if said.by is not Role.AGENT or said.at >= ticket.last_event_at:
        return False
    history = ticket_events.of_ticket(conn, desk.workspace, ticket.ticket_id)
    by_agent = any(event.type == "created" and event.body["by"] == Role.AGENT for event in history)
    earlier = (event for event in history if event.type == "comment" and event.at < said.at)
    return by_agent and not any(event.body["by"] == Role.END_USER for event in earlier)
