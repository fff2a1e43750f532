"""Looking at the outbox: for storms, for people, for metrics."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, tuple_

from store.outbox.messages import COLUMNS, IS_PENDING, OutboxMessage, OutboxState
from store.statements import fixed, records
from store.tables import outbox as table

_COUNTED = (
    OutboxState.PENDING,
    OutboxState.SENDING,
    OutboxState.RECONCILING,
    OutboxState.UNCERTAIN,
    OutboxState.FAILED,
)
_ENDED = (OutboxState.SENT, OutboxState.SUPERSEDED, OutboxState.FOLDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How many messages wait for a destination."""

    workspace: str
    destination: str
    waiting: int


def backlog(
    conn: Connection, workspace: str, now: datetime, *, kinds: Sequence[str] = ("alert",), more_than: int = 0
) -> list[Backlog]:
    """Destinations of a workspace for which more than so many messages of some kinds are due: a storm."""
    number = func.count()
    statement = (
        select(table.c.destination, number)
        .where(table.c.workspace == workspace, IS_PENDING, table.c.kind.in_(kinds), table.c.not_before <= now)
        .group_by(table.c.destination)
        .having(number > more_than)
        .order_by(table.c.destination)
    )
    return [
        Backlog(workspace=workspace, destination=destination, waiting=waiting)
        for destination, waiting in conn.execute(statement)
    ]


def pending(
    conn: Connection, workspace: str, destination: str, now: datetime, *, kinds: Sequence[str] = ("alert",)
) -> list[OutboxMessage]:
    """The messages of some kinds that are due for a destination, most urgent first: the members of a digest."""
    statement = (
        select(*COLUMNS)
        .where(
            IS_PENDING,
            table.c.workspace == workspace,
            table.c.destination == destination,
            table.c.kind.in_(kinds),
            table.c.not_before <= now,
        )
        .order_by(table.c.urgency.desc(), table.c.created_at, table.c.key)
    )
    return list(records(OutboxMessage, conn.execute(statement)))


def oldest_due(conn: Connection, workspace: str, now: datetime, kinds: Sequence[str]) -> datetime | None:
    """When the oldest of the messages of some kinds that are due was recorded."""
    # For each destination, so that SQLite reads what waits and not the whole history.
    statement = (
        select(func.min(table.c.created_at))
        .where(table.c.workspace == workspace, IS_PENDING, table.c.kind.in_(kinds), table.c.not_before <= now)
        .group_by(table.c.destination)
    )
    return min(conn.execute(statement).scalars(), default=None)


def find(conn: Connection, workspace: str, key: str) -> OutboxMessage | None:
    """The message with a key."""
    statement = select(*COLUMNS).where(table.c.workspace == workspace, table.c.key == key)
    return next(records(OutboxMessage, conn.execute(statement)), None)


def of_ticket(
    conn: Connection, workspace: str, ticket_id: int, *, kind: str | None = None, states: Sequence[str] = ()
) -> list[OutboxMessage]:
    """The messages about a ticket, oldest first."""
    parameters = {"of": workspace, "id": ticket_id, "kind": kind}
    return list(records(OutboxMessage, conn.execute(_of_ticket(kind is not None, tuple(states)), parameters)))


@cache
def _of_ticket(of_one_kind: bool, states: tuple[str, ...]) -> Any:
    statement = select(*COLUMNS).where(table.c.workspace == bindparam("of"), table.c.ticket_id == bindparam("id"))
    if of_one_kind:
        statement = statement.where(table.c.kind == bindparam("kind"))
    if states:
        statement = statement.where(table.c.state.in_(states))
    return statement.order_by(table.c.created_at, table.c.key)


def alerts_to(conn: Connection, workspace: str, destination: str, ticket_ids: Sequence[int]) -> list[OutboxMessage]:
    """What a destination is told, or will be, of some tickets' instances, alone or in a digest."""
    statement = select(*COLUMNS).where(
        table.c.workspace == workspace,
        table.c.ticket_id.in_(ticket_ids),
        table.c.destination == destination,
        table.c.instance.is_not(None),
        table.c.state.not_in((OutboxState.FAILED, OutboxState.SUPERSEDED)),
    )
    return list(records(OutboxMessage, conn.execute(statement.order_by(table.c.created_at, table.c.key))))


def of_message(conn: Connection, workspace: str, channel_id: str, message_ts: str) -> OutboxMessage | None:
    """The outbox row of a message in Slack."""
    statement = select(*COLUMNS).where(
        table.c.workspace == workspace, table.c.channel_id == channel_id, table.c.message_ts == message_ts
    )
    return next(records(OutboxMessage, conn.execute(statement)), None)


def counts(conn: Connection) -> dict[str, int]:
    """Messages by state, of those that need attention; what ended well is not counted, there are many."""
    return {
        state: conn.execute(select(func.count()).where(table.c.state == fixed(state))).scalar_one()
        for state in _COUNTED
    }


def of_kind(conn: Connection, workspace: str, kind: str) -> list[OutboxMessage]:
    """Every message of a kind, oldest first."""
    statement = select(*COLUMNS).where(table.c.workspace == workspace, table.c.kind == kind)
    return list(records(OutboxMessage, conn.execute(statement.order_by(table.c.created_at, table.c.key))))


def by_kind(conn: Connection, workspace: str, kinds: Sequence[str]) -> dict[str, int]:
    """How many messages of these kinds are in each state."""
    statement = select(table.c.state, func.count()).where(table.c.workspace == workspace, table.c.kind.in_(kinds))
    return {row.state: row[1] for row in conn.execute(statement.group_by(table.c.state))}


def listing(conn: Connection, state: OutboxState, *, limit: int = 100) -> list[OutboxMessage]:
    """Messages in a state, oldest first."""
    statement = select(*COLUMNS).where(table.c.state == fixed(state)).order_by(table.c.created_at, table.c.key)
    return list(records(OutboxMessage, conn.execute(statement.limit(limit))))


def prune(conn: Connection, before: datetime, *, limit: int = 1000) -> int:
    """Forget messages that ended well and were created before an instant, at most `limit`; how many."""
    old = select(table.c.workspace, table.c.key).where(table.c.state.in_(_ENDED), table.c.created_at < before)
    statement = delete(table).where(tuple_(table.c.workspace, table.c.key).in_(old.limit(limit)))
    return conn.execute(statement).rowcount
