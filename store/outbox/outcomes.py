"""What became of a message that was claimed. Each answer counts only with the fence of its claim."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, update

from store.leases import lease_end
from store.outbox.messages import NewMessage, OutboxMessage, OutboxState, enqueue
from store.statements import fixed
from store.tables import outbox as table
from store.tables import slot
from store.wake import Topic, wake

SPACING = timedelta(seconds=1)
"""Slack takes about one message a second in a channel."""

_CLAIMED = table.c.state.in_([fixed(OutboxState.SENDING), fixed(OutboxState.RECONCILING)])
_MINE = (
    table.c.workspace == bindparam("of"),
    table.c.key == bindparam("named"),
    table.c.fence == bindparam("with_fence"),
    _CLAIMED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Where a message arrived: Slack's channel id and ts (None for mail and webhooks).

    Attributes:
        payload: What it said, where that is more than what was recorded.
    """

    at: datetime
    channel_id: str | None = None
    message_ts: str | None = None
    payload: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a message was not accepted and when to try again; after a 429 its whole destination waits."""

    error: str
    wait: timedelta = timedelta(0)
    destination_waits: bool = False


def sent(conn: Connection, message: OutboxMessage, delivery: Delivery, *, spacing: timedelta = SPACING) -> bool:
    """It arrived, or was found to have arrived. False if the claim was lost."""
    said = {} if delivery.payload is None else {"payload": delivery.payload}
    ours = _end_claim(
        conn,
        message,
        state=OutboxState.SENT,
        channel_id=delivery.channel_id,
        message_ts=delivery.message_ts,
        sent_at=delivery.at,
        error=None,
        **said,
    )
    return ours and _free_slot(conn, message, delivery.at, spacing)


def uncertain(conn: Connection, message: OutboxMessage, now: datetime, error: str) -> bool:
    """Nobody knows whether it arrived: wait, then look. False if the claim was lost."""
    ours = _end_claim(conn, message, state=OutboxState.UNCERTAIN, not_before=now, error=error)
    return ours and _free_slot(conn, message, now, SPACING)


def release(conn: Connection, message: OutboxMessage, now: datetime, refusal: Refusal) -> bool:
    """It certainly did not arrive: it is pending again. False if the claim was lost."""
    ours = _end_claim(conn, message, state=OutboxState.PENDING, not_before=now + refusal.wait, error=refusal.error)
    if ours:
        wake(conn, Topic.OUTBOX)
    pause = max(refusal.wait, SPACING) if refusal.destination_waits else SPACING
    return ours and _free_slot(conn, message, now, pause)


def failed(conn: Connection, message: OutboxMessage, now: datetime, error: str, fallback: NewMessage | None) -> bool:
    """It will never arrive; `fallback` says it elsewhere, recorded with the failure. False if the claim was lost."""
    ours = _end_claim(conn, message, state=OutboxState.FAILED, error=error)
    if ours and fallback is not None:
        enqueue(conn, fallback)
    return ours and _free_slot(conn, message, now, SPACING)


def withdraw(conn: Connection, message: OutboxMessage, now: datetime, reason: str) -> bool:
    """There is nothing to say any more; its destination need not wait. False if the claim was lost."""
    ours = _end_claim(conn, message, state=OutboxState.SUPERSEDED, error=reason)
    return ours and _free_slot(conn, message, now, timedelta(0))


def _end_claim(conn: Connection, message: OutboxMessage, **changed: Any) -> bool:
    parameters = {"of": message.workspace, "named": message.key, "with_fence": message.fence}
    statement = update(table).where(*_MINE).values(lease_until=None, **changed)
    return conn.execute(statement, parameters).rowcount == 1


def _free_slot(conn: Connection, message: OutboxMessage, now: datetime, wait: timedelta) -> bool:
    """Let the destination have its next message after `wait`, unless somebody else occupies it by now."""
    occupied = update(slot).where(
        slot.c.workspace == message.workspace,
        slot.c.destination == message.destination,
        slot.c.next_at == message.lease_until,
    )
    conn.execute(occupied.values(next_at=lease_end(conn, now, wait)))
    return True
