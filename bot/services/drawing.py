"""What an outbox row says at the moment it is sent: drawn from the present state, or void by now."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from bot.services import cards
from bot.services.alerts import ALERT_EDIT, DIRECT, Alerted
from bot.services.desk import Desk
from bot.slack.alert_posts import AlertView, alert
from bot.slack.blocks import Post
from bot.slack.cards import card
from bot.slack.client import SlackUnavailableError
from bot.slack.directory import Directory
from bot.slack.wording import span
from store import instances, outbox, tickets
from store.engine import Database
from store.instances import InstanceRecord
from store.outbox import OutboxMessage
from store.tickets import TicketRecord

# An alert that is this late says so: whoever reads it wants to know why it comes now.
LATE = timedelta(minutes=2)

_SOLVED_METRICS = frozenset({"requester_wait_time", "agent_work_time", "total_resolution_time"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A message ready to be sent.

    Attributes:
        edit_ts: The message to edit; None for a new post.
        thread_ts: The thread to post into; None for the channel itself.
        broadcast: Whether a post in a thread also shows in the channel.
        digest: A hash of the contents, to see that an edit would change nothing.
    """

    channel: str
    post: Post
    edit_ts: str | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """There is nothing to say any more, and why."""

    reason: str


async def draw(
    message: OutboxMessage, *, db: Database, desk: Desk, directory: Directory, now: datetime
) -> Drawn | Void:
    """The contents of an outbox row as of now."""
    if message.kind in {cards.CARD, cards.CARD_UPDATE}:
        return await _draw_card(message, db=db, desk=desk, directory=directory)
    if message.kind == ALERT_EDIT:
        return await _draw_ending(message, db=db, desk=desk, directory=directory)
    return await _draw_alert(message, db=db, desk=desk, directory=directory, now=now)


async def _draw_card(message: OutboxMessage, *, db: Database, desk: Desk, directory: Directory) -> Drawn | Void:
    facts = await db.read(lambda conn: cards.facts(conn, desk, message.ticket_id or 0))
    if facts is None:
        return Void(reason="the ticket is gone")
    ticket = facts.ticket
    drawn = card(cards.view(desk, facts, requester=await display_name(directory, ticket.requester)))
    digest = hashlib.sha256(json.dumps([drawn.text, drawn.blocks], sort_keys=True).encode()).hexdigest()[:16]
    if message.kind == cards.CARD:
        return Drawn(channel=message.destination, post=drawn, digest=digest)
    if ticket.card_ts is None or ticket.card_channel is None:
        return Void(reason="the card was never posted")
    if ticket.card_hash == digest:
        return Void(reason="the card shows it already")
    return Drawn(channel=ticket.card_channel, post=drawn, edit_ts=ticket.card_ts, digest=digest)


async def _draw_alert(
    message: OutboxMessage, *, db: Database, desk: Desk, directory: Directory, now: datetime
) -> Drawn | Void:
    told = await db.read(partial(_told, desk, message))
    if told is None:
        return Void(reason="it no longer holds")
    ticket, alerted = told
    late = now - alerted.due_at
    view = await _alert_view(desk, directory, ticket, alerted)
    drawn = alert(replace(view, late=late if late > LATE else None))
    if message.kind == DIRECT:
        return Drawn(channel=message.destination, post=drawn)
    in_thread = ticket.card_ts is not None and ticket.card_channel == message.destination
    return Drawn(
        channel=message.destination,
        post=drawn,
        thread_ts=ticket.card_ts if in_thread else None,
        broadcast=in_thread and alerted.breach,
    )


async def _draw_ending(message: OutboxMessage, *, db: Database, desk: Desk, directory: Directory) -> Drawn | Void:
    """An alert's post with how the matter ended."""
    found = await db.read(partial(_ended, message))
    if found is None:
        return Void(reason="there is no post to edit")
    ticket, instance, sent = found
    view = await _alert_view(desk, directory, ticket, Alerted.from_payload(sent.payload))
    drawn = alert(replace(view, ending=ending_of(instance)))
    return Drawn(channel=sent.channel_id or "", post=drawn, edit_ts=sent.message_ts)


async def _alert_view(desk: Desk, directory: Directory, ticket: TicketRecord, alerted: Alerted) -> AlertView:
    customer = desk.config.customers.get(ticket.customer or "")
    return AlertView(
        number=ticket.ticket_id,
        customer=customer.name if customer else await display_name(directory, ticket.requester),
        tier=ticket.customer_tier or "",
        text=ticket.subject,
        priority=ticket.priority or "",
        status=ticket.status,
        metric=alerted.metric,
        breach=alerted.breach,
        breach_at=alerted.breach_at,
        offset=alerted.offset,
        business_hours=alerted.business_hours,
        mentions=alerted.mentions,
        permalink=ticket.permalink or "",
    )


def ending_of(instance: InstanceRecord) -> str:
    """How an instance ended, as one sentence for its alerts; an open one is no longer late."""
    word = "Solved" if instance.metric in _SOLVED_METRICS else "Answered"
    unit, name = ("business_seconds", " of support hours") if instance.business_hours else ("calendar_seconds", "")
    over = timedelta(seconds=instance.elapsed.get(unit, 0) - (instance.target_seconds or 0))
    match instance.outcome:
        case "met":
            return f"✅ {word} in time."
        case "missed" if over > timedelta(0):
            return f"❌ {word} {span(over)}{name} late."
        case "missed":
            return f"❌ {word} too late, outside support hours."
        case "open":
            return "The deadline was moved: it is not late any more."
        case outcome:
            return f"No longer counted: {outcome}."


def _told(desk: Desk, message: OutboxMessage, conn: Connection) -> tuple[TicketRecord, Alerted] | None:
    """The ticket and the alert, if the promise that it is about is still open and has the same deadline."""
    ticket = tickets.get(conn, desk.workspace, message.ticket_id or 0)
    instance = instances.get(conn, desk.workspace, message.ticket_id or 0, message.metric or "", message.instance or 0)
    alerted = Alerted.from_payload(message.payload)
    if ticket is None or instance is None or instance.outcome != "open" or instance.breach_at != alerted.breach_at:
        return None
    return ticket, alerted


def _ended(message: OutboxMessage, conn: Connection) -> tuple[TicketRecord, InstanceRecord, OutboxMessage] | None:
    sent = outbox.find(conn, message.workspace, str(message.payload["of"]))
    ticket = tickets.get(conn, message.workspace, message.ticket_id or 0)
    instance = instances.get(
        conn, message.workspace, message.ticket_id or 0, message.metric or "", message.instance or 0
    )
    if sent is None or sent.message_ts is None or ticket is None or instance is None:
        return None
    return ticket, instance, sent


async def display_name(directory: Directory, user: str | None) -> str:
    """What somebody is called; the id where Slack does not say: a name must never hold up an alert."""
    if not user:
        return ""
    try:
        return (await directory.person(user)).name
    except SlackUnavailableError:
        return user
