"""What is shown beside tickets when it is asked for (Zendesk: side-loading); unknown names are ignored."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.http.zendesk.access import Caller
from bot.http.zendesk.metric_event_json import Policies, events_json, grouped, in_time
from bot.http.zendesk.naming import numbers_for
from bot.http.zendesk.people_json import people_json
from bot.http.zendesk.policy_kinds import GROUP, PLAIN
from bot.http.zendesk.ports import ApiPorts
from bot.http.zendesk.slas_json import slas_json
from bot.http.zendesk.structure_json import groups_json, organizations_json
from bot.http.zendesk.ticket_json import Shown, ticket_json
from bot.http.zendesk.ticket_metric_json import metric_json
from bot.services.api import policies
from bot.services.api.numbers import Kind
from store import exports, instances
from store.instances import InstanceRecord
from store.metric_events import MetricEventRecord
from store.tickets import TicketRecord

_IN_PARENTHESES = re.compile(r"\w+\(([^)]*)\)")


def included(written: str | None) -> frozenset[str]:
    """The names in `include`: `slas,users`, or as search has it `tickets(slas,users)`."""
    text = _IN_PARENTHESES.sub(lambda match: match[1], written or "")
    return frozenset(name.strip() for name in text.split(",") if name.strip())


async def tickets_json(
    api: ApiPorts, caller: Caller, tickets: Sequence[TicketRecord], include: frozenset[str]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The tickets with what belongs inside each, and what belongs beside them."""
    now, workspace = api.clock.now(), api.desk().workspace
    ids = [ticket.ticket_id for ticket in tickets]
    openings = await api.db.read(lambda conn: exports.openings(conn, workspace, ids))
    found = await numbers_for(api, tickets, (event.actor for event in openings.values()))
    beside: dict[int, dict[str, Any]] = {number: {} for number in ids}
    if include & {"slas", "metric_sets", "metric_events"}:
        clocks = await api.db.read(lambda conn: instances.of_tickets(conn, workspace, ids))
        by_ticket = {number: [one for one in clocks if one.ticket_id == number] for number in ids}
        if "slas" in include:
            for number in ids:
                beside[number]["slas"] = slas_json(by_ticket[number], now)
        if "metric_sets" in include:
            histories = await api.db.read(lambda conn: exports.events_of(conn, workspace, ids))
            for ticket in tickets:
                own = [event for event in histories if event.ticket_id == ticket.ticket_id]
                shown = metric_json(ticket, by_ticket[ticket.ticket_id], own, caller.links)
                beside[ticket.ticket_id]["metric_set"] = shown
        if "metric_events" in include:
            for number, events in (await events_of_tickets(api, ids)).items():
                beside[number]["metric_events"] = grouped(events)
    view = Shown(numbers=found, links=caller.links, openings=openings, beside=beside)
    shown_tickets = [ticket_json(ticket, view) for ticket in tickets]
    return shown_tickets, await _beside(api, caller, tickets, openings.values(), include)


async def _beside(
    api: ApiPorts, caller: Caller, tickets: Sequence[TicketRecord], openings: Iterable[Any], include: frozenset[str]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "users" in include:
        names = {event.actor for event in openings}
        names |= {ticket.requester for ticket in tickets} | {ticket.assignee for ticket in tickets}
        found["users"] = await people_json(api, caller, sorted(name for name in names if name))
    if "organizations" in include:
        wanted = {ticket.customer for ticket in tickets}
        found["organizations"] = [one for key, one in (await organizations_json(api, caller)).items() if key in wanted]
    if "groups" in include:
        teams = {ticket.group_name for ticket in tickets}
        found["groups"] = [one for name, one in (await groups_json(api, caller)).items() if name in teams]
    return found


async def events_of_tickets(api: ApiPorts, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """The metric events of tickets, in the order of their times."""
    workspace = api.desk().workspace
    entries = await api.db.read(lambda conn: exports.metrics_of(conn, workspace, ids))
    shown = await shown_events(api, entries)
    return {number: in_time([one for one in shown if one["ticket_id"] == number]) for number in ids}


async def shown_events(api: ApiPorts, entries: Sequence[MetricEventRecord]) -> list[dict[str, Any]]:
    """Entries of the metric log as Zendesk's events, in the order given."""
    workspace, now = api.desk().workspace, api.clock.now()
    ids = sorted({entry.ticket_id for entry in entries})

    def gather(conn: Connection) -> tuple[list[InstanceRecord], bool]:
        known = all(policies.known(conn, workspace, kind) is not None for kind in (Kind.POLICY, Kind.GROUP_POLICY))
        return instances.of_tickets(conn, workspace, ids), known

    clocks, known = await api.db.read(gather)
    if known:
        shown = await api.db.read(lambda conn: _policies_shown(conn, workspace, now, written=True))
    else:
        shown = await api.db.write(lambda conn: _policies_shown(conn, workspace, now, written=False))
    told = Policies(instances={(one.ticket_id, one.metric, one.instance): one for one in clocks}, shown=shown)
    return [event for entry in entries for event in events_json(entry, told)]


def _policies_shown(
    conn: Connection, workspace: str, now: datetime, *, written: bool
) -> Mapping[tuple[str, str], Mapping[str, Any]]:
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for name, kind in (("plain", PLAIN), ("group", GROUP)):
        views = policies.known(conn, workspace, kind.kind) if written else None
        for view in views if views is not None else policies.listing(conn, workspace, kind.kind, now):
            document = view.document
            said = {"id": kind.shown(view), "title": document["title"], "description": document.get("description", "")}
            found.setdefault((name, document["title"]), said)
    return found
