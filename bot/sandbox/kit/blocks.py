"""Block Kit's rules."""

from bot.sandbox.errors import SlackError
from bot.sandbox.kit.surface import Surface
from bot.sandbox.model import Json


def check_blocks(value: object, surface: Surface) -> list[Json]:
    """Return the blocks when they are what that surface may show."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise SlackError("invalid_blocks_format")
    del surface
    return value
