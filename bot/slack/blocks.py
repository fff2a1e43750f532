"""Block Kit's pieces, each already within Slack's limits; every message also carries its text alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.slack.text import clip

Block = dict[str, Any]

# Slack: limits of Block Kit, in characters.
HEADER_LIMIT = 150
SECTION_LIMIT = 3000
FIELD_LIMIT = 2000
CONTEXT_LIMIT = 2000
BUTTON_LIMIT = 75
OPTION_LIMIT = 75
TITLE_LIMIT = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message: what phones and screen readers get, and the blocks that everybody else sees."""

    text: str
    blocks: tuple[Block, ...]


def header(text: str) -> Block:
    """A large line of plain text."""
    return {"type": "header", "text": {"type": "plain_text", "text": clip(text, HEADER_LIMIT), "emoji": True}}


def section(mrkdwn: str) -> Block:
    """A paragraph in Slack's markup."""
    return {"type": "section", "text": _mrkdwn(mrkdwn, SECTION_LIMIT)}


def fields(mrkdwn: Sequence[str]) -> Block:
    """Up to ten short texts in two columns."""
    return {
        "type": "section",
        "fields": [_mrkdwn(text, FIELD_LIMIT) for text in mrkdwn[:10]],
    }


def context(mrkdwn: str) -> Block:
    """A small grey line."""
    return {"type": "context", "elements": [_mrkdwn(mrkdwn, CONTEXT_LIMIT)]}


def _mrkdwn(text: str, limit: int) -> Block:
    """Our own markup; ``verbatim``, so that an address in somebody's name becomes no link."""
    return {"type": "mrkdwn", "text": clip(text, limit), "verbatim": True}


def quote(plain_text: str) -> Block:
    """Somebody else's words: rich text interprets nothing, so they can neither ping nor link."""
    text = {"type": "text", "text": clip(plain_text, SECTION_LIMIT) or " "}
    return {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": [text]}]}


def button(label: str, *, action: str, value: str, style: str | None = None) -> Block:
    """A button; ``value`` comes back as it is and must not be trusted."""
    made: Block = {
        "type": "button",
        "action_id": action,
        "text": {"type": "plain_text", "text": clip(label, BUTTON_LIMIT), "emoji": True},
        "value": value,
    }
    return made | {"style": style} if style else made


def actions(elements: Sequence[Block], *, block_id: str) -> Block:
    """A row of buttons and menus."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def menu(placeholder: str, *, action: str, options: Sequence[tuple[str, str]], chosen: str = "") -> Block:
    """A drop-down list of (label, value) pairs, at most a hundred; ``chosen`` is the value that it begins with."""
    listed = [
        {"text": {"type": "plain_text", "text": clip(label, OPTION_LIMIT)}, "value": value}
        for label, value in options[:100]
    ]
    made: Block = {
        "type": "static_select",
        "action_id": action,
        "placeholder": {"type": "plain_text", "text": clip(placeholder, 150)},
        "options": listed,
    }
    initial = [option for option in listed if option["value"] == chosen]
    return made | {"initial_option": initial[0]} if initial else made


def overflow(*, action: str, options: Sequence[tuple[str, str]]) -> Block:
    """A menu behind three dots, for what is rarely needed: at most five (label, value) pairs."""
    listed = [
        {"text": {"type": "plain_text", "text": clip(label, OPTION_LIMIT), "emoji": True}, "value": value}
        for label, value in options[:5]
    ]
    return {"type": "overflow", "action_id": action, "options": listed}


def divider() -> Block:
    """A line between what belongs together and what does not."""
    return {"type": "divider"}
