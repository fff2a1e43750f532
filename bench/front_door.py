"""P5: signed events over HTTP, acknowledged after the commit, beside Bolt that stores nothing; real processes.

Ours is the whole program as `threadline run` starts it, on an SQLite file with `synchronous=FULL`: while it takes
events it also opens tickets and posts cards to a sandbox, as fast as requests at the door let it. They come over 16
connections, and both programs take the same ones.
"""

import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

import uvloop

from bench.load import messages, send, signed
from bench.result import Result
from bench.running import free_port, furnished, program, threadline
from bot.sandbox import Sandbox

_IN_FLIGHT = 16


class _Turn(NamedTuple):
    """Seconds until all events were acknowledged, by either; and how long ours took for each."""

    bolt: float
    ours: float
    each: list[float]


async def _compete(rounds: int, events: int) -> tuple[list[_Turn], list[int]]:
    """The turns, of which the first warmed up; and how many events were stored, and understood meanwhile."""
    sandbox = Sandbox()
    base = await sandbox.start()
    app = furnished(sandbox)
    secret, port = app["signing_secret"], free_port()
    try:
        with tempfile.TemporaryDirectory(prefix="threadline-bench-", dir=Path.cwd()) as name:
            folder = Path(name)
            bare = program("bench.bare_bolt", str(port), secret, folder=folder, port=port)
            async with bare as bolt, threadline(folder, app, base) as ours:
                turns = []
                for _ in range(rounds + 1):
                    sent = [signed(body, secret) for body in messages(events, began=time.time())]
                    took, _ = await send(bolt.port, sent, in_flight=_IN_FLIGHT)
                    turns.append(_Turn(took, *await send(ours.port, sent, in_flight=_IN_FLIGHT)))
            with closing(sqlite3.connect(folder / "threadline.db")) as conn:
                stored = conn.execute("SELECT count(*), sum(state = 'done') FROM inbox").fetchone()
            return turns[1:], list(stored)
    finally:
        await sandbox.stop()


def run(rounds: int = 7, events: int = 2_000) -> list[Result]:
    """Measure both in turn, in one run."""
    turns, (stored, understood) = uvloop.run(_compete(rounds, events))
    bolt, ours = median(events / turn.bolt for turn in turns), median(events / turn.ours for turn in turns)
    p99 = quantiles([seconds for turn in turns for seconds in turn.each], n=100)[98]
    return [
        Result(
            goal="P5",
            what="events over HTTP, committed before they are acknowledged, against bare Bolt (rate)",
            ratio=median(turn.bolt / turn.ours for turn in turns),
            limit=0.5,
            at_least=True,
            detail=f"{ours:,.0f} events/s, p99 {p99 * 1e3:.0f} ms against Bolt {bolt:,.0f} events/s",
        ),
        Result(
            goal="P5",
            what="events a second that one process acknowledges",
            ratio=ours,
            limit=1_000,
            at_least=True,
            detail=f"{stored:,} of {(rounds + 1) * events:,} stored, {understood:,} understood meanwhile",
        ),
    ]
