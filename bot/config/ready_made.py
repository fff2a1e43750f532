"""The configurations that come with Threadline, and what has to be filled in."""

import re
from dataclasses import dataclass
from importlib.resources import files

from bot.errors import BotError
from sla.spelling import nearest

_TITLE = re.compile(r"# (?P<title>[^:\n]+): (?P<summary>[^\n]+)")
_FILL_IN = re.compile(r"# FILL IN (?P<value>\S+): (?P<meaning>.+)")
_NAMES = ("standard", "tiered", "channels", "follow-the-sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placeholder:
    """A value of a template that is only an example."""

    line: int
    value: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One ready-made configuration."""

    name: str
    title: str
    summary: str
    placeholders: tuple[Placeholder, ...]


def list_templates() -> tuple[Template, ...]:
    """All templates, the simplest first."""
    return tuple(_template(name) for name in _NAMES)


def template_text(name: str) -> str:
    """The file itself.

    Raises:
        BotError: (exit code 2) there is no such template; the known ones are named.
    """
    if name not in _NAMES:
        near = nearest(name, _NAMES)
        hint = f"Did you mean {near}?" if near else f"There are {', '.join(_NAMES)}."
        raise BotError(f"There is no template {name}. {hint}", exit_code=2)
    return files("bot.config").joinpath("templates", f"{name}.yml").read_text(encoding="utf-8")


def _template(name: str) -> Template:
    text = template_text(name)
    heading = _TITLE.match(text)
    assert heading, f"The template {name} begins with its title and a summary."
    placeholders = tuple(
        Placeholder(line=number, value=match["value"], meaning=match["meaning"])
        for number, line in enumerate(text.splitlines(), start=1)
        for match in _FILL_IN.finditer(line)
    )
    return Template(name=name, title=heading["title"], summary=heading["summary"], placeholders=placeholders)
