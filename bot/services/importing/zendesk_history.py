"""Tickets of a Zendesk account: comments and audits become the events that the engine folds, and nobody is told."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeGuard

from sqlalchemy import Connection

from bot.importers.zendesk_export import Row, ZendeskExport, instant_of
from bot.services.api.metric_names import event_name, instance_number
from bot.services.api.numbers import Kind, name_of
from bot.services.api.refusals import whole_number
from bot.services.importing.zendesk_structure import user_name
from bot.services.tickets import evaluation, ticketing
from bot.services.tickets.ticketing import Entry
from bot.services.workspace.desk import Desk
from sla.events import Comment, Created, Event, FieldChanged, GroupChanged, PriorityChanged, StatusChanged, TagsChanged
from sla.ticket import Priority, Role, Status
from store import instances, ticket_events, tickets
from store.engine import Database
from store.ticket_events import Source
from store.tickets import TicketRecord

_LONGEST_TEXT = 65_535
_STATUSES, _PRIORITIES = set(Status), set(Priority)


@dataclass(slots=True)
class Taken:
    """What came of the tickets.

    Attributes:
        agreeing: Clocks on whose breach Zendesk's metric events and our engine agree.
        differing: Clocks on which they do not.
    """

    opened: int = 0
    known: int = 0
    events: int = 0
    agreeing: int = 0
    differing: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ZendeskHistory:
    """Tickets on their way into the database; ``desk`` is one of the past, so that nothing is posted."""

    db: Database
    desk: Desk
    export: ZendeskExport
    roles: dict[int, Role] = field(default_factory=dict)

    async def take_in(self, now: datetime, *, progress: Callable[[int], None] = lambda _done: None) -> Taken:
        """Take in every ticket; what cannot be taken is added to the export's problems."""
        self.roles.update(_roles(self.export))
        comments, audits = self.export.of_ticket("comments"), self.export.of_ticket("audits")
        measured = self.export.of_ticket("ticket_metric_events")
        taken = Taken()
        for done, row in enumerate(self.export.rows["tickets"], start=1):
            number = whole_number(row.get("id"))
            created_at = instant_of(row.get("created_at"))
            if number is None or created_at is None:
                self.export.problems.append(f"ticket {row.get('id')!s:.30}: it has no number, or no time of creation.")
                continue
            told = Told(history=self, row=row, number=number, created_at=created_at)
            told.read(comments.get(number, []), audits.get(number, []))
            await self.db.write(partial(_record, told, measured.get(number, []), taken, now))
            progress(done)
        return taken


def _roles(export: ZendeskExport) -> Iterator[tuple[int, Role]]:
    for row in export.rows["users"]:
        number = whole_number(row.get("id"))
        if number is not None:
            yield number, Role.END_USER if row.get("role") == "end-user" else Role.AGENT


