"""The forms about a ticket: who may have them, and what they know when they open."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from bot.services.inbox.handling import Request
from bot.services.requests.authorise import NOT_OF_THE_TEAM, Action, may
from bot.services.requests.naming import of_message
from bot.services.requests.opening import Form
from bot.services.requests.waiting import is_snoozed
from bot.services.requests.why import why
from bot.services.workspace.desk import Desk
from bot.slack.blocks import Block
from bot.slack.envelopes import Kind, Payload, mapping, text_of
from bot.slack.pressed import pressed
from bot.slack.views import forms
from bot.slack.views.frame import said
from sla.ticket import ChannelKind
from store import tickets
from store.tickets import TicketRecord

Draw = Callable[[TicketRecord, datetime], Block]


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """The ticket that a click or a shortcut is about, or why there is none."""

    found: TicketRecord | None
    refusal: str = ""


def which(conn: Connection, desk: Desk, kind: str, body: Payload) -> Which:
    """The ticket whose number a button brings back, or that the message of a shortcut belongs to."""
    if kind == Kind.ACTION:
        number = ticket_number(pressed(body)[1])
        found = tickets.get(conn, desk.workspace, number) if number is not None else None
        return Which(
            found=found, refusal=f"There is no ticket #{number}." if number else "That no longer does anything."
        )
    message, channel = mapping(body.get("message")), text_of(mapping(body.get("channel")).get("id"))
    ts = text_of(message.get("ts")) or text_of(body.get("message_ts"))
    thread_ts = text_of(message.get("thread_ts")) or ts
    found = of_message(conn, desk, channel, ts, thread_ts)
    return Which(found=found, refusal="That message belongs to no ticket.")


def ticket_number(value: str) -> int | None:
    """The number of a ticket that a button brings back; None for what we never wrote."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


async def _fill(callback: str, action: Action, draw: Draw, request: Request) -> Block:
    title, desk = forms.TITLES[callback], request.desk
    asked = await request.asked()
    about = await request.db.read(lambda conn: which(conn, desk, request.item.kind, request.body))
    if about.found is None:
        return said(title, about.refusal)
    if not may(asked.standing, action, shared=about.found.channel_kind == ChannelKind.SHARED):
        return said(title, NOT_OF_THE_TEAM)
    return draw(about.found, request.item.received_at)


async def _explain(request: Request) -> Block:
    title, desk, now = forms.TITLES[forms.WHY], request.desk, request.item.received_at
    asked = await request.asked()
    about = await request.db.read(lambda conn: which(conn, desk, request.item.kind, request.body))
    if about.found is None:
        return said(title, about.refusal)
    number = about.found.ticket_id
    answer = await request.db.read(lambda conn: why(conn, desk, number, "", asked, now))
    return said(title, answer.text, answer.blocks)


def _form(callback: str, action: Action, draw: Draw, instead: str) -> Form:
    return Form(title=forms.TITLES[callback], fill=partial(_fill, callback, action, draw), instead=instead)


TICKET_FORMS: dict[str, Form] = {
    forms.HOLD: _form(
        forms.HOLD,
        Action.SET_STATUS,
        lambda ticket, now: forms.hold(ticket.ticket_id, ticket.subject, now, reason=ticket.hold_reason or ""),
        "Try again, or type `/sla status hold #42`.",
    ),
    forms.SNOOZE: _form(
        forms.SNOOZE,
        Action.SNOOZE,
        lambda ticket, now: forms.snooze(ticket.ticket_id, ticket.subject, now, is_snoozed=is_snoozed(ticket, now)),
        "Try again, or type `/sla snooze #42 30m`.",
    ),
    forms.NOTE: _form(
        forms.NOTE,
        Action.NOTE,
        lambda ticket, now: forms.note(ticket.ticket_id, ticket.subject, now),
        "Try again, or write in the thread of the card.",
    ),
    forms.PRIORITY: _form(
        forms.PRIORITY,
        Action.SET_PRIORITY,
        lambda ticket, now: forms.priority(ticket.ticket_id, ticket.subject, now, present=ticket.priority or ""),
        "Try again, or type `/sla priority urgent #42`.",
    ),
    forms.STATUS: _form(
        forms.STATUS,
        Action.SET_STATUS,
        lambda ticket, now: forms.status(ticket.ticket_id, ticket.subject, now, present=ticket.status),
        "Try again, or type `/sla status pending #42`.",
    ),
    forms.MERGE: _form(
        forms.MERGE,
        Action.MERGE,
        lambda ticket, now: forms.merge(ticket.ticket_id, ticket.subject, now),
        "Try again, or type `/sla merge #42 into #40`.",
    ),
    forms.WHY: Form(title=forms.TITLES[forms.WHY], fill=_explain, instead="Try again, or type `/sla why #42`."),
}
