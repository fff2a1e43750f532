"""Message shortcuts: each ``callback_id`` has a function that understands it."""

from bot.services.inbox.handling import Handled, Read, Request
from bot.services.requests.actions import Answer
from bot.slack.envelopes import text_of


async def read_shortcut(request: Request) -> Handled:
    """What to do about a ``message_action`` or ``shortcut`` request."""
    return await SHORTCUTS.get(text_of(request.body.get("callback_id")), _unknown)(request)


async def _unknown(request: Request) -> Handled:
    return request.answer(lambda _conn, _now: Answer(text="That shortcut no longer does anything."))


SHORTCUTS: dict[str, Read] = {}
