"""How far Slack's history was read, and what a reading has to be compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, collate, select, update

from store.inbox import InboxState
from store.statements import is_postgresql
from store.tables import conversation, inbox, ticket, ticket_event, workspace
from store.wake import Topic, wake

_KEYS_AT_ONCE = 1000
_AFTER_EVERYTHING = "\U0010ffff"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCursor:
    """How far a channel was read.

    Attributes:
        since: What is older is not ours: the channel was not tracked then.
        read_to: Everything until then was read, with the threads that had changed.
        deep_to: Until then, threads with an old beginning were looked for as well.
    """

    since: datetime
    read_to: datetime
    deep_to: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursors:
    """How far a workspace was read; ``swept_at`` is when the last complete sweep began, None before the first."""

    swept_at: datetime | None = None
    channels: Mapping[str, ChannelCursor] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenThread:
    """A thread of an open ticket."""

    ticket_id: int
    channel_id: str
    thread_ts: str


def cursors(conn: Connection, name: str) -> Cursors:
    """How far the workspace was read."""
    stored = _cursor(conn, name)
    swept_at = stored.get("swept_at")
    return Cursors(
        swept_at=datetime.fromisoformat(swept_at) if swept_at else None,
        channels={
            channel: ChannelCursor(**{field: datetime.fromisoformat(text) for field, text in cursor.items()})
            for channel, cursor in stored.get("channels", {}).items()
        },
    )


def save_channel(conn: Connection, name: str, channel: str, cursor: ChannelCursor) -> None:
    """Remember how far a channel was read."""
    stored = _cursor(conn, name, lock=True)
    texts = {field: getattr(cursor, field).isoformat() for field in ("since", "read_to", "deep_to")}
    _save(conn, name, stored | {"channels": stored.get("channels", {}) | {channel: texts}})


def move_channel(conn: Connection, name: str, old: str, new: str) -> None:
    """A channel got another id: how far it was read stays true."""
    stored = _cursor(conn, name, lock=True)
    channels = dict(stored.get("channels", {}))
    if old in channels:
        cursor = channels.pop(old)
        _save(conn, name, stored | {"channels": {new: cursor} | channels})


def save_swept(conn: Connection, name: str, began_at: datetime) -> None:
    """Remember that a sweep which began at an instant went through all channels."""
    _save(conn, name, _cursor(conn, name, lock=True) | {"swept_at": began_at.isoformat()})


def _cursor(conn: Connection, name: str, *, lock: bool = False) -> dict[str, Any]:
    statement = select(workspace.c.cursor).where(workspace.c.workspace == name)
    if lock and is_postgresql(conn):
        statement = statement.with_for_update()
    return dict(conn.execute(statement).scalar() or {})


def _save(conn: Connection, name: str, cursor: dict[str, Any]) -> None:
    conn.execute(update(workspace).where(workspace.c.workspace == name).values(cursor=cursor))


def comments(conn: Connection, name: str, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What is stored of those of the keys that are events of tickets."""
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        some = ticket_event.c.key.in_(keys[start : start + _KEYS_AT_ONCE])
        statement = select(ticket_event.c.key, ticket_event.c.body).where(ticket_event.c.workspace == name, some)
        found |= {row.key: row.body for row in conn.execute(statement)}
    return found


def received_below(conn: Connection, name: str, prefix: str) -> set[str]:
    """The keys of everything that was received and begins with a prefix."""
    # Byte order, so that what begins alike stands together whatever the database's language is.
    key = collate(inbox.c.key, "C") if is_postgresql(conn) else inbox.c.key
    statement = select(inbox.c.key).where(inbox.c.workspace == name, key >= prefix, key < prefix + _AFTER_EVERYTHING)
    return set(conn.execute(statement).scalars())


def look_again(conn: Connection, name: str, keys: Sequence[str], now: datetime) -> int:
    """Let those of the envelopes be handled once more that were handled already; how many.

    Something came to light that happened before them, without which they could not be understood.
    """
    changed = 0
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        statement = (
            update(inbox)
            .where(
                inbox.c.workspace == name,
                inbox.c.key.in_(keys[start : start + _KEYS_AT_ONCE]),
                inbox.c.state == InboxState.DONE,
            )
            .values(state=InboxState.PENDING, attempts=inbox.c.attempts + 1, not_before=now, outcome=None)
        )
        changed += conn.execute(statement).rowcount
    if changed:
        wake(conn, Topic.INBOX)
    return changed


def open_threads(conn: Connection, name: str, *, by_deadline: bool) -> list[OpenThread]:
    """The threads of tickets that are neither solved nor closed.

    Those whose deadline comes next stand first, or else those that were read longest ago.
    """
    statement = select(ticket.c.ticket_id, conversation.c.channel_id, conversation.c.thread_ts).where(
        ticket.c.workspace == name,
        ticket.c.status.not_in(["solved", "closed"]),
        ticket.c.not_a_ticket.is_(False),
        conversation.c.workspace == ticket.c.workspace,
        conversation.c.ticket_id == ticket.c.ticket_id,
    )
    first = ticket.c.next_breach_at if by_deadline else conversation.c.synced_ts
    # Without a deadline there is no hurry; never read is longest ago.
    without = first.is_(None) if by_deadline else first.is_not(None)
    found = conn.execute(statement.order_by(without, first, ticket.c.ticket_id, conversation.c.thread_ts))
    return [OpenThread(ticket_id=row[0], channel_id=row[1], thread_ts=row[2]) for row in found]
