"""The beginning of a ticket: a message, with everything that is known about it, and the thread that it starts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.config.model import ChannelSettings
from bot.services.inbox.acknowledging import acknowledge
from bot.services.inbox.speakers import Speaker
from bot.services.tickets import ticketing
from bot.services.tickets.ticketing import Entry
from bot.services.workspace.desk import Desk
from bot.slack.directory import Channel
from bot.slack.messages import Message
from bot.slack.text import plain
from sla import events
from sla.ticket import ChannelKind, Role, Status
from store import conversations, ticket_events, tickets
from store.conversations import ConversationRecord, Window
from store.ticket_events import Source
from store.tickets import TicketRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message with everything that Slack and the configuration know about it."""

    message: Message
    speaker: Speaker
    channel: Channel
    settings: ChannelSettings
    source: Source = Source.LIVE

    @property
    def key(self) -> str:
        """What the message is remembered by."""
        return f"{self.message.channel}:{self.message.ts}"

    @property
    def user(self) -> str:
        """Whose message it is: its author's, or that of whom a form names that an app has written down."""
        return self.speaker.person.user

    @property
    def text(self) -> str:
        """The words as plain text."""
        return plain(self.message.text)

    def comment(self) -> events.Comment:
        """The message as a public comment."""
        return events.Comment(
            at=self.message.at,
            by=self.speaker.role,
            user=self.user,
            public=True,
            text=self.text,
            id=self.key,
            edited_at=self.message.edited_at,
            meant=self.message.meant,
        )

    def created(self) -> events.Created:
        """The message as the first of a ticket."""
        said = self.comment()
        return events.Created(
            at=said.at,
            by=said.by,
            user=said.user,
            text=said.text,
            id=said.id,
            edited_at=said.edited_at,
            meant=said.meant,
        )


def begin(desk: Desk, said: Said, conn: Connection, now: datetime) -> None:
    """A new ticket for the message and what Slack and the configuration know about its author and channel."""
    message, channel = said.message, said.channel
    customer = desk.config.customer_of(message.channel, said.speaker.person.team or message.team)
    ticket = TicketRecord(
        workspace=desk.workspace,
        channel_id=message.channel,
        channel_kind=channel.kind or ChannelKind.PUBLIC,
        customer=customer.key if customer else None,
        customer_tier=customer.tier if customer else None,
        requester=said.user if said.speaker.role is Role.END_USER else None,
        tags=list(customer.tags) if customer else [],
        group_name=said.settings.group,
        last_event_at=message.at,
        **_begun_by(desk, said, now),
    )
    number = ticketing.open_ticket(conn, desk, ticket, entry_of(said, said.created()), now)
    converse(desk, said, number, conn)
    acknowledge(conn, desk, number, channel=message.channel, at=message.at, now=now)


def _begun_by(desk: Desk, said: Said, now: datetime) -> dict[str, Any]:
    """What a ticket takes from its first message."""
    message = said.message
    return {
        "thread_ts": message.root_ts,
        "subject": said.text or " ".join(message.file_names),
        "permalink": desk.installation.permalink(message.channel, message.ts),
        "created_at": message.at,
        "updated_at": now,
    }


def begin_follow_up_earlier(desk: Desk, said: Said, begun: TicketRecord, conn: Connection, now: datetime) -> None:
    """A follow-up ticket begins with a message that comes late, and is older than the one that opened it."""
    history = ticket_events.of_ticket(conn, desk.workspace, begun.ticket_id)
    opening = next(event for event in history if event.type == "created")
    ticketing.begin_earlier(conn, desk, opening, entry_of(said, said.created()), _begun_by(desk, said, now), now)


def began_burst(desk: Desk, said: Said, conn: Connection, now: datetime) -> bool:
    """Whether the message began a burst of which a later one has come, and opened a ticket, before it."""
    at, within = said.message.at, said.settings.group_messages_within
    if not within:
        return False
    window = Window(channel_id=said.message.channel, since=at, until=at + within)
    later = conversations.next_opened(conn, desk.workspace, window)
    if later is None or later.opened_by != said.user:
        return False
    ticket = tickets.get(conn, desk.workspace, later.ticket_id)
    opening = ticket_events.find(conn, desk.workspace, f"{later.channel_id}:{later.thread_ts}")
    if ticket is None or ticket.status == Status.CLOSED or ticket.not_a_ticket:
        return False
    if opening is None or opening.type != "created" or opening.ticket_id != ticket.ticket_id:
        return False
    converse(desk, said, ticket.ticket_id, conn)
    ticketing.begin_earlier(conn, desk, opening, entry_of(said, said.created()), _begun_by(desk, said, now), now)
    return True


def converse(desk: Desk, said: Said, ticket_id: int, conn: Connection) -> None:
    """A message that starts a thread of its own but belongs to a ticket that exists."""
    conversations.save(
        conn,
        ConversationRecord(
            workspace=desk.workspace,
            channel_id=said.message.channel,
            thread_ts=said.message.root_ts,
            ticket_id=ticket_id,
            opened_by=said.user,
            opened_by_customer=said.speaker.role is Role.END_USER,
            opened_at=said.message.at,
        ),
    )


def entry_of(said: Said, event: events.Comment | events.Created) -> Entry:
    """What is written down of the message."""
    return Entry(key=said.key, event=event, actor=said.user, thread_ts=said.message.root_ts, source=said.source)
