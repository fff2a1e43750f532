"""Tickets: their present fields, the engine's state, and their card."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, exists, func, insert, select, update

from store import counters
from store.statements import columns, is_postgresql, records, values
from store.tables import conversation
from store.tables import ticket as table
from store.tables import ticket_event as events


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRecord:
    """A ticket as stored.

    `state` is the engine's state as JSON. `next_breach_at` is the earliest deadline of its open instances; whoever
    saves instances keeps it in the same update, since lists are ordered by it. `quiet_since` is the instant since
    which a pending ticket has waited for its customer, or a solved one has been solved; None for all others.
    """

    workspace: str
    ticket_id: int = 0
    channel_id: str
    thread_ts: str
    channel_kind: str = "public"
    customer: str | None = None
    customer_tier: str | None = None
    requester: str | None = None
    requester_tags: list[str] = field(default_factory=list)
    subject: str = ""
    status: str = "new"
    priority: str | None = None
    assignee: str | None = None
    group_name: str | None = None
    ticket_type: str | None = None
    tags: list[str] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    via: str = "slack"
    schedule: str | None = None
    permalink: str | None = None
    policy: str | None = None
    group_policy: str | None = None
    rules_version: int | None = None
    state: dict[str, Any] = field(default_factory=dict)
    next_breach_at: datetime | None = None
    last_event_at: datetime
    created_at: datetime
    updated_at: datetime
    solved_at: datetime | None = None
    quiet_since: datetime | None = None
    not_a_ticket: bool = False
    card_channel: str | None = None
    card_ts: str | None = None
    card_hash: str | None = None
    snoozed_until: datetime | None = None
    snoozed_by: str | None = None
    hold_until: datetime | None = None
    hold_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which tickets to list; what is None does not restrict."""

    open_only: bool = False
    channel_id: str | None = None
    assignee: str | None = None
    customer: str | None = None
    group_name: str | None = None
    status: str | None = None
    updated_since: datetime | None = None
    priority: str | None = None
    unassigned: bool = False
    not_assignee: str | None = None
    late_at: datetime | None = None
    """Only those with an open deadline before this instant."""
    not_tickets: bool = False
    """Whether to include what people marked as not a ticket."""


_COLUMNS = columns(table, TicketRecord)
_OPEN = table.c.status.not_in(["solved", "closed"])
_HELD = (table.c.hold_until.is_not(None),)
_BY_ID = (table.c.workspace == bindparam("of"), table.c.ticket_id == bindparam("id"))
_GET = select(*_COLUMNS).where(*_BY_ID)
_LOCK = _GET.with_for_update()
_OF_CONVERSATION = (
    select(*_COLUMNS)
    .join_from(
        table,
        conversation,
        (conversation.c.workspace == table.c.workspace) & (conversation.c.ticket_id == table.c.ticket_id),
    )
    .where(
        conversation.c.workspace == bindparam("of"),
        conversation.c.channel_id == bindparam("channel"),
        conversation.c.thread_ts == bindparam("thread"),
    )
)
_INSERT = insert(table)
_HIGHEST = select(func.max(table.c.ticket_id)).where(table.c.workspace == bindparam("workspace")).scalar_subquery()
_INSERT_NEXT = (
    insert(table)
    .values({column.name: bindparam(column.name) for column in _COLUMNS})
    .values(ticket_id=func.coalesce(_HIGHEST, 0) + 1)
    .returning(table.c.ticket_id)
)


def create(conn: Connection, ticket: TicketRecord) -> TicketRecord:
    """Insert it under the workspace's next number; returns it with that number.

    Tickets are never removed, so where one thread writes the next number is one statement with the insert. Several
    writers need the counter, whose row stays locked until the commit.
    """
    row = values(ticket)
    if is_postgresql(conn):
        (number,) = counters.allocate(conn, ticket.workspace, "ticket")
        conn.execute(_INSERT, row | {"ticket_id": number})
    else:
        number = conn.execute(_INSERT_NEXT, row).scalar_one()
    return replace(ticket, ticket_id=number)


