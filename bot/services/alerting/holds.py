"""Tickets that were put on hold until an instant are opened again at that instant, and somebody is told."""

from datetime import datetime

import structlog
from sqlalchemy import Connection

from bot.services.alerting import card_threads
from bot.services.tickets import ticketing
from bot.services.tickets.ticketing import Entry
from bot.services.workspace.desk import Desk
from sla.events import StatusChanged
from sla.ticket import Status
from store import tickets

log = structlog.get_logger()


def end_holds(desk: Desk, now: datetime, conn: Connection) -> int:
    """Open the tickets whose hold has ended; how many there were. Who has taken one up meanwhile hears nothing."""
    ended = tickets.held_until(conn, desk.workspace, now)
    for ticket_id in ended:
        ticket = tickets.lock(conn, desk.workspace, ticket_id)
        if ticket is None or ticket.hold_until is None or ticket.hold_until > now:
            continue
        tickets.update_columns(conn, desk.workspace, ticket_id, hold_until=None, hold_reason=None)
        if ticket.status != Status.HOLD or ticket.not_a_ticket:
            continue
        # Who named a moment may have been heard after it: then it is open again since they were heard.
        reopened = StatusChanged(at=max(ticket.hold_until, ticket.last_event_at), to=Status.OPEN)
        key = f"hold:{ticket_id}:{ticket.hold_until.isoformat()}:over"
        ticketing.record(conn, desk, ticket_id, [Entry(key=key, event=reopened)], now)
        card_threads.hold_over(conn, desk, ticket, ticket.hold_until, now)
        log.info("hold.over", ticket=ticket_id)
    return len(ended)
