"""Taking messages to send or to reconcile, one at a time for each destination."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)

from store.leases import clock, lease_end
from store.outbox.messages import COLUMNS, IS_PENDING, OutboxMessage, OutboxState
from store.statements import fixed, insert, is_postgresql, records
from store.tables import outbox as table
from store.tables import slot
from store.tables import workspace as workspaces
from store.workspaces import WorkspaceState

_UNENDED = [OutboxState.PENDING, OutboxState.SENDING, OutboxState.UNCERTAIN, OutboxState.RECONCILING]
_BELONGS = and_(slot.c.workspace == table.c.workspace, slot.c.destination == table.c.destination)
_IS_CLAIMED = table.c.state.in_([fixed(OutboxState.SENDING), fixed(OutboxState.RECONCILING)])
_IS_UNCERTAIN = table.c.state == fixed(OutboxState.UNCERTAIN)
_KEY = tuple_(table.c.workspace, table.c.key)

Destination = tuple[str, str]


def claim(conn: Connection, workspace: str, now: datetime, *, limit: int = 20, lease: timedelta) -> list[OutboxMessage]:
    """Messages to send now, most urgent first, at most one for each destination; ours until the lease ends.

    A destination gets its next message when the one before has ended and its slot says so. Nothing is taken for a
    dead workspace, nor before what a message depends on has ended. On PostgreSQL `lease_until` is on the database's
    clock: measure the lease from before this call.
    """
    chosen = _chosen(conn, workspace, now, limit)
    if chosen and is_postgresql(conn):
        # Between the look and the lock another replica may have taken the destination: lock, then look again.
        chosen = _chosen(conn, workspace, now, limit, _lock_slots(conn, now, sorted({row[:2] for row in chosen})))
    if not chosen:
        return []
    statement = (
        update(table)
        .where(_KEY.in_([(row.workspace, row.key) for row in chosen]), IS_PENDING)
        .values(
            state=OutboxState.SENDING,
            fence=table.c.fence + 1,
            attempts=table.c.attempts + 1,
            lease_until=lease_end(conn, now, lease),
        )
        .returning(*COLUMNS)
    )
    taken = list(records(OutboxMessage, conn.execute(statement)))
    _occupy(conn, taken)
    return sorted(taken, key=lambda message: (-message.urgency, message.created_at, message.key))


def _chosen(
    conn: Connection, workspace: str, now: datetime, limit: int, among: Sequence[Destination] | None = None
) -> list[Any]:
    """The first message (workspace, destination, key) of each free destination."""
    if among is not None and not among:
        return []
    free = (
        select(table.c.workspace, table.c.destination)
        .select_from(table.outerjoin(slot, _BELONGS))
        .where(
            table.c.workspace == workspace,
            IS_PENDING,
            table.c.not_before <= now,
            or_(slot.c.next_at.is_(None), slot.c.next_at <= clock(conn, now)),
        )
        .distinct()
    )
    if among is not None:
        free = free.where(tuple_(table.c.workspace, table.c.destination).in_(among))
    ready = free.subquery("ready")
    first = table.alias("first")
    best = (
        select(first.c.key)
        .where(
            first.c.workspace == ready.c.workspace,
            first.c.destination == ready.c.destination,
            first.c.state == fixed(OutboxState.PENDING),
            first.c.not_before <= now,
            _may_go(first),
        )
        .order_by(first.c.urgency.desc(), first.c.created_at, first.c.key)
        .limit(1)
        .scalar_subquery()
    )
    chosen: Select[Any] = (
        select(table.c.workspace, table.c.destination, table.c.key)
        .select_from(ready.join(table, and_(table.c.workspace == ready.c.workspace, table.c.key == best)))
        .where(_is_alive())
        .order_by(table.c.urgency.desc(), table.c.created_at, table.c.key)
        .limit(limit)
    )
    return list(conn.execute(chosen))


def _may_go(message: Any) -> ColumnElement[bool]:
    """Whether what the message depends on has ended: sent, failed or given up."""
    return or_(message.c.depends_on.is_(None), ~is_held_back(message))


def is_held_back(message: Any) -> ColumnElement[bool]:
    """Whether what the message depends on has not ended."""
    needed = table.alias("needed")
    return exists().where(
        needed.c.workspace == message.c.workspace,
        needed.c.key == message.c.depends_on,
        needed.c.state.in_(_UNENDED),
    )


def _is_alive() -> ColumnElement[bool]:
    return ~exists().where(workspaces.c.workspace == table.c.workspace, workspaces.c.state == WorkspaceState.DEAD)


def _lock_slots(conn: Connection, now: datetime, wanted: Sequence[Destination]) -> list[Destination]:
    """Lock the slots that nobody else has locked and that are free."""
    rows = [{"workspace": owner, "destination": name, "next_at": now} for owner, name in wanted]
    conn.execute(insert(conn.dialect.name, slot).on_conflict_do_nothing(), rows)
    free = (
        select(slot.c.workspace, slot.c.destination)
        .where(tuple_(slot.c.workspace, slot.c.destination).in_(wanted), slot.c.next_at <= clock(conn, now))
        .with_for_update(skip_locked=True)
    )
    return [tuple(row) for row in conn.execute(free)]


def lock_destination(conn: Connection, workspace: str, destination: str, now: datetime) -> bool:
    """Keep other replicas from what waits for a destination until the transaction ends; False if one is at it."""
    if not is_postgresql(conn):
        return True
    row = {"workspace": workspace, "destination": destination, "next_at": now}
    conn.execute(insert(conn.dialect.name, slot).on_conflict_do_nothing(), row)
    mine = select(slot.c.destination).where(slot.c.workspace == workspace, slot.c.destination == destination)
    return conn.execute(mine.with_for_update(skip_locked=True)).first() is not None


@cache
def _occupation(dialect: str) -> Any:
    statement = insert(dialect, slot)
    return statement.on_conflict_do_update(
        index_elements=["workspace", "destination"], set_={"next_at": statement.excluded.next_at}
    )


def _occupy(conn: Connection, taken: Sequence[OutboxMessage]) -> None:
    """Keep the destinations to ourselves until the leases end."""
    rows = [
        {"workspace": message.workspace, "destination": message.destination, "next_at": message.lease_until}
        for message in taken
    ]
    conn.execute(_occupation(conn.dialect.name), rows)


def expire_leases(conn: Connection, workspace: str, now: datetime) -> int:
    """What was on its way when its lease ended is uncertain, never pending: it may have arrived; how many."""
    expired = update(table).where(table.c.workspace == workspace, _IS_CLAIMED, table.c.lease_until <= clock(conn, now))
    changed = expired.values(state=OutboxState.UNCERTAIN, not_before=now, error="The lease ended before an answer.")
    return conn.execute(changed).rowcount


def claim_uncertain(
    conn: Connection, workspace: str, now: datetime, *, settle: timedelta, lease: timedelta, limit: int = 20
) -> list[OutboxMessage]:
    """Messages that have been uncertain for `settle`, to look for in their destination's history, oldest first.

    One that depends on another waits for that to end, as in `claim`: it may be in the thread of that one.
    """
    settled = (
        select(table.c.workspace, table.c.key)
        .where(
            table.c.workspace == workspace,
            _IS_UNCERTAIN,
            table.c.not_before <= now - settle,
            _may_go(table),
            _is_alive(),
        )
        .order_by(table.c.not_before, table.c.key)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    keys = [tuple(row) for row in conn.execute(settled)]
    if not keys:
        return []
    statement = (
        update(table)
        .where(_KEY.in_(keys), _IS_UNCERTAIN)
        .values(state=OutboxState.RECONCILING, fence=table.c.fence + 1, lease_until=lease_end(conn, now, lease))
        .returning(*COLUMNS)
    )
    taken = records(OutboxMessage, conn.execute(statement))
    return sorted(taken, key=lambda message: (message.not_before, message.key))


def next_send_at(conn: Connection, workspace: str) -> datetime | None:
    """When `claim` may have something next: possibly in the past; None when nothing waits that could go."""
    moment = case((slot.c.next_at > table.c.not_before, slot.c.next_at), else_=table.c.not_before)
    statement = (
        select(func.min(moment, type_=table.c.not_before.type))
        .select_from(table.outerjoin(slot, _BELONGS))
        .where(table.c.workspace == workspace, IS_PENDING, _may_go(table), _is_alive())
    )
    return conn.execute(statement).scalar()


def next_expiry(conn: Connection, workspace: str, settle: timedelta) -> datetime | None:
    """When `expire_leases` or `claim_uncertain` may have something next."""
    ours = table.c.workspace == workspace
    lease = conn.execute(select(func.min(table.c.lease_until)).where(ours, _IS_CLAIMED)).scalar()
    uncertain = select(func.min(table.c.not_before)).where(ours, _IS_UNCERTAIN, _may_go(table), _is_alive())
    doubt = conn.execute(uncertain).scalar()
    return min((at for at in (lease, doubt and doubt + settle) if at is not None), default=None)
