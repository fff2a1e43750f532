"""A small language for shapes of JSON: each rule reports what is wrong and where."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from bot.sandbox.model import Json


@dataclass(slots=True)
class Report:
    """What is wrong so far, in Slack's words: `[ERROR] sentence [json-pointer:/where]`."""

    messages: list[str] = field(default_factory=list)

    def add(self, where: str, problem: str) -> None:
        """Note a problem."""
        self.messages.append(f"[ERROR] {problem} [json-pointer:{where}]")


Rule = Callable[[object, str, Report], None]


def string(most: int, *, least: int = 1) -> Rule:
    """Accept text of that many characters."""

    def check(value: object, where: str, report: Report) -> None:
        if not isinstance(value, str):
            report.add(where, "must be a string")
        elif len(value) > most:
            report.add(where, f"must be less than {most + 1} characters")
        elif len(value) < least:
            report.add(where, f"must be more than {least - 1} characters")

    return check


def boolean(value: object, where: str, report: Report) -> None:
    """Accept true and false."""
    if not isinstance(value, bool):
        report.add(where, "must be a boolean")


def integer(least: int, most: int) -> Rule:
    """Accept a whole number in that range."""

    def check(value: object, where: str, report: Report) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            report.add(where, "must be an integer")
        elif not least <= value <= most:
            report.add(where, f"must be between {least} and {most}")

    return check


def number(value: object, where: str, report: Report) -> None:
    """Accept any number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        report.add(where, "must be a number")


def one_of(*allowed: str) -> Rule:
    """Accept one of these words."""

    def check(value: object, where: str, report: Report) -> None:
        if value not in allowed:
            report.add(where, f"must be one of the allowed values: {', '.join(allowed)}")

    return check


def anything(value: object, where: str, report: Report) -> None:
    """Accept whatever it is."""
    del value, where, report


def array(rule: Rule, *, least: int = 1, most: int) -> Rule:
    """Accept a list of that many items, each of one shape."""

    def check(value: object, where: str, report: Report) -> None:
        if not isinstance(value, list):
            report.add(where, "must be an array")
            return
        if len(value) > most:
            report.add(where, f"no more than {most} items allowed")
        if len(value) < least:
            report.add(where, f"no less than {least} items allowed")
        for position, item in enumerate(value[: most + 1]):
            rule(item, f"{where}/{position}", report)

    return check


def shape(
    required: Mapping[str, Rule],
    optional: Mapping[str, Rule] | None = None,
    *,
    also: Callable[[Json, str, Report], None] | None = None,
) -> Rule:
    """Accept an object with these fields and no others; `also` checks what fields mean together."""
    fields = {**required, **(optional or {})}

    def check(value: object, where: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add(where, "must be an object")
            return
        before = len(report.messages)
        for name in required:
            if name not in value:
                report.add(where, f"missing required field: {name}")
        for name, item in value.items():
            if name in fields:
                fields[name](item, f"{where}/{name}", report)
            elif name != "type":
                report.add(where, f"invalid additional property: {name}")
        if also is not None and len(report.messages) == before:
            also(value, where, report)

    return check


def by_type(shapes: Mapping[str, Rule], *, allowed: Collection[str] | None = None) -> Rule:
    """Accept an object whose `type` names one of these shapes, of those that are allowed here."""

    def check(value: object, where: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add(where, "must be an object")
            return
        kind = value.get("type")
        if "type" not in value:
            report.add(where, "missing required field: type")
        elif not isinstance(kind, str) or kind not in shapes or (allowed is not None and kind not in allowed):
            report.add(f"{where}/type", f"unsupported type: {kind}")
        else:
            shapes[kind](value, where, report)

    return check
