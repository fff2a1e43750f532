"""The first agent who replies becomes the assignee of a ticket that nobody had taken."""

from bot.services.tickets.consequences import ASSIGNEE
from bot.services.tickets.ticketing import Entry
from sla.events import Comment, FieldChanged
from sla.ticket import Role
from store.ticket_events import Source
from store.tickets import TicketRecord


def assignment(ticket: TicketRecord, said: Comment, source: Source) -> list[Entry]:
    """What makes the author of a comment the assignee, if the comment is the first reply.

    It is for comments that come in order: with one that comes late, everything that follows from it is worked out anew.
    """
    if said.by is not Role.AGENT or ticket.assignee:
        return []
    taken = FieldChanged(at=said.at, field="assignee", to=said.user)
    return [Entry(key=f"{said.id}{ASSIGNEE}", event=taken, actor=said.user, source=source)]
