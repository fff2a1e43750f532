"""The control interface over HTTP: `POST /sandbox/NAMESPACE/METHOD` with a JSON object of arguments."""

import inspect
import types
import typing
from collections.abc import Callable
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox.errors import SandboxError, SlackError
from bot.sandbox.model import Json
from bot.sandbox.strict_json import NotAnObjectError, parse_object

BODY_BYTES = 20_000_000


class Control:
    """Calls the Python interface by name, after checking names and types of the arguments."""

    def __init__(self, namespaces: dict[str, object]) -> None:
        self._methods: dict[str, Callable[..., object]] = {
            f"{space}/{name}": method
            for space, owner in namespaces.items()
            for name, method in inspect.getmembers(owner, inspect.ismethod)
            if not name.startswith("_")
        }

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer `{"ok": true, "result": ...}`, or what is wrong with the request."""
        path = f"{request.match_info['namespace']}/{request.match_info['method']}"
        try:
            refuse_foreign(request)
            if request.method == "GET" and request.match_info["namespace"] != "read":
                return _not_allowed(path)
            method = self._find(path)
            result = method(**_checked(method, await _arguments(request)))
            if inspect.isawaitable(result):
                result = await result
        except SandboxError as problem:
            return web.json_response({"ok": False, "error": problem.code, "message": str(problem)}, status=400)
        except SlackError as refusal:
            return web.json_response({"ok": False, "error": refusal.error, **refusal.fields}, status=400)
        return web.json_response({"ok": True, "result": result})

    def _find(self, path: str) -> Callable[..., object]:
        if path not in self._methods:
            raise SandboxError(f"There is no {path}; GET /sandbox/ lists what there is.", code="unknown_method")
        return self._methods[path]

    async def index(self, request: web.Request) -> web.StreamResponse:
        """List every method with its arguments."""
        del request
        listing = {path: str(inspect.signature(method)) for path, method in sorted(self._methods.items())}
        return web.json_response({"ok": True, "methods": listing})


def _not_allowed(path: str) -> web.Response:
    message = f"{path} changes things: POST it."
    return web.json_response({"ok": False, "error": "post_only", "message": message}, status=405)


def refuse_foreign(request: web.Request) -> None:
    """Keep other web pages in the same browser from driving the sandbox."""
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).netloc != request.headers.get("Host"):
        raise SandboxError("Requests from other sites are refused.", code="foreign_origin")


async def _arguments(request: web.Request) -> Json:
    if request.method == "GET":
        return {name: _from_query(value) for name, value in request.query.items()}
    try:
        return parse_object(await request.read())
    except NotAnObjectError:
        raise SandboxError("The body is not a JSON object.", code="json_not_object") from None
    except ValueError:
        raise SandboxError("The body is not JSON.", code="invalid_json") from None


def _from_query(value: str) -> object:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else value


def _checked(method: Callable[..., object], args: Json) -> Json:
    parameters = inspect.signature(method).parameters
    hints = typing.get_type_hints(method)
    problems = [f"{name} is not an argument." for name in args if name not in parameters]
    problems += [
        f"{name} is missing."
        for name, parameter in parameters.items()
        if parameter.default is parameter.empty and name not in args
    ]
    problems += [
        f"{name} has the wrong type."
        for name, value in args.items()
        if name in parameters and not _fits(value, hints[name])
    ]
    if problems:
        raise SandboxError(" ".join(problems), code="invalid_arguments")
    return args


def _fits(value: object, hint: object) -> bool:
    if isinstance(hint, types.UnionType):
        return any(_fits(value, one) for one in typing.get_args(hint))
    origin = typing.get_origin(hint) or hint
    if hint is typing.Any or hint is object:
        return True
    if origin is list:
        inner = typing.get_args(hint) or (object,)
        return isinstance(value, list) and all(_fits(item, inner[0]) for item in value)
    if origin is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if origin is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(origin, type) and isinstance(value, origin)
