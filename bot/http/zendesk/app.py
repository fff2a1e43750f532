"""The REST API as one application, mounted at ``/api/v2``."""

import re

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.routing import Mount

from bot.http.zendesk import (
    account,
    incremental,
    policies,
    schedules,
    search,
    structure,
    ticket_parts,
    tickets,
    users,
    webhooks,
)
from bot.http.zendesk.documents import document
from bot.http.zendesk.edge import Edge
from bot.http.zendesk.errors import RESPONSES, handle_errors
from bot.http.zendesk.ports import ApiPorts
from bot.http.zendesk.rates import RateLimits

_ROOT = "/api/v2"
ROUTERS = (
    *policies.ROUTERS,
    schedules.router,
    tickets.router,
    ticket_parts.router,
    ticket_parts.metrics_router,
    users.router,
    structure.organizations_router,
    structure.groups_router,
    incremental.router,
    search.router,
    account.router,
    webhooks.router,
)


def build_api(ports: ApiPorts) -> FastAPI:
    """The application with its routes."""
    app = FastAPI(
        title="Threadline",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        responses=RESPONSES,
    )
    app.state.ports = ports
    app.state.rates = RateLimits(limit=ports.requests_per_minute)
    app.add_middleware(Edge)
    handle_errors(app)
    for router in ROUTERS:
        app.include_router(router)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]  # FastAPI's own way to extend the document
    return app


def mount_api(web: FastAPI, ports: ApiPorts) -> None:
    """Serve the API below ``/api/v2``: every answer there is its own, also that there is nothing."""
    mount = Mount(_ROOT, app=build_api(ports), name="api")
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)  # a path may hold a line break
    web.router.routes.append(mount)

    @web.api_route(_ROOT, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    async def root(_request: Request) -> JSONResponse:
        return JSONResponse({"error": "InvalidEndpoint", "description": "Not found"}, status_code=404)
