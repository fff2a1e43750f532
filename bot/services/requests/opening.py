"""A form that a click or a shortcut opens.

A trigger id lives three seconds, too short to wait for one's turn in the inbox. The request is stored first, put off
for some seconds; then a first view is opened on the side, and filled once Slack has said who asks. When it stands, the
request is done: it asked for nothing but the form. When it could not be opened (Slack was slow, the process ended), the
request's turn comes, and the person is told what to type instead. Nothing is changed before the form is submitted, and
that is a request of its own, stored before it is acknowledged.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from slack_sdk.errors import SlackApiError

from bot.services.inbox.handling import Handled, Request
from bot.services.requests.actions import Answer
from bot.slack.blocks import Block
from bot.slack.client import SlackUnavailableError, ask
from bot.slack.envelopes import mapping, text_of
from bot.slack.views.frame import loading, said
from store import inbox

# After so long a trigger id is worth nothing any more (Slack: three seconds).
PUT_OFF = timedelta(seconds=5)
_NOT_ASKED = "Slack did not say who you are. Close this and try again in a moment."

log = structlog.get_logger()

Fill = Callable[[Request], Awaitable[Block]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A modal that can be asked for.

    Attributes:
        fill: Draws it, for the person who asks; may ask Slack.
        instead: What to do where it could not be opened, as a sentence.
    """

    title: str
    fill: Fill
    instead: str = "Try again."


async def open_form(request: Request, form: Form) -> None:
    """Open the first view at once, and fill it."""
    client, trigger = request.slack.client(), text_of(request.body.get("trigger_id"))
    try:
        answer = await ask("views.open", client.views_open(trigger_id=trigger, view=loading(form.title)))
    except (SlackUnavailableError, SlackApiError) as error:
        log.warning("form.not_opened", key=request.item.key, reason=str(error))
        return
    await request.db.write(lambda conn: inbox.done(conn, request.item, "form opened"))
    opened = mapping(answer.get("view"))
    try:
        filled = await form.fill(request)
    except SlackUnavailableError:
        filled = said(form.title, _NOT_ASKED)
    await update(request, text_of(opened.get("id")), filled, hash_=text_of(opened.get("hash")))


async def update(request: Request, view_id: str, view: Block, *, hash_: str = "") -> None:
    """Show something else in an open modal; one that the person has closed, or that shows something newer, stays."""
    expected = {"hash": hash_} if hash_ else {}
    try:
        await ask("views.update", request.slack.client().views_update(view_id=view_id, view=view, **expected))
    except (SlackUnavailableError, SlackApiError) as error:
        log.info("form.not_updated", key=request.item.key, reason=str(error))


def too_late(request: Request, form: Form) -> Handled:
    """The form was asked for and could not be opened."""
    return request.answer(
        lambda _conn, _now: Answer(text=f"“{form.title}” could not be opened in time. {form.instead}")
    )
