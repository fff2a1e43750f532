"""What is wrong with a configuration file: every problem at once, each with its line."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bot.errors import BotError

_MOST_WORDS = 1000


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
    """`; did you mean first_reply_time?` when a known word is near, else nothing.

    Among very many words nothing is looked for: it takes time, and would be a guess.
    """
    if len(known) > _MOST_WORDS:
        return ""
    by_lower_case = {word.lower(): word for word in known}
    nearest = get_close_matches(given[:100].lower(), by_lower_case, n=1, cutoff=0.65)
    return f"; did you mean {by_lower_case[nearest[0]]}?" if nearest else ""
