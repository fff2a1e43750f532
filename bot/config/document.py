"""YAML, and JSON with it, as a tree of values that know their line.

Scalars are read by YAML 1.2's plain rules and not PyYAML's 1.1 ones: `off`, `no`, `09:00` and `2026-12-24`
stay the text that was written, so nothing turns into a boolean, a number of seconds or a date by accident.
"""

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from bot.config.problems import ConfigError, Problem

MAX_CHARACTERS = 1024 * 1024
MAX_DEPTH = 24

FLOAT = re.compile(r"[-+]?\d{1,18}(\.\d{1,18}([eE][-+]?\d{1,3})?|[eE][-+]?\d{1,3})")
_INTEGER = re.compile(r"[-+]?(0|[1-9]\d{0,17})")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_BIDIRECTIONAL = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Where a value or a key was written; both count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """One value as it was meant (`value`) and as it was written (`written`)."""

    mark: Mark
    value: bool | int | float | str | None
    written: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """A list."""

    mark: Mark
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Keys, always text as written, with their own marks."""

    mark: Mark
    entries: dict[str, tuple[Mark, "Node"]]


Node = Scalar | Sequence | Mapping


def parse_document(text: str, *, source: str) -> Mapping:
    """The tree of a file whose outermost value is a mapping.

    Anchors, aliases, tags, several documents, deep nesting and files over 1 MiB are refused: they are how a
    YAML file attacks its reader, and no configuration needs them.

    Raises:
        ConfigError: with one problem when the text is not YAML of that kind, else with every duplicate key
            and unprintable value at once.
    """
    if len(text) > MAX_CHARACTERS:
        raise ConfigError(source, [_problem(Mark(line=1, column=1), "the file is larger than 1 MiB")])
    tree = _Tree(source)
    try:
        root = tree.build(_events(text))
    except yaml.MarkedYAMLError as error:
        raise ConfigError(source, [_broken(error)]) from None
    except (yaml.YAMLError, UnicodeError):
        message = "the file is not text that YAML allows; save it as UTF-8 without control characters"
        raise ConfigError(source, [_problem(_reader_mark(text), message)]) from None
    if tree.problems:
        raise ConfigError(source, tree.problems)
    if not isinstance(root, Mapping):
        raise ConfigError(source, [_problem(root.mark, "the file must be a mapping such as `policies: [...]`")])
    return root


def _events(text: str) -> Iterator[yaml.Event]:
    yield from yaml.parse(text, Loader=_Loader)


class _Tree:
    """Builds the tree from parser events, and stops at the first thing that is refused."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.problems: list[Problem] = []

    def build(self, events: Iterator[yaml.Event]) -> Node:
        root: Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self._refuse(event, "several documents (`---`) in one file are not allowed")
                root = self._node(next(events), events, depth=1)
        if root is None:
            raise ConfigError(self.source, [_problem(Mark(line=1, column=1), "the file is empty")])
        return root

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], *, depth: int) -> Node:
        if depth > MAX_DEPTH:
            self._refuse(event, f"nested more than {MAX_DEPTH} levels deep")
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, "aliases (`*name`) are not allowed; write the value out")
        if getattr(event, "anchor", None) is not None:
            self._refuse(event, "anchors (`&name`) are not allowed; write the value out")
        if getattr(event, "tag", None) is not None:
            self._refuse(event, "tags (`!name`) are not allowed; write a plain value")
        match event:
            case yaml.MappingStartEvent():
                return self._mapping(event, events, depth)
            case yaml.SequenceStartEvent():
                return self._sequence(event, events, depth)
            case yaml.ScalarEvent():
                return self._scalar(event)
            case _:
                raise AssertionError(f"A parser never puts {event} here.")

    def _mapping(self, start: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Mapping:
        entries: dict[str, tuple[Mark, Node]] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._node(event, events, depth=depth + 1)
            value = self._node(next(events), events, depth=depth + 1)
            if not isinstance(key, Scalar):
                self._refuse(event, "a key must be a single word or text")
            elif key.written in entries:
                first = entries[key.written][0].line
                message = f"the key {key.written} is given twice, first on line {first}"
                self.problems.append(_problem(key.mark, message))
            else:
                entries[key.written] = (key.mark, value)
        return Mapping(mark=_mark(start), entries=entries)

    def _sequence(self, start: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Sequence:
        items: list[Node] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self._node(event, events, depth=depth + 1))
        return Sequence(mark=_mark(start), items=tuple(items))

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        written = event.value
        mark = _mark(event)
        if any(_is_unprintable(character) for character in written):
            self.problems.append(_problem(mark, "contains a character that cannot be printed; remove it"))
        value = written if event.style else _plain(written)
        return Scalar(mark=mark, value=value, written=written)

    def _refuse(self, event: yaml.Event, message: str) -> None:
        raise ConfigError(self.source, [*self.problems, _problem(_mark(event), message)])


def _plain(written: str) -> bool | int | float | str | None:
    if written in _WORDS:
        return _WORDS[written]
    if _INTEGER.fullmatch(written):
        return int(written)
    if FLOAT.fullmatch(written) and math.isfinite(float(written)):
        return float(written)
    return written


def _is_unprintable(character: str) -> bool:
    if character.isprintable():
        return False
    hidden = unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\t"
    return hidden or character in _BIDIRECTIONAL


def _mark(event: yaml.Event) -> Mark:
    return _position(event.start_mark)


def _position(place: Any) -> Mark:
    """PyYAML has two kinds of mark, one of C and one of Python, without a common type."""
    return Mark(line=place.line + 1, column=place.column + 1) if place else Mark(line=1, column=1)


def _problem(mark: Mark, message: str) -> Problem:
    return Problem(line=mark.line, column=mark.column, path="", message=message)


def _broken(error: yaml.MarkedYAMLError) -> Problem:
    place = error.problem_mark or error.context_mark
    what = " ".join(part for part in (error.context, error.problem) if part)
    return _problem(_position(place), f"this is not valid YAML: {what}")


def _reader_mark(text: str) -> Mark:
    """The first character that a YAML reader refuses."""
    for line, content in enumerate(text.split("\n"), start=1):
        for column, character in enumerate(content, start=1):
            if _is_unprintable(character):
                return Mark(line=line, column=column)
    return Mark(line=1, column=1)
