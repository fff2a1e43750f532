"""Buttons and menus, wherever they are shown: each ``action_id`` has a function that understands it.

Old messages live for ever and values come back as somebody sends them, so whatever is not known is answered as well.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from bot.services.home import submissions, visits
from bot.services.inbox.handling import Handled, Read, Request
from bot.services.requests import actions
from bot.services.requests.actions import Answer, Asked
from bot.services.requests.forms import form_asked_for
from bot.services.requests.opening import too_late
from bot.services.requests.ticket_forms import ticket_number
from bot.services.workspace.desk import Desk
from bot.slack.envelopes import parse_ts
from bot.slack.pressed import pressed
from sla.ticket import Priority, Status

OnTicket = Callable[[Connection, Desk, int, Asked, datetime], Answer]


async def read_action(request: Request) -> Handled:
    """What to do about a ``block_actions`` request."""
    form = form_asked_for(request.item.kind, request.body)
    if form is not None:
        return too_late(request, form)
    return await BUTTONS.get(pressed(request.body)[0], _unknown)(request)


def on_ticket(act: OnTicket) -> Read:
    """A button whose value is the number of a ticket."""

    async def read(request: Request) -> Handled:
        number = ticket_number(pressed(request.body)[1])
        if number is None:
            return await _unknown(request)
        asked = await request.asked(parse_ts(request.action.get("action_ts")))
        return request.answer(lambda conn, now: act(conn, request.desk, number, asked, now))

    return read


async def _set_priority(request: Request) -> Handled:
    """The menu of a card, whose values are ``42:urgent``."""
    written, _, level = pressed(request.body)[1].partition(":")
    number = ticket_number(written)
    if number is None or level not in set(Priority):
        return await _unknown(request)
    asked = await request.asked(parse_ts(request.action.get("action_ts")))
    chosen = Priority(level)
    return request.answer(lambda conn, now: actions.set_priority(conn, request.desk, number, chosen, asked, now))


async def _unknown(request: Request) -> Handled:
    return request.answer(lambda _conn, _now: Answer(text="That button no longer does anything."))


def _to(status: Status) -> OnTicket:
    return lambda conn, desk, number, asked, now: actions.set_status(conn, desk, number, status, asked, now)


def _undo_not_a_ticket(conn: Connection, desk: Desk, number: int, asked: Asked, now: datetime) -> Answer:
    return actions.not_a_ticket(conn, desk, number, asked, now, undo=True)


BUTTONS: dict[str, Read] = {
    "ticket_claim": on_ticket(actions.claim),
    "ticket_open": on_ticket(_to(Status.OPEN)),
    "ticket_pending": on_ticket(_to(Status.PENDING)),
    "ticket_set_priority": _set_priority,
    "ticket_solve": on_ticket(_to(Status.SOLVED)),
    "ticket_no_reply": on_ticket(actions.no_reply_needed),
    "ticket_not": on_ticket(actions.not_a_ticket),
    "ticket_not_undo": on_ticket(_undo_not_a_ticket),
    **visits.BUTTONS,
    **submissions.BUTTONS,
}
