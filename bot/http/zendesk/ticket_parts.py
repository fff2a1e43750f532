"""What belongs to one ticket: its tags, comments, audits, metrics, metric events and promises."""

from functools import partial
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import Connection

from bot.http.zendesk.access import Agent, Caller, Reader
from bot.http.zendesk.audits_json import AuditResource, CommentResource, audits_json, comments_json
from bot.http.zendesk.bodies import Body, MaybeBody, takes
from bot.http.zendesk.identifiers import Identifier
from bot.http.zendesk.metric_event_json import TicketMetricEventResource
from bot.http.zendesk.paging import PagedResource, Pages
from bot.http.zendesk.people_json import UserResource, people_json
from bot.http.zendesk.ports import Api, ApiPorts
from bot.http.zendesk.routes import resource_router
from bot.http.zendesk.sideloads import events_of_tickets, included
from bot.http.zendesk.slas_json import slas_json
from bot.http.zendesk.ticket_json import SlaPolicyMetricResource
from bot.http.zendesk.ticket_metric_json import TicketMetricResource, metric_json
from bot.http.zendesk.tickets import Include, found, writer_of
from bot.services.api import ticket_writing
from store import exports, instances
from store.exports import Page
from store.instances import InstanceRecord
from store.ticket_events import TicketEvent
from store.tickets import TicketRecord


class TagsResource(BaseModel):
    """The tags of a ticket."""

    tags: list[str]


class TagsWrite(BaseModel):
    """Tags to be set, added or removed."""

    tags: list[str]


class CommentListResource(PagedResource):
    """Comments."""

    comments: list[CommentResource]
    users: list[UserResource] | None = None


class AuditListResource(PagedResource):
    """Audits."""

    audits: list[AuditResource]


class TicketMetricEnvelopeResource(BaseModel):
    """The metrics of a ticket: one object."""

    ticket_metric: TicketMetricResource


class TicketMetricListResource(PagedResource):
    """The metrics of tickets."""

    ticket_metrics: list[TicketMetricResource]


class TicketMetricEventListResource(PagedResource):
    """The metric events of a ticket."""

    ticket_metric_events: list[TicketMetricEventResource]


class PolicyMetricListResource(PagedResource):
    """The promises to a ticket."""

    policy_metrics: list[SlaPolicyMetricResource]


router = resource_router("/tickets/{ticket_id}", "tickets")
metrics_router = resource_router("/ticket_metrics", "ticket_metrics")
Order = Annotated[str | None, Query(description="desc for the newest first.")]


@router.get("/tags", response_model=TagsResource)
async def show_tags(api: Api, _caller: Reader, ticket_id: Identifier) -> Any:
    """The tags."""
    return {"tags": (await found(api, ticket_id)).tags}


@router.post("/tags", response_model=TagsResource, status_code=201, openapi_extra=takes(TagsWrite))
async def set_tags(api: Api, caller: Agent, ticket_id: Identifier, body: Body) -> Any:
    """Set the tags."""
    return await _retagged(api, caller, ticket_id, body.get("tags"), "set")


@router.put("/tags", response_model=TagsResource, openapi_extra=takes(TagsWrite))
async def add_tags(api: Api, caller: Agent, ticket_id: Identifier, body: Body) -> Any:
    """Add tags."""
    return await _retagged(api, caller, ticket_id, body.get("tags"), "add")


@router.delete("/tags", response_model=TagsResource, openapi_extra=takes(TagsWrite))
async def remove_tags(api: Api, caller: Agent, ticket_id: Identifier, body: MaybeBody, tags: str | None = None) -> Any:
    """Remove tags: those in the body, or in the query."""
    return await _retagged(api, caller, ticket_id, body.get("tags", tags), "remove")


async def _retagged(api: ApiPorts, caller: Caller, number: int, given: Any, how: str) -> dict[str, Any]:
    await found(api, number)
    writer = await writer_of(api, caller, {})
    change = partial(ticket_writing.retag, writer=writer, ticket_id=number, given=given, how=how)
    return {"tags": await api.db.write(change)}


