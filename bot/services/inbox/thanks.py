"""A customer who only says thanks waits for nothing: the reply clock ends, and the ticket stays as it was."""

from sqlalchemy import Connection

from bot.services.tickets import evaluation
from bot.services.tickets.ticketing import Entry
from bot.services.workspace.desk import Desk
from sla import events
from sla.events import Comment
from sla.pleasantries import pleasantry
from sla.ticket import Role, Status
from store import ticket_events
from store.tickets import TicketRecord

RULE = "rule:pleasantry"

_PARKED = frozenset({Status.PENDING, Status.HOLD, Status.SOLVED})


def thanks(conn: Connection, desk: Desk, ticket: TicketRecord, said: Comment) -> tuple[list[Entry], str]:
    """What a message that only says thanks brings about besides the comment itself, and why; nothing for any other.

    Without this a "thanks!" on a solved ticket would open it again. It is undone like any "no reply needed".
    """
    if said.by is not Role.END_USER or not said.public or not said.text:
        return [], ""
    history = ticket_events.of_ticket(conn, desk.workspace, ticket.ticket_id)
    replies = (event.at for event in history if _is_reply(event.body) and event.at < said.at)
    found = pleasantry(said.text, said.at, max(replies, default=None))
    if found is None:
        return [], ""
    entries = [Entry(key=f"{said.id}:thanks", event=events.NoReplyNeeded(at=said.at), actor=RULE)]
    status = evaluation.status_at(conn, desk, ticket, said.at)
    if status in _PARKED:
        back = events.StatusChanged(at=said.at, to=status)
        entries.append(Entry(key=f"{said.id}:still", event=back, actor=RULE))
    return entries, found.explanation


def _is_reply(body: dict[str, object]) -> bool:
    return body["type"] in {"comment", "created"} and body.get("by") == Role.AGENT and body.get("public") is True
