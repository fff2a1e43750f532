"""Deadlines that have just passed, with no more than their alerts need: many at once, and quickly."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, select, tuple_, update

from store.statements import fixed, is_postgresql
from store.tables import metric_instance as table
from store.tables import ticket
from store.types import UtcDateTime

Place = tuple[datetime, int]
"""How far one has come: the instant at which a row was due, and its ticket's number."""


class Passed(NamedTuple):
    """An open instance whose deadline has passed without a stamp, and what its ticket's alerts go by."""

    ticket_id: int
    metric: str
    instance: int
    next_at: datetime
    breach_at: datetime
    target_seconds: int
    business_hours: bool
    sent: Mapping[str, Any]
    channel_id: str
    thread_ts: str
    customer: str | None
    assignee: str | None
    group_name: str | None
    policy: str | None
    group_policy: str | None
    created_at: datetime

    @property
    def place(self) -> Place:
        """Where it stands in the order in which they are found."""
        return self.next_at, self.ticket_id


_KEY = ("workspace", "ticket_id", "metric", "instance")
_OF_TICKET = Passed._fields[8:]
_ORDER = (table.c.next_at, table.c.ticket_id)
_AFTER = bindparam("since", type_=UtcDateTime()), bindparam("from", type_=ticket.c.ticket_id.type)
_WAITS = (
    table.c.workspace == bindparam("of"),
    table.c.next_at.is_not(None),
    table.c.next_at <= bindparam("now"),
    tuple_(*_ORDER) > tuple_(*_AFTER),
    table.c.breach_at < bindparam("now"),
    table.c.breached.is_(False),
    table.c.outcome == fixed("open"),
    table.c.stage == fixed("active"),
    table.c.target_seconds.is_not(None),
    ticket.c.snoozed_until.is_(None),
    # Else its deadline went ahead of its state, which has to be brought up to date before anything is told.
    func.coalesce(table.c.rules_version, 0) <= func.coalesce(ticket.c.rules_version, 0),
)
_BELONGS = (ticket.c.workspace == table.c.workspace) & (ticket.c.ticket_id == table.c.ticket_id)
_SETTLE = (
    update(table).where(*(table.c[name] == bindparam(f"of_{name}") for name in _KEY)).values(sent=bindparam("to_sent"))
)


@cache
def _statement(*, locking: bool) -> Any:
    of_instance = [table.c[name] for name in Passed._fields if name not in _OF_TICKET]
    statement = (
        select(*of_instance, *(ticket.c[name] for name in _OF_TICKET))
        .select_from(table.join(ticket, _BELONGS))
        .where(*_WAITS)
        .order_by(*_ORDER)
        .limit(bindparam("most"))
    )
    return statement.with_for_update(skip_locked=True) if locking else statement


def passed_deadlines(conn: Connection, workspace: str, now: datetime, after: Place, limit: int) -> list[Passed]:
    """Instances whose deadline has passed and was not stamped yet, in the order in which they became due.

    Those of snoozed tickets are left out. On PostgreSQL both rows are locked, so that they are as they were last
    written, and those that another replica works on are left out.
    """
    parameters = {"of": workspace, "now": now, "since": after[0], "from": after[1], "most": limit}
    return [Passed(*row) for row in conn.execute(_statement(locking=is_postgresql(conn)), parameters)]


def settle(conn: Connection, workspace: str, settled: Sequence[tuple[Passed, Mapping[str, object]]]) -> None:
    """Store what has become of the alerts of instances, and nothing else."""
    conn.execute(
        _SETTLE,
        [
            {
                "of_workspace": workspace,
                "of_ticket_id": row.ticket_id,
                "of_metric": row.metric,
                "of_instance": row.instance,
                "to_sent": sent,
            }
            for row, sent in settled
        ],
    )
