"""What Slack delivered, kept until it was understood."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, collate, delete, exists, func, select, tuple_, update

from store.leases import clock, lease_end
from store.statements import columns, fixed, if_new, insert, is_postgresql, records
from store.tables import inbox as table
from store.tables import lease as leases
from store.wake import Topic, wake

INBOX_LEASE = "inbox"
_KEYS_AT_ONCE = 1000


class InboxState(StrEnum):
    """Where an envelope stands."""

    PENDING = "pending"
    DONE = "done"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An envelope as received; `key` says what happened, so that its repetitions are one."""

    workspace: str
    key: str
    kind: str
    body: str
    event_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxItem(Envelope):
    """An envelope and what became of it. `attempts` counts takes and is the fence of the last one."""

    state: str
    attempts: int
    not_before: datetime
    error: str | None
    outcome: str | None


_ITEM = columns(table, InboxItem)
_PENDING = table.c.state == fixed(InboxState.PENDING)


_COUNT = {state: select(func.count()).where(table.c.state == fixed(state)) for state in InboxState}


@cache
def _put(dialect: str) -> Any:
    return if_new(insert(dialect, table), "workspace", "key")


def _row(envelope: Envelope) -> dict[str, Any]:
    return {
        "workspace": envelope.workspace,
        "key": envelope.key,
        "kind": envelope.kind,
        "body": envelope.body,
        "event_at": envelope.event_at,
        "received_at": envelope.received_at,
        "state": InboxState.PENDING,
        "attempts": 0,
        "not_before": envelope.received_at,
    }


def put(conn: Connection, envelope: Envelope, not_before: datetime | None = None) -> bool:
    """Keep an envelope, to be taken at once or not before an instant; False if that key was received before."""
    row = _row(envelope) | ({} if not_before is None else {"not_before": not_before})
    new = conn.execute(_put(conn.dialect.name), row).rowcount == 1
    if new:
        wake(conn, Topic.INBOX)
    return new


