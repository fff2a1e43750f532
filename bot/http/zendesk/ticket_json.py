"""A ticket as Zendesk shows it: records and numbers in, JSON out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.http.zendesk.links import Links
from bot.http.zendesk.naming import BUILT_IN_FIELDS, Numbers
from bot.http.zendesk.times import seconds_of, stamp
from bot.services.api.numbers import Kind
from bot.slack.text import clip
from store.ticket_events import TicketEvent
from store.tickets import TicketRecord

_SUBJECT = 150


class ViaResource(BaseModel):
    """How a ticket, or what was said on it, came in."""

    channel: str
    source: dict[str, Any]


class CustomFieldResource(BaseModel):
    """A custom field and its value."""

    id: int
    value: Any


class SlaPolicyMetricResource(BaseModel):
    """A promise to a ticket; of days, hours and minutes there is one."""

    metric: str
    stage: str
    breach_at: str | None
    days: int | None = None
    hours: int | None = None
    minutes: int | None = None


class SlasResource(BaseModel):
    """The promises to a ticket."""

    policy_metrics: list[SlaPolicyMetricResource]


class TicketResource(BaseModel):
    """A ticket with Zendesk's usual keys."""

    model_config = ConfigDict(extra="allow")

    id: int
    url: str
    external_id: str | None
    via: ViaResource
    created_at: str
    updated_at: str
    generated_timestamp: int
    type: str | None
    subject: str
    raw_subject: str
    description: str
    priority: str | None
    status: str
    recipient: str | None
    requester_id: int | None
    submitter_id: int | None
    assignee_id: int | None
    organization_id: int | None
    group_id: int | None
    is_public: bool
    tags: list[str]
    custom_fields: list[CustomFieldResource]
    fields: list[CustomFieldResource]
    slas: SlasResource | None = None
    metric_events: dict[str, list[dict[str, Any]]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a ticket's JSON is made from besides the ticket itself.

    Attributes:
        openings: The first event of each ticket, whose words are its description.
        beside: What was asked to be shown inside each ticket, by its number.
    """

    numbers: Numbers
    links: Links
    openings: Mapping[int, TicketEvent] = field(default_factory=dict)
    beside: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)


def ticket_json(ticket: TicketRecord, shown: Shown) -> dict[str, Any]:
    """The ticket; one that people said is none is shown as deleted."""
    opening = shown.openings.get(ticket.ticket_id)
    said = str(opening.body.get("text") or "") if opening else ticket.subject
    submitter = opening.actor if opening else ticket.requester
    subject = clip(next(iter(ticket.subject.splitlines()), ""), _SUBJECT)
    fields = _fields(ticket, shown.numbers)
    made: dict[str, Any] = {
        "id": ticket.ticket_id,
        "url": shown.links.to("tickets", ticket.ticket_id),
        "external_id": None,
        "via": via_of(ticket.via, ticket),
        "created_at": stamp(ticket.created_at),
        "updated_at": stamp(ticket.updated_at),
        "generated_timestamp": seconds_of(ticket.updated_at),
        "type": ticket.ticket_type,
        "subject": subject,
        "raw_subject": subject,
        "description": said,
        "priority": ticket.priority,
        "status": "deleted" if ticket.not_a_ticket else ticket.status,
        "recipient": None,
        "requester_id": shown.numbers.of(Kind.USER, ticket.requester),
        "submitter_id": shown.numbers.of(Kind.USER, submitter),
        "assignee_id": shown.numbers.of(Kind.USER, ticket.assignee),
        "organization_id": shown.numbers.of(Kind.ORGANIZATION, ticket.customer),
        "group_id": shown.numbers.of(Kind.GROUP, ticket.group_name),
        "is_public": bool(opening is None or opening.body.get("public", True)),
        "tags": list(ticket.tags),
        "custom_fields": fields,
        "fields": fields,
    }
    return made | _UNUSED | dict(shown.beside.get(ticket.ticket_id, {}))


# Keys of Zendesk's that clients read and that nothing here fills.
_UNUSED: dict[str, Any] = {
    "collaborator_ids": [],
    "follower_ids": [],
    "email_cc_ids": [],
    "sharing_agreement_ids": [],
    "followup_ids": [],
    "forum_topic_id": None,
    "problem_id": None,
    "has_incidents": False,
    "due_at": None,
    "satisfaction_rating": None,
    "custom_status_id": None,
    "ticket_form_id": None,
    "brand_id": None,
    "allow_channelback": False,
    "allow_attachments": False,
    "from_messaging_channel": False,
}


def via_of(channel: str, ticket: TicketRecord | None = None) -> dict[str, Any]:
    """How something came in, with the place in Slack where there is one."""
    origin: dict[str, Any] = {}
    if ticket is not None and ticket.permalink:
        origin = {"channel": ticket.channel_id, "permalink": ticket.permalink}
    return {"channel": channel, "source": {"from": origin, "to": {}, "rel": None}}


def _fields(ticket: TicketRecord, numbers: Numbers) -> list[dict[str, Any]]:
    values: dict[str, Any] = dict(zip(BUILT_IN_FIELDS, (ticket.channel_id or None, ticket.customer_tier), strict=True))
    values |= {f"fields.{name}": value for name, value in sorted(ticket.fields.items())}
    return [{"id": numbers.of(Kind.FIELD, name), "value": value} for name, value in values.items()]