def get(conn: Connection, workspace: str, ticket_id: int) -> TicketRecord | None:
    """The ticket with that number."""
    return next(records(TicketRecord, conn.execute(_GET, {"of": workspace, "id": ticket_id})), None)


def lock(conn: Connection, workspace: str, ticket_id: int) -> TicketRecord | None:
    """The ticket, which nobody else changes until this transaction ends.

    Whoever reads a ticket in order to change it, its instances or its events locks it first, and locks tickets in
    the order of their numbers: then replicas neither overwrite each other nor deadlock.
    """
    statement = _LOCK if is_postgresql(conn) else _GET
    return next(records(TicketRecord, conn.execute(statement, {"of": workspace, "id": ticket_id})), None)


def update_columns(conn: Connection, workspace: str, ticket_id: int, **changed: Any) -> None:
    """Set columns of a ticket; an unknown name raises."""
    if changed:
        values_now = {f"to_{name}": value for name, value in changed.items()}
        conn.execute(_update(tuple(changed)), {"of": workspace, "id": ticket_id} | values_now)


@cache
def _update(names: tuple[str, ...]) -> Any:
    return update(table).where(*_BY_ID).values({name: bindparam(f"to_{name}") for name in names})


def of_conversation(conn: Connection, workspace: str, channel_id: str, thread_ts: str) -> TicketRecord | None:
    """The ticket that a thread belongs to now."""
    found = conn.execute(_OF_CONVERSATION, {"of": workspace, "channel": channel_id, "thread": thread_ts})
    return next(records(TicketRecord, found), None)


def begun_in_thread(conn: Connection, workspace: str, channel_id: str, thread_ts: str) -> list[TicketRecord]:
    """The tickets that were begun in a thread, oldest first; not those of which nothing is left."""
    statement = (
        select(*_COLUMNS)
        .where(table.c.workspace == workspace, table.c.channel_id == channel_id, table.c.thread_ts == thread_ts)
        .where(exists().where(events.c.workspace == workspace, events.c.ticket_id == table.c.ticket_id))
        .order_by(table.c.created_at, table.c.ticket_id)
    )
    return list(records(TicketRecord, conn.execute(statement)))


def of_card(conn: Connection, workspace: str, channel_id: str, message_ts: str) -> TicketRecord | None:
    """The ticket whose card is that message."""
    statement = select(*_COLUMNS).where(
        table.c.workspace == workspace, table.c.card_channel == channel_id, table.c.card_ts == message_ts
    )
    return next(records(TicketRecord, conn.execute(statement)), None)


def next_hold_end(conn: Connection, workspace: str) -> datetime | None:
    """When the next ticket on hold is to be taken up again."""
    return conn.execute(select(func.min(table.c.hold_until)).where(*_HELD, table.c.workspace == workspace)).scalar()


def held_until(conn: Connection, workspace: str, now: datetime) -> list[int]:
    """The tickets whose hold has ended by `now`, in the order of their numbers."""
    statement = select(table.c.ticket_id).where(*_HELD, table.c.workspace == workspace, table.c.hold_until <= now)
    return list(conn.execute(statement.order_by(table.c.ticket_id)).scalars())


def silent(conn: Connection, workspace: str, before: datetime, *, limit: int = 1000) -> list[TicketRecord]:
    """Open tickets without a deadline of which nothing was heard since an instant, the longest silence first."""
    without = (table.c.next_breach_at.is_(None), table.c.not_a_ticket.is_(False), table.c.last_event_at < before)
    statement = select(*_COLUMNS).where(table.c.workspace == workspace, _OPEN, *without)
    return list(records(TicketRecord, conn.execute(statement.order_by(table.c.last_event_at).limit(limit))))


def quiet(conn: Connection, workspace: str, status: str, until: datetime, *, limit: int) -> list[int]:
    """The tickets of a status that have been quiet since `until` or longer, the longest first."""
    mine = (table.c.workspace == workspace, table.c.status == status, table.c.quiet_since <= until)
    ordered = select(table.c.ticket_id).where(*mine).order_by(table.c.quiet_since, table.c.ticket_id)
    return list(conn.execute(ordered.limit(limit)).scalars())