@dataclass(slots=True, kw_only=True)
class Told:
    """One ticket as it is told by its comments and audits."""

    history: ZendeskHistory
    row: Row
    number: int
    created_at: datetime
    entries: list[Entry] = field(default_factory=list)
    opening: Row = field(default_factory=dict)

    def read(self, comments: list[Row], audits: list[Row]) -> None:
        """Put what was said and done into our events."""
        changes = [(audit, event) for audit in audits for event in _rows(audit.get("events"))]
        if not comments:
            comments = [{**event, "created_at": audit.get("created_at")} for audit, event in changes if _says(event)]
        said = sorted(
            (one for one in comments if instant_of(one.get("created_at"))), key=lambda one: str(one["created_at"])
        )
        if said:
            self.opening = said[0]
        for comment in said[1:]:
            self._add(f"comment:{comment.get('id')}", self._comment(comment), comment.get("author_id"))
        for audit, event in changes:
            at = instant_of(audit.get("created_at"))
            if at is not None and event.get("type") == "Change":
                self._add(f"audit:{event.get('id')}", _change(event, at, self.history), audit.get("author_id"))
        if not changes:
            self._end()

    def _add(self, key: str, event: Event | None, author: Any) -> None:
        if event is not None:
            number = whole_number(author)
            actor = user_name(number) if number is not None else None
            self.entries.append(
                Entry(key=f"zendesk:{self.number}:{key}", event=event, actor=actor, source=Source.IMPORT)
            )

    def _comment(self, comment: Row) -> Comment:
        at = instant_of(comment.get("created_at"))
        assert at is not None, "those without were left out"
        author = whole_number(comment.get("author_id"))
        return Comment(
            at=max(at, self.created_at),
            by=self.role(author),
            user=user_name(author) if author is not None else None,
            public=comment.get("public") is not False,
            text=_text(comment),
            id=f"zendesk:{self.number}:comment:{comment.get('id')}",
        )

    def role(self, author: int | None) -> Role:
        """The requester is a customer; of the others it is as their users say, and an agent where nobody does."""
        if author is None or author == whole_number(self.row.get("requester_id")):
            return Role.END_USER
        return self.history.roles.get(author, Role.AGENT)

    def _end(self) -> None:
        """Without audits all that is known of a ticket's end is its status, and when it was changed last."""
        status = self.row.get("status")
        at = instant_of(self.row.get("solved_at")) or instant_of(self.row.get("updated_at"))
        if _is_one(status, _STATUSES) and status != Status.NEW and at is not None:
            self._add("status", StatusChanged(at=max(at, self.created_at), to=Status(status)), None)

    def created(self) -> Created:
        """The ticket's first event."""
        author = whole_number(self.opening.get("author_id")) or whole_number(self.row.get("submitter_id"))
        author = author or whole_number(self.row.get("requester_id"))
        text = _text(self.opening) or _clipped(self.row.get("description"))
        return Created(
            at=self.created_at,
            by=self.role(author),
            user=user_name(author) if author is not None else None,
            public=self.opening.get("public") is not False,
            text=text,
            id=f"zendesk:{self.number}:created",
        )


def _record(told: Told, measured: list[Row], taken: Taken, now: datetime, conn: Connection) -> None:
    desk, key = told.history.desk, f"zendesk:{told.number}:created"
    known = ticket_events.find(conn, desk.workspace, key)
    if known is None:
        created = told.created()
        first = Entry(key=key, event=created, actor=created.user, source=Source.IMPORT)
        number = ticketing.open_ticket(conn, desk, _ticket(conn, told), first, now)
        taken.opened += 1
    else:
        number = known.ticket_id
        taken.known += 1
    before = len(ticket_events.of_ticket(conn, desk.workspace, number))
    ticketing.record(conn, desk, number, sorted(told.entries, key=lambda entry: entry.event.at), now)
    taken.events += len(ticket_events.of_ticket(conn, desk.workspace, number)) - before
    _close(conn, desk, number, f"zendesk:{told.number}:closed", now)
    ticket = tickets.lock(conn, desk.workspace, number)
    if ticket is not None and ticket.status != Status.CLOSED:
        evaluation.settle_due(conn, desk, ticket, now)
    _compare(conn, desk, number, measured, taken)


def _close(conn: Connection, desk: Desk, number: int, key: str, now: datetime) -> None:
    """Close what would have been closed by itself long ago, quietly: later that would be news."""
    ticket, after = tickets.get(conn, desk.workspace, number), desk.config.lifecycle.auto_close_after
    if ticket is None or ticket.status != Status.SOLVED or ticket.solved_at is None or after is None:
        return
    closed_at = ticket.solved_at + after
    if closed_at <= now:
        closed = Entry(key=key, event=StatusChanged(at=closed_at, to=Status.CLOSED), source=Source.IMPORT)
        ticketing.record(conn, desk, number, [closed], now)


