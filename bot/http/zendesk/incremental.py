"""Incremental exports (Zendesk: Incremental Exports): what changed since a time, in the order of the changes.

A page ends with a whole second, so that nothing is lost or told twice between pages. Exports go by when something
was recorded, not by when it happened: what becomes known late is told late, and no exporter misses it.
"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel

from bot.http.zendesk.access import Caller, Reader
from bot.http.zendesk.export_pages import ROWS, by_cursor, metric_position, micros, position, rows_of, since_of, timed
from bot.http.zendesk.metric_event_json import TicketMetricEventResource, places_of
from bot.http.zendesk.naming import numbers
from bot.http.zendesk.paging import MOST, MetaResource, PageLinksResource, cursor_of
from bot.http.zendesk.people_json import UserResource, people_json
from bot.http.zendesk.ports import Api, ApiPorts
from bot.http.zendesk.routes import resource_router
from bot.http.zendesk.sideloads import included, shown_events, tickets_json
from bot.http.zendesk.structure_json import OrganizationResource, organizations_json
from bot.http.zendesk.ticket_event_json import TicketEventResource, ticket_event_json
from bot.http.zendesk.ticket_json import TicketResource
from bot.http.zendesk.tickets import BesideResource, Include
from bot.http.zendesk.users import everybody
from bot.services.api.numbers import Kind
from store import exports, resources
from store.exports import Since
from store.tickets import TicketRecord


class TimedResource(BaseModel):
    """What every export by time carries."""

    count: int | None = None
    end_time: int | None = None
    next_page: str | None = None
    end_of_stream: bool | None = None


class MetricEventExportResource(TimedResource):
    """Metric events; by cursor, `meta` and `links` instead."""

    ticket_metric_events: list[TicketMetricEventResource]
    meta: MetaResource | None = None
    links: PageLinksResource | None = None


class TicketExportResource(TimedResource, BesideResource):
    """Tickets by time."""

    tickets: list[TicketResource]


class TicketEventExportResource(TimedResource):
    """What happened to tickets."""

    ticket_events: list[TicketEventResource]


class OrganizationExportResource(TimedResource):
    """Customers by time."""

    organizations: list[OrganizationResource]


class CursorResource(BaseModel):
    """What every export by cursor carries."""

    after_cursor: str | None
    after_url: str | None
    before_cursor: str | None
    before_url: str | None
    end_of_stream: bool


class TicketCursorResource(CursorResource, BesideResource):
    """Tickets by cursor."""

    tickets: list[TicketResource]


class UserCursorResource(CursorResource):
    """Users by cursor."""

    users: list[UserResource]


router = resource_router("/incremental", "incremental")
Start = Annotated[str | None, Query(description="Seconds since 1970, or an instant in ISO 8601; inclusive.")]
Cursor = Annotated[str | None, Query(description="Where the page before ended.")]


def _page(workspace: str, since: datetime) -> Since:
    return Since(workspace=workspace, at=since, size=ROWS)


@router.get("/ticket_metric_events", response_model=MetricEventExportResource)
async def export_metric_events(
    api: Api,
    caller: Reader,
    start_time: Start = None,
    size: Annotated[str | None, Query(alias="page[size]", description="Rows a page, by cursor.")] = None,
    after: Annotated[str | None, Query(alias="page[after]", description="A cursor.")] = None,
) -> Any:
    """What happened to clocks."""
    since, workspace = since_of(start_time), api.desk().workspace
    if size is not None or after is not None:
        return await _metric_events_by_cursor(api, caller, metric_position(after, since), rows_of(size, MOST))
    entries, more = await api.db.read(lambda conn: exports.metrics_recorded(conn, _page(workspace, since), places_of))
    events = await shown_events(api, entries)
    last = entries[-1].recorded_at if entries else None
    return timed("ticket_metric_events", events, since=since, last=last, more=more, links=caller.links, ends=True)


async def _metric_events_by_cursor(
    api: ApiPorts, caller: Caller, behind: tuple[datetime, int, int], size: int
) -> dict[str, Any]:
    workspace = api.desk().workspace
    at, number, place = behind
    # An entry may be many events: as many entries as events are enough, and the one that the last page ended within.
    before = (at, number - 1)
    entries = await api.db.read(lambda conn: exports.metrics_after(conn, workspace, before, size + 1))
    positions = {entry.event_id: entry.recorded_at for entry in entries}
    events = await shown_events(api, entries)
    if number:
        events = [event for event in events if not _is_told(event, number, place)]
    page, more = events[:size], len(events) > size or len(entries) > size
    after = None
    if page:
        last = page[-1]["id"]
        after = cursor_of(f"{micros(positions[last // 16])}.{last // 16}.{last % 16}")
    return {
        "ticket_metric_events": page,
        "meta": {"has_more": more, "after_cursor": after, "before_cursor": None},
        "links": {"next": caller.links.here({"page[after]": after}) if more else None, "prev": None},
    }


def _is_told(event: dict[str, Any], number: int, place: int) -> bool:
    """Whether an event of the entry within which the last page ended was on that page."""
    order = (2, 3, 4, 5, 6, 7, 0, 1)  # measures come first, a status last
    own, told = event["id"] % 16, place
    return event["id"] // 16 == number and order.index(own) <= order.index(told)


@router.get("/tickets", response_model=TicketExportResource)
async def export_tickets(api: Api, caller: Reader, start_time: Start = None, include: Include = None) -> Any:
    """Tickets that were changed; what people said is no ticket is told as deleted."""
    since, workspace = since_of(start_time), api.desk().workspace
    listed, more = await api.db.read(lambda conn: exports.tickets_changed(conn, _page(workspace, since)))
    shown, beside = await tickets_json(api, caller, listed, included(include))
    last = listed[-1].updated_at if listed else None
    page = timed("tickets", shown, since=since, last=last, more=more, links=caller.links, ends=False)
    return page | beside


@router.get("/tickets/cursor", response_model=TicketCursorResource)
async def export_tickets_by_cursor(
    api: Api,
    caller: Reader,
    start_time: Start = None,
    cursor: Cursor = None,
    include: Include = None,
    per_page: str | None = None,
) -> Any:
    """Tickets that were changed, by cursor."""
    workspace, rows = api.desk().workspace, rows_of(per_page)
    behind = position(start_time, cursor)

    async def fetch(behind: tuple[datetime, int]) -> list[tuple[datetime, int, TicketRecord]]:
        found = await api.db.read(lambda conn: exports.tickets_after(conn, workspace, behind, rows + 1))
        return [(ticket.updated_at, ticket.ticket_id, ticket) for ticket in found]

    page, carried = await by_cursor(fetch, behind, rows, caller.links)
    shown, beside = await tickets_json(api, caller, page, included(include))
    return {"tickets": shown} | carried | beside


@router.get("/users/cursor", response_model=UserCursorResource)
async def export_users_by_cursor(
    api: Api, caller: Reader, start_time: Start = None, cursor: Cursor = None, per_page: str | None = None
) -> Any:
    """Everybody who has to do with tickets, by cursor."""
    workspace, rows = api.desk().workspace, rows_of(per_page)
    behind = position(start_time, cursor)
    await numbers(api, {Kind.USER: await everybody(api)})

    async def fetch(behind: tuple[datetime, int]) -> list[tuple[datetime, int, str]]:
        known = await api.db.read(lambda conn: resources.of_kind(conn, workspace, Kind.USER))
        found = sorted((one.updated_at, one.number, one.name) for one in known)
        return [one for one in found if one[:2] > behind][: rows + 1]

    names, carried = await by_cursor(fetch, behind, rows, caller.links)
    shown = {user["external_id"]: user for user in await people_json(api, caller, names)}
    return {"users": [shown[name] for name in names]} | carried


@router.get("/organizations", response_model=OrganizationExportResource)
async def export_organizations(api: Api, caller: Reader, start_time: Start = None) -> Any:
    """Customers."""
    since, workspace = since_of(start_time), api.desk().workspace
    shown = await organizations_json(api, caller)
    known = await api.db.read(lambda conn: resources.named(conn, workspace, Kind.ORGANIZATION, shown))
    changed = sorted((one.updated_at, one.number, one.name) for one in known.values() if one.updated_at >= since)
    rows = [shown[name] for _, _, name in changed]
    last = changed[-1][0] if changed else None
    return timed("organizations", rows, since=since, last=last, more=False, links=caller.links, ends=False)


@router.get("/ticket_events", response_model=TicketEventExportResource)
async def export_ticket_events(api: Api, caller: Reader, start_time: Start = None, include: Include = None) -> Any:
    """What happened to tickets; with `include=comment_events` also what was said."""
    since, workspace = since_of(start_time), api.desk().workspace
    events, more = await api.db.read(lambda conn: exports.events_recorded(conn, _page(workspace, since)))
    known = await numbers(api, {Kind.USER: {event.actor for event in events}})
    words = "comment_events" in included(include)
    rows = [ticket_event_json(event, known, words=words) for event in events]
    last = events[-1].recorded_at if events else None
    return timed("ticket_events", rows, since=since, last=last, more=more, links=caller.links, ends=False)
