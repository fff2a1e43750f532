"""What every modal about a ticket has: a memory that proves nothing, a moment of waiting, and an answer at the end.

Whatever comes back from a modal is untrusted (Slack: private_metadata): it names a ticket and says until when it is
worth reading. The ticket is loaded again and the person authorised again when the form is submitted.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.slack import blocks
from bot.slack.blocks import Block
from bot.slack.envelopes import Payload, mapping, text_of
from bot.slack.fields import plain_text
from bot.slack.text import clip

WORTH_READING = timedelta(hours=12)
_MOST_BLOCKS = 100
_LONGEST_MEMORY = 3000
# What we write is far shorter; what is nested deeper than Python likes is not ours.
_LONGEST_OF_OURS = 100


def form(callback: str, title: str, submit: str, fields: Sequence[Block], memory: str) -> Block:
    """A modal with a button that sends what was filled in."""
    return modal(title, fields) | {
        "callback_id": callback,
        "submit": plain_text(submit, blocks.TITLE_LIMIT),
        "close": plain_text("Cancel", blocks.TITLE_LIMIT),
        "private_metadata": clip(memory, _LONGEST_MEMORY),
    }


def modal(title: str, contents: Sequence[Block]) -> Block:
    """A modal that is only read."""
    return {
        "type": "modal",
        "title": plain_text(title, blocks.TITLE_LIMIT),
        "close": plain_text("Close", blocks.TITLE_LIMIT),
        "blocks": list(contents)[:_MOST_BLOCKS],
    }


def loading(title: str) -> Block:
    """What stands there at once, while the rest is looked up."""
    return modal(title, [blocks.section("One moment …")])


def working(title: str) -> Block:
    """What stands there once a form is stored; it is done even if nobody waits for the answer."""
    return modal(
        title, [blocks.section("Noted. One moment …"), blocks.context("You can close this: it is done anyway.")]
    )


def said(title: str, text: str, shown: Sequence[Block] = ()) -> Block:
    """An answer."""
    return modal(title, shown or [blocks.section(text)])


def remember(ticket_id: int, now: datetime) -> str:
    """What a form brings back."""
    return json.dumps({"ticket": ticket_id, "until": int((now + WORTH_READING).timestamp())})


def remembered(memory: str, now: datetime) -> int | None:
    """The ticket that a form is about; None for what is too old, or was never written by us."""
    try:
        found: Any = json.loads(memory[:_LONGEST_OF_OURS])
    except ValueError:
        return None
    ticket_id, until = mapping(found).get("ticket"), mapping(found).get("until")
    if type(ticket_id) is not int or type(until) is not int or not 0 < ticket_id < 10**9:
        return None
    newest = (now + WORTH_READING).timestamp()
    return ticket_id if now.timestamp() <= until <= newest else None


def filled_in(view: Payload) -> dict[str, str]:
    """What somebody has filled in, by the name of the field; what was left empty is missing."""
    found = {}
    for name, fields in mapping(mapping(view.get("state")).get("values")).items():
        for field in mapping(fields).values():
            value = _value(mapping(field))
            if value:
                found[str(name)] = value
    return found


def _value(field: Payload) -> str:
    if isinstance(field.get("selected_date_time"), int):
        return str(field["selected_date_time"])
    return text_of(field.get("value")).strip() or text_of(mapping(field.get("selected_option")).get("value"))


def moment(value: str) -> datetime | None:
    """The instant of a date and time that was picked; None where none was, or it is nonsense."""
    return datetime.fromtimestamp(int(value), UTC) if value.isascii() and value.isdigit() and len(value) < 11 else None
