"""Search for tickets (Zendesk: Search): words of the query are conditions, the rest is looked for in the subject."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import Query
from sqlalchemy import Connection

from bot.http.zendesk.access import Caller, Reader
from bot.http.zendesk.bodies import clean
from bot.http.zendesk.paging import PagedResource, Pages
from bot.http.zendesk.ports import Api, ApiPorts
from bot.http.zendesk.routes import resource_router
from bot.http.zendesk.sideloads import included, tickets_json
from bot.http.zendesk.ticket_json import TicketResource
from bot.http.zendesk.tickets import BesideResource, Include, order_of
from bot.services.api.numbers import Kind, name_of
from bot.services.api.refusals import whole_number
from sla.ticket import Priority, Status
from store import exports
from store.exports import Page, Term
from store.tickets import TicketRecord

_MOST_TERMS, _LONGEST = 30, 1000
_PART = re.compile(r'(-?)(?:(\w+)(:|<=|>=|<|>))?(?:"([^"]*)"|(\S+))')
_ORDERED: Mapping[str, tuple[str, ...]] = {
    "status": tuple(each.value for each in Status),
    "priority": tuple(each.value for each in Priority),
}
_DATES = {"created": "created_at", "updated": "updated_at", "solved": "solved_at"}
_PEOPLE = {"assignee": "assignee", "requester": "requester"}
_SPAN = re.compile(r"(\d{1,6})(minute|hour|day|week|month|year)s?")
_UNITS = {"minute": 1, "hour": 60, "day": 1440, "week": 10_080, "month": 43_200, "year": 525_600}
_NOTHING = Term(field="ticket_id", values=(-1,))


class FoundResource(TicketResource):
    """A ticket that was found."""

    result_type: str


class SearchResource(PagedResource, BesideResource):
    """What was found."""

    results: list[FoundResource]
    facets: dict[str, Any] | None


router = resource_router("/search", "search")


@router.get("", response_model=SearchResource)
async def search(
    api: Api,
    caller: Reader,
    pages: Pages,
    query: Annotated[str | None, Query(description="Such as `type:ticket status<solved tags:vip export`.")] = None,
    include: Include = None,
    sort_by: str | None = None,
    sort_order: str | None = None,
) -> Any:
    """Tickets for which all of the query holds."""
    written = clean(query or "")[:_LONGEST]
    terms = await _terms(api, caller, written)
    order, descending = order_of(sort_by, sort_order, None)
    page = Page(order=order, descending=descending, offset=pages.offset, limit=pages.size)
    workspace = api.desk().workspace

    def gather(conn: Connection) -> tuple[list[TicketRecord], int]:
        listed = exports.tickets_listed(conn, workspace, terms, page)
        return listed, exports.tickets_counted(conn, workspace, terms)

    listed, total = await api.db.read(gather)
    shown, beside = await tickets_json(api, caller, listed, included(include))
    results = [ticket | {"result_type": "ticket"} for ticket in shown]
    return pages.of("results", results, total, caller.links) | {"facets": None} | beside


async def _terms(api: ApiPorts, caller: Caller, written: str) -> list[Term]:
    parts = [match.groups() for match in _PART.finditer(written)][:_MOST_TERMS]
    terms: list[Term] = []
    for minus, keyword, comparison, quoted, plain in parts:
        value = quoted if quoted is not None else plain
        negated = bool(minus)
        if keyword is None:
            number = whole_number(value.removeprefix("#"))
            if number is not None and quoted is None:
                terms.append(Term(field="ticket_id", values=(number,), negated=negated))
            elif value:
                terms.append(Term(field="text", values=(value,), negated=negated))
            continue
        term = await _term(api, caller, (keyword.lower(), comparison, value), negated=negated)
        terms += [term] if term is not None else []
    return terms


async def _term(  # noqa: PLR0911 - one line for each kind of word
    api: ApiPorts, caller: Caller, said: tuple[str, str, str], *, negated: bool
) -> Term | None:
    keyword, comparison, value = said
    if keyword == "type" and value in {"ticket", "user", "organization", "group"}:
        return None if value == "ticket" else _NOTHING
    if keyword in _ORDERED:
        return Term(field=keyword, values=_compared(_ORDERED[keyword], comparison, value), negated=negated)
    if keyword in _DATES:
        return _dated(_DATES[keyword], comparison, value, api.clock.now(), negated=negated)
    if keyword in _PEOPLE:
        return Term(field=keyword, values=await _people(api, caller, value), negated=negated)
    if keyword in {"organization", "group"}:
        return Term(
            field="customer" if keyword == "organization" else "group_name",
            values=await _named(api, keyword, value),
            negated=negated,
        )
    if keyword in {"type", "ticket_type"}:
        return Term(field="ticket_type", values=(value,), negated=negated)
    if keyword == "tags":
        return Term(field="tags", values=(value,), negated=negated) if value != "none" else None
    if keyword in {"subject", "description"}:
        return Term(field="text", values=(value,), negated=negated)
    if keyword == "via":
        return Term(field="via", values=(value,), negated=negated)
    return None  # sort:, order_by: and what nothing here has


def _compared(known: tuple[str, ...], comparison: str, value: str) -> tuple[str | None, ...]:
    if comparison == ":" or value not in known:
        return (value,) if value != "none" else (None,)
    place = known.index(value)
    ranges = {"<": known[:place], "<=": known[: place + 1], ">": known[place + 1 :], ">=": known[place:]}
    return ranges[comparison] or ("",)


def _dated(column: str, comparison: str, value: str, now: datetime, *, negated: bool) -> Term | None:
    at = _instant(value, now)
    if at is None:
        return _NOTHING
    if comparison == ":":
        # A whole day is meant; its end is not told apart from the next one's beginning.
        return Term(field=column, comparison=">=", values=(at,), negated=negated)
    return Term(field=column, comparison=comparison, values=(at,), negated=negated)


def _instant(value: str, now: datetime) -> datetime | None:
    if span := _SPAN.fullmatch(value):
        minutes = int(span[1]) * _UNITS[span[2]]
        return now - timedelta(minutes=min(minutes, 50 * _UNITS["year"]))
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found
    return found if 1970 <= found.year < 2100 else None


async def _people(api: ApiPorts, caller: Caller, value: str) -> tuple[str | None, ...]:
    workspace = api.desk().workspace
    if value == "me":
        return (caller.user,)
    if value == "none":
        return (None,)
    number = whole_number(value)
    if number is None:
        return (value,)
    return (await api.db.read(lambda conn: name_of(conn, workspace, Kind.USER, number)) or "",)


async def _named(api: ApiPorts, keyword: str, value: str) -> tuple[str | None, ...]:
    desk = api.desk()
    if value == "none":
        return (None,)
    kind = Kind.ORGANIZATION if keyword == "organization" else Kind.GROUP
    number = whole_number(value)
    if number is not None:
        return (await api.db.read(lambda conn: name_of(conn, desk.workspace, kind, number)) or "",)
    if kind is Kind.GROUP:
        return (value,)
    known = [key for key, customer in desk.config.customers.items() if value.lower() in {key, customer.name.lower()}]
    return tuple(known) or (value,)
