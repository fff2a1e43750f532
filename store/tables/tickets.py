"""Tickets, the conversations that belong to them, and what happened in them."""

from typing import Annotated, Any, ClassVar

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlmodel import Field

from store.tables.base import (
    Base,
    Instant,
    JsonValue,
    Key,
    MaybeInstant,
    MaybeNumber,
    MaybeWords,
    Number,
    NumberKey,
    Words,
    table_of,
)
from store.types import Json

_OPEN = text("status NOT IN ('solved', 'closed')")
_HELD = text("hold_until IS NOT NULL")
_QUIET = text("quiet_since IS NOT NULL")


class TicketRow(Base, table=True):
    """A ticket: its present fields, and the engine's state after its last event."""

    __tablename__ = "ticket"
    __table_args__ = (
        Index("ix_ticket_open", "workspace", "next_breach_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_ticket_channel", "workspace", "channel_id"),
        Index("ix_ticket_updated", "workspace", "updated_at"),
        Index("ix_ticket_card", "workspace", "card_channel", "card_ts"),
        Index("ix_ticket_quiet", "workspace", "status", "quiet_since", sqlite_where=_QUIET, postgresql_where=_QUIET),
        Index("ix_ticket_hold", "workspace", "hold_until", sqlite_where=_HELD, postgresql_where=_HELD),
    )

    workspace: Key
    ticket_id: NumberKey
    channel_id: Words
    thread_ts: Words
    channel_kind: Words
    customer: MaybeWords
    customer_tier: MaybeWords
    requester: MaybeWords
    requester_tags: JsonValue
    subject: Words
    status: Words
    priority: MaybeWords
    assignee: MaybeWords
    group_name: MaybeWords
    ticket_type: MaybeWords
    tags: JsonValue
    fields_: Annotated[Any, Field(sa_type=Json, nullable=False, sa_column_kwargs={"name": "fields"})]
    via: Words
    schedule: MaybeWords
    permalink: MaybeWords
    policy: MaybeWords
    group_policy: MaybeWords
    rules_version: MaybeNumber
    state: JsonValue
    next_breach_at: MaybeInstant
    last_event_at: Instant
    created_at: Instant
    updated_at: Instant
    solved_at: MaybeInstant
    quiet_since: MaybeInstant
    not_a_ticket: bool
    card_channel: MaybeWords
    card_ts: MaybeWords
    card_hash: MaybeWords
    snoozed_until: MaybeInstant
    snoozed_by: MaybeWords
    hold_until: MaybeInstant
    hold_reason: MaybeWords


class ConversationRow(Base, table=True):
    """A Slack thread and the ticket it belongs to now."""

    __tablename__ = "conversation"
    __table_args__: ClassVar[tuple[object, ...]] = (
        ForeignKeyConstraint(["workspace", "ticket_id"], ["ticket.workspace", "ticket.ticket_id"]),
        Index("ix_conversation_opened", "workspace", "channel_id", "opened_at"),
        Index("ix_conversation_ticket", "workspace", "ticket_id"),
    )

    workspace: Key
    channel_id: Key
    thread_ts: Key
    ticket_id: Number
    opened_by: MaybeWords
    opened_by_customer: bool
    opened_at: Instant
    last_customer_at: MaybeInstant
    synced_ts: MaybeWords


class TicketEventRow(Base, table=True):
    """Something that happened to a ticket, as the engine reads it."""

    __tablename__ = "ticket_event"
    __table_args__: ClassVar[tuple[object, ...]] = (
        ForeignKeyConstraint(["workspace", "ticket_id"], ["ticket.workspace", "ticket.ticket_id"]),
        Index("ix_ticket_event_ticket", "workspace", "ticket_id", "seq"),
        Index("ix_ticket_event_at", "workspace", "at"),
        Index("ix_ticket_event_recorded", "workspace", "recorded_at"),
    )

    workspace: Key
    key: Key
    ticket_id: Number
    seq: Number
    at: Instant
    type: Words
    actor: MaybeWords
    body: JsonValue
    recorded_at: Instant
    source: Words
    thread_ts: MaybeWords


ticket = table_of(TicketRow)
conversation = table_of(ConversationRow)
ticket_event = table_of(TicketEventRow)
