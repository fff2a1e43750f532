"""Reading JSON that strangers sent: objects only, and none so deep that writing them again would fail."""

import json

from bot.sandbox.model import Json

DEEPEST = 60


class NotAnObjectError(ValueError):
    """It is JSON, but no object."""


def parse(text: bytes | str) -> object:
    """Return any JSON value.

    Raises:
        ValueError: it is not JSON, or nested beyond reason.
    """
    try:
        found = json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("It is nested too deeply.") from None
    if _too_deep(found):
        raise ValueError("It is nested too deeply.")
    return found


def parse_object(text: bytes | str) -> Json:
    """Return a JSON object; an empty body counts as an empty one.

    Raises:
        NotAnObjectError: it is some other JSON value.
        ValueError: it is not JSON, or nested beyond reason.
    """
    if not text.strip():
        return {}
    found = parse(text)
    if not isinstance(found, dict):
        raise NotAnObjectError("It is not a JSON object.")
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON.")


def _too_deep(value: object) -> bool:
    layer, depth = [value], 0
    while layer:
        depth += 1
        if depth > DEEPEST:
            return True
        below: list[object] = []
        for item in layer:
            if isinstance(item, dict):
                below += item.values()
            elif isinstance(item, list):
                below += item
        layer = [item for item in below if isinstance(item, (dict, list))]
    return False
