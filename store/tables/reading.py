"""What is kept for those who read: sessions of the dashboard, and the figures of each day."""

from typing import ClassVar

from sqlalchemy import Index

from store.tables.base import Base, Instant, JsonValue, Key, MaybeWords, Number, Words, table_of


class SessionRow(Base, table=True):
    """A one-time link, or a session that one has begun; only a hash of its secret is kept."""

    __tablename__ = "session"
    __table_args__: ClassVar[tuple[object, ...]] = (Index("ix_session_expires", "workspace", "expires_at"),)

    workspace: Key
    digest: Key
    kind: Words
    user_id: MaybeWords
    created_at: Instant
    expires_at: Instant


class DayFiguresRow(Base, table=True):
    """What the instances activated on a local day came to, of one value of one dimension."""

    __tablename__ = "day_figures"

    workspace: Key
    day: Key
    dimension: Key
    value: Key
    met: Number
    missed: Number
    late: Number
    open: Number
    cancelled: Number
    merged: Number
    exempt: Number
    fulfilled: Number
    business: JsonValue
    calendar: JsonValue


class RolledUpRow(Base, table=True):
    """Up to which change of a ticket the figures of days are right, and in which time zone its days are."""

    __tablename__ = "rolled_up"

    workspace: Key
    time_zone: Words
    through: Instant


session = table_of(SessionRow)
day_figures = table_of(DayFiguresRow)
rolled_up = table_of(RolledUpRow)
