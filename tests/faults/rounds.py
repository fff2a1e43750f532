"""One round: a new sandbox and a new database, so many kills, calm, and then every promise is checked."""

import asyncio
import json
import shutil
import subprocess
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.phases import Hunter
from tests.faults.promises import broken
from tests.faults.scene import Scene, scene
from tests.support.processes import until

START_SECONDS, CALM_SECONDS = 240.0, 240.0
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a round is to be."""

    database: str
    socket_mode: bool
    seed: int
    kills: int
    replicas: int = 1

    @property
    def way_in(self) -> str:
        return "socket" if self.socket_mode else "http"


@dataclass(frozen=True, kw_only=True)
class Round:
    """What a round was."""

    database: str
    way_in: str
    replicas: int
    seed: int
    phases: dict[str, int]
    messages: int = 0
    tickets: int = 0
    posts: int = 0
    missed: int = 0
    seconds: float = 0.0
    commit: str = ""
    broken: list[str] = field(default_factory=list)

    def as_json(self) -> str:
        return json.dumps(asdict(self))


async def play(plan: Plan, url: str, folder: Path) -> Round:
    """Play a round in a folder that does not exist yet, and say what became of it; evidence is left if that is bad."""
    began_at = time.monotonic()
    phases: dict[str, int] = {}
    async with scene(folder, url, socket_mode=plan.socket_mode, seed=plan.seed, replicas=plan.replicas) as made:
        found: list[str]
        try:
            phases = await _hunt(made, plan.kills)
            found = [f"stuck: {what}" for what in await made.calm(within=CALM_SECONDS)] + broken(made)
        except AssertionError as error:
            found = [f"ended: {error}"]
        except TimeoutError:
            found = ["ended: it never came to work"]
        if found:
            _keep_evidence(made, folder)
        result = Round(
            database=plan.database,
            way_in=plan.way_in,
            replicas=plan.replicas,
            seed=plan.seed,
            phases=phases,
            messages=len(made.people.said),
            tickets=len(made.people.conversations),
            posts=len(made.people.posts()),
            missed=made.people.told().total(),
            seconds=round(time.monotonic() - began_at, 1),
            commit=_commit(),
            broken=found,
        )
    if not found:
        shutil.rmtree(folder)
    return result


async def _hunt(made: Scene, kills: int) -> dict[str, int]:
    """Kill so many times while people talk and the weather changes; how often in each phase."""
    made.weather.set_in()
    for replica in made.replicas:
        replica.start()
    # A channel's history begins when it is first seen: what is said and lost before that is nobody's.
    async with asyncio.timeout(START_SECONDS):
        await until(made.replicas[0].runs)
        await until(made.ledger.swept_at)
    going_on = [asyncio.create_task(made.people.talk()), asyncio.create_task(made.weather.change())]
    try:
        hunter = Hunter(made)
        await hunter.hunt(kills)
        return {str(phase): count for phase, count in hunter.kills.items()}
    finally:
        for task in going_on:
            task.cancel()
        ended = await asyncio.gather(*going_on, return_exceptions=True)
        for error in ended:
            if not isinstance(error, asyncio.CancelledError) and error is not None:
                raise error


def _keep_evidence(made: Scene, folder: Path) -> None:
    """What somebody needs to find out what happened: rows, calls, deliveries and what each life wrote."""
    seen: dict[str, Any] = {
        "rows": made.ledger.dump(),
        "calls": made.sandbox.read.calls(),
        "deliveries": made.sandbox.read.deliveries(),
    }
    for name, content in seen.items():
        (folder / f"{name}.json").write_text(json.dumps(content, indent=1), encoding="utf-8")
    for number, replica in enumerate(made.replicas):
        log = "\n--- killed\n".join([*replica.lives, replica.command.err])
        (folder / f"replica-{number}.log").write_text(log, encoding="utf-8")


def _commit() -> str:
    git = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    return subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
