"""What a benchmark found: a ratio and the goal it is held against."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One line of `make bench`. The goal is a ratio, or a figure where there is no peer: at most, or at least so much.

    `detail` is what was measured; after "against" comes what the peer, or the floor, took.
    """

    goal: str
    what: str
    ratio: float
    limit: float
    at_least: bool = False
    detail: str = ""

    @property
    def ours(self) -> str:
        """What was measured of ours."""
        return self.detail.partition(" against ")[0]

    @property
    def peer(self) -> str:
        """What was measured of the peer, or the floor; nothing where the goal is a figure."""
        return self.detail.partition(" against ")[2]

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        return self.ratio >= self.limit if self.at_least else self.ratio <= self.limit
