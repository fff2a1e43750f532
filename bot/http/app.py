"""The web application: Slack's requests, the dashboard, and what operators ask."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from slack_bolt.async_app import AsyncApp

from bot.http.dashboard.access import Dashboard
from bot.http.dashboard.routes import dashboard_routes
from bot.http.metrics import CONTENT_TYPE
from bot.http.zendesk.app import mount_api
from bot.http.zendesk.ports import ApiPorts
from bot.slack.receiver import dispatch_http

MAX_BODY_BYTES = 1_000_000
_STATIC = Path(__file__).parent / "dashboard" / "static"


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
        dashboard: What the pages for people work with; None without them.
        api: What the REST API works with; None without one.
    """

    receiver: AsyncApp | None
    liveness: Callable[[], Readiness]
    readiness: Callable[[], Awaitable[Readiness]]
    metrics: Callable[[], Awaitable[bytes]]
    dashboard: Dashboard | None = None
    api: ApiPorts | None = None


def build_web(ports: Ports) -> FastAPI:
    """The application with its routes."""
    app = FastAPI(title="Threadline", docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    if ports.api is not None:
        mount_api(app, ports.api)

    if ports.dashboard is not None:
        app.include_router(dashboard_routes(ports.dashboard))

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
