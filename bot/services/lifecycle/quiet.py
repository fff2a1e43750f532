"""Since when a ticket has been left in peace, from what has happened to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from sla.engine import TicketState
from sla.ticket import Status
from store import ticket_events
from store.tickets import TicketRecord


def quiet_since(conn: Connection, ticket: TicketRecord, state: TicketState) -> datetime | None:
    """Since when a pending ticket has waited for its customer, or a solved one has been solved; None for any other.

    Whoever asks a customer again gives them the whole time once more; notes and the like are no news to anybody.
    A ticket that was merged away, or is none, waits for nothing.
    """
    status = state.ticket.status
    if status not in {Status.PENDING, Status.SOLVED} or state.void is not None:
        return None
    history = ticket_events.of_ticket(conn, ticket.workspace, ticket.ticket_id)
    return max((event.at for event in history if _begins(event.body, status)), default=ticket.last_event_at)


def _begins(event: Mapping[str, Any], status: Status) -> bool:
    match event["type"]:
        case "status":
            return bool(event["to"] == status)
        case "created":
            return True
        case "comment":
            return status is Status.PENDING and event.get("public") is True
        case _:
            return False
