"""The metrics of a ticket as one object (Zendesk: Ticket Metrics); what is not known yet is null."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.http.zendesk.links import Links
from bot.http.zendesk.times import stamp
from sla.ticket import Role
from store.instances import InstanceRecord
from store.ticket_events import TicketEvent
from store.tickets import TicketRecord


class MinutesResource(BaseModel):
    """Minutes around the clock, and in business hours."""

    calendar: int | None
    business: int | None


class TicketMetricResource(BaseModel):
    """What was measured of a ticket."""

    model_config = ConfigDict(extra="allow")

    id: int
    url: str
    ticket_id: int
    created_at: str
    updated_at: str
    reopens: int
    replies: int
    solved_at: str | None
    reply_time_in_minutes: MinutesResource
    first_resolution_time_in_minutes: MinutesResource
    full_resolution_time_in_minutes: MinutesResource
    agent_wait_time_in_minutes: MinutesResource
    requester_wait_time_in_minutes: MinutesResource
    on_hold_time_in_minutes: MinutesResource


def metric_json(
    ticket: TicketRecord, clocks: Iterable[InstanceRecord], events: Sequence[TicketEvent], links: Links
) -> dict[str, Any]:
    """The metrics of one ticket."""
    first = {one.metric: one for one in clocks if one.instance == 1}
    wait, work, whole = (
        _minutes(first.get(metric)) for metric in ("requester_wait_time", "agent_work_time", "total_resolution_time")
    )
    bodies = [(event, event.body) for event in events]
    said = [(event, body) for event, body in bodies if body["type"] in {"created", "comment"} and body.get("public")]
    by_agents = [event for event, body in said if body["by"] == Role.AGENT and event.actor != ticket.requester]
    given = _changed(bodies, "assignee")
    statuses = [(event.at, body["to"]) for event, body in bodies if body["type"] == "status"]
    solves = sum(status == "solved" for _, status in statuses)
    return {
        "id": ticket.ticket_id,
        "url": links.to("ticket_metrics", ticket.ticket_id),
        "ticket_id": ticket.ticket_id,
        "created_at": stamp(ticket.created_at),
        "updated_at": stamp(ticket.updated_at),
        "group_stations": len(_changed(bodies, "group")) + bool(ticket.group_name),
        "assignee_stations": len(given),
        "reopens": max(0, solves - (ticket.status in {"solved", "closed"})),
        "replies": len(by_agents),
        "assignee_updated_at": stamp(by_agents[-1].at) if by_agents else None,
        "requester_updated_at": stamp(_last(event.at for event, body in said if body["by"] == Role.END_USER)),
        "status_updated_at": stamp(statuses[-1][0] if statuses else ticket.created_at),
        "initially_assigned_at": stamp(given[0]) if given else None,
        "assigned_at": stamp(given[-1]) if given else None,
        "solved_at": stamp(ticket.solved_at),
        "latest_comment_added_at": stamp(said[-1][0].at) if said else None,
        "reply_time_in_minutes": _minutes(first.get("first_reply_time")),
        "first_resolution_time_in_minutes": whole,
        "full_resolution_time_in_minutes": whole,
        "agent_wait_time_in_minutes": _less(whole, wait),
        "requester_wait_time_in_minutes": wait,
        "on_hold_time_in_minutes": _less(wait, work),
    }


def _minutes(instance: InstanceRecord | None) -> dict[str, int | None]:
    known = instance is not None and instance.stage == "fulfilled"
    elapsed = instance.elapsed if instance is not None and known else None
    return {
        unit: None if elapsed is None else int(elapsed.get(f"{unit}_seconds", 0) // 60)
        for unit in ("calendar", "business")
    }


def _less(whole: Mapping[str, int | None], part: Mapping[str, int | None]) -> dict[str, int | None]:
    left: dict[str, int | None] = {}
    for unit, minutes in whole.items():
        taken = part[unit]
        left[unit] = None if minutes is None or taken is None else max(0, minutes - taken)
    return left


def _changed(bodies: Iterable[tuple[TicketEvent, Mapping[str, Any]]], field: str) -> list[datetime]:
    """When a field was set: a group by an event of its own."""
    return [
        event.at
        for event, body in bodies
        if body["type"] == field or (body["type"] == "field" and body.get("field") == field)
    ]


def _last(instants: Iterable[datetime]) -> datetime | None:
    return max(instants, default=None)
