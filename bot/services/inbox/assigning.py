"""The first agent who replies becomes the assignee of a ticket that nobody had taken."""

from sqlalchemy import Connection

from bot.services.tickets.ticketing import Entry
from bot.services.workspace.desk import Desk
from sla.events import Comment, FieldChanged
from sla.ticket import Role
from store import ticket_events
from store.ticket_events import Source
from store.tickets import TicketRecord

_SUFFIX = ":assignee"


def assignment(conn: Connection, desk: Desk, ticket: TicketRecord, said: Comment, source: Source) -> list[Entry]:
    """What makes the author of a comment the assignee, if the comment is the first reply.

    A reply that comes late may be the first after all: whoever was made the assignee by a later one then was not.
    """
    if said.by is not Role.AGENT:
        return []
    if ticket.assignee:
        if said.at >= ticket.last_event_at:
            return []
        history = ticket_events.of_ticket(conn, desk.workspace, ticket.ticket_id)
        given = [event for event in history if event.body["type"] == "field" and event.body["field"] == "assignee"]
        if not given or given[0].at <= said.at:
            return []
        if given[0].key.endswith(_SUFFIX):
            ticket_events.set_body(conn, desk.workspace, given[0].key, given[0].body | {"to": said.user})
    taken = FieldChanged(at=said.at, field="assignee", to=said.user)
    return [Entry(key=f"{said.id}{_SUFFIX}", event=taken, actor=said.user, source=source)]
