"""What is said in the thread of a ticket's card besides alerts: internal notes, and the end of a hold."""

from datetime import datetime

from sqlalchemy import Connection

from bot.services.alerting import cards
from bot.services.alerting.alert_views import display_name
from bot.services.alerting.alerts import HOLD_OVER, NOTE
from bot.services.outbox.drawn import Drawn, Void
from bot.services.workspace.desk import Desk
from bot.slack import thread_posts
from bot.slack.directory import Directory
from bot.slack.thread_posts import HoldOverView
from store import outbox, ticket_events, tickets
from store.engine import Database
from store.outbox import NewMessage, OutboxMessage
from store.tickets import TicketRecord

_NOTE_URGENCY, _HOLD_URGENCY = 15, 45


def note(conn: Connection, desk: Desk, ticket: TicketRecord, event_key: str, now: datetime) -> None:
    """Show an internal comment, named by the key of its event."""
    _write(conn, desk, ticket, NOTE, f"note:{event_key}", {"event": event_key}, now)


def hold_over(conn: Connection, desk: Desk, ticket: TicketRecord, until: datetime, now: datetime) -> None:
    """Tell that a ticket is open again because its hold has ended; ``ticket`` is as it was before."""
    key = f"hold:{ticket.ticket_id}:{until.isoformat()}"
    _write(conn, desk, ticket, HOLD_OVER, key, {"reason": ticket.hold_reason or ""}, now)


def _write(
    conn: Connection,
    desk: Desk,
    ticket: TicketRecord,
    kind: str,
    key: str,
    payload: dict[str, str],
    now: datetime,
) -> None:
    channel = cards.alert_channel(desk, ticket)
    if channel is None:
        return
    outbox.enqueue(
        conn,
        NewMessage(
            workspace=desk.workspace,
            key=key,
            kind=kind,
            destination=channel,
            payload=payload,
            created_at=now,
            urgency=_NOTE_URGENCY if kind == NOTE else _HOLD_URGENCY,
            ticket_id=ticket.ticket_id,
            depends_on=cards.card_key(ticket.ticket_id),
        ),
    )


async def draw(message: OutboxMessage, *, db: Database, desk: Desk, directory: Directory) -> Drawn | Void:
    """A post for the thread of a card, as of now."""
    ticket = await db.read(lambda conn: tickets.get(conn, desk.workspace, message.ticket_id or 0))
    if ticket is None:
        return Void(reason="the ticket is gone")
    if message.kind == NOTE:
        key = str(message.payload["event"])
        event = await db.read(lambda conn: ticket_events.find(conn, desk.workspace, key))
        if event is None:
            return Void(reason="the note is gone")
        author = await display_name(directory, event.actor)
        post = thread_posts.note(ticket.ticket_id, author, str(event.body.get("text") or ""))
    else:
        view = HoldOverView(
            number=ticket.ticket_id,
            permalink=ticket.permalink or "",
            reason=str(message.payload["reason"]),
            assignee=ticket.assignee or "",
        )
        post = thread_posts.hold_over(view)
    in_thread = ticket.card_ts is not None and ticket.card_channel == message.destination
    return Drawn(channel=message.destination, post=post, thread_ts=ticket.card_ts if in_thread else None)
