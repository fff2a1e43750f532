"""What comes in from Slack and what goes out to it."""

from typing import ClassVar

from sqlalchemy import Index, text

from store.tables.base import (
    Base,
    Instant,
    Key,
    MaybeInstant,
    MaybeJson,
    MaybeNumber,
    MaybeWords,
    Number,
    Words,
    table_of,
)

_PENDING = text("state = 'pending'")
_QUARANTINED = text("state = 'quarantined'")
_FAILED = text("state = 'failed'")
_CLAIMED = text("state IN ('sending', 'reconciling')")
_UNCERTAIN = text("state = 'uncertain'")
_OF_TICKET = text("ticket_id IS NOT NULL")
_POSTED = text("message_ts IS NOT NULL")


class InboxRow(Base, table=True):
    """An envelope as Slack sent it, keyed by what happened."""

    __tablename__ = "inbox"
    __table_args__: ClassVar[tuple[Index, ...]] = (
        Index(
            "ix_inbox_pending",
            "workspace",
            "event_at",
            "received_at",
            "key",
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
        Index("ix_inbox_quarantined", "event_at", sqlite_where=_QUARANTINED, postgresql_where=_QUARANTINED),
    )

    workspace: Key
    key: Key
    kind: Words
    body: Words
    event_at: Instant
    received_at: Instant
    state: Words
    attempts: Number
    not_before: Instant
    error: MaybeWords
    outcome: MaybeWords


class LeaseRow(Base, table=True):
    """Which replica does a piece of work for a workspace, and until when."""

    __tablename__ = "lease"

    workspace: Key
    name: Key
    holder: Words
    until: Instant


class OutboxRow(Base, table=True):
    """A message to be sent exactly once, and how that went."""

    __tablename__ = "outbox"
    __table_args__: ClassVar[tuple[Index, ...]] = (
        Index(
            "ix_outbox_pending",
            "workspace",
            "destination",
            text("urgency DESC"),
            "created_at",
            "key",
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
        Index("ix_outbox_claimed", "workspace", "lease_until", sqlite_where=_CLAIMED, postgresql_where=_CLAIMED),
        Index("ix_outbox_uncertain", "workspace", "not_before", sqlite_where=_UNCERTAIN, postgresql_where=_UNCERTAIN),
        Index("ix_outbox_failed", "created_at", sqlite_where=_FAILED, postgresql_where=_FAILED),
        # Partial, so that SQLite never prefers them where only the workspace is given: they hold the whole history.
        Index("ix_outbox_ticket", "workspace", "ticket_id", sqlite_where=_OF_TICKET, postgresql_where=_OF_TICKET),
        Index(
            "ix_outbox_message",
            "workspace",
            "channel_id",
            "message_ts",
            sqlite_where=_POSTED,
            postgresql_where=_POSTED,
        ),
    )

    workspace: Key
    key: Key
    kind: Words
    ticket_id: MaybeNumber
    metric: MaybeWords
    instance: MaybeNumber
    destination: Words
    urgency: Number
    payload: MaybeJson
    state: Words
    not_before: Instant
    attempts: Number
    fence: Number
    lease_until: MaybeInstant
    depends_on: MaybeWords
    folded_into: MaybeWords
    fallback_of: MaybeWords
    channel_id: MaybeWords
    message_ts: MaybeWords
    error: MaybeWords
    created_at: Instant
    sent_at: MaybeInstant


class SlotRow(Base, table=True):
    """The instant from which a destination may get its next message; in the future while one is being sent."""

    __tablename__ = "slot"

    workspace: Key
    destination: Key
    next_at: Instant


inbox = table_of(InboxRow)
lease = table_of(LeaseRow)
outbox = table_of(OutboxRow)
slot = table_of(SlotRow)
