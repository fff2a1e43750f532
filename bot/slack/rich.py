"""Rich text, whose text elements Slack does not interpret: somebody else's words stay words."""

from collections.abc import Sequence
from datetime import datetime

from bot.slack.blocks import Block
from bot.slack.text import clip

_PREFORMATTED_LIMIT = 3000


def rich(*parts: Block) -> Block:
    """A block of rich text: lines, lists, preformatted text."""
    return {"type": "rich_text", "elements": list(parts)}


def line(*elements: Block) -> Block:
    """Elements one after the other."""
    return {"type": "rich_text_section", "elements": list(elements)}


def bullets(lines: Sequence[Block]) -> Block:
    """A list of lines."""
    return {"type": "rich_text_list", "style": "bullet", "elements": list(lines)}


def preformatted(text: str) -> Block:
    """Text in a monospaced box, so that columns stand below each other."""
    return {"type": "rich_text_preformatted", "elements": [words(clip(text, _PREFORMATTED_LIMIT))]}


def words(text: str, *, bold: bool = False) -> Block:
    """Text as it is; Slack refuses an empty one."""
    said: Block = {"type": "text", "text": text or " "}
    return said | {"style": {"bold": True}} if bold else said


def link(url: str, text: str) -> Block:
    """A link of our own; without an address its text alone."""
    return {"type": "link", "url": url, "text": text} if url else words(text)


def person(user: str) -> Block:
    """Somebody, by the name that each reader knows them by; where nobody else reads along it notifies nobody."""
    return {"type": "user", "user_id": user}


def date(instant: datetime) -> Block:
    """An instant that everybody reads in their own time zone."""
    fallback = f"{instant:%Y-%m-%d %H:%M} UTC"
    at = int(instant.timestamp())
    return {"type": "date", "timestamp": at, "format": "{date_short_pretty} {time}", "fallback": fallback}
