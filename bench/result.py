"""What a benchmark found: a ratio and the goal it is held against."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One line of `make bench`. The goal is a ratio: at most, or with `at_least` at least so much."""

    goal: str
    what: str
    ratio: float
    limit: float
    at_least: bool = False
    detail: str = ""

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        return self.ratio >= self.limit if self.at_least else self.ratio <= self.limit
