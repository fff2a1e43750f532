"""Internal notes that are written elsewhere than in the thread of the card: they are shown there, and only there."""

from datetime import datetime

from sqlalchemy import Connection

from bot.services.alerting import card_threads
from bot.services.requests.actions import Answer, Asked, refuse, write_down
from bot.services.requests.authorise import Action
from bot.services.tickets import ticketing
from bot.services.tickets.ticketing import Entry
from bot.services.workspace.desk import Desk
from bot.slack.text import plain
from sla.events import Comment
from sla.ticket import Role


def note(conn: Connection, desk: Desk, ticket_id: int, text: str, asked: Asked, now: datetime) -> Answer:
    """Write an internal comment; no customer reads it, and it answers none."""
    ticket = refuse(conn, desk, ticket_id, asked, Action.NOTE)
    if isinstance(ticket, Answer):
        return ticket
    written = Comment(at=asked.at, by=Role.AGENT, user=asked.user, public=False, text=plain(text), id=asked.key)
    if not ticketing.record(conn, desk, ticket_id, [Entry(key=asked.key, event=written, actor=asked.user)], now):
        return Answer(text=f"#{ticket_id}: that was done already.")
    card_threads.note(conn, desk, ticket, asked.key, now)
    write_down(conn, desk, ticket_id, asked, Action.NOTE)
    return Answer(text=f"#{ticket_id}: Your note is in the thread of its card.", done=True)
