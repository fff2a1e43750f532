"""P13: what `threadline run` holds in memory, idle and with a hundred thousand tickets in its database.

It runs as a process of its own at a sandbox workspace, with signed HTTP and an SQLite file. The tickets are open, with
four targets each; then it takes five thousand events and understands what it can of them until it is asked again.
"""

import asyncio
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop
from sqlalchemy import Connection

from bench.load import messages, send, signed
from bench.result import Result
from bench.running import furnished, threadline
from bench.world import copy_tickets, in_bulk, open_ticket, open_world
from bot.sandbox import Sandbox

_TICKETS, _TEMPLATES, _EVENTS = 100_000, 1_000, 5_000
_SETTLE_SECONDS = 20


def megabytes(pid: int) -> tuple[float, float]:
    """What a process holds now, and the most that it ever held."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    held = {
        name: float(rest.split()[0]) / 1024
        for name, _, rest in (line.partition(":") for line in lines)
        if name[:2] == "Vm"
    }
    return held["VmRSS"], held["VmHWM"]


async def _idle(sandbox: Sandbox, base: str) -> tuple[float, float]:
    with tempfile.TemporaryDirectory(prefix="threadline-bench-", dir=Path.cwd()) as folder:
        async with threadline(Path(folder), furnished(sandbox), base) as running:
            await asyncio.sleep(_SETTLE_SECONDS)
            return megabytes(running.pid)


async def _full(sandbox: Sandbox, base: str) -> tuple[float, float]:
    with tempfile.TemporaryDirectory(prefix="threadline-bench-", dir=Path.cwd()) as name:
        folder = Path(name)
        await asyncio.to_thread(_fill, folder / "threadline.db")
        app = furnished(sandbox)
        async with threadline(folder, app, base) as running:
            sent = [signed(body, app["signing_secret"]) for body in messages(_EVENTS, began=time.time())]
            await send(running.port, sent, in_flight=16)
            await asyncio.sleep(_SETTLE_SECONDS)
            return megabytes(running.pid)


def _fill(path: Path) -> None:
    now = datetime.now(UTC)
    desk = open_world(path, now)

    def templates(conn: Connection) -> list[int]:
        return [open_ticket(conn, desk, one, now - timedelta(seconds=20 * one)) for one in range(_TEMPLATES)]

    numbers = in_bulk(path, templates)
    copy_tickets(path, numbers[0], numbers[-1], _TICKETS // _TEMPLATES - 1)


async def _measure() -> list[tuple[float, float]]:
    found = []
    for measured in (_idle, _full):
        sandbox = Sandbox()
        try:
            found.append(await measured(sandbox, await sandbox.start()))
        finally:
            await sandbox.stop()
    return found


def run() -> list[Result]:
    idle, full = uvloop.run(_measure())
    return [
        Result(
            goal="P13", what="MB that `run` holds when idle", ratio=idle[0], limit=150, detail=f"at most {idle[1]:.0f}"
        ),
        Result(
            goal="P13",
            what=f"MB that `run` holds with {_TICKETS:,} open tickets",
            ratio=full[0],
            limit=200,
            detail=f"at most {full[1]:.0f}; after {_EVENTS:,} more events",
        ),
    ]
