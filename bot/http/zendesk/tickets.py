"""Tickets (Zendesk: Tickets): read, made and changed; what is changed here shows in Slack."""

from functools import partial
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection

from bot.http.zendesk.access import Agent, Caller, Reader
from bot.http.zendesk.audits_json import AuditResource, audits_json
from bot.http.zendesk.bodies import Body, takes, wrapped
from bot.http.zendesk.identifiers import Identifier
from bot.http.zendesk.paging import PagedResource, Pages
from bot.http.zendesk.people_json import UserResource
from bot.http.zendesk.ports import Api, ApiPorts
from bot.http.zendesk.routes import resource_router
from bot.http.zendesk.sideloads import included, tickets_json
from bot.http.zendesk.structure_json import GroupResource, OrganizationResource
from bot.http.zendesk.ticket_json import TicketResource
from bot.http.zendesk.times import stamp
from bot.services.api import ticket_creation, ticket_writing
from bot.services.api.people import known_people
from bot.services.api.refusals import RecordNotFoundError, whole_number
from bot.services.api.ticket_writing import Writer
from bot.slack.client import SlackUnavailableError
from sla.ticket import ChannelKind
from store import exports, tickets
from store.exports import ORDERS, Page
from store.tickets import TicketRecord

MOST_SHOWN = 100


class BesideResource(BaseModel):
    """What may be shown beside tickets."""

    users: list[UserResource] | None = None
    organizations: list[OrganizationResource] | None = None
    groups: list[GroupResource] | None = None


class TicketEnvelopeResource(BesideResource):
    """One ticket."""

    ticket: TicketResource


class TicketListResource(PagedResource, BesideResource):
    """Tickets."""

    tickets: list[TicketResource]


class TicketChangedResource(BaseModel):
    """A ticket after a change, and what the change was."""

    ticket: TicketResource
    audit: AuditResource


class CountValueResource(BaseModel):
    """How many, and when that was counted."""

    value: int
    refreshed_at: str


class CountResource(BaseModel):
    """How many there are."""

    count: CountValueResource


class TicketWrite(BaseModel):
    """What may be written of a ticket."""

    model_config = ConfigDict(extra="allow")

    subject: str | None = None
    comment: dict[str, Any] | None = None
    status: str | None = None
    priority: str | None = None
    type: str | None = None
    tags: list[str] | None = None
    requester_id: int | None = None
    assignee_id: int | None = None
    group_id: int | None = None
    organization_id: int | None = None
    custom_fields: list[dict[str, Any]] | None = None


class TicketEnvelopeWrite(BaseModel):
    """A ticket to be written."""

    ticket: TicketWrite


Include = Annotated[str | None, Query(description="What to show besides: slas, users, organizations, groups, ...")]
router = resource_router("/tickets", "tickets")


async def found(api: ApiPorts, number: int) -> TicketRecord:
    """The ticket with a number.

    Raises:
        RecordNotFoundError: There is none, or it is no ticket.
    """
    workspace = api.desk().workspace
    ticket = await api.db.read(lambda conn: tickets.get(conn, workspace, number))
    if ticket is None or ticket.not_a_ticket:
        raise RecordNotFoundError
    return ticket


async def writer_of(api: ApiPorts, caller: Caller, given: dict[str, Any]) -> Writer:
    """Who writes, with everybody whom the request names."""
    comment = given.get("comment")
    named = [given.get("assignee_id"), given.get("requester_id")]
    named += [comment.get("author_id")] if isinstance(comment, dict) else []
    people = await known_people(named, desk=api.desk(), directory=api.directory, db=api.db)
    return Writer(desk=api.desk(), user=caller.user, who=caller.name, now=api.clock.now(), people=people)


def order_of(sort_by: str | None, sort_order: str | None, sort: str | None) -> tuple[str, bool]:
    """In which order a list is wanted: `sort_by` and `sort_order`, or `sort` with a minus for the other way round."""
    named, descending = (sort.removeprefix("-"), sort.startswith("-")) if sort else (sort_by, sort_order == "desc")
    names = {"id": "ticket_id", "created": "created_at", "updated": "updated_at"}
    order = names.get(named or "", named or "")
    return (order, descending) if order in ORDERS else ("ticket_id", descending)


