"""The REST API as one application, mounted at ``/api/v2``."""

from fastapi import FastAPI

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
)
from bot.http.zendesk.documents import document
from bot.http.zendesk.edge import Edge
from bot.http.zendesk.errors import RESPONSES, handle_errors
from bot.http.zendesk.ports import ApiPorts
from bot.http.zendesk.rates import RateLimits

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
