"""Column types that mean the same on SQLite and on PostgreSQL.

They override the processors themselves, not `process_bind_param`: that is one call for each value instead of two,
and an event carries about eighty values.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeDecorator, TypeEngine

from store.errors import NaiveInstantError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Processor = Callable[[Any], Any]


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in, aware in UTC out, to the microsecond, and ordered as time is.

    SQLite has no such type: there it is the number of microseconds since 1970, which sorts, compares and
    subtracts in SQL. PostgreSQL keeps `timestamptz`. An instant without a zone is refused.
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """`timestamptz` on PostgreSQL, an integer elsewhere."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def bind_processor(self, dialect: Dialect) -> Processor:
        """To the stored form."""
        return _to_utc if dialect.name == "postgresql" else _to_microseconds

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor:  # noqa: ARG002 (SQLAlchemy's signature)
        """To an instant in UTC."""
        return _from_timestamp if dialect.name == "postgresql" else _from_microseconds


def _to_microseconds(value: datetime | None) -> int | None:
    if value is None:
        return None
    _refuse_naive(value)
    return (value - _EPOCH) // _MICROSECOND


def _to_utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    _refuse_naive(value)
    return value.astimezone(UTC)


def _refuse_naive(value: datetime) -> None:
    if value.tzinfo is None:
        raise NaiveInstantError(f"The instant {value.isoformat()} has no time zone and cannot be stored.")


def _from_microseconds(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + timedelta(microseconds=value)


def _from_timestamp(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def dumps(value: Any) -> str:
    """The one spelling of a JSON value, so that equal values are equal bytes on both databases.

    ASCII only: PostgreSQL refuses NUL in text and UTF-8 has no lone surrogates, and Slack messages carry both.
    """
    return _ENCODER.encode(value)


class Json(TypeDecorator[Any]):
    """A JSON value kept as text in one stable spelling; None is SQL's NULL."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Processor:  # noqa: ARG002 (SQLAlchemy's signature)
        """To the stable spelling."""
        return _to_json

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor:  # noqa: ARG002 (SQLAlchemy's signature)
        """To the value."""
        return _from_json


def _to_json(value: Any) -> str | None:
    if value is None:
        return None
    if not value and isinstance(value, dict | list):  # most columns of most rows
        return "{}" if isinstance(value, dict) else "[]"
    return dumps(value)


def _from_json(value: str | None) -> Any:
    if value is None:
        return None
    if len(value) == 2:  # "{}" or "[]", as most are
        return {} if value == "{}" else json.loads(value)
    return json.loads(value)


class PlainText(TypeDecorator[str]):
    """Text from strangers: what a database cannot hold (NUL, lone surrogates) becomes U+FFFD."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Processor:  # noqa: ARG002 (SQLAlchemy's signature)
        """To text that both databases accept."""
        return _to_text


def _to_text(value: str | None) -> str | None:
    if value is None or (value.isascii() and "\x00" not in value):
        return value
    clean = value.replace("\x00", "\ufffd")
    return clean.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
