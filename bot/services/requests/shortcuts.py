"""Message shortcuts act on the ticket that a message belongs to; those that open a form are in ``forms``."""

from datetime import datetime

from sqlalchemy import Connection

from bot.services.inbox.handling import Handled, Read, Request
from bot.services.requests import actions, merging
from bot.services.requests.actions import Answer, Asked
from bot.services.requests.buttons import OnTicket
from bot.services.requests.forms import form_asked_for
from bot.services.requests.opening import too_late
from bot.services.requests.ticket_forms import which
from bot.slack.envelopes import mapping, parse_ts, text_of


async def read_shortcut(request: Request) -> Handled:
    """What to do about a ``message_action`` or ``shortcut`` request."""
    form = form_asked_for(request.item.kind, request.body)
    if form is not None:
        return too_late(request, form)
    return await SHORTCUTS.get(text_of(request.body.get("callback_id")), _unknown)(request)


async def _unknown(request: Request) -> Handled:
    return request.answer(lambda _conn, _now: Answer(text="That shortcut no longer does anything."))


def _on_ticket(act: OnTicket) -> Read:
    """A shortcut that does something to the ticket of its message."""

    async def read(request: Request) -> Handled:
        asked = await _asked(request)

        def apply(conn: Connection, now: datetime) -> Answer:
            about = which(conn, request.desk, request.item.kind, request.body)
            if about.found is None:
                return Answer(text=about.refusal)
            return act(conn, request.desk, about.found.ticket_id, asked, now)

        return request.answer(apply)

    return read


async def _split(request: Request) -> Handled:
    asked = await _asked(request)
    channel = text_of(mapping(request.body.get("channel")).get("id"))
    key = f"{channel}:{text_of(mapping(request.body.get('message')).get('ts'))}"
    return request.answer(lambda conn, now: merging.split(conn, request.desk, key, asked, now))


async def _asked(request: Request) -> Asked:
    return await request.asked(parse_ts(request.body.get("action_ts")))


SHORTCUTS: dict[str, Read] = {
    "ticket_claim": _on_ticket(actions.claim),
    "ticket_no_reply": _on_ticket(actions.no_reply_needed),
    "ticket_split": _split,
}
