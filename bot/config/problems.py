"""What is wrong with a configuration file: every problem at once, each with its line."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from bot.errors import BotError
from sla.spelling import nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to mend. `line` and `column` count from 1; an empty `path` means the file as a whole."""

    line: int
    column: int
    path: str
    message: str

    def sentence(self, source: str) -> str:
        """`threadline.yml:12: policies[0].title: must not be empty`."""
        where = f"{self.path}: " if self.path else ""
        return f"{source}:{self.line}: {where}{self.message}"


class ConfigError(BotError):
    """The file cannot be used. Carries all problems in the order of their lines; `str()` is one line each."""

    source: str
    problems: tuple[Problem, ...]

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = in_order(problems)
        super().__init__("\n".join(problem.sentence(source) for problem in self.problems))


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems by line and column, each once."""
    return tuple(dict.fromkeys(sorted(problems, key=lambda each: (each.line, each.column))))


def did_you_mean(given: str, known: Collection[str]) -> str:
    """`; did you mean first_reply_time?` when a known word is near, else nothing."""
    near = nearest(given, known)
    return f"; did you mean {near}?" if near else ""
