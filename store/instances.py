"""Metric instances and the schedule of what is due."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, func, or_, select, tuple_, update

from store.statements import columns, fixed, insert, is_postgresql, records, values
from store.tables import metric_event, ticket
from store.tables import metric_instance as table
from store.wake import Topic, wake

_KEY = ("workspace", "ticket_id", "metric", "instance")


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceRecord:
    """An instance as stored.

    `body` is the engine's instance as JSON, `sent` what was alerted. `next_at` is the next instant at which somebody
    has to look (a threshold or the deadline), None when nothing can become due. `attempts` counts failed looks.
    """

    workspace: str
    ticket_id: int
    metric: str
    instance: int
    stage: str
    outcome: str
    breached: bool = False
    without_reply: bool = False
    relaxed: bool = False
    activated_at: datetime
    fulfilled_at: datetime | None = None
    breach_at: datetime | None = None
    breached_at: datetime | None = None
    target_seconds: int | None = None
    business_hours: bool = False
    policy: str | None = None
    schedule: str | None = None
    rules_version: int | None = None
    elapsed: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    sent: dict[str, Any] = field(default_factory=dict)
    next_at: datetime | None = None
    attempts: int = 0


_COLUMNS = columns(table, InstanceRecord)
_ONE = tuple(table.c[name] == bindparam(f"of_{name}") for name in _KEY)
_OF_TICKET = (
    select(*_COLUMNS)
    .where(table.c.workspace == bindparam("of"), table.c.ticket_id == bindparam("id"))
    .order_by(table.c.metric, table.c.instance)
)
_IS_DUE = (table.c.workspace == bindparam("of"), table.c.next_at.is_not(None), table.c.next_at <= bindparam("now"))
_OLDEST = (table.c.next_at, table.c.ticket_id)
_DUE = select(*_COLUMNS).where(*_IS_DUE).order_by(*_OLDEST).limit(bindparam("most"))
_SOME_DUE = select(table.c.ticket_id).where(*_IS_DUE).limit(bindparam("most"))
_NEXT = (
    select(table.c.next_at)
    .where(table.c.workspace == bindparam("of"), table.c.next_at.is_not(None))
    .order_by(table.c.next_at)
    .limit(1)
)
_BACK_OFF = update(table).where(*_ONE).values(next_at=bindparam("until"), attempts=table.c.attempts + 1)
_RESCHEDULE = (
    update(table)
    .where(*_ONE)
    .values(next_at=bindparam("to_next_at"), sent=bindparam("to_sent"), attempts=bindparam("to_attempts"))
)
_DELETE = delete(table).where(*_ONE)


@cache
def _upsert(dialect: str) -> Any:
    statement = insert(dialect, table)
    changed = {column.name: statement.excluded[column.name] for column in _COLUMNS if column.name not in _KEY}
    return statement.on_conflict_do_update(index_elements=list(_KEY), set_=changed)


def upsert_many(conn: Connection, instances: Sequence[InstanceRecord]) -> None:
    """Insert or replace instances whole."""
    if instances:
        conn.execute(_upsert(conn.dialect.name), [values(instance) for instance in instances])
        wake(conn, Topic.DEADLINES)


def replace(conn: Connection, workspace: str, ticket_id: int, instances: Sequence[InstanceRecord]) -> None:
    """Make these the instances of a ticket, after a replay: writes what differs, removes what is gone."""
    stored = {_key(instance): instance for instance in of_ticket(conn, workspace, ticket_id)}
    upsert_many(conn, [instance for instance in instances if stored.get(_key(instance)) != instance])
    gone = stored.keys() - {_key(instance) for instance in instances}
    if gone:
        conn.execute(_DELETE, [_named(stored[key]) for key in sorted(gone)])
        wake(conn, Topic.DEADLINES)


def _key(instance: InstanceRecord) -> tuple[str, int, str, int]:
    return (instance.workspace, instance.ticket_id, instance.metric, instance.instance)


def _named(instance: InstanceRecord) -> dict[str, Any]:
    return {f"of_{name}": getattr(instance, name) for name in _KEY}


def of_ticket(conn: Connection, workspace: str, ticket_id: int) -> list[InstanceRecord]:
    """All instances of a ticket, by metric and number."""
    return list(records(InstanceRecord, conn.execute(_OF_TICKET, {"of": workspace, "id": ticket_id})))


def of_tickets(conn: Connection, workspace: str, ticket_ids: Sequence[int]) -> list[InstanceRecord]:
    """All instances of some tickets."""
    statement = select(*_COLUMNS).where(table.c.workspace == workspace, table.c.ticket_id.in_(ticket_ids))
    return list(records(InstanceRecord, conn.execute(statement)))


def get(conn: Connection, workspace: str, ticket_id: int, metric: str, number: int) -> InstanceRecord | None:
    """One instance of a ticket."""
    return next(iter(some(conn, workspace, ticket_id, [(metric, number)])), None)


def some(conn: Connection, workspace: str, ticket_id: int, named: Sequence[tuple[str, int]]) -> list[InstanceRecord]:
    """Those instances (metric, number) of a ticket that are stored."""
    if not named:
        return []
    wanted = {
        f"{name}_{place}": value for place, one in enumerate(named) for name, value in zip("mn", one, strict=True)
    }
    parameters = {"of": workspace, "id": ticket_id} | wanted
    return list(records(InstanceRecord, conn.execute(_some(len(named)), parameters)))


@lru_cache(maxsize=64)
def _some(number: int) -> Any:
    """The statement for so many; to build it takes longer than to run it."""
    each = ((table.c.metric == bindparam(f"m_{n}")) & (table.c.instance == bindparam(f"n_{n}")) for n in range(number))
    mine = table.c.workspace == bindparam("of"), table.c.ticket_id == bindparam("id")
    return select(*_COLUMNS).where(*mine, or_(*each))


def remove(conn: Connection, workspace: str, ticket_id: int, named: Sequence[tuple[str, int]]) -> None:
    """Forget instances (metric, number) that, it has turned out, never began."""
    if named:
        of_ticket = {"of_workspace": workspace, "of_ticket_id": ticket_id}
        conn.execute(_DELETE, [of_ticket | {"of_metric": metric, "of_instance": number} for metric, number in named])


def due(conn: Connection, workspace: str, now: datetime, limit: int = 100) -> list[InstanceRecord]:
    """What is due at or before `now`, oldest first; call it in a unit of `write`, which also deals with it.

    On PostgreSQL the tickets are locked until the unit ends and those that another replica works on are left out,
    so every due instance is seen by one replica.
    """
    parameters = {"of": workspace, "now": now, "most": limit}
    if not is_postgresql(conn):
        return list(records(InstanceRecord, conn.execute(_DUE, parameters)))
    locked = conn.execute(_lock_due(), parameters).all()
    # Asked anew: a row may have been dealt with between the look and the lock.
    keys = tuple_(*(table.c[name] for name in _KEY)).in_([tuple(row) for row in locked])
    statement = select(*_COLUMNS).where(keys, *_IS_DUE).order_by(*_OLDEST)
    return list(records(InstanceRecord, conn.execute(statement, {"of": workspace, "now": now}))) if locked else []


@cache
def _lock_due() -> Any:
    belongs = (ticket.c.workspace == table.c.workspace) & (ticket.c.ticket_id == table.c.ticket_id)
    return (
        select(*(table.c[name] for name in _KEY))
        .select_from(table.join(ticket, belongs))
        .where(*_IS_DUE)
        .order_by(*_OLDEST)
        .limit(bindparam("most"))
        .with_for_update(of=ticket, skip_locked=True)
    )


def about_to_breach(conn: Connection, workspace: str, now: datetime, metrics: Collection[str], limit: int) -> list[int]:
    """Tickets with an instance of these metrics whose deadline has passed and was not stamped yet, the oldest first."""
    statement = (
        select(table.c.ticket_id)
        .where(
            table.c.workspace == workspace,
            table.c.next_at.is_not(None),
            table.c.next_at <= now,
            table.c.breach_at < now,
            table.c.breached.is_(False),
            table.c.metric.in_(sorted(metrics)),
        )
        .order_by(table.c.breach_at)
        .limit(limit)
    )
    return list(dict.fromkeys(conn.execute(statement).scalars()))


def next_due(conn: Connection, workspace: str) -> datetime | None:
    """When the next instance becomes due; in the past when something is due now."""
    return conn.execute(_NEXT, {"of": workspace}).scalar()


def number_due(conn: Connection, workspace: str, now: datetime, most: int) -> int:
    """How many instances are due at or before `now`, counted up to `most`."""
    return len(conn.execute(_SOME_DUE, {"of": workspace, "now": now, "most": most}).all())


def back_off(conn: Connection, instance: InstanceRecord, until: datetime) -> None:
    """Look again at `until`: after a failure, or while a question to Slack is under way."""
    conn.execute(_BACK_OFF, _named(instance) | {"until": until})


def reschedule(conn: Connection, instances: Sequence[InstanceRecord]) -> None:
    """Store `next_at`, `sent` and `attempts` of instances, and nothing else: what a tick changes."""
    if instances:
        moved = [
            _named(one) | {"to_next_at": one.next_at, "to_sent": one.sent, "to_attempts": one.attempts}
            for one in instances
        ]
        conn.execute(_RESCHEDULE, moved)
        wake(conn, Topic.DEADLINES)


def listing_open(conn: Connection, workspace: str, *, limit: int = 100) -> list[InstanceRecord]:
    """Open instances, the earliest deadline first, those without one (paused, no target) last."""
    statement = (
        select(*_COLUMNS)
        .where(table.c.workspace == workspace, table.c.outcome == fixed("open"))
        .order_by(table.c.breach_at.is_(None), table.c.breach_at, table.c.ticket_id, table.c.metric)
        .limit(limit)
    )
    return list(records(InstanceRecord, conn.execute(statement)))


def count_breached_tickets(conn: Connection, workspace: str) -> int:
    """How many tickets have an open instance with a target that has passed its deadline."""
    statement = select(func.count(table.c.ticket_id.distinct())).where(
        table.c.workspace == workspace,
        table.c.outcome == fixed("open"),
        table.c.breached.is_(True),
        table.c.target_seconds.is_not(None),
    )
    return conn.execute(statement).scalar_one()


def outcomes_by_metric(conn: Connection, workspace: str) -> dict[tuple[str, str], int]:
    """Instances with a target by metric and outcome; an open one that is late already is `missed`."""
    outcome = case((table.c.breached.is_(True) & (table.c.outcome == fixed("open")), "missed"), else_=table.c.outcome)
    statement = (
        select(table.c.metric, outcome.label("came_to"), func.count())
        .where(table.c.workspace == workspace, table.c.target_seconds.is_not(None))
        .group_by(table.c.metric, "came_to")
    )
    return {(metric, came_to): number for metric, came_to, number in conn.execute(statement)}


def decided_since(conn: Connection, workspace: str, since: datetime) -> dict[tuple[str, str], int]:
    """Instances with a target that were met, or whose deadline passed, from `since` on: by metric, `met` or `missed`.

    Whoever is late counts once, at the deadline; the answer that comes after it decides nothing.
    """
    told = select(metric_event.c.ticket_id, metric_event.c.metric, metric_event.c.instance).where(
        metric_event.c.workspace == workspace,
        metric_event.c.recorded_at >= since,
        metric_event.c.type.in_(["breach", "fulfill"]),
    )
    decided = told.distinct().subquery()
    same = (
        (table.c.ticket_id == decided.c.ticket_id)
        & (table.c.metric == decided.c.metric)
        & (table.c.instance == decided.c.instance)
    )
    is_missed = table.c.breached.is_(True) & table.c.outcome.in_(["open", "missed"]) & (table.c.breached_at >= since)
    is_met = (table.c.outcome == fixed("met")) & (table.c.fulfilled_at >= since)
    outcome = case((is_missed, "missed"), else_="met")
    statement = (
        select(table.c.metric, outcome.label("came_to"), func.count())
        .select_from(table.join(decided, same))
        .where(table.c.workspace == workspace, table.c.target_seconds.is_not(None), is_missed | is_met)
        .group_by(table.c.metric, "came_to")
    )
    return {(metric, came_to): number for metric, came_to, number in conn.execute(statement)}
