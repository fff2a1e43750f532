"""Deadlines that go elsewhere because a schedule has changed: thousands in one statement, without their tickets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Interval,
    bindparam,
    case,
    func,
    literal,
    select,
    true,
    type_coerce,
    update,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP

from store.statements import fixed, is_postgresql
from store.tables import metric_instance as table
from store.types import UtcDateTime
from store.wake import Topic, wake

Moves = Sequence[tuple[datetime, timedelta]]
"""Up to which instant, since the one before, deadlines go how far; they are in order."""

_MICROSECOND, _NOTHING = timedelta(microseconds=1), timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoned:
    """The deadlines that were reckoned in a schedule as it is in one version of the rules."""

    workspace: str
    schedule: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Clocks that run: since when, until when, and the highest number of their tickets."""

    since: datetime
    until: datetime
    last_ticket: int


_OPEN = (
    table.c.outcome == fixed("open"),
    table.c.stage == fixed("active"),
    table.c.business_hours.is_(True),
    table.c.breached.is_(False),
    table.c.breach_at.is_not(None),
)


def versions_running(conn: Connection, workspace: str) -> list[int]:
    """The versions of the rules in which the deadlines of open clocks were reckoned."""
    statement = select(table.c.rules_version).where(table.c.workspace == workspace, *_OPEN).distinct()
    return sorted(version for version in conn.execute(statement).scalars() if version is not None)


def running(conn: Connection, reckoned: Reckoned) -> Running | None:
    """The clocks with such deadlines; None when there are none."""
    extent = func.min(table.c.activated_at), func.max(table.c.breach_at), func.max(table.c.ticket_id)
    since, until, last = conn.execute(select(*extent).where(*_those(reckoned))).one()
    return None if last is None else Running(since=since, until=until, last_ticket=last)


def _those(reckoned: Reckoned) -> tuple[ColumnElement[bool], ...]:
    return (
        table.c.workspace == reckoned.workspace,
        *_OPEN,
        table.c.schedule == reckoned.schedule,
        table.c.rules_version == reckoned.version,
    )


def move(conn: Connection, reckoned: Reckoned, moves: Moves, version: int, tickets: tuple[int, int]) -> int:
    """Move such deadlines of the tickets from one number to, and without, another; how many there were.

    They count as reckoned in `version` from then on. Who looks at a deadline looks where it is then. Warnings are
    looked at no later than before: a look that comes too early finds out, one that comes too late cannot.
    """
    first, beyond = tickets
    statements = _statements(is_postgresql(conn), reckoned, tuple(moves), version)
    number = sum(conn.execute(one, {"first": first, "beyond": beyond}).rowcount for one in statements)
    if number:
        wake(conn, Topic.DEADLINES)
    return number


@lru_cache(maxsize=16)
def _statements(on_postgresql: bool, reckoned: Reckoned, moves: tuple[Any, ...], version: int) -> list[Any]:
    """What moves deadlines, each with what goes with it; what has moved is no longer `reckoned` so."""
    those = *_those(reckoned), table.c.ticket_id >= bindparam("first"), table.c.ticket_id < bindparam("beyond")
    deadline, look = table.c.breach_at, table.c.next_at
    add = _with_interval if on_postgresql else _with_microseconds
    there = {"rules_version": version, "breach_at": add(deadline, _by(deadline, moves))}
    no_later = [(until, min(by, _NOTHING)) for until, by in moves]
    which = [(look > deadline, {"next_at": add(look, _by(deadline, moves))})]
    if any(by for _, by in no_later):
        which += [(look <= deadline, {"next_at": add(look, _by(look, no_later))})]
    # Where no look moves, none is written: that would rewrite its place in the index.
    which += [(true(), {})]
    return [update(table).where(*those, condition).values(there | looks) for condition, looks in which]


def _by(column: ColumnElement[Any], moves: Moves) -> ColumnElement[int]:
    """How many microseconds a column's instant goes."""
    far = [(column <= until, literal(by // _MICROSECOND, BigInteger)) for until, by in moves]
    return case(*far, else_=literal(0, BigInteger))


def _with_microseconds(column: ColumnElement[Any], microseconds: ColumnElement[int]) -> ColumnElement[Any]:
    return type_coerce(type_coerce(column, BigInteger()) + microseconds, UtcDateTime())


def _with_interval(column: ColumnElement[Any], microseconds: ColumnElement[int]) -> ColumnElement[Any]:
    interval = microseconds * literal(_MICROSECOND, Interval)
    return type_coerce(type_coerce(column, TIMESTAMP(timezone=True)) + interval, UtcDateTime())
