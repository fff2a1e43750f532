"""Slack threads and the tickets they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select, update

from store.statements import columns, insert, records, values
from store.tables import conversation as table


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRecord:
    """A thread, keyed by its first message, and its present ticket.

    `opened_at` is the instant of the first message and `last_customer_at` of the newest one by a customer;
    `synced_ts` is how far a backfill has read it.
    """

    workspace: str
    channel_id: str
    thread_ts: str
    ticket_id: int
    opened_by: str | None = None
    opened_by_customer: bool = True
    opened_at: datetime
    last_customer_at: datetime | None = None
    synced_ts: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of time in a channel, both ends included."""

    channel_id: str
    since: datetime
    until: datetime


_COLUMNS = columns(table, ConversationRecord)


def save(conn: Connection, conversation: ConversationRecord) -> None:
    """Insert it, or move the thread to another ticket (follow-up, merge, split)."""
    row = values(conversation)
    statement = insert(conn.dialect.name, table)
    keys = ["workspace", "channel_id", "thread_ts"]
    changed = {name: statement.excluded[name] for name in row if name not in keys}
    conn.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), row)


def get(conn: Connection, workspace: str, channel_id: str, thread_ts: str) -> ConversationRecord | None:
    """The thread, if it belongs to a ticket."""
    return next(records(ConversationRecord, conn.execute(_thread(workspace, channel_id, thread_ts))), None)


def _thread(workspace: str, channel_id: str, thread_ts: str) -> Any:
    return select(*_COLUMNS).where(
        table.c.workspace == workspace, table.c.channel_id == channel_id, table.c.thread_ts == thread_ts
    )


def latest_opened(
    conn: Connection, workspace: str, window: Window, *, by_customer: bool = True, opened_by: str | None = None
) -> ConversationRecord | None:
    """The newest thread begun in a window: a burst if by the same customer, what an unthreaded reply answers."""
    statement = _opened(workspace, window).where(table.c.opened_by_customer == by_customer)
    if opened_by is not None:
        statement = statement.where(table.c.opened_by == opened_by)
    newest = statement.order_by(table.c.opened_at.desc(), table.c.thread_ts.desc()).limit(1)
    return next(records(ConversationRecord, conn.execute(newest)), None)


def next_opened(conn: Connection, workspace: str, window: Window) -> ConversationRecord | None:
    """The oldest thread that a customer began in a window: of a burst's messages, the one that came before this."""
    statement = _opened(workspace, window).where(table.c.opened_by_customer.is_(True))
    oldest = statement.order_by(table.c.opened_at, table.c.thread_ts).limit(1)
    return next(records(ConversationRecord, conn.execute(oldest)), None)


def opened_in(conn: Connection, workspace: str, window: Window) -> list[ConversationRecord]:
    """The threads that were begun in a window, oldest first."""
    statement = _opened(workspace, window).order_by(table.c.opened_at, table.c.thread_ts)
    return list(records(ConversationRecord, conn.execute(statement)))


def _opened(workspace: str, window: Window) -> Select[Any]:
    return select(*_COLUMNS).where(
        table.c.workspace == workspace,
        table.c.channel_id == window.channel_id,
        table.c.opened_at.between(window.since, window.until),
    )


def of_ticket(conn: Connection, workspace: str, ticket_id: int) -> list[ConversationRecord]:
    """The threads of a ticket, oldest first."""
    statement = (
        select(*_COLUMNS)
        .where(table.c.workspace == workspace, table.c.ticket_id == ticket_id)
        .order_by(table.c.opened_at, table.c.channel_id, table.c.thread_ts)
    )
    return list(records(ConversationRecord, conn.execute(statement)))


def of_channel(conn: Connection, workspace: str, channel_id: str, since: datetime) -> list[ConversationRecord]:
    """The threads of a channel begun at or after an instant, oldest first."""
    statement = (
        select(*_COLUMNS)
        .where(table.c.workspace == workspace, table.c.channel_id == channel_id, table.c.opened_at >= since)
        .order_by(table.c.opened_at, table.c.thread_ts)
    )
    return list(records(ConversationRecord, conn.execute(statement)))


def move(conn: Connection, workspace: str, from_ticket: int, to_ticket: int) -> None:
    """Give every thread of one ticket to another (merge)."""
    mine = update(table).where(table.c.workspace == workspace, table.c.ticket_id == from_ticket)
    conn.execute(mine.values(ticket_id=to_ticket))


def assign(conn: Connection, workspace: str, threads: Sequence[tuple[str, str]], ticket_id: int) -> None:
    """Give the threads (channel id, thread ts) to a ticket (undo of a merge, split)."""
    for channel_id, thread_ts in threads:
        thread = update(table).where(
            table.c.workspace == workspace, table.c.channel_id == channel_id, table.c.thread_ts == thread_ts
        )
        conn.execute(thread.values(ticket_id=ticket_id))


def touch(conn: Connection, workspace: str, thread: tuple[str, str], **changed: Any) -> None:
    """Set `last_customer_at` or `synced_ts` of a thread (channel id, thread ts)."""
    channel_id, thread_ts = thread
    mine = update(table).where(
        table.c.workspace == workspace, table.c.channel_id == channel_id, table.c.thread_ts == thread_ts
    )
    conn.execute(mine.values(changed))
