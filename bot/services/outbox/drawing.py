"""What an outbox row says at the moment it is sent: drawn from the present state, or void by now."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from bot.notify.calls import call
from bot.notify.letters import Letter, letter
from bot.notify.webhook import Call
from bot.services.alerting import alerts, card_threads, cards, lateness
from bot.services.alerting.alert_views import alert_view, display_name, held
from bot.services.alerting.alerts import Alerted
from bot.services.alerting.digest_drawing import Sight, draw_digest
from bot.services.alerting.endings import ended_by, ending_of, moved_since
from bot.services.api import announcing, comments
from bot.services.inbox import acknowledging
from bot.services.outbox.drawn import Drawn, Void
from bot.services.regular import posts as regular
from bot.services.workspace import notices
from bot.services.workspace.desk import Desk
from bot.slack.alert_posts import AlertView, alert
from bot.slack.blocks import Post, section
from bot.slack.cards import card
from bot.slack.directory import Directory
from bot.slack.wording import metric_label
from store import instances, outbox, tickets
from store.engine import Database
from store.instances import InstanceRecord
from store.outbox import OutboxMessage
from store.tickets import TicketRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Draws what is to be sent, for one desk.

    Attributes:
        link: Where everything is to be seen; empty without such an address.
        key: What the secrets of webhooks are derived from.
    """

    db: Database
    desk: Callable[[], Desk]
    directory: Directory
    link: str = ""
    key: bytes = b""

    async def draw(self, message: OutboxMessage, now: datetime) -> Drawn | Letter | Call | Void:
        """The contents of an outbox row as of now."""
        db, desk, directory = self.db, self.desk(), self.directory
        if message.kind in {cards.CARD, cards.CARD_UPDATE}:
            return await _draw_card(message, now, db=db, desk=desk, directory=directory)
        if message.kind == alerts.ALERT_EDIT:
            return await _draw_ending(message, db=db, desk=desk, directory=directory)
        if message.kind == alerts.CORRECTION:
            return await _draw_correction(message, db=db)
        if message.kind in (*alerts.SAID, *alerts.TO_CUSTOMERS, alerts.SUBSCRIPTION):
            return await self._draw_said(message, now)
        if message.kind in alerts.DIGESTS:
            sight = Sight(link=self.link, started_at=self.desk().opened_at, now=now)
            return await draw_digest(message, db=db, desk=desk, directory=directory, sight=sight)
        return await self._draw_alert(message, now)

    async def _draw_said(self, message: OutboxMessage, now: datetime) -> Drawn | Call | Void:
        db, desk, directory = self.db, self.desk(), self.directory
        if message.kind == alerts.SUBSCRIPTION:
            return await announcing.draw(message, db=db, desk=desk, key=self.key)
        if message.kind in {alerts.NOTE, alerts.HOLD_OVER}:
            return await card_threads.draw(message, db=db, desk=desk, directory=directory)
        if message.kind == alerts.COMMENT:
            return await comments.draw(message, db=db, desk=desk, directory=directory)
        if message.kind in {alerts.RECEIPT, alerts.REACTION}:
            return await acknowledging.draw(message, db=db, desk=desk, directory=directory, now=now)
        drawn = regular.post(message) if message.kind in alerts.REGULARS else notices.post(message)
        return Drawn(channel=message.destination, post=drawn)

    async def _draw_alert(self, message: OutboxMessage, now: datetime) -> Drawn | Letter | Call | Void:
        told = await self.db.read(partial(held, self.desk(), message, now))
        if told is None:
            return Void(reason="it no longer holds")
        ticket, alerted = told
        view = await alert_view(self.desk(), self.directory, ticket, alerted)
        late = now - alerted.due_at
        if late > lateness.LATE:
            because = alerted.late_because or lateness.on_the_way(message, started_at=self.desk().opened_at)
            view = replace(view, late=late, late_because=because)
        match message.kind:
            case alerts.MAIL:
                return letter(message.destination.partition(":")[2], [view])
            case alerts.WEBHOOK:
                return call(message.destination.partition(":")[2], [(view, alerted)])
            case alerts.DIRECT:
                return Drawn(channel=message.destination, post=alert(view), told=alerted)
            case _:
                return replace(_in_thread(message, ticket, view), told=alerted)


def _in_thread(message: OutboxMessage, ticket: TicketRecord, view: AlertView) -> Drawn:
    in_thread = ticket.card_ts is not None and ticket.card_channel == message.destination
    return Drawn(
        channel=message.destination,
        post=alert(view),
        thread_ts=ticket.card_ts if in_thread else None,
        broadcast=in_thread and view.breach,
    )


async def _draw_card(
    message: OutboxMessage, now: datetime, *, db: Database, desk: Desk, directory: Directory
) -> Drawn | Void:
    facts = await db.read(lambda conn: cards.facts(conn, desk, message.ticket_id or 0))
    if facts is None:
        return Void(reason="the ticket is gone")
    ticket = facts.ticket
    drawn = card(cards.view(desk, facts, requester=await display_name(directory, ticket.requester), now=now))
    digest = hashlib.sha256(json.dumps([drawn.text, drawn.blocks], sort_keys=True).encode()).hexdigest()[:16]
    if message.kind == cards.CARD:
        return Drawn(channel=message.destination, post=drawn, digest=digest)
    if ticket.card_ts is None or ticket.card_channel is None:
        return Void(reason="the card was never posted")
    if ticket.card_hash == digest:
        return Void(reason="the card shows it already")
    return Drawn(channel=ticket.card_channel, post=drawn, edit_ts=ticket.card_ts, digest=digest)


async def _draw_ending(message: OutboxMessage, *, db: Database, desk: Desk, directory: Directory) -> Drawn | Void:
    """An alert's post with how the matter ended."""
    found = await db.read(partial(_ended, message))
    if found is None:
        return Void(reason="there is no post to edit")
    ticket, instance, sent = found
    view = await alert_view(desk, directory, ticket, Alerted.from_payload(sent.payload))
    by = await db.read(lambda conn: ended_by(conn, instance))
    ending = f"{ending_of(instance, by)}{moved_since(instance, view.breach_at)}"
    drawn = alert(replace(view, ending=ending))
    return Drawn(channel=sent.channel_id or "", post=drawn, edit_ts=sent.message_ts)


async def _draw_correction(message: OutboxMessage, *, db: Database) -> Drawn | Void:
    """A reply below an alert that was sent before Slack could say that all was well."""
    found = await db.read(partial(_ended, message))
    if found is None or found[1].outcome != "met":
        return Void(reason="there is nothing to correct")
    ticket, instance, sent = found
    in_thread = ticket.card_ts is not None and ticket.card_channel == sent.channel_id
    what = f"Correction: {metric_label(instance.metric)} of #{ticket.ticket_id} was in time."
    said = f"{what} Slack had not said so yet when the alert was sent."
    thread_ts = ticket.card_ts if in_thread else sent.message_ts
    return Drawn(channel=message.destination, post=Post(text=said, blocks=(section(said),)), thread_ts=thread_ts)


def _ended(message: OutboxMessage, conn: Connection) -> tuple[TicketRecord, InstanceRecord, OutboxMessage] | None:
    sent = outbox.find(conn, message.workspace, str(message.payload["of"]))
    ticket = tickets.get(conn, message.workspace, message.ticket_id or 0)
    instance = instances.get(
        conn, message.workspace, message.ticket_id or 0, message.metric or "", message.instance or 0
    )
    if sent is None or sent.message_ts is None or ticket is None or instance is None:
        return None
    return ticket, instance, sent
