"""Column types that mean the same on SQLite and on PostgreSQL."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeDecorator, TypeEngine

from store.errors import NaiveInstantError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in, aware in UTC out, to the microsecond, and ordered as time is.

    SQLite has no such type: there it is the number of microseconds since 1970, which sorts, compares and
    subtracts in SQL. PostgreSQL keeps `timestamptz`.
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """`timestamptz` on PostgreSQL, an integer elsewhere."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | int | None:
        """The stored form; an instant without a zone is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise NaiveInstantError(f"The instant {value.isoformat()} has no time zone and cannot be stored.")
        if dialect.name == "postgresql":
            return value.astimezone(UTC)
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The instant in UTC."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            aware: datetime = value.astimezone(UTC)
            return aware
        return _EPOCH + timedelta(microseconds=value)


def dumps(value: Any) -> str:
    """The one spelling of a JSON value, so that equal values are equal bytes on both databases.

    ASCII only: PostgreSQL refuses NUL in text and UTF-8 has no lone surrogates, and Slack messages carry both.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


class Json(TypeDecorator[Any]):
    """A JSON value kept as text in one stable spelling; None is SQL's NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """The stable spelling."""
        return None if value is None else dumps(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 (SQLAlchemy's signature)
        """The value."""
        return None if value is None else json.loads(value)


class PlainText(TypeDecorator[str]):
    """Text from strangers: what a database cannot hold (NUL, lone surrogates) becomes U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Text that both databases accept."""
        if value is None or (value.isascii() and "\x00" not in value):
            return value
        clean = value.replace("\x00", "\ufffd")
        return clean.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