@router.get("", response_model=TicketListResource)
async def list_tickets(
    api: Api,
    caller: Reader,
    pages: Pages,
    include: Include = None,
    sort_by: str | None = None,
    sort_order: str | None = None,
    sort: str | None = None,
) -> Any:
    """All tickets."""
    order, descending = order_of(sort_by, sort_order, sort)
    page = Page(order=order, descending=descending, offset=pages.offset, limit=pages.size)
    workspace = api.desk().workspace

    def gather(conn: Connection) -> tuple[list[TicketRecord], int]:
        listed = exports.tickets_listed(conn, workspace, (), page)
        return listed, exports.tickets_counted(conn, workspace, ())

    listed, total = await api.db.read(gather)
    shown, beside = await tickets_json(api, caller, listed, included(include))
    return pages.of("tickets", shown, total, caller.links) | beside


@router.post("", response_model=TicketChangedResource, status_code=201, openapi_extra=takes(TicketEnvelopeWrite))
async def create_ticket(api: Api, caller: Agent, body: Body, response: Response) -> Any:
    """Open a ticket; its first public comment is posted in the customer's channel."""
    given = wrapped(body, "ticket")
    writer = await writer_of(api, caller, given)
    kinds = await _channel_kinds(api)
    number, key = await api.db.write(partial(ticket_creation.create, writer=writer, given=given, kinds=kinds))
    response.headers["location"] = caller.links.to("tickets", number)
    return await _changed(api, caller, number, key)


async def _channel_kinds(api: ApiPorts) -> dict[str, ChannelKind]:
    """What Slack says of the channels in which customers write; one that it does not tell of counts as shared."""
    kinds: dict[str, ChannelKind] = {}
    for channel in api.desk().config.channels:
        try:
            place = await api.directory.channel(channel)
        except SlackUnavailableError:
            place = None
        kinds[channel] = (place.kind if place else None) or ChannelKind.SHARED
    return kinds


@router.get("/count", response_model=CountResource)
async def count_tickets(api: Api, _caller: Reader) -> Any:
    """How many tickets there are."""
    workspace = api.desk().workspace
    value = await api.db.read(lambda conn: exports.tickets_counted(conn, workspace, ()))
    return {"count": {"value": value, "refreshed_at": stamp(api.clock.now())}}


@router.get("/show_many", response_model=TicketListResource)
async def show_many(api: Api, caller: Reader, ids: str | None = None, include: Include = None) -> Any:
    """The tickets with these numbers, a hundred at most; those that do not exist are left out."""
    wanted = [number for written in (ids or "").split(",")[:MOST_SHOWN] if (number := whole_number(written.strip()))]
    workspace = api.desk().workspace
    listed = await api.db.read(lambda conn: tickets.many(conn, workspace, wanted))
    shown, beside = await tickets_json(
        api, caller, [ticket for ticket in listed if not ticket.not_a_ticket], included(include)
    )
    return {"tickets": shown, "count": len(shown), "next_page": None, "previous_page": None} | beside


@router.get("/{ticket_id}", response_model=TicketEnvelopeResource)
async def show_ticket(api: Api, caller: Reader, ticket_id: Identifier, include: Include = None) -> Any:
    """One ticket."""
    shown, beside = await tickets_json(api, caller, [await found(api, ticket_id)], included(include))
    return {"ticket": shown[0]} | beside


@router.put("/{ticket_id}", response_model=TicketChangedResource, openapi_extra=takes(TicketEnvelopeWrite))
async def update_ticket(api: Api, caller: Agent, ticket_id: Identifier, body: Body) -> Any:
    """Change a ticket; a comment is posted in the customer's thread, or in the card's when it is internal."""
    await found(api, ticket_id)
    given = wrapped(body, "ticket")
    writer = await writer_of(api, caller, given)
    key = await api.db.write(partial(ticket_writing.update, writer=writer, ticket_id=ticket_id, given=given))
    return await _changed(api, caller, ticket_id, key)


async def _changed(api: ApiPorts, caller: Caller, number: int, key: str) -> dict[str, Any]:
    workspace = api.desk().workspace
    ticket = await api.db.read(lambda conn: tickets.get(conn, workspace, number))
    assert ticket is not None, "it was just written"
    shown, _ = await tickets_json(api, caller, [ticket], frozenset())
    audits = await audits_json(api, ticket, since=key)
    return {"ticket": shown[0], "audit": audits[0]}
