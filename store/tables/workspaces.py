"""Workspaces and their bookkeeping."""

from store.tables.base import (
    Base,
    Instant,
    InstantKey,
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


class WorkspaceRow(Base, table=True):
    """A Slack workspace, keyed by its team id."""

    __tablename__ = "workspace"

    workspace: Key
    name: Words
    bot_user_id: MaybeWords
    bot_id: MaybeWords
    app_id: MaybeWords
    state: Words
    enforce_from: MaybeInstant
    cursor: JsonValue


class CounterRow(Base, table=True):
    """The last number given out of a series."""

    __tablename__ = "counter"

    workspace: Key
    name: Key
    value: Number


class AuditRow(Base, table=True):
    """A change made by a person."""

    __tablename__ = "audit"

    workspace: Key
    audit_id: NumberKey
    at: Instant
    who: Words
    action: Words
    ticket_id: MaybeNumber
    detail: JsonValue


class OccurrenceRow(Base, table=True):
    """A scheduled post that was taken on, so that it happens once."""

    __tablename__ = "occurrence"

    workspace: Key
    job: Key
    at: InstantKey


class HomeRow(Base, table=True):
    """Somebody's App Home: what they chose to see, and when it is to be looked at again."""

    __tablename__ = "home"

    workspace: Key
    user_id: Key
    page: Words
    shown: Words
    priority: Words
    said: Words
    digest: MaybeWords
    opened_at: Instant
    due_at: Instant
    attempts: Number


class AbsenceRow(Base, table=True):
    """Somebody who is away, and until when."""

    __tablename__ = "absence"

    workspace: Key
    user: Key
    until: Instant


absence = table_of(AbsenceRow)
workspace = table_of(WorkspaceRow)
counter = table_of(CounterRow)
audit = table_of(AuditRow)
occurrence = table_of(OccurrenceRow)
home = table_of(HomeRow)
