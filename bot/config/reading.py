"""A cursor over the document: where a value is, what is wrong with it, what it refers to.

Readers take a cursor and return the canonical value. A reader that finds something wrong notes it and returns
None: the notes keep the file from being used, so nobody sees that None, and the rest is still checked.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.config.document import Mapping as MappingNode
from bot.config.document import Mark, Node, Scalar, Sequence
from bot.config.problems import Problem, did_you_mean
from sla.errors import SlaError

MAX_UNKNOWN_KEYS = 20
MAX_PROBLEMS = 500

_STEP = re.compile(r"\.?([^.\[\]]+)(?=[.\[]|$)|\[(\d+)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A name that must be declared elsewhere in the file: a schedule, route, group, customer or webhook."""

    kind: str
    name: str
    cursor: "Cursor"


class TooManyProblemsError(Exception):
    """Enough is wrong; reading on would only take time."""


@dataclass(slots=True, kw_only=True)
class Notes:
    """What was found while reading one file."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """One value of the document, with its path and the notes of the file."""

    node: Node
    path: str
    notes: Notes

    @property
    def is_null(self) -> bool:
        """Nothing was written here, or `null`."""
        return isinstance(self.node, Scalar) and self.node.value is None

    @property
    def is_empty(self) -> bool:
        """Nothing was written here, or a list or mapping without anything in it."""
        match self.node:
            case Scalar():
                return self.is_null
            case Sequence():
                return not self.node.items
            case MappingNode():
                return not self.node.entries

    @property
    def scalar(self) -> bool | int | float | str | None:
        """The single value; None when this is a list or a mapping."""
        return self.node.value if isinstance(self.node, Scalar) else None

    @property
    def written(self) -> str:
        """The single value as it was written; empty for a list or a mapping."""
        return self.node.written.strip() if isinstance(self.node, Scalar) else ""

    def problem(self, message: str) -> None:
        """Notes something that keeps the file from being used."""
        self.notes.problems.append(self._note(message))
        if len(self.notes.problems) >= MAX_PROBLEMS:
            raise TooManyProblemsError

    def warn(self, message: str) -> None:
        """Notes something legal that is probably not meant."""
        self.notes.warnings.append(self._note(message))

    def refer(self, kind: str, name: str) -> None:
        """Notes that `name` must be declared elsewhere."""
        self.notes.references.append(Reference(kind=kind, name=name, cursor=self))

    def entries(self) -> dict[str, "Cursor"]:
        """The values of a mapping by key; a value's path continues with its key."""
        if isinstance(self.node, MappingNode):
            return {
                key: Cursor(node=node, path=f"{self.path}.{key}" if self.path else key, notes=self.notes)
                for key, (_, node) in self.node.entries.items()
            }
        if not self.is_null:
            self.problem("must be a mapping of keys to values")
        return {}

    def key(self, key: str) -> "Cursor":
        """The key itself as a value, for what is wrong with the key and not with what it holds."""
        assert isinstance(self.node, MappingNode)
        mark, _ = self.node.entries[key]
        return Cursor(node=Scalar(mark=mark, value=key, written=key), path=self._below(key), notes=self.notes)

    def items(self) -> list["Cursor"]:
        """The values of a list."""
        if isinstance(self.node, Sequence):
            return [
                Cursor(node=node, path=f"{self.path}[{index}]", notes=self.notes)
                for index, node in enumerate(self.node.items)
            ]
        if not self.is_null:
            self.problem("must be a list such as [a, b]")
        return []

    def at(self, location: str) -> "Cursor":
        """The value at a location such as `.intervals[1].end_time`, or what is nearest above it."""
        found = self
        for key, index in _STEP.findall(location):
            inside = found.entries() if isinstance(found.node, MappingNode) else {}
            if key in inside:
                found = inside[key]
            elif index and isinstance(found.node, Sequence) and int(index) < len(found.node.items):
                found = found.items()[int(index)]
            else:
                return found
        return found

    def problems_of(self, error: SlaError) -> None:
        """Notes what the engine refused, each problem as near as possible to where it was written."""
        for problem in error.problems:
            location, _, message = problem.partition(": ")
            self.at(location).problem(message.rstrip("."))

    def known(self, keys: Collection[str]) -> dict[str, "Cursor"]:
        """The entries whose key is one of `keys` and whose value is not null; the others are problems."""
        entries = self.entries()
        unknown = [key for key in entries if key not in keys]
        for key in unknown[:MAX_UNKNOWN_KEYS]:
            self.key(key).problem(f"unknown key{did_you_mean(key, keys) or f'; known are {_listed(keys)}'}")
        if len(unknown) > MAX_UNKNOWN_KEYS:
            self.problem(f"{len(unknown) - MAX_UNKNOWN_KEYS} more unknown keys; known are {_listed(keys)}")
        return {key: entries[key] for key in keys if key in entries and not entries[key].is_null}

    def _below(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def _note(self, message: str) -> Problem:
        mark: Mark = self.node.mark
        return Problem(line=mark.line, column=mark.column, path=self.path, message=message)


Reader = Callable[[Cursor], Any]


def record(cursor: Cursor, keys: Mapping[str, Reader], *, required: Iterable[str] = ()) -> dict[str, Any]:
    """The canonical values of a mapping with known keys, in the order of `keys`; what was left out is not in."""
    given = cursor.known(keys)
    if isinstance(cursor.node, MappingNode) or cursor.is_null:
        for key in required:
            if key not in given:
                cursor.problem(f"{key} is missing")
    return {key: keys[key](value) for key, value in given.items()}


def list_of(reader: Reader) -> Reader:
    """A reader of lists; a value given twice is a problem where values are single words."""

    def read(cursor: Cursor) -> list[Any]:
        values: list[Any] = []
        words: set[str] = set()
        for item in cursor.items():
            value = reader(item)
            if isinstance(value, str) and value in words:
                item.problem(f"{value} is listed twice")
            if isinstance(value, str):
                words.add(value)
            values.append(value)
        return values

    return read


def _listed(keys: Collection[str]) -> str:
    return ", ".join(keys)
