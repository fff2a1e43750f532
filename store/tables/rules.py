"""Versions of the configuration: kept whole, and each policy and schedule by itself."""

from store.tables.base import Base, Instant, JsonValue, Key, MaybeWords, NumberKey, Words, table_of


class RulesRow(Base, table=True):
    """A version of the whole configuration in its canonical form."""

    __tablename__ = "rules"

    workspace: Key
    version: NumberKey
    document: JsonValue
    created_at: Instant
    created_by: MaybeWords


class PolicyRow(Base, table=True):
    """A policy or group policy (`kind`) of one version; positions count from 1."""

    __tablename__ = "policy"

    workspace: Key
    version: NumberKey
    kind: Key
    position: NumberKey
    title: Words
    document: JsonValue


class ScheduleRow(Base, table=True):
    """A schedule of one version."""

    __tablename__ = "schedule"

    workspace: Key
    version: NumberKey
    name: Key
    document: JsonValue


rules = table_of(RulesRow)
policy = table_of(PolicyRow)
schedule = table_of(ScheduleRow)
