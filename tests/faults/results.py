"""What all rounds so far add up to, kept in `.faults/` and taken up again by the next call."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.rounds import Round

GOAL_KILLS, GOAL_PHASE = 1000, 100
AIMED = ("ingest", "tick", "send", "reconcile", "backfill")
OTHERS = ("starting", "between")


@dataclass
class Sum:
    """The rounds on one kind of database, together."""

    rounds: int = 0
    phases: Counter[str] = field(default_factory=Counter)
    messages: int = 0
    tickets: int = 0
    posts: int = 0
    missed: int = 0
    broken: list[str] = field(default_factory=list)

    def add(self, one: Round) -> None:
        self.rounds += 1
        self.phases.update(one.phases)
        self.messages += one.messages
        self.tickets += one.tickets
        self.posts += one.posts
        self.missed += one.missed
        self.broken += [f"seed {one.seed} at {one.commit}: {sentence}" for sentence in one.broken]

    @property
    def kills(self) -> int:
        return self.phases.total()

    def is_enough(self) -> bool:
        return self.kills >= GOAL_KILLS and all(self.phases[phase] >= GOAL_PHASE for phase in AIMED)


class Results:
    """A file with one round on each line."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._file = folder / "rounds.jsonl"

    def add(self, one: Round) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            file.write(one.as_json() + "\n")

    def sums(self) -> dict[str, Sum]:
        found: dict[str, Sum] = {"sqlite": Sum(), "postgresql": Sum()}
        lines = self._file.read_text(encoding="utf-8").splitlines() if self._file.exists() else []
        for line in lines:
            one = Round(**json.loads(line))
            found[one.database].add(one)
        return found


def table(sums: dict[str, Sum]) -> str:
    """Kills by database and phase, what happened meanwhile, and what went wrong."""
    lines = [" ".join(f"{word:>10}" for word in ("kills", *sums))]
    rows = [(phase, [one.phases[phase] for one in sums.values()]) for phase in (*AIMED, *OTHERS)]
    rows.append(("together", [one.kills for one in sums.values()]))
    rows.append(("rounds", [one.rounds for one in sums.values()]))
    names = ("messages", "tickets", "posts", "missed")
    rows += [(name, [getattr(one, name) for one in sums.values()]) for name in names]
    for word in ("lost", "doubled", "stuck", "ended"):
        counts = [sum(f": {word}: " in sentence for sentence in one.broken) for one in sums.values()]
        rows.append((word, counts))
    lines += [" ".join(f"{word:>10}" for word in (name, *counts)) for name, counts in rows]
    lines += [f"{name}: {sentence}" for name, one in sums.items() for sentence in one.broken]
    return "\n".join(lines)
