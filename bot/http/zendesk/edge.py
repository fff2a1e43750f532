"""The outermost layer: every path works with and without ``.json``, and every answer says what it is."""

from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS, PATH = "threadline.headers", "threadline.path"
_SUFFIX = ".json"
_DOCUMENT = "/openapi.json"
_JSON = b"application/json; charset=utf-8"
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"x-zendesk-api-version", b"v2"),
)


class Edge:
    """Takes ``.json`` off the path, and puts onto the answer what all answers carry."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers: list[tuple[bytes, bytes]] = []
        inner: dict[str, Any] = {**scope, "path": _plain(scope["path"]), HEADERS: headers, PATH: scope["path"]}

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [(name, _full(name, value)) for name, value in message["headers"]]
                message = {**message, "headers": [*given, *headers, *_ALWAYS]}
            await send(message)

        await self._app(inner, receive, answer)


def _plain(path: str) -> str:
    if path.endswith(_DOCUMENT):
        return path
    return path.removesuffix(_SUFFIX).rstrip("/") or "/"


def _full(name: bytes, value: bytes) -> bytes:
    return _JSON if name == b"content-type" and value.startswith(b"application/json") else value
