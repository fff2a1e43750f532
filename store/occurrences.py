"""Scheduled posts that were taken on."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, delete, func, select

from store.statements import if_new, insert
from store.tables import occurrence as table


@cache
def _take(dialect: str) -> Any:
    return if_new(insert(dialect, table), "workspace", "job", "at")


def take(conn: Connection, workspace: str, job: str, at: datetime) -> bool:
    """Take on the post of `job` that was due at `at`; False if somebody did."""
    row = {"workspace": workspace, "job": job, "at": at}
    return conn.execute(_take(conn.dialect.name), row).rowcount == 1


def latest(conn: Connection, workspace: str, job: str) -> datetime | None:
    """When the newest post taken on was due."""
    statement = select(func.max(table.c.at)).where(table.c.workspace == workspace, table.c.job == job)
    return conn.execute(statement).scalar()


def move_to(conn: Connection, workspace: str, job: str, at: datetime) -> None:
    """Remember how far a job has come, in place of how far it had come before; it never goes back."""
    take(conn, workspace, job, at)
    earlier = (table.c.workspace == workspace, table.c.job == job, table.c.at < at)
    conn.execute(delete(table).where(*earlier))