def _ticket(conn: Connection, told: Told) -> TicketRecord:
    row, desk = told.row, told.history.desk
    named = {
        name: _named(conn, desk, kind, row.get(key))
        for name, kind, key in (
            ("customer", Kind.ORGANIZATION, "organization_id"),
            ("group_name", Kind.GROUP, "group_id"),
        )
    }
    customer = desk.config.customers.get(named["customer"] or "")
    requester = whole_number(row.get("requester_id"))
    via = row.get("via")
    channel = via.get("channel") if isinstance(via, Mapping) else None
    tags = row.get("tags")
    priority = row.get("priority")
    return TicketRecord(
        workspace=desk.workspace,
        channel_id="",
        thread_ts="",
        customer=customer.key if customer else None,
        customer_tier=customer.tier if customer else None,
        group_name=named["group_name"],
        requester=user_name(requester) if requester is not None else None,
        subject=_clipped(row.get("subject")) or _clipped(row.get("description")),
        priority=priority if _is_one(priority, _PRIORITIES) else None,
        ticket_type=row.get("type") if isinstance(row.get("type"), str) else None,
        tags=[tag for tag in tags if isinstance(tag, str)][:500] if isinstance(tags, list) else [],
        via=channel[:50] if isinstance(channel, str) and channel else "zendesk",
        last_event_at=told.created_at,
        created_at=told.created_at,
        updated_at=told.created_at,
    )


def _change(  # noqa: PLR0911 - one line for each kind of change
    event: Row, at: datetime, history: ZendeskHistory
) -> Event | None:
    """Our event for a change that an audit tells of; None for what the engine has no use for."""
    name, value, before = event.get("field_name"), event.get("value"), event.get("previous_value")
    if name == "status" and _is_one(value, _STATUSES):
        return StatusChanged(at=at, to=Status(value))
    if name == "priority" and (value is None or _is_one(value, _PRIORITIES)):
        return PriorityChanged(at=at, to=Priority(value) if value else None)
    if name == "tags" and isinstance(value, list):
        old = before if isinstance(before, list) else []
        new = [tag for tag in value if isinstance(tag, str)]
        return TagsChanged(
            at=at, add=tuple(tag for tag in new if tag not in old), remove=tuple(tag for tag in old if tag not in new)
        )
    number = whole_number(value)
    if name == "assignee_id":
        return FieldChanged(at=at, field="assignee", to=user_name(number) if number is not None else None)
    if name == "group_id":
        known = {whole_number(row.get("id")): row.get("name") for row in history.export.rows["groups"]}
        group = known.get(number)
        return GroupChanged(at=at, to=group if isinstance(group, str) else None)
    if name == "type" and (value is None or isinstance(value, str)):
        return FieldChanged(at=at, field="ticket_type", to=value or None)
    return None


def _compare(conn: Connection, desk: Desk, number: int, measured: list[Row], taken: Taken) -> None:
    """Whether Zendesk and we call the same clocks late."""
    theirs = {_clock(event) for event in measured if event.get("type") == "breach" and event.get("deleted") is not True}
    known = {_clock(event) for event in measured if event.get("type") == "apply_sla"}
    for instance in instances.of_ticket(conn, desk.workspace, number):
        clock = (event_name(instance.metric), instance_number(instance.metric, instance.instance))
        if clock in known and instance.target_seconds is not None:
            if (clock in theirs) == instance.breached:
                taken.agreeing += 1
            else:
                taken.differing += 1


def _clock(event: Row) -> tuple[str, int | None]:
    return str(event.get("metric")), whole_number(event.get("instance_id"))


def _named(conn: Connection, desk: Desk, kind: Kind, value: object) -> str | None:
    number = whole_number(value)
    return None if number is None else name_of(conn, desk.workspace, kind, number)


def _is_one(value: object, known: Collection[str]) -> TypeGuard[str]:
    return isinstance(value, str) and value in known


def _rows(value: object) -> list[Row]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def _says(event: Row) -> bool:
    return event.get("type") == "Comment"


def _text(comment: Row) -> str:
    return _clipped(comment.get("plain_body") or comment.get("body"))


def _clipped(value: object) -> str:
    return value[:_LONGEST_TEXT] if isinstance(value, str) else ""
