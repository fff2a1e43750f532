"""Steps that a ticket took by itself, and would not have taken had everything been known in time."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from sla.events import Comment, CommentDeleted, Event, StatusChanged
from store import audit, ticket_events
from store.audit import AuditEntry
from store.ticket_events import TicketEvent

WHO = "threadline"
"""Who did what nobody did."""
PREFIX = "lifecycle:"
"""What the keys of such steps begin with."""


def is_own_step(event: TicketEvent) -> bool:
    """Whether the ticket took that step by itself."""
    return event.key.startswith(PREFIX)


def withdraw(conn: Connection, workspace: str, ticket_id: int, news: Iterable[Event], now: datetime) -> None:
    """Take back the ticket's own steps after news that comes late; those that are still due are taken again.

    A customer's answer that was written before the ticket was solved for want of one must not be lost in a solved
    ticket.
    """
    instants = [event.at for event in news if _matters(event)]
    if not instants:
        return
    since = min(instants)
    taken = [
        event
        for event in ticket_events.of_ticket(conn, workspace, ticket_id)
        if is_own_step(event) and event.at > since
    ]
    ticket_events.remove(conn, workspace, [event.key for event in taken])
    for event in taken:
        action = event.key.split(":")[1]
        detail = {"withdrawn": event.key}
        audit.record(
            conn, AuditEntry(workspace=workspace, at=now, who=WHO, action=action, ticket_id=ticket_id, detail=detail)
        )


def _matters(event: Event) -> bool:
    match event:
        case Comment(public=public):
            return public
        case CommentDeleted() | StatusChanged():
            return True
        case _:
            return False
