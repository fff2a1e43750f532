"""Readers for parsed JSON that name every problem and its place.

A reader takes a JSON value and returns what it means or raises SlaError. Each problem begins with where it is, seen
from that value: ": " for the value itself, ".key" or "[0]" for what is inside. A reader of the whole only puts its own
place in front, and `schedules[0].intervals[1]: The end 9 has to come after the start 60.` comes out.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from sla.errors import SlaError
from sla.spelling import nearest

T = TypeVar("T")
Reader = Callable[[object], T]


def read_at(path: str, read: Reader[T], value: object) -> T:
    """Return what `read` makes of `value`, with `path` in front of its problems."""
    try:
        return read(value)
    except SlaError as error:
        raise SlaError(*(path + problem for problem in error.problems)) from None


def text(value: object) -> str:
    """Read a string."""
    return _only(str, "text", value)


def integer(value: object) -> int:
    """Read a whole number; true and false are none."""
    return _only(int, "a whole number", value)


def flag(value: object) -> bool:
    """Read true or false."""
    return _only(bool, "true or false", value)


def day(value: object) -> date:
    """Read a date such as "2026-12-24"."""
    written = text(value)
    try:
        found = date.fromisoformat(written)
    except ValueError:
        found = None
    if found is None or found.isoformat() != written:  # Python also reads 20261224 and 2026-W52-4
        raise SlaError(f": {written!r} is not a date; it looks like 2026-12-24.")
    return found


def items(read: Reader[T]) -> Reader[tuple[T, ...]]:
    """Return the reader of a list whose items `read` reads."""

    def read_items(value: object) -> tuple[T, ...]:
        values: list[Any] = _only(list, "a list", value)
        return tuple(_collected((f"[{place}]", read, item) for place, item in enumerate(values)))

    return read_items


def record(
    build: Callable[..., T], required: Mapping[str, Reader[Any]], optional: Mapping[str, Reader[Any]] | None = None
) -> Reader[T]:
    """Return the reader of an object: each known key with its reader, and all of them given to `build` by name."""
    readers = {**required, **(optional or {})}

    def read_record(value: object) -> T:
        given: dict[str, Any] = _only(dict, "an object", value)
        problems = [f": {_unknown(key, readers)}" for key in given if key not in readers]
        problems += [f": The key {key!r} is missing." for key in required if key not in given]
        known = [(f".{key}", readers[key], given[key]) for key in given if key in readers]
        values = _collected(known, problems)
        try:
            return build(**dict(zip((key for key in given if key in readers), values, strict=True)))
        except SlaError as error:
            raise SlaError(*(f": {problem}" for problem in error.problems)) from None

    return read_record


def _collected(parts: Iterable[tuple[str, Reader[T], object]], problems: Iterable[str] = ()) -> list[T]:
    """Return every part read; raise the problems of all of them together, behind those there are already."""
    values, found = [], [*problems]
    for path, read, value in parts:
        try:
            values.append(read_at(path, read, value))
        except SlaError as error:
            found += error.problems
    if found:
        raise SlaError(*found)
    return values


def _only(kind: type[T], name: str, value: object) -> T:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise SlaError(f": This has to be {name}, not {value!r}.")
    return value


def _unknown(key: str, known: Collection[str]) -> str:
    near = nearest(key, known)
    hint = f"did you mean {near!r}?" if near else f"the keys are {', '.join(known)}."
    return f"The key {key!r} is unknown; {hint}"
