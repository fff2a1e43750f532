"""Events of tickets as the incremental export tells them."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.http.zendesk.audits_json import identity
from bot.http.zendesk.naming import Numbers
from bot.http.zendesk.ticket_json import via_of
from bot.http.zendesk.times import seconds_of, stamp
from bot.services.api.numbers import Kind
from store.ticket_events import TicketEvent


class TicketEventResource(BaseModel):
    """An update of a ticket, with what it was made of."""

    model_config = ConfigDict(extra="allow")

    id: int
    ticket_id: int
    timestamp: int
    created_at: str
    updater_id: int | None
    via: str
    system: dict[str, Any]
    metadata: dict[str, Any]
    event_type: str
    child_events: list[dict[str, Any]]


def ticket_event_json(event: TicketEvent, known: Numbers, *, words: bool) -> dict[str, Any]:
    """One event; what was said only when ``words`` are wanted."""
    author = known.of(Kind.USER, event.actor)
    number = identity(event.key)
    child: dict[str, Any] = {"id": number, "created_at": stamp(event.at), "timestamp": seconds_of(event.at)}
    child["via"] = "API" if event.key.startswith("api:") else "Slack"
    if event.type in {"created", "comment"}:
        child |= {"event_type": "Create" if event.type == "created" else "Comment", "comment_present": True}
        child["comment_public"] = bool(event.body.get("public", True))
        if words:
            text = str(event.body.get("text") or "")
            child |= {
                "event_type": "Comment",
                "type": "Comment",
                "author_id": author,
                "body": text,
                "plain_body": text,
                "public": child["comment_public"],
                "via": via_of("api" if event.key.startswith("api:") else "slack"),
            }
    else:
        child |= {"event_type": "Change", event.body.get("field", event.type): event.body.get("to")}
    return {
        "id": number,
        "ticket_id": event.ticket_id,
        "timestamp": seconds_of(event.at),
        "created_at": stamp(event.at),
        "updater_id": author,
        "via": "API" if event.key.startswith("api:") else "Slack",
        "system": {},
        "metadata": {},
        "event_type": "Audit",
        "child_events": [child],
    }
