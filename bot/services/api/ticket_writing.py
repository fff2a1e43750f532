"""Changes of tickets by REST: the same events that Slack makes, in one update, written down who made them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from bot.services.alerting import cards
from bot.services.api import comments
from bot.services.api.people import Known
from bot.services.api.refusals import Problems, RecordInvalidError, RecordNotFoundError
from bot.services.api.ticket_fields import FieldReader, Said, Wanted, tags_from
from bot.services.inbox.assigning import assignment
from bot.services.requests.authorise import Action
from bot.services.tickets import ticketing
from bot.services.tickets.ticketing import Entry
from bot.services.workspace.desk import Desk
from sla.events import Comment, Event, FieldChanged, GroupChanged, PriorityChanged, StatusChanged, TagsChanged
from sla.ticket import ChannelKind, Priority, Status
from store import audit, tickets
from store.audit import AuditEntry
from store.ticket_events import Source
from store.tickets import TicketRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who writes by REST.

    Attributes:
        user: Who does what the token does.
        who: How the audit log names them.
        people: Everybody whom the request names by number.
    """

    desk: Desk
    user: str
    who: str
    now: datetime
    people: Mapping[int, Known]


def update(conn: Connection, writer: Writer, ticket_id: int, given: Mapping[str, Any]) -> str:
    """Change a ticket; the key by which the events of this update begin, though there may be none.

    Raises:
        RecordNotFoundError: There is no such ticket.
        RecordInvalidError: It is closed, or what is given makes no sense; nothing was changed.
    """
    ticket = open_ticket(conn, writer.desk, ticket_id)
    shared = ticket.channel_kind == ChannelKind.SHARED
    reader = FieldReader(conn=conn, desk=writer.desk, user=writer.user, people=writer.people)
    return _apply(conn, writer, ticket, reader.read(given, ticket, shared=shared))


def retag(conn: Connection, writer: Writer, ticket_id: int, given: Any, how: str) -> list[str]:
    """Set, add or remove tags; those that there are then.

    Raises:
        RecordNotFoundError: There is no such ticket.
        RecordInvalidError: It is closed, or the tags are none.
    """
    ticket = open_ticket(conn, writer.desk, ticket_id)
    problems = Problems()
    tags = tags_from(given, problems)
    problems.raise_any()
    match how:
        case "add":
            tags = list(dict.fromkeys([*ticket.tags, *tags]))
        case "remove":
            tags = [tag for tag in ticket.tags if tag not in tags]
    _apply(conn, writer, ticket, Wanted(values={"tags": tags}))
    return tags


def open_ticket(conn: Connection, desk: Desk, ticket_id: int) -> TicketRecord:
    """The ticket, locked, if it may be changed.

    Raises:
        RecordNotFoundError: There is none.
        RecordInvalidError: It is closed.
    """
    ticket = tickets.lock(conn, desk.workspace, ticket_id)
    if ticket is None:
        raise RecordNotFoundError
    if ticket.status == Status.CLOSED:
        said = {"description": "Status: closed prevents ticket update", "error": "InvalidValue"}
        raise RecordInvalidError({"status": [said]})
    return ticket


def _apply(conn: Connection, writer: Writer, ticket: TicketRecord, wanted: Wanted) -> str:
    key = f"api:{uuid4().hex}"
    said = wanted.comment
    events: list[tuple[str, Event, str]] = []
    entries: list[Entry] = []
    if said is not None:
        comment = comment_of(said, f"{key}:comment", writer.now)
        entries.append(Entry(key=f"{key}:comment", event=comment, actor=said.author))
        if said.public and "assignee" not in wanted.values and not said.author.startswith("api:"):
            entries += assignment(ticket, comment, Source.LIVE)
    for name, value in wanted.values.items():
        event = _change(ticket, name, value, writer.now)
        if event is not None:
            events.append((name, event, writer.user))
    entries += [Entry(key=f"{key}:{name}", event=event, actor=actor) for name, event, actor in events]
    ticketing.record(conn, writer.desk, ticket.ticket_id, entries, writer.now)
    if wanted.subject is not None and wanted.subject != ticket.subject:
        tickets.update_columns(
            conn, writer.desk.workspace, ticket.ticket_id, subject=wanted.subject, updated_at=writer.now
        )
        cards.refresh(conn, writer.desk, ticket.ticket_id, writer.now)
    if said is not None:
        comments.post(conn, writer.desk, ticket, f"{key}:comment", public=said.public, now=writer.now)
    detail = {"changed": sorted([name for name, _, _ in events] + (["comment"] if said else []))}
    write_down(conn, writer, ticket.ticket_id, Action.UPDATE_TICKET, detail)
    return key


def comment_of(said: Said, key: str, now: datetime) -> Comment:
    """The event of a comment."""
    return Comment(at=now, by=said.role, user=said.author, public=said.public, text=said.body, id=key)


def write_down(conn: Connection, writer: Writer, ticket_id: int | None, action: str, detail: Mapping[str, Any]) -> None:
    """Every write is in the audit log, in the transaction that makes it."""
    entry = AuditEntry(
        workspace=writer.desk.workspace,
        at=writer.now,
        who=writer.who,
        action=action,
        ticket_id=ticket_id,
        detail=dict(detail),
    )
    audit.record(conn, entry)


def _change(ticket: TicketRecord, name: str, value: Any, now: datetime) -> Event | None:
    """The event that makes a field so; None where it is so already."""
    match name:
        case "status":
            return None if value in (None, ticket.status) else StatusChanged(at=now, to=Status(value))
        case "priority":
            return None if value == ticket.priority else PriorityChanged(at=now, to=Priority(value) if value else None)
        case "group":
            return None if value == ticket.group_name else GroupChanged(at=now, to=value)
        case "tags":
            add = tuple(tag for tag in value if tag not in ticket.tags)
            remove = tuple(tag for tag in ticket.tags if tag not in value)
            return TagsChanged(at=now, add=add, remove=remove) if add or remove else None
        case "channel":
            return None  # a ticket stays where it was opened
        case _:
            return None if value == _now(ticket, name) else FieldChanged(at=now, field=name, to=value)


def _now(ticket: TicketRecord, name: str) -> Any:
    return ticket.fields.get(name.removeprefix("fields.")) if name.startswith("fields.") else getattr(ticket, name)
