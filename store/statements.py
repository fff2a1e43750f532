"""Small parts of statements that several tables need."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, cast

from sqlalchemy import Column, ColumnElement, Connection, Row, Table, literal_column
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")


def insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT, in the words of one dialect."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def if_new(statement: sqlite.Insert | postgresql.Insert, *key: str) -> Any:
    """The INSERT that does nothing when the key exists; its `rowcount` says which (not kept for inserts by default)."""
    return statement.on_conflict_do_nothing(index_elements=key).execution_options(preserve_rowcount=True)


def columns(table: Table, record: Any) -> list[Column[Any]]:
    """The columns that a record is read from: those named as its fields are."""
    return [table.c[name] for name in _names(record)]


def records(record: type[T], rows: Iterable[Row[Any]]) -> Iterator[T]:
    """Rows of `columns(table, record)` as records."""
    names = _names(cast("Any", record))
    for row in rows:
        yield record(**dict(zip(names, row, strict=True)))


def values(record: Any) -> dict[str, Any]:
    """The parameters that store a record (its values are not copied)."""
    kind = record.__class__
    return dict(zip(_names(kind), _getter(kind)(record), strict=True))


@cache
def _names(record: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(record))


@cache
def _getter(record: Any) -> Callable[[Any], tuple[Any, ...]]:
    return attrgetter(*_names(record))


def is_postgresql(conn: Connection) -> bool:
    """Whether rows have to be locked because other writers work beside this one."""
    return conn.dialect.name == "postgresql"


def fixed(word: str) -> ColumnElement[str]:
    """A constant written into the statement: SQLite uses a partial index only if it can read its condition."""
    return literal_column(f"'{word}'")
