"""Readers for the values that tickets, policies and events share; `sla.json_shapes` says what a reader is."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from sla.errors import SlaError
from sla.json_shapes import Reader, items, read_at, text

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


def nullable(read: Reader[T]) -> Reader[T | None]:
    """Return the reader of null, or of what `read` reads."""
    return lambda value: None if value is None else read(value)


def choice(kind: type[E]) -> Reader[E]:
    """Return the reader of an enumeration's members, by value."""

    def read_member(value: object) -> E:
        for member in kind:
            if member.value == value:
                return member
        raise SlaError(f": This has to be one of {', '.join(kind)}, not {value!r}.")

    return read_member


def name(value: object) -> str:
    """Read a text that is not blank."""
    if not text(value).strip():
        raise SlaError(": This must not be blank.")
    return text(value)


def name_or_none(value: object) -> str | None:
    """Read a text; null and the empty text are None."""
    return None if value is None else text(value) or None


def names(value: object) -> tuple[str, ...]:
    """Read a list of texts, each once and in order; null is an empty list."""
    return () if value is None else tuple(dict.fromkeys(items(text)(value)))


def members(value: object) -> Mapping[str, Any]:
    """Read an object with whatever keys and values it has; null is an empty one."""
    if value is None:
        return MappingProxyType({})
    if not isinstance(value, dict):
        raise SlaError(f": This has to be an object, not {value!r}.")
    return MappingProxyType(dict(value))


def mapping(read: Reader[T]) -> Reader[Mapping[str, T]]:
    """Return the reader of an object with any keys whose values `read` reads."""

    def read_mapping(value: object) -> Mapping[str, T]:
        return MappingProxyType({key: read_at(f".{key}", read, item) for key, item in members(value).items()})

    return read_mapping
