"""Modals: what was filled in, or closed; each ``callback_id`` has a function that understands it."""

from bot.services.inbox.handling import Handled, Read, Request, nothing
from bot.slack.envelopes import mapping, text_of


async def read_view(request: Request) -> Handled:
    """What to do about a ``view_submission`` or ``view_closed`` request."""
    callback = text_of(mapping(request.body.get("view")).get("callback_id"))
    read = SUBMISSIONS.get(callback) if request.body.get("type") == "view_submission" else None
    return await read(request) if read is not None else nothing("ignored: a view without a meaning")


SUBMISSIONS: dict[str, Read] = {}
