"""Incremental exports (Zendesk: Incremental Exports): what changed since a time, in the order of the changes.

A page ends with a whole second, so that nothing is lost or told twice between pages. Exports go by when something
was recorded, not by when it happened: what becomes known late is told late, and no exporter misses it.
"""

import math
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel

from bot.http.zendesk.access import Caller, Reader
from bot.http.zendesk.errors import ApiError
from bot.http.zendesk.links import Links
from bot.http.zendesk.metric_event_json import TicketMetricEventResource, places_of
from bot.http.zendesk.naming import numbers
from bot.http.zendesk.paging import MOST, MetaResource, PageLinksResource, cursor_of, position_of
from bot.http.zendesk.people_json import UserResource, people_json
from bot.http.zendesk.ports import Api, ApiPorts
from bot.http.zendesk.routes import resource_router
from bot.http.zendesk.sideloads import included, shown_events, tickets_json
from bot.http.zendesk.structure_json import OrganizationResource, organizations_json
from bot.http.zendesk.ticket_event_json import TicketEventResource, ticket_event_json
from bot.http.zendesk.ticket_json import TicketResource
from bot.http.zendesk.tickets import BesideResource, Include
from bot.http.zendesk.times import seconds_of
from bot.http.zendesk.users import everybody
from bot.services.api.numbers import Kind
from store import exports, resources
from store.exports import Since
from store.tickets import TicketRecord

ROWS = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = 4_102_444_800
_SECOND = timedelta(seconds=1)


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


def since_of(written: str | None) -> datetime:
    """The instant that `start_time` means.

    Raises:
        ApiError: It is missing, or no instant.
    """
    text = (written or "").strip()
    if not text:
        raise ApiError(400, "StartTimeMissing", "start_time is missing")
    try:
        seconds = _seconds(text)
    except (ValueError, OverflowError):
        raise ApiError(400, "InvalidStartTime", "start_time has to be seconds since 1970") from None
    return _EPOCH + timedelta(seconds=min(max(seconds, 0.0), _LAST))


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        found = datetime.fromisoformat(text)
        return (found.replace(tzinfo=UTC) if found.tzinfo is None else found).timestamp()
    if math.isnan(seconds):
        raise ValueError("It is not a number.")
    return seconds


def timed(
    name: str, rows: list[Any], *, since: datetime, last: datetime | None, more: bool, links: Links, ends: bool
) -> dict[str, Any]:
    """A page by time. The next one begins with the second behind it; at the end, with the last second once more.

    Args:
        name: The key of the rows.
        rows: What is told.
        since: Where the page began.
        last: When the newest of the rows was recorded; None without rows.
        more: Whether there are later ones.
        links: Of the request.
        ends: Whether `next_page` is null at the end; else it leads to what comes.
    """
    end = seconds_of(last) if last is not None else seconds_of(since)
    if more and last is not None:
        end = seconds_of(last.replace(microsecond=0) + _SECOND)
    following = links.here({"start_time": end})
    return {
        name: rows,
        "count": len(rows),
        "end_time": end,
        "next_page": following if more or not ends else None,
        "end_of_stream": not more,
    }


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
        return await _metric_events_by_cursor(api, caller, _metric_position(after, since), _rows(size, MOST))
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
        after = cursor_of(f"{_micros(positions[last // 16])}.{last // 16}.{last % 16}")
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


def _metric_position(cursor: str | None, since: datetime) -> tuple[datetime, int, int]:
    if not cursor:
        return since - timedelta(microseconds=1), 2**62, 0
    parts = position_of(cursor).split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 17 for part in parts):
        raise ApiError(400, "InvalidCursor", "The cursor is of another list")
    micros, number, place = map(int, parts)
    if micros > _LAST * 1_000_000 or place not in range(8):
        raise ApiError(400, "InvalidCursor", "The cursor is of another list")
    return _EPOCH + timedelta(microseconds=micros), number, place


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


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
    workspace, rows = api.desk().workspace, _rows(per_page)
    behind = _position(start_time, cursor)

    async def fetch(behind: tuple[datetime, int]) -> list[tuple[datetime, int, TicketRecord]]:
        found = await api.db.read(lambda conn: exports.tickets_after(conn, workspace, behind, rows + 1))
        return [(ticket.updated_at, ticket.ticket_id, ticket) for ticket in found]

    page, carried = await _by_cursor(fetch, behind, rows, caller.links)
    shown, beside = await tickets_json(api, caller, page, included(include))
    return {"tickets": shown} | carried | beside


@router.get("/users/cursor", response_model=UserCursorResource)
async def export_users_by_cursor(
    api: Api, caller: Reader, start_time: Start = None, cursor: Cursor = None, per_page: str | None = None
) -> Any:
    """Everybody who has to do with tickets, by cursor."""
    workspace, rows = api.desk().workspace, _rows(per_page)
    behind = _position(start_time, cursor)
    await numbers(api, {Kind.USER: await everybody(api)})

    async def fetch(behind: tuple[datetime, int]) -> list[tuple[datetime, int, str]]:
        known = await api.db.read(lambda conn: resources.of_kind(conn, workspace, Kind.USER))
        found = sorted((one.updated_at, one.number, one.name) for one in known)
        return [one for one in found if one[:2] > behind][: rows + 1]

    names, carried = await _by_cursor(fetch, behind, rows, caller.links)
    shown = {user["external_id"]: user for user in await people_json(api, caller, names)}
    return {"users": [shown[name] for name in names]} | carried


def _rows(per_page: str | None, default: int = ROWS) -> int:
    given = (per_page or "").strip()
    return min(max(int(given), 1), ROWS) if given.isascii() and given.isdigit() and len(given) < 10 else default


def _position(start_time: str | None, cursor: str | None) -> tuple[datetime, int]:
    if cursor is None:
        return since_of(start_time), -1
    parts = position_of(cursor).split(".")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        raise ApiError(400, "InvalidCursor", "The cursor is of another list")
    micros, number = map(int, parts)
    if micros > _LAST * 1_000_000:
        raise ApiError(400, "InvalidCursor", "The cursor is of another list")
    return _EPOCH + timedelta(microseconds=micros), number


async def _by_cursor(
    fetch: Callable[[tuple[datetime, int]], Awaitable[list[tuple[datetime, int, Any]]]],
    behind: tuple[datetime, int],
    rows: int,
    links: Links,
) -> tuple[list[Any], dict[str, Any]]:
    found = await fetch(behind)
    page, more = found[:rows], len(found) > rows
    at, number = (page[-1][0], page[-1][1]) if page else behind
    after = cursor_of(f"{_micros(at)}.{max(number, 0)}")
    carried = {
        "after_cursor": after,
        "after_url": links.here({"cursor": after, "start_time": None}),
        "before_cursor": None,
        "before_url": None,
        "end_of_stream": not more,
    }
    return [row for _, _, row in page], carried


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
