"""Reading a Web API request: query, form or JSON, and the token in it."""

from urllib.parse import parse_qsl

from aiohttp import web

from bot.sandbox.errors import SlackError
from bot.sandbox.model import Json
from bot.sandbox.strict_json import NotAnObjectError, parse_object

_CHARSETS = ("utf-8", "iso-8859-1")


async def read_arguments(request: web.Request) -> tuple[Json, list[str]]:
    """Return a request's arguments, and Slack's warnings about how they were sent.

    Raises:
        SlackError: `invalid_json`, `json_not_object`, `invalid_form_data`, `invalid_post_type`, ...
    """
    args: Json = dict(request.query)
    if request.method != "POST":
        return args, []
    if (request.charset or "utf-8").lower() not in _CHARSETS:
        raise SlackError("invalid_charset")
    if "Content-Type" not in request.headers and request.can_read_body:
        raise SlackError("missing_post_type")
    match request.content_type:
        case "multipart/form-data":
            return args | await _multipart(request), []
        case "application/json":
            return args | _json(await request.read()), [] if request.charset else ["missing_charset"]
        case "application/x-www-form-urlencoded":
            return args | _form(await request.read()), []
        case "text/plain":
            return args, []
    if await request.read():
        raise SlackError("invalid_post_type")
    return args, []


def _json(body: bytes) -> Json:
    try:
        return parse_object(body)
    except NotAnObjectError:
        raise SlackError("json_not_object") from None
    except ValueError:
        raise SlackError("invalid_json") from None


def _form(body: bytes) -> Json:
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=1000))
    except ValueError:
        raise SlackError("invalid_form_data") from None


async def _multipart(request: web.Request) -> Json:
    try:
        form = await request.post()
    except ValueError:
        raise SlackError("invalid_form_data") from None
    return {name: value for name, value in form.items() if isinstance(value, str)}


def read_token(request: web.Request, args: Json) -> str:
    """Return the token of the header, or of the arguments (taking it out of them)."""
    inline = args.pop("token", "")
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return inline if isinstance(inline, str) else ""
