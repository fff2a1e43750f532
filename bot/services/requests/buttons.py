"""Buttons and menus, wherever they are shown: each ``action_id`` has a function that understands it.

Old messages live for ever and values come back as somebody sends them, so whatever is not known is answered as well.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from bot.services.inbox.handling import Handled, Read, Request
from bot.services.requests import actions
from bot.services.requests.actions import Answer, Asked
from bot.services.workspace.desk import Desk
from bot.slack.envelopes import parse_ts, text_of
from sla.ticket import Status

OnTicket = Callable[[Connection, Desk, int, Asked, datetime], Answer]


async def read_action(request: Request) -> Handled:
    """What to do about a ``block_actions`` request."""
    return await BUTTONS.get(text_of(request.action.get("action_id")), _unknown)(request)


def on_ticket(act: OnTicket) -> Read:
    """A button whose value is the number of a ticket."""

    async def read(request: Request) -> Handled:
        number = ticket_number(text_of(request.action.get("value")))
        if number is None:
            return await _unknown(request)
        asked = await request.asked(parse_ts(request.action.get("action_ts")))
        return request.answer(lambda conn, now: act(conn, request.desk, number, asked, now))

    return read


def ticket_number(value: str) -> int | None:
    """The number of a ticket that a button brings back; None for what we never wrote."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


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
    "ticket_solve": on_ticket(_to(Status.SOLVED)),
    "ticket_no_reply": on_ticket(actions.no_reply_needed),
    "ticket_not": on_ticket(actions.not_a_ticket),
    "ticket_not_undo": on_ticket(_undo_not_a_ticket),
}
