"""The table of forms: which button or shortcut, by its name, opens which."""

from bot.services.home.forms import FORMS as SETUP_FORMS
from bot.services.requests.opening import Form
from bot.services.requests.ticket_forms import TICKET_FORMS
from bot.slack.envelopes import Kind, Payload, text_of
from bot.slack.pressed import pressed

FORMS: dict[str, Form] = {**TICKET_FORMS, **SETUP_FORMS}


def form_asked_for(kind: str, body: Payload) -> Form | None:
    """The form that a request asks for, if that is what it does."""
    if kind == Kind.ACTION:
        return FORMS.get(pressed(body)[0])
    return FORMS.get(text_of(body.get("callback_id"))) if kind == Kind.SHORTCUT else None