def quietest(conn: Connection, workspace: str, status: str) -> datetime | None:
    """Since when the ticket of a status has been quiet that has been so for the longest."""
    mine = (table.c.workspace == workspace, table.c.status == status, table.c.quiet_since.is_not(None))
    return conn.execute(select(func.min(table.c.quiet_since)).where(*mine)).scalar()


def listing(
    conn: Connection, workspace: str, wanted: Filter, *, limit: int = 100, offset: int = 0
) -> list[TicketRecord]:
    """Tickets, those with the earliest deadline first, those without one last, then by number."""
    ordered = _filtered(select(*_COLUMNS), workspace, wanted).order_by(
        table.c.next_breach_at.is_(None), table.c.next_breach_at, table.c.ticket_id
    )
    return list(records(TicketRecord, conn.execute(ordered.limit(limit).offset(offset))))


def count(conn: Connection, workspace: str, wanted: Filter) -> int:
    """How many `listing` would give without a limit."""
    number: int = conn.execute(_filtered(select(func.count()).select_from(table), workspace, wanted)).scalar_one()
    return number


def highest_number(conn: Connection, workspace: str) -> int:
    """The number of the newest ticket; 0 before the first."""
    number: int = conn.execute(select(func.coalesce(_HIGHEST, 0)), {"workspace": workspace}).scalar_one()
    return number


def by_number(
    conn: Connection, workspace: str, *, after: int = 0, limit: int = 1000, since: datetime | None = None
) -> list[TicketRecord]:
    """Tickets with a number above `after`, in order, those opened at or after an instant or all: for long passes."""
    statement = select(*_COLUMNS).where(table.c.workspace == workspace, table.c.ticket_id > after)
    if since is not None:
        statement = statement.where(table.c.created_at >= since)
    return list(records(TicketRecord, conn.execute(statement.order_by(table.c.ticket_id).limit(limit))))


def opened_since(conn: Connection, workspace: str, since: datetime, *, most: int) -> datetime:
    """`since`, or where more than `most` tickets were opened from then on, when the first of the last `most` was."""
    opened = select(table.c.created_at).where(table.c.workspace == workspace, table.c.created_at >= since)
    last = opened.order_by(table.c.created_at.desc()).offset(most - 1).limit(2)
    found = conn.execute(last).scalars().all()
    return found[0] if len(found) > 1 else since


def open_or_since(
    conn: Connection, workspace: str, since: datetime, *, after: int = 0, limit: int = 1000
) -> list[TicketRecord]:
    """Tickets with a number above `after` that are open or were created at or after `since`, in order of numbers."""
    wanted = _OPEN | (table.c.created_at >= since)
    statement = select(*_COLUMNS).where(table.c.workspace == workspace, table.c.ticket_id > after, wanted)
    return list(records(TicketRecord, conn.execute(statement.order_by(table.c.ticket_id).limit(limit))))


def many(conn: Connection, workspace: str, ticket_ids: Sequence[int]) -> list[TicketRecord]:
    """Those of the numbers that exist, in the order of numbers."""
    statement = select(*_COLUMNS).where(table.c.workspace == workspace, table.c.ticket_id.in_(ticket_ids))
    return list(records(TicketRecord, conn.execute(statement.order_by(table.c.ticket_id))))


def _filtered(statement: Select[Any], workspace: str, wanted: Filter) -> Select[Any]:
    statement = statement.where(table.c.workspace == workspace)
    if wanted.open_only:
        statement = statement.where(_OPEN)
    if wanted.updated_since is not None:
        statement = statement.where(table.c.updated_at >= wanted.updated_since)
    if not wanted.not_tickets:
        statement = statement.where(table.c.not_a_ticket.is_(False))
    if wanted.unassigned:
        statement = statement.where(table.c.assignee.is_(None))
    if wanted.not_assignee is not None:
        statement = statement.where(table.c.assignee.is_distinct_from(wanted.not_assignee))
    if wanted.late_at is not None:
        statement = statement.where(table.c.next_breach_at < wanted.late_at)
    for name in ("channel_id", "assignee", "customer", "group_name", "status", "priority"):
        if (value := getattr(wanted, name)) is not None:
            statement = statement.where(table.c[name] == value)
    return statement
