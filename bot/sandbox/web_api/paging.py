"""Cursors: opaque to the caller, a position to us."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from bot.sandbox.errors import SlackError
from bot.sandbox.web_api.call import Call, whole

T = TypeVar("T")


def encode(position: str) -> str:
    """Return a position as a cursor."""
    return base64.urlsafe_b64encode(f"next:{position}".encode()).decode()


def decode(cursor: str) -> str:
    """Return the position in a cursor.

    Raises:
        SlackError: `invalid_cursor`.
    """
    try:
        text = base64.urlsafe_b64decode(cursor.encode()).decode()
    except (binascii.Error, UnicodeError):
        raise SlackError("invalid_cursor") from None
    if not text.startswith("next:"):
        raise SlackError("invalid_cursor")
    return text.removeprefix("next:")


def page(call: Call, items: Sequence[T], *, default: int, most: int = 1000) -> tuple[list[T], str]:
    """Return one page of a list and the cursor of the next, which is empty on the last page."""
    limit = call.number("limit", default, most=most)
    start = 0
    if cursor := call.text("cursor"):
        position = whole(decode(cursor))
        if position is None:
            raise SlackError("invalid_cursor")
        start = position
    end = start + limit
    return list(items[start:end]), encode(str(end)) if end < len(items) else ""
