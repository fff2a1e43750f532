"""Messages before they are sent: recorded, changed, or given up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, case, tuple_, update

from store.statements import columns, fixed, if_new, insert
from store.tables import outbox as table
from store.wake import Topic, wake

SETTLED = timedelta(hours=1)
"""What may have been sent as long ago as this need not settle before it is looked for."""


class OutboxState(StrEnum):
    """Where a message stands."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    RECONCILING = "reconciling"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    FOLDED = "folded"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message to record. The higher `urgency`, the sooner; it waits until `depends_on` has ended somehow.

    One `in_doubt` may have been sent by a life of the program that this database does not know of: it is looked for
    before it is sent.
    """

    workspace: str
    key: str
    kind: str
    destination: str
    payload: dict[str, Any]
    created_at: datetime
    not_before: datetime | None = None
    urgency: int = 0
    ticket_id: int | None = None
    metric: str | None = None
    instance: int | None = None
    depends_on: str | None = None
    fallback_of: str | None = None
    in_doubt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessage:
    """A message as stored. `fence` grows with every claim; whoever holds an older one has lost it."""

    workspace: str
    key: str
    kind: str
    ticket_id: int | None
    metric: str | None
    instance: int | None
    destination: str
    urgency: int
    payload: dict[str, Any]
    state: str
    not_before: datetime
    attempts: int
    fence: int
    lease_until: datetime | None
    depends_on: str | None
    folded_into: str | None
    fallback_of: str | None
    channel_id: str | None
    message_ts: str | None
    error: str | None
    created_at: datetime
    sent_at: datetime | None


COLUMNS = columns(table, OutboxMessage)
IS_PENDING = table.c.state == fixed(OutboxState.PENDING)
_KEYED = (table.c.workspace == bindparam("of"), table.c.key == bindparam("named"))


@cache
def _enqueue(dialect: str) -> Any:
    return if_new(insert(dialect, table), "workspace", "key")


def enqueue(conn: Connection, message: NewMessage) -> bool:
    """Record a message; False if its key was recorded before, whatever became of that one."""
    return enqueue_many(conn, [message]) == 1


def enqueue_many(conn: Connection, messages: Sequence[NewMessage]) -> int:
    """Record messages; how many had new keys."""
    if not messages:
        return 0
    new: int = conn.execute(_enqueue(conn.dialect.name), [_row(message) for message in messages]).rowcount
    if new:
        wake(conn, Topic.OUTBOX)
    return new


def _row(message: NewMessage) -> dict[str, Any]:
    return {
        "workspace": message.workspace,
        "key": message.key,
        "kind": message.kind,
        "ticket_id": message.ticket_id,
        "metric": message.metric,
        "instance": message.instance,
        "destination": message.destination,
        "urgency": message.urgency,
        "payload": message.payload,
        "state": OutboxState.UNCERTAIN if message.in_doubt else OutboxState.PENDING,
        "not_before": message.created_at - SETTLED if message.in_doubt else message.not_before or message.created_at,
        "attempts": 0,
        "fence": 0,
        "depends_on": message.depends_on,
        "fallback_of": message.fallback_of,
        "created_at": message.created_at,
    }


def supersede(conn: Connection, workspace: str, keys: Sequence[str]) -> list[str]:
    """Give up those of the messages that still wait; returns their keys."""
    return _change(conn, workspace, keys, state=OutboxState.SUPERSEDED)


def fold(conn: Connection, workspace: str, keys: Sequence[str], into: str) -> list[str]:
    """Let the digest `into` speak for those of the messages that still wait; returns their keys."""
    return _change(conn, workspace, keys, state=OutboxState.FOLDED, folded_into=into)


def postpone(conn: Connection, workspace: str, keys: Sequence[str], until: datetime) -> list[str]:
    """Let those of the messages that still wait do so until an instant; returns their keys."""
    return _change(conn, workspace, keys, not_before=until)


def _change(conn: Connection, workspace: str, keys: Sequence[str], **changed: Any) -> list[str]:
    waiting = update(table).where(table.c.workspace == workspace, table.c.key.in_(keys), IS_PENDING)
    return sorted(conn.execute(waiting.values(changed).returning(table.c.key)).scalars())


def void(conn: Connection, workspace: str, ticket_id: int, metric: str, instance: int) -> int:
    """Give up what waits about an instance whose target no longer holds; how many."""
    waiting = update(table).where(
        table.c.workspace == workspace,
        table.c.ticket_id == ticket_id,
        table.c.metric == metric,
        table.c.instance == instance,
        IS_PENDING,
    )
    return conn.execute(waiting.values(state=OutboxState.SUPERSEDED)).rowcount


def renumber(conn: Connection, workspace: str, ticket_id: int, moved: Mapping[tuple[str, int], int]) -> None:
    """Let messages about instances (metric, number) of a ticket be about the numbers that those have now."""
    about = tuple_(table.c.metric, table.c.instance)
    now = case(*((about == tuple_(*old), new) for old, new in moved.items()), else_=table.c.instance)
    mine = (table.c.workspace == workspace) & (table.c.ticket_id == ticket_id) & about.in_(list(moved))
    conn.execute(update(table).where(mine).values(instance=now))


def retry(conn: Connection, workspace: str, keys: Sequence[str], now: datetime) -> int:
    """Send failed messages once more, and waiting ones now; how many."""
    states = [OutboxState.FAILED, OutboxState.PENDING]
    again = update(table).where(table.c.workspace == workspace, table.c.key.in_(keys), table.c.state.in_(states))
    changed = conn.execute(again.values(state=OutboxState.PENDING, not_before=now)).rowcount
    if changed:
        wake(conn, Topic.OUTBOX)
    return changed
