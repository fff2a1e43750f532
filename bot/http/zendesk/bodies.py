"""What clients send: read as JSON whatever they call it, and made fit to be kept."""

import json
import math
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import Depends, Request
from pydantic import BaseModel

from bot.http.zendesk.errors import ApiError
from bot.services.api.refusals import UnreadableError

MAX_BODY_BYTES = 1_000_000
_DEEPEST = 40

WRITTEN: dict[str, type[BaseModel]] = {}
"""The shapes of bodies by name, for the OpenAPI document."""


async def read_body(request: Request) -> dict[str, Any]:
    """The JSON object that a request carries.

    Raises:
        ApiError: It is too large, or not JSON, or not an object.
    """
    return _parsed(await _raw(request))


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw, parse_constant=_no_constant, parse_float=_finite)
        found = _fit(found, _DEEPEST)
    except (ValueError, RecursionError):
        raise ApiError(422, "Unprocessable Entity", "Server could not parse JSON") from None
    if not isinstance(found, dict):
        raise ApiError(422, "Unprocessable Entity", "The body has to be a JSON object")
    return found


async def read_body_if_any(request: Request) -> dict[str, Any]:
    """The same, or nothing where there is no body; some clients send a DELETE's as a form."""
    raw = await _raw(request)
    if not raw.strip():
        return {}
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {
            clean(name): list(map(clean, values)) for name, values in parse_qs(raw.decode(errors="replace")).items()
        }
    return _parsed(raw)


async def _raw(request: Request) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY_BYTES:
            raise ApiError(413, "RequestEntityTooLarge", "The body is larger than 1 MB")
        parts.append(part)
    return b"".join(parts)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON.")


def _finite(written: str) -> float:
    number = float(written)
    if not math.isfinite(number):
        raise ValueError(f"{written} is too large.")
    return number


def _fit(value: Any, depth: int) -> Any:
    """A value without what UTF-8 cannot hold; what is nested too deep raises ValueError."""
    if depth == 0:
        raise ValueError("The body is nested too deep.")
    match value:
        case str():
            return clean(value)
        case list():
            return [_fit(item, depth - 1) for item in value]
        case dict():
            return {clean(key): _fit(item, depth - 1) for key, item in value.items()}
        case _:
            return value


def clean(text: str) -> str:
    """Text that every database and every client can hold: NUL and half characters become U+FFFD."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def wrapped(body: dict[str, Any], name: str) -> dict[str, Any]:
    """What a body holds under its name.

    Raises:
        UnreadableError: There is nothing, or it is not an object.
    """
    found = body.get(name)
    if not isinstance(found, dict):
        raise UnreadableError(f"{name} is missing" if found is None else f"{name} has to be an object")
    return found


def takes(model: type[BaseModel], *, required: bool = True) -> dict[str, Any]:
    """What the OpenAPI document says of a route's body."""
    WRITTEN[model.__name__] = model
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": schema}}}}


Body = Annotated[dict[str, Any], Depends(read_body)]
MaybeBody = Annotated[dict[str, Any], Depends(read_body_if_any)]