@router.get("/comments", response_model=CommentListResource)
async def list_comments(
    api: Api, caller: Reader, ticket_id: Identifier, pages: Pages, include: Include = None, sort_order: Order = None
) -> Any:
    """What was said, in public and internally."""
    said = await comments_json(api, await found(api, ticket_id))
    if sort_order == "desc":
        said.reverse()
    listed = pages.list_of("comments", said, caller.links, dict)
    if "users" in included(include):
        workspace = api.desk().workspace
        events = await api.db.read(lambda conn: exports.events_of(conn, workspace, [ticket_id]))
        names = sorted({event.actor for event in events if event.type in {"created", "comment"} and event.actor})
        listed["users"] = await people_json(api, caller, names)
    return listed


@router.get("/audits", response_model=AuditListResource)
async def list_audits(api: Api, caller: Reader, ticket_id: Identifier, pages: Pages, sort_order: Order = None) -> Any:
    """Everything that was done to the ticket."""
    audits = await audits_json(api, await found(api, ticket_id))
    if sort_order == "desc":
        audits.reverse()
    return pages.list_of("audits", audits, caller.links, dict)


@router.get("/metrics", response_model=TicketMetricEnvelopeResource)
async def show_metrics(api: Api, caller: Reader, ticket_id: Identifier) -> Any:
    """What was measured of the ticket."""
    shown = await _metrics(api, caller, [await found(api, ticket_id)])
    return {"ticket_metric": shown[0]}


@router.get("/metric_events", response_model=TicketMetricEventListResource)
async def list_metric_events(api: Api, caller: Reader, ticket_id: Identifier, pages: Pages) -> Any:
    """What happened to the ticket's clocks."""
    await found(api, ticket_id)
    events = (await events_of_tickets(api, [ticket_id]))[ticket_id]
    return pages.list_of("ticket_metric_events", events, caller.links, dict)


@router.get("/slas/policy_metrics", response_model=PolicyMetricListResource)
async def list_policy_metrics(api: Api, caller: Reader, ticket_id: Identifier, pages: Pages) -> Any:
    """The promises to the ticket, as `include=slas` shows them."""
    await found(api, ticket_id)
    workspace = api.desk().workspace
    clocks = await api.db.read(lambda conn: instances.of_ticket(conn, workspace, ticket_id))
    shown = slas_json(clocks, api.clock.now())["policy_metrics"]
    return pages.list_of("policy_metrics", shown, caller.links, dict)


@metrics_router.get("", response_model=TicketMetricListResource)
async def list_ticket_metrics(api: Api, caller: Reader, pages: Pages) -> Any:
    """What was measured of every ticket."""
    workspace = api.desk().workspace
    page = Page(offset=pages.offset, limit=pages.size)

    def gather(conn: Connection) -> tuple[list[TicketRecord], int]:
        return exports.tickets_listed(conn, workspace, (), page), exports.tickets_counted(conn, workspace, ())

    listed, total = await api.db.read(gather)
    return pages.of("ticket_metrics", await _metrics(api, caller, listed), total, caller.links)


@metrics_router.get("/{ticket_metric_id}", response_model=TicketMetricEnvelopeResource)
async def show_ticket_metric(api: Api, caller: Reader, ticket_metric_id: Identifier) -> Any:
    """What was measured of one ticket, which has the same number."""
    shown = await _metrics(api, caller, [await found(api, ticket_metric_id)])
    return {"ticket_metric": shown[0]}


async def _metrics(api: ApiPorts, caller: Caller, listed: list[TicketRecord]) -> list[dict[str, Any]]:
    workspace = api.desk().workspace
    ids = [ticket.ticket_id for ticket in listed]

    def gather(conn: Connection) -> tuple[list[InstanceRecord], list[TicketEvent]]:
        return instances.of_tickets(conn, workspace, ids), exports.events_of(conn, workspace, ids)

    clocks, events = await api.db.read(gather)
    return [
        metric_json(
            ticket,
            [one for one in clocks if one.ticket_id == ticket.ticket_id],
            [event for event in events if event.ticket_id == ticket.ticket_id],
            caller.links,
        )
        for ticket in listed
    ]
