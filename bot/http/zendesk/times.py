"""Instants as Zendesk writes them: `YYYY-MM-DDTHH:MM:SSZ`, without a fraction."""

from datetime import UTC, datetime
from typing import overload


@overload
def stamp(at: datetime) -> str: ...


@overload
def stamp(at: None) -> None: ...


def stamp(at: datetime | None) -> str | None:
    """An instant as text; None for none."""
    return None if at is None else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def seconds_of(at: datetime) -> int:
    """An instant in whole seconds since 1970."""
    return int(at.timestamp())
