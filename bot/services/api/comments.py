"""Comments by REST on their way to Slack: public ones into the customer's thread, internal ones into the card's."""

from datetime import datetime

from sqlalchemy import Connection

from bot.services.alerting import card_threads, cards
from bot.services.alerting.alert_views import display_name
from bot.services.alerting.alerts import COMMENT, DIRECT_NOTICE, NOTICE
from bot.services.api.people import TOKEN_USER
from bot.services.outbox.drawn import Drawn, Void
from bot.services.workspace.desk import Desk
from bot.slack.blocks import Block, Post, context
from bot.slack.directory import Directory
from bot.slack.envelopes import parse_ts
from bot.slack.sending import Accepted
from bot.slack.text import authored, escape
from store import conversations, outbox, ticket_events, tickets, tokens
from store.conversations import ConversationRecord
from store.engine import Database
from store.outbox import NewMessage, OutboxMessage
from store.tickets import TicketRecord

_URGENCY = 40
# Slack: a block holds 3,000 characters, a message fifty blocks and 40,000 characters of text.
_BLOCK, _TEXT = 2900, 39_000


def post(conn: Connection, desk: Desk, ticket: TicketRecord, key: str, *, public: bool, now: datetime) -> None:
    """Record that a comment is to be shown in Slack, once. It stays where it is if the ticket has no place there."""
    if not public:
        card_threads.note(conn, desk, ticket, key, now)
        return
    if not ticket.channel_id:
        return
    opening = _opening(conn, desk, ticket.ticket_id) if not ticket.thread_ts else None
    outbox.enqueue(
        conn,
        NewMessage(
            workspace=desk.workspace,
            key=f"{COMMENT}:{key}",
            kind=COMMENT,
            destination=ticket.channel_id,
            payload={"event": key},
            created_at=now,
            urgency=_URGENCY,
            ticket_id=ticket.ticket_id,
            depends_on=opening,
        ),
    )


def _opening(conn: Connection, desk: Desk, ticket_id: int) -> str | None:
    """The message that begins the thread which a ticket made by REST is going to have."""
    found = outbox.of_ticket(conn, desk.workspace, ticket_id, kind=COMMENT)
    return found[0].key if found else None


async def draw(message: OutboxMessage, *, db: Database, desk: Desk, directory: Directory) -> Drawn | Void:
    """The comment as it stands now."""

    def gather(conn: Connection) -> tuple[TicketRecord, str, str, str | None] | None:
        ticket = tickets.get(conn, desk.workspace, message.ticket_id or 0)
        event = ticket_events.find(conn, desk.workspace, str(message.payload["event"]))
        text = str(event.body.get("text") or "") if event is not None else ""
        if ticket is None or event is None or not text:
            return None
        author = event.actor or ""
        own = [f"{TOKEN_USER}{one.token_id}" for one in tokens.listing(conn, desk.workspace)]
        return ticket, text, author, "the support team" if author in own else None

    found = await db.read(gather)
    if found is None:
        return Void(reason="the comment is gone")
    ticket, text, author, called = found
    name = called or await display_name(directory, author)
    blocks: list[Block] = [
        {"type": "section", "text": {"type": "plain_text", "text": text[start : start + _BLOCK], "emoji": False}}
        for start in range(0, len(text), _BLOCK)
    ]
    said = Post(text=escape(text)[:_TEXT], blocks=(*blocks, context(f"{authored(name, 80)}, over the API")))
    return Drawn(channel=message.destination, post=said, thread_ts=ticket.thread_ts or None)


def posted(conn: Connection, desk: Desk, message: OutboxMessage, accepted: Accepted, now: datetime) -> None:
    """A ticket that was made by REST has a thread from its first message in Slack on."""
    ticket = tickets.lock(conn, desk.workspace, message.ticket_id or 0)
    at = parse_ts(accepted.ts)
    if ticket is None or ticket.thread_ts or at is None:
        return
    link = desk.installation.permalink(accepted.channel, accepted.ts)
    tickets.update_columns(
        conn, desk.workspace, ticket.ticket_id, thread_ts=accepted.ts, permalink=link, updated_at=now
    )
    conversations.save(
        conn,
        ConversationRecord(
            workspace=desk.workspace,
            channel_id=accepted.channel,
            thread_ts=accepted.ts,
            ticket_id=ticket.ticket_id,
            opened_by=ticket.requester,
            opened_by_customer=ticket.requester is not None,
            opened_at=at,
        ),
    )


def not_posted(conn: Connection, desk: Desk, message: OutboxMessage, now: datetime) -> list[NewMessage]:
    """The team is told of a comment that did not reach the customer: nothing is lost in silence."""
    ticket = tickets.get(conn, desk.workspace, message.ticket_id or 0)
    channel = cards.alert_channel(desk, ticket) if ticket is not None else None
    to = channel or min(desk.config.admins, default=None)
    if to is None:
        return []
    about = f"A comment on #{message.ticket_id} that was written over the API could not be posted"
    text = f"{about}: the customer has not seen it."
    return [
        NewMessage(
            workspace=desk.workspace,
            key=f"{message.key}:failed",
            kind=NOTICE if channel else DIRECT_NOTICE,
            destination=to,
            payload={"text": text},
            created_at=now,
            urgency=message.urgency,
            ticket_id=message.ticket_id,
            fallback_of=message.key,
        )
    ]
