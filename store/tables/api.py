"""What the REST API keeps: who may ask, what things are called there, and who wants to be told."""

from typing import ClassVar

from sqlalchemy import UniqueConstraint

from store.tables.base import (
    Base,
    Instant,
    JsonValue,
    Key,
    MaybeInstant,
    MaybeWords,
    Number,
    NumberKey,
    Words,
    table_of,
)


class TokenRow(Base, table=True):
    """A token of the REST API; only the hash of its secret is kept."""

    __tablename__ = "token"
    __table_args__: ClassVar[tuple[object, ...]] = (UniqueConstraint("workspace", "digest"),)

    workspace: Key
    token_id: NumberKey
    digest: Words
    name: Words
    role: Words
    user_id: MaybeWords
    created_at: Instant
    created_by: Words
    expires_at: MaybeInstant
    revoked_at: MaybeInstant
    last_used_at: MaybeInstant


class ResourceRow(Base, table=True):
    """The number by which REST knows something that has a name here, and what REST alone says about it."""

    __tablename__ = "resource"
    __table_args__: ClassVar[tuple[object, ...]] = (UniqueConstraint("workspace", "kind", "name"),)

    workspace: Key
    kind: Key
    number: NumberKey
    name: Words
    document: JsonValue
    created_at: Instant
    updated_at: Instant


class SubscriptionRow(Base, table=True):
    """A webhook that wants to be told of events, and how far it was told."""

    __tablename__ = "subscription"

    workspace: Key
    subscription_id: Key
    document: JsonValue
    metric_cursor: Number
    ticket_cursor: Instant
    created_at: Instant
    updated_at: Instant


token = table_of(TokenRow)
resource = table_of(ResourceRow)
subscription = table_of(SubscriptionRow)
