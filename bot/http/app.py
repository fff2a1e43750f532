"""The web application: Slack's requests, the dashboard, and what operators ask."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from slack_bolt.async_app import AsyncApp

from bot.http.dashboard.status import render_status
from bot.http.metrics import CONTENT_TYPE
from bot.http.zendesk.app import build_api
from bot.http.zendesk.ports import ApiPorts
from bot.services.workspace.overview import StatusView
from bot.slack.receiver import dispatch_http

MAX_BODY_BYTES = 1_000_000
_NOT_HERE = "The queue can only be read at the machine that Threadline runs on, for example over an SSH tunnel."
_STATIC = Path(__file__).parent / "dashboard" / "static"
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether the program can do its work now, and what it saw."""

    ready: bool
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the web application asks of the rest of the program.

    Attributes:
        receiver: Takes Slack's requests over HTTP; None in Socket Mode.
        api: What the REST API works with; None without one.
    """

    receiver: AsyncApp | None
    status: Callable[[], Awaitable[StatusView]]
    liveness: Callable[[], Readiness]
    readiness: Callable[[], Awaitable[Readiness]]
    metrics: Callable[[], Awaitable[bytes]]
    api: ApiPorts | None = None


def build_web(ports: Ports) -> FastAPI:
    """The application with its routes."""
    app = FastAPI(title="Threadline", docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    if ports.api is not None:
        app.mount("/api/v2", build_api(ports.api), name="api")

    @app.post("/slack/events")
    async def slack_events(request: Request) -> Response:
        if ports.receiver is None:
            return JSONResponse({"error": "this bot listens in Socket Mode"}, status_code=404)
        raw = await _body(request)
        if raw is None:
            return JSONResponse({"error": "the body is larger than 1 MB"}, status_code=413)
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = await dispatch_http(ports.receiver, raw=raw, headers=headers, query=request.url.query)
        content_type = (answer.headers.get("content-type") or ["text/plain"])[0]
        return Response(answer.body or "", status_code=answer.status, media_type=content_type)

    @app.get("/", response_class=HTMLResponse)
    async def status(request: Request) -> HTMLResponse:
        if not is_from_here(request):
            return HTMLResponse(_NOT_HERE, status_code=403, headers=_HEADERS)
        return HTMLResponse(render_status(await ports.status()), headers=_HEADERS)

    @app.get("/healthz")
    async def health() -> JSONResponse:
        found = ports.liveness()
        return JSONResponse(found.detail, status_code=200 if found.ready else 503)

    @app.get("/readyz")
    async def ready() -> JSONResponse:
        found = await ports.readiness()
        return JSONResponse(found.detail | {"ready": found.ready}, status_code=200 if found.ready else 503)

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(await ports.metrics(), media_type=CONTENT_TYPE)

    return app


def is_from_here(request: Request) -> bool:
    """Whether a person at this machine asks: from a loopback address, by a loopback name, and through no proxy.

    The page shows what customers wrote. Until people can sign in, nobody else may read it; a forwarded request or a
    foreign name (a page elsewhere that resolves to us) is somebody else.
    """
    client = request.client.host if request.client else ""
    forwarded = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip", "via"))
    return _is_loopback(client) and _is_loopback(request.url.hostname or "") and not forwarded


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


async def _body(request: Request) -> bytes | None:
    """The body, or None as soon as it is larger than anything Slack sends."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY_BYTES:
            return None
        parts.append(part)
    return b"".join(parts)