def untaken(envelope: Envelope) -> InboxItem:
    """The item that `put` has made of an envelope, before anybody has taken it."""
    row = _row(envelope)
    return InboxItem(
        workspace=envelope.workspace,
        key=envelope.key,
        kind=envelope.kind,
        body=envelope.body,
        event_at=envelope.event_at,
        received_at=envelope.received_at,
        state=row["state"],
        attempts=row["attempts"],
        not_before=row["not_before"],
        error=None,
        outcome=None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """How to take work: as whom, how much, and for how long it is ours."""

    holder: str
    limit: int = 100
    lease: timedelta = timedelta(seconds=60)


def take(conn: Connection, workspace: str, now: datetime, claim: Claim) -> list[InboxItem]:
    """Pending envelopes of a workspace in the order of their events, ours until the lease ends.

    A replica leases the inbox of a whole workspace: what belongs to one ticket cannot be told before an envelope is
    read (bursts, unthreaded replies), and Slack's own limit for a workspace is a hundredth of what one replica does.
    An item that is neither done nor put back within the lease is taken again, with one attempt more.
    """
    keys = conn.execute(_candidates(conn, workspace, now, claim)).scalars().all()
    if not keys or not _lease(conn, workspace, now, claim):
        return []
    statement = (
        update(table)
        .where(table.c.workspace == workspace, table.c.key.in_(keys), _PENDING, table.c.not_before <= now)
        .values(attempts=table.c.attempts + 1, not_before=now + claim.lease)
        .returning(*_ITEM)
    )
    taken = records(InboxItem, conn.execute(statement))
    return sorted(taken, key=lambda item: (item.event_at, item.received_at, item.key))


def _candidates(conn: Connection, workspace: str, now: datetime, claim: Claim) -> Any:
    anothers = exists().where(
        leases.c.workspace == workspace,
        leases.c.name == INBOX_LEASE,
        leases.c.holder != claim.holder,
        leases.c.until > clock(conn, now),
    )
    return (
        select(table.c.key)
        .where(table.c.workspace == workspace, _PENDING, table.c.not_before <= now, ~anothers)
        .order_by(table.c.event_at, table.c.received_at, table.c.key)
        .limit(claim.limit)
    )


def _lease(conn: Connection, workspace: str, now: datetime, claim: Claim) -> bool:
    until = lease_end(conn, now, claim.lease)
    statement = insert(conn.dialect.name, leases).values(
        {"workspace": workspace, "name": INBOX_LEASE, "holder": claim.holder, "until": until}
    )
    free = (leases.c.holder == claim.holder) | (leases.c.until <= clock(conn, now))
    renewed = statement.on_conflict_do_update(
        index_elements=["workspace", "name"],
        set_={"holder": statement.excluded.holder, "until": statement.excluded.until},
        where=free,
    ).returning(leases.c.workspace)
    return conn.execute(renewed).first() is not None


_MINE = (
    table.c.workspace == bindparam("of"),
    table.c.key == bindparam("named"),
    table.c.attempts == bindparam("fence"),
    _PENDING,
)
_DONE = update(table).where(*_MINE).values(state=InboxState.DONE, error=None, outcome=bindparam("came_of_it"))
_LATER = update(table).where(*_MINE).values(not_before=bindparam("at"), error=bindparam("why"))
_QUARANTINE = update(table).where(*_MINE).values(state=InboxState.QUARANTINED, error=bindparam("why"))


def _fence(item: InboxItem) -> dict[str, Any]:
    return {"of": item.workspace, "named": item.key, "fence": item.attempts}


def done(conn: Connection, item: InboxItem, outcome: str) -> bool:
    """Mark it understood, in the transaction that applies it, with what came of it in a few words.

    False if the lease was lost, then roll back.
    """
    return conn.execute(_DONE, _fence(item) | {"came_of_it": outcome}).rowcount == 1


def retry_later(conn: Connection, item: InboxItem, at: datetime, error: str) -> bool:
    """Put it back until `at`; False if the lease was lost."""
    return conn.execute(_LATER, _fence(item) | {"at": at, "why": error}).rowcount == 1


def hasten(conn: Connection, workspace: str, reason: str, now: datetime) -> int:
    """Make due now what waits for a reason whose words begin like this; how many."""
    statement = (
        update(table)
        .where(
            table.c.workspace == workspace,
            _PENDING,
            table.c.not_before > now,
            table.c.error.startswith(reason, autoescape=True),
        )
        .values(not_before=now)
    )
    changed = conn.execute(statement).rowcount
    if changed:
        wake(conn, Topic.INBOX)
    return changed


def quarantine(conn: Connection, item: InboxItem, error: str) -> bool:
    """Set it aside for a person to look at; False if the lease was lost."""
    return conn.execute(_QUARANTINE, _fence(item) | {"why": error}).rowcount == 1


def release(conn: Connection, holder: str) -> None:
    """Let other replicas take over at once (on shutdown)."""
    conn.execute(delete(leases).where(leases.c.name == INBOX_LEASE, leases.c.holder == holder))


def retry(conn: Connection, workspace: str, keys: Sequence[str], now: datetime) -> int:
    """Make quarantined or waiting envelopes pending now; how many."""
    statement = (
        update(table)
        .where(table.c.workspace == workspace, table.c.key.in_(keys), table.c.state != InboxState.DONE)
        .values(state=InboxState.PENDING, attempts=table.c.attempts + 1, not_before=now)
    )
    changed = conn.execute(statement).rowcount
    if changed:
        wake(conn, Topic.INBOX)
    return changed


def handle_again(
    conn: Connection, workspace: str, span: tuple[str, str], outcomes_then: Sequence[str], now: datetime
) -> int:
    """Make pending again what was understood without something that has only come now; how many.

    Looked at are the envelopes whose keys lie strictly within `span` and of which one of these outcomes came.
    """
    after, before = span
    key = _bytewise(conn)
    statement = (
        update(table)
        .where(
            table.c.workspace == workspace,
            key > after,
            key < before,
            table.c.state == fixed(InboxState.DONE),
            table.c.outcome.in_(outcomes_then),
        )
        .values(state=InboxState.PENDING, attempts=table.c.attempts + 1, not_before=now)
    )
    changed = conn.execute(statement).rowcount
    if changed:
        wake(conn, Topic.INBOX)
    return changed


def _bytewise(conn: Connection) -> Any:
    """The key as it is compared byte by byte, whatever the order of the database's language is."""
    return collate(table.c.key, "C") if is_postgresql(conn) else table.c.key


def counts(conn: Connection) -> dict[str, int]:
    """How many wait and how many were set aside; those understood are not counted, there are many."""
    states = (InboxState.PENDING, InboxState.QUARANTINED)
    return {state: conn.execute(_COUNT[state]).scalar_one() for state in states}


def outcomes(conn: Connection, workspace: str, keys: Sequence[str]) -> dict[str, str]:
    """What came of those of the envelopes that were understood."""
    found: dict[str, str] = {}
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        some = keys[start : start + _KEYS_AT_ONCE]
        statement = select(table.c.key, table.c.outcome).where(
            table.c.workspace == workspace, table.c.key.in_(some), table.c.state == InboxState.DONE
        )
        found |= {row.key: row.outcome for row in conn.execute(statement)}
    return found


def body(conn: Connection, workspace: str, key: str) -> str | None:
    """What was received under a key; None when nothing was."""
    statement = select(table.c.body).where(table.c.workspace == workspace, table.c.key == key)
    return conn.execute(statement).scalar()


def next_at(conn: Connection, workspace: str) -> datetime | None:
    """When the next pending envelope of a workspace may be taken."""
    return conn.execute(select(func.min(table.c.not_before)).where(table.c.workspace == workspace, _PENDING)).scalar()


def listing(conn: Connection, state: InboxState, limit: int = 100) -> list[InboxItem]:
    """Envelopes in a state, oldest event first."""
    ordered = select(*_ITEM).where(table.c.state == fixed(state)).order_by(table.c.event_at, table.c.key).limit(limit)
    return list(records(InboxItem, conn.execute(ordered)))


def prune(conn: Connection, before: datetime, limit: int = 1000) -> int:
    """Forget envelopes understood and received before an instant, at most `limit`; how many.

    What is forgotten is no longer recognised when it comes again, so keep what a backfill may still read.
    """
    old = select(table.c.workspace, table.c.key).where(table.c.state == InboxState.DONE, table.c.received_at < before)
    statement = delete(table).where(tuple_(table.c.workspace, table.c.key).in_(old.limit(limit)))
    return conn.execute(statement).rowcount
