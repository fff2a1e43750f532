"""Rules that every table keeps, read from the metadata."""

import dataclasses

import pytest
from sqlalchemy import PrimaryKeyConstraint, Table, UniqueConstraint

from store import tables
from store.audit import AuditEntry
from store.conversations import ConversationRecord
from store.inbox import InboxItem
from store.instances import InstanceRecord
from store.metric_events import MetricEventRecord
from store.outbox import OutboxMessage
from store.rules import PolicyVersion, RulesVersion, ScheduleVersion
from store.tickets import TicketRecord
from store.types import UtcDateTime
from store.workspaces import Workspace

EVERY_TABLE = pytest.mark.parametrize("table", tables.metadata.sorted_tables, ids=lambda table: table.name)


@EVERY_TABLE
def test_every_key_begins_with_the_workspace(table: Table) -> None:
    keys = [list(one.columns) for one in table.constraints if isinstance(one, PrimaryKeyConstraint | UniqueConstraint)]
    keys += [list(index.columns) for index in table.indexes if index.unique]
    keys += [list(one.columns) for one in table.foreign_key_constraints]

    assert keys
    assert {key[0].name for key in keys} == {"workspace"}


@EVERY_TABLE
def test_every_instant_is_kept_with_its_zone(table: Table) -> None:
    instants = [
        column for column in table.columns if column.name in ("at", "until") or column.name.endswith(("_at", "_from"))
    ]

    assert all(isinstance(column.type, UtcDateTime) for column in instants)


@pytest.mark.parametrize(
    ("table", "record", "unread"),
    [
        (tables.inbox, InboxItem, set()),
        (tables.outbox, OutboxMessage, set()),
        (tables.ticket, TicketRecord, set()),
        (tables.conversation, ConversationRecord, set()),
        (tables.metric_instance, InstanceRecord, set()),
        (tables.metric_event, MetricEventRecord, set()),
        (tables.rules, RulesVersion, set()),
        (tables.policy, PolicyVersion, set()),
        (tables.schedule, ScheduleVersion, set()),
        (tables.workspace, Workspace, set()),
        (tables.audit, AuditEntry, set()),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_record_has_every_column_of_its_table(table: Table, record: type, unread: set[str]) -> None:
    assert {field.name for field in dataclasses.fields(record)} == set(table.columns.keys()) - unread
