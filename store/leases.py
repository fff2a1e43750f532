"""Whose clock leases run on.

`now` is a parameter everywhere. On PostgreSQL several machines share the leases, so there they are measured with
the database's clock and the parameter only orders business; a database opened with `virtual_clock=True` (demo,
tests) uses the parameter for leases too. SQLite has one process that claims, so there the parameter is the clock.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Interval, func, literal

from store.types import UtcDateTime

VIRTUAL_CLOCK = "virtual_clock"


def clock(conn: Connection, now: datetime) -> ColumnElement[datetime]:
    """The instant that leases are compared with."""
    if conn.dialect.name == "postgresql" and not conn.get_execution_options().get(VIRTUAL_CLOCK):
        return func.clock_timestamp(type_=UtcDateTime())
    return literal(now, UtcDateTime())


def lease_end(conn: Connection, now: datetime, lease: timedelta) -> ColumnElement[datetime]:
    """The instant at which a lease taken now ends."""
    if conn.dialect.name == "postgresql" and not conn.get_execution_options().get(VIRTUAL_CLOCK):
        return func.clock_timestamp(type_=UtcDateTime()) + literal(lease, Interval())
    return literal(now + lease, UtcDateTime())
