"""`make faults`: kill a running bot a thousand times on each database, over as many calls as it takes.

    python -m tests.faults                              goes on until the goal is reached
    python -m tests.faults --database sqlite --kills 100
    python -m tests.faults --code DIR --database sqlite --kills 20 --seed 7 --json

The last form tells what a round makes of another checkout; nothing is added up then. The exit code is 1 when a promise
was broken.
"""

import argparse
import asyncio
import itertools
import json
import os
import random
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from tests.faults.results import Results, table
from tests.faults.rounds import ROOT, Plan, Round, play
from tests.support.databases import PostgresqlServer, started_postgresql
from tests.support.processes import run_code_of, threadline

KILLS_IN_A_ROUND = 40
REPLICAS = {"sqlite": 1, "postgresql": 3}


def main() -> int:
    wanted = _arguments()
    if wanted.code:
        run_code_of(wanted.code.resolve())
    with ExitStack() as stack:
        servers = [stack.enter_context(started_postgresql())] if "postgresql" in wanted.databases else []
        runs = Runs(wanted, servers[0] if servers else None)
        with suppress(asyncio.CancelledError, KeyboardInterrupt):
            asyncio.run(runs.run())
    if wanted.json:
        say(json.dumps([json.loads(one.as_json()) for one in runs.played]))
    elif not wanted.code:
        say(table(runs.results.sums()))
    return 1 if any(one.broken for one in runs.played) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults", description="Kill it until nothing is left to find."
    )
    parser.add_argument(
        "--database", choices=("sqlite", "postgresql", "both"), default=os.environ.get("DATABASE", "both")
    )
    parser.add_argument(
        "--kills", type=int, default=int(os.environ.get("KILLS") or 0), help="0: until the goal is reached"
    )
    parser.add_argument("--seed", type=int, default=int(os.environ.get("FAULT_SEED") or 0), help="of the first round")
    parser.add_argument("--lanes", type=int, default=2, help="rounds at a time on each database")
    parser.add_argument("--code", type=Path, help="a checkout to try instead of this one; nothing is added up")
    parser.add_argument("--json", action="store_true", help="print the rounds of this call as JSON")
    wanted = parser.parse_args()
    wanted.databases = list(REPLICAS) if wanted.database == "both" else [wanted.database]
    return wanted


class Runs:
    """The rounds of one call."""

    def __init__(self, wanted: argparse.Namespace, server: PostgresqlServer | None) -> None:
        self._wanted = wanted
        self._server = server
        self._folder = ROOT / ".faults" if not wanted.code else Path(tempfile.mkdtemp(prefix="threadline-faults-"))
        self._seeds = self._choose_seeds()
        self._ways_in = {name: itertools.cycle((False, True)) for name in wanted.databases}
        self.results = Results(self._folder)
        self.played: list[Round] = []
        self._begun = dict.fromkeys(wanted.databases, 0)

    def _choose_seeds(self) -> Iterator[int]:
        if self._wanted.seed:
            yield from itertools.count(self._wanted.seed)
        while True:
            yield random.SystemRandom().randrange(1, 2**32)

    async def run(self) -> None:
        """Play until it is enough, or until somebody ends it: then nothing is left running."""
        this = asyncio.current_task()
        assert this is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
        async with asyncio.TaskGroup() as lanes:
            for database in self._wanted.databases:
                for _ in range(self._wanted.lanes):
                    lanes.create_task(self._lane(database))

    async def _lane(self, database: str) -> None:
        while kills := self._next_kills(database):
            self._begun[database] += kills
            plan = Plan(
                database=database,
                socket_mode=next(self._ways_in[database]),
                seed=next(self._seeds),
                kills=kills,
                replicas=REPLICAS[database],
            )
            await self._play(plan)

    def _next_kills(self, database: str) -> int:
        if self._wanted.kills:
            return min(KILLS_IN_A_ROUND, self._wanted.kills - self._begun[database])
        return 0 if self.results.sums()[database].is_enough() else KILLS_IN_A_ROUND

    async def _play(self, plan: Plan) -> None:
        folder = self._folder / f"{plan.database}-{plan.way_in}-{plan.seed}"
        if plan.database == "sqlite":
            one = await play(plan, f"sqlite:///{folder}/threadline.db", folder)
        else:
            assert self._server is not None
            url = await asyncio.to_thread(self._server.empty)
            migrated = await threadline("migrate", folder=self._folder, THREADLINE_DATABASE_URL=url)
            assert migrated.code == 0, migrated.err
            one = await play(plan, url, folder)
            await asyncio.to_thread(self._server.drop, url)
        self.played.append(one)
        self.results.add(one)
        outcome = "; ".join(one.broken) or "nothing lost, nothing doubled, nothing stuck"
        sys.stderr.write(
            f"{plan.database} {plan.way_in} seed {plan.seed}: {sum(one.phases.values())} kills {one.phases}, "
            f"{one.seconds:.0f} s: {outcome}\n"
        )


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
