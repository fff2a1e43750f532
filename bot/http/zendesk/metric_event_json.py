"""Ticket metric events as Zendesk shows them, from the engine's own log.

An entry of the log may be several events here; their ids are made from the entry's, which is never given twice: an
entry has sixteen places. So ids are unique, and what stands keeps its id whatever else is found out about a ticket.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.http.zendesk.times import stamp
from bot.services.api.metric_names import event_name, instance_number
from sla.metrics import GROUP_METRICS, Metric
from store.instances import InstanceRecord
from store.metric_events import MetricEventRecord

_PLACES = 16
_STATUS_PLACE, _MEASURE_PLACE = 1, 2
# Zendesk measures each of these from a ticket's creation on.
_MEASURED = (
    "agent_work_time",
    "pausable_update_time",
    "periodic_update_time",
    "reply_time",
    "requester_wait_time",
    "resolution_time",
)
# Zendesk has neither: a clock that runs again is activated again, one that is cancelled is at its end.
_TYPES = {"resume": "activate", "cancel": "fulfill"}
_WITH_STATUS = frozenset({"pause", "fulfill", "cancel"})


class TicketMetricEventResource(BaseModel):
    """Something that happened to a clock of a ticket."""

    model_config = ConfigDict(extra="allow")

    id: int
    ticket_id: int
    metric: str
    instance_id: int
    type: str
    time: str
    deleted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """What `apply_sla` says of policies.

    Attributes:
        instances: The instance that each event is about, by ticket, metric and number.
        shown: A policy's id, title and description, by kind ("group" or "plain") and title.
    """

    instances: Mapping[tuple[int, str, int], InstanceRecord]
    shown: Mapping[tuple[str, str], Mapping[str, Any]]


def places_of(entry: MetricEventRecord) -> int:
    """How many events an entry of the log is."""
    return 1 + (len(_MEASURED) if _is_creation(entry) else 0) + (entry.type in _WITH_STATUS)


def _is_creation(entry: MetricEventRecord) -> bool:
    """Whether an entry is about the clock that every ticket has from its creation on."""
    return entry.type == "activate" and entry.metric == Metric.TOTAL_RESOLUTION_TIME and entry.instance == 1


def events_json(entry: MetricEventRecord, policies: Policies) -> Iterator[dict[str, Any]]:
    """The events that an entry of the log is, in their order."""
    base = entry.event_id * _PLACES
    if _is_creation(entry):
        for place, name in enumerate(_MEASURED, start=_MEASURE_PLACE):
            yield _event(entry, base + place, "measure") | {"metric": name, "instance_id": 0}
    kind = _TYPES.get(entry.type, entry.type)
    if kind == "apply_sla":
        applied = "apply_group_sla" if entry.metric in GROUP_METRICS else "apply_sla"
        yield _event(entry, base, applied) | _applied(entry, policies)
        return
    yield _event(entry, base, kind)
    if entry.type in _WITH_STATUS:
        yield _event(entry, base + _STATUS_PLACE, "update_status") | {"status": _status(entry, policies)}


def _event(entry: MetricEventRecord, number: int, kind: str) -> dict[str, Any]:
    return {
        "id": number,
        "ticket_id": entry.ticket_id,
        "metric": event_name(entry.metric),
        "instance_id": instance_number(entry.metric, entry.instance),
        "type": kind,
        "time": stamp(entry.at),
        "deleted": bool(entry.deleted or entry.superseded),
    }


def _applied(entry: MetricEventRecord, policies: Policies) -> dict[str, Any]:
    seconds = entry.body.get("target_seconds")
    instance = policies.instances.get((entry.ticket_id, entry.metric, entry.instance))
    is_group = entry.metric in GROUP_METRICS
    title = entry.body.get("policy") or (instance.policy if instance else None) or ""
    policy = policies.shown.get(("group" if is_group else "plain", title))
    business = entry.body.get("business_hours", instance.business_hours if instance else False)
    target = {
        "target": None if seconds is None else seconds // 60,
        "target_in_seconds": seconds,
        "business_hours": bool(business),
        "policy": dict(policy) if policy else {"id": None, "title": title, "description": None},
    }
    return {"group_sla" if is_group else "sla": target}


def _status(entry: MetricEventRecord, policies: Policies) -> dict[str, int | None]:
    """Minutes that the clock had run; unknown for a pause that has ended since."""
    minutes = entry.body.get("minutes")
    if minutes is not None:
        return {"calendar": minutes["calendar"], "business": minutes["business"]}
    instance = policies.instances.get((entry.ticket_id, entry.metric, entry.instance))
    if instance is None:
        return {"calendar": None, "business": None}
    elapsed = instance.elapsed
    return {unit: int(elapsed.get(f"{unit}_seconds", 0) // 60) for unit in ("calendar", "business")}


def grouped(events: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Events by metric, as they are put inside a ticket."""
    found: dict[str, list[Mapping[str, Any]]] = {name: [] for name in (*_MEASURED, "group_ownership_time")}
    for event in events:
        found[event["metric"]].append(event)
    return found


def in_time(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events as a person reads them: by their time, then by their ids."""
    return sorted(events, key=lambda event: (event["time"], event["id"]))
