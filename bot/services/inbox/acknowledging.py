"""The customer sees that a message has become a ticket: by a reaction, or by an answer that may promise a time.

Both go through the outbox, so that a crash loses neither, and each ticket has at most one of each. They are a courtesy:
what could not be sent within the hour is not sent any more.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection

from bot.config.channels import DEADLINE
from bot.config.model import Acknowledge, ChannelSettings
from bot.services.alerting.alerts import REACTION, RECEIPT
from bot.services.outbox.drawn import Drawn, Void
from bot.services.workspace.desk import Desk
from bot.slack.blocks import Post, section
from bot.slack.directory import Directory
from bot.slack.text import date_token, escape
from sla.engine import Outcome, Stage
from sla.metrics import Metric
from sla.ticket import Role, Status
from store import instances, outbox, ticket_events, tickets
from store.engine import Database
from store.outbox import NewMessage, OutboxMessage
from store.tickets import TicketRecord

PROMPT = timedelta(hours=1)
_URGENCY = 30
_WRITTEN = frozenset({"created", "comment"})
_TOO_LATE = Void(reason="it is too late for that")


def acknowledge(conn: Connection, desk: Desk, ticket_id: int, *, channel: str, at: datetime, now: datetime) -> None:
    """Record how the customer learns that what was written at ``at`` has become a ticket.

    An answer long after the question would only surprise; a reaction disturbs nobody.
    """
    settings = desk.config.channel(channel)
    if desk.is_of_the_past:
        return
    if settings.acknowledge is Acknowledge.REACTION:
        _enqueue(conn, desk, ticket_id, REACTION, channel, now)
    if (settings.acknowledge is Acknowledge.REPLY or settings.promise) and now - at <= PROMPT:
        _enqueue(conn, desk, ticket_id, RECEIPT, channel, now)


def _enqueue(conn: Connection, desk: Desk, ticket_id: int, kind: str, channel: str, now: datetime) -> None:
    message = NewMessage(
        workspace=desk.workspace,
        key=f"{kind}:{ticket_id}",
        kind=kind,
        destination=channel,
        payload={},
        created_at=now,
        urgency=_URGENCY,
        ticket_id=ticket_id,
        in_doubt=desk.doubts(now),
    )
    outbox.enqueue(conn, message)


async def draw(
    message: OutboxMessage, *, db: Database, desk: Desk, directory: Directory, now: datetime
) -> Drawn | Void:
    """What the customer sees, as of now; nothing once somebody has answered."""
    number = message.ticket_id or 0
    if now - message.created_at > PROMPT:
        return _TOO_LATE
    if message.kind == REACTION:
        return await db.read(lambda conn: _reaction(conn, desk, number))
    ticket = await db.read(lambda conn: tickets.get(conn, desk.workspace, number))
    if ticket is None or ticket.not_a_ticket or Status(ticket.status).ended:
        return Void(reason="nobody waits any more")
    promised = await db.read(lambda conn: _deadline(conn, ticket))
    if isinstance(promised, Void):
        return promised
    zone = await _zone_of(directory, ticket.requester)
    text = _words(desk.config.channel(ticket.channel_id), promised, now, zone)
    if text is None:
        return Void(reason="there is nothing to promise")
    return Drawn(channel=ticket.channel_id, post=Post(text=text, blocks=(section(text),)), thread_ts=ticket.thread_ts)


def _words(settings: ChannelSettings, deadline: datetime | None, now: datetime, zone: tzinfo) -> str | None:
    """The promise where there is a deadline to promise, else the plain receipt where one is wanted."""
    if settings.promise and deadline is not None and deadline > now:
        return escape(settings.promise).replace(DEADLINE, date_token(deadline, zone))
    return escape(settings.acknowledge_text) if settings.acknowledge is Acknowledge.REPLY else None


def _deadline(conn: Connection, ticket: TicketRecord) -> datetime | Void | None:
    """When the first reply is due; no other figure is for customers."""
    first = instances.get(conn, ticket.workspace, ticket.ticket_id, Metric.FIRST_REPLY_TIME, 1)
    if first is None:
        return None
    if first.outcome != Outcome.OPEN:
        return Void(reason="it is answered")
    return first.breach_at if first.stage == Stage.ACTIVE else None


async def _zone_of(directory: Directory, user: str | None) -> tzinfo:
    """Where somebody is, for those who read no Slack dates; UTC where Slack does not say."""
    person = await directory.person(user) if user else None
    try:
        return ZoneInfo(person.time_zone) if person is not None and person.time_zone else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _reaction(conn: Connection, desk: Desk, ticket_id: int) -> Drawn | Void:
    """React to the first public message of a customer in the ticket."""
    story = ticket_events.of_ticket(conn, desk.workspace, ticket_id)
    by_customer = (
        event.key
        for event in story
        if event.type in _WRITTEN and event.body.get("by") == Role.END_USER and event.body.get("public") is True
    )
    first = next(by_customer, None)
    if first is None:
        return Void(reason="no customer has written")
    channel, _, ts = first.partition(":")
    emoji = desk.config.channel(channel).acknowledge_emoji
    return Drawn(channel=channel, post=Post(text="", blocks=()), edit_ts=ts, reaction=emoji)
