"""A Zendesk export for tests: a small support history as Zendesk's API tells it."""

from pathlib import Path
from typing import Any

from tests.support.exports import DESK, write_export

RITA, NINA = 501, 502
ACME, INITECH = 301, 302

ORGANIZATIONS = [
    {"id": ACME, "name": "Acme Inc", "organization_fields": {"tier": "pro"}},
    {"id": INITECH, "name": "Initech", "organization_fields": {"tier": "pro"}, "tags": ["paper"]},
]
USERS = [
    {"id": RITA, "name": "Rita", "role": "end-user", "tags": ["vip"]},
    {"id": NINA, "name": "Nina", "role": "agent"},
]
GROUPS = [{"id": 401, "name": "Tier 2"}]
# What the account itself promised: it would call every ticket late.
POLICIES = [
    {
        "id": 36,
        "title": "The account's own",
        "filter": {"all": [], "any": []},
        "policy_metrics": [
            {"priority": name, "metric": "first_reply_time", "target": 1, "business_hours": False}
            for name in ("low", "normal", "high", "urgent")
        ],
    }
]


def ticket(number: int, **more: Any) -> dict[str, Any]:
    """A ticket of Rita's, of Monday, 5 January 2026, nine o'clock UTC."""
    return {
        "id": number,
        "subject": f"Ticket {number}",
        "created_at": "2026-01-05T09:00:00Z",
        "updated_at": "2026-01-05T09:00:00Z",
        "status": "new",
        "requester_id": RITA,
        "submitter_id": RITA,
        "tags": [],
        "via": {"channel": "email"},
    } | more


def asked(number: int) -> dict[str, Any]:
    """The comment that opened a ticket."""
    return comment(number, 1, RITA, "09:00", "It is empty")


def comment(number: int, place: int, author: int, time: str, text: str, **more: Any) -> dict[str, Any]:
    """A comment on a ticket of that Monday."""
    return {
        "id": number * 10 + place,
        "ticket_id": number,
        "author_id": author,
        "plain_body": text,
        "public": True,
        "created_at": f"2026-01-05T{time}:00Z",
    } | more


def audit(number: int, place: int, time: str, *events: dict[str, Any], author: int = NINA) -> dict[str, Any]:
    """An audit of a ticket of that Monday; every event gets a number."""
    numbered = [{"id": number * 1000 + place * 10 + at, **event} for at, event in enumerate(events)]
    return {
        "id": number * 10 + place,
        "ticket_id": number,
        "created_at": f"2026-01-05T{time}:00Z",
        "author_id": author,
        "events": numbered,
    }


def created(field: str, value: object) -> dict[str, Any]:
    """What a field was set to when the ticket was opened."""
    return {"type": "Create", "field_name": field, "value": value}


def changed(field: str, before: object, value: object) -> dict[str, Any]:
    """What a field was set to later."""
    return {"type": "Change", "field_name": field, "previous_value": before, "value": value}


TICKETS = [
    # Of an enterprise customer, since the configuration says so; answered after twenty minutes.
    ticket(155, organization_id=ACME, priority="normal", status="solved", updated_at="2026-01-05T11:00:00Z"),
    # Of a customer that only the export knows; answered after three quarters of an hour.
    ticket(156, organization_id=INITECH, priority="high", status="pending"),
    # Of nobody, and never answered; without a priority it has the default one.
    ticket(157, priority=None),
    # Urgent in the end, but answered while it was normal.
    ticket(158, priority="urgent", status="open", group_id=401, assignee_id=NINA),
]
COMMENTS = [
    *(asked(number) for number in (155, 156, 157, 158)),
    comment(155, 2, NINA, "09:05", "Careful", public=False),
    comment(155, 3, NINA, "09:20", "Which one?"),
    comment(155, 4, RITA, "09:25", "The weekly one"),
    comment(155, 5, NINA, "11:00", "It is back"),
    comment(156, 2, NINA, "09:45", "We are looking"),
    comment(158, 2, NINA, "09:40", "We are looking"),
]
AUDITS = [
    audit(156, 1, "09:45", changed("status", "new", "pending")),
    audit(158, 1, "09:00", created("priority", "normal"), created("status", "new"), author=RITA),
    audit(158, 2, "10:00", changed("priority", "normal", "urgent"), changed("group_id", None, "401")),
    audit(158, 3, "10:00", changed("assignee_id", None, str(NINA)), changed("status", "new", "open")),
]
FILES: dict[str, Any] = {
    "organizations.json": {"organizations": ORGANIZATIONS},
    "people.json": {"users": USERS, "groups": GROUPS},
    "rules.json": {"sla_policies": POLICIES},
    "tickets/1.json": {"tickets": TICKETS},
    "comments/all.json": {"comments": COMMENTS},
    "audits/all.json": {"audits": AUDITS},
}

CONFIG = (
    DESK
    + """
policies:
  - title: Enterprise
    filter: {all: [{field: customer_tier, operator: is, value: enterprise}]}
    targets: {normal: {hours: calendar, first_reply_time: 30m, next_reply_time: 1h}}
  - title: Paper
    filter: {all: [{field: tags, operator: includes, value: [paper]}]}
    targets: {high: {hours: calendar, first_reply_time: 1h}}
  - title: Important people
    filter: {all: [{field: requester_tags, operator: includes, value: [vip]}]}
    targets:
      normal: {hours: calendar, first_reply_time: 4h}
      urgent: {hours: calendar, first_reply_time: 30m}
"""
)


def write_zendesk_export(path: Path, files: dict[str, Any] | None = None) -> Path:
    """Write the export; a path that ends in .zip is a zip file, any other a folder."""
    return write_export(path, FILES if files is None else files)
