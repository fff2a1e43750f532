"""A sandbox, people who go on talking in it, and one ``run`` or several that are killed again and again."""

import asyncio
import json
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox import Sandbox
from tests.faults.doors import Door
from tests.faults.ledger import Ledger
from tests.faults.people import People
from tests.faults.weather import Weather
from tests.faults.world import APP, SlackTime, configure, furnish
from tests.support.processes import Command, Ended, free_port, until

# More than the longest time after which a request of a dead sender takes effect in the sandbox (see the weather).
SETTLE_SECONDS = 3
LEASE_SECONDS = 15


class Replica:
    """One ``run``, over all of its lives, with a door of its own to Slack."""

    def __init__(self, command: Command, door: Door, port: int) -> None:
        self.command = command
        self.door = door
        self.port = port
        self.born_at = 0.0
        self.lives: list[str] = []

    def start(self) -> None:
        self.door.forget()
        self.born_at = time.time()
        self.command.start()

    def runs(self) -> bool:
        """Whether it has said that it runs; raises when it has ended without that."""
        return self.command.has_said("Threadline runs")

    def name(self) -> str:
        """What it calls itself in the database; nothing before it has said so."""
        for line in self.command.err.splitlines():
            if line.startswith("{") and '"started"' in line:
                return str(json.loads(line).get("replica", ""))
        return ""

    async def end(self, number: signal.Signals | None = None) -> Ended:
        ended = await self.command.end(number)
        self.lives.append(ended.err)
        return ended


class Scene:
    """Everything that a fault run works with."""

    def __init__(self, sandbox: Sandbox, clock: SlackTime, ledger: Ledger, replicas: list[Replica], seed: int) -> None:
        self.sandbox = sandbox
        self.time = clock
        self.ledger = ledger
        self.replicas = replicas
        self.chance = random.Random(seed)
        self.people = People(sandbox, ledger, self.chance)
        self.weather = Weather(sandbox, self.chance)
        self.kills: Counter[str] = Counter()
        self.is_http = False

    async def direct(self, replica: Replica) -> None:
        """Over HTTP there is one address: a balancer would send requests to whoever is there."""
        if self.is_http:
            url = f"http://127.0.0.1:{replica.port}/slack/events"
            await self.sandbox.build.request_url(APP, url, verify=False)

    def receives(self, replica: Replica) -> bool:
        """Whether a request of Slack's is on its way to this one and not acknowledged."""
        if self.is_http:
            is_its = self.sandbox.slack.world.app(APP).request_url.startswith(f"http://127.0.0.1:{replica.port}/")
            return is_its and self.sandbox.slack.deliveries._in_flight > 0
        links = self.sandbox.slack.sockets.connections(APP)
        return any(link.pending for link in links if _port_of(link.transport) in replica.door.behind)

    async def calm(self, *, within: float) -> list[str]:
        """Slack is well and repeats what was not acknowledged, the history is read once more, and all comes to its end.

        What did not come to its end in time, in words.
        """
        self.weather.clear_up()
        for replica in self.replicas:
            await until(replica.runs)
        await self.direct(self.replicas[0])
        await self.sandbox.drained()
        self.time.move_on(400)
        await self.sandbox.drained()
        # What Slack has lost, and nobody asked about, is found when somebody starts.
        began_at = time.time()
        code = (await self.replicas[0].end(signal.SIGTERM)).code
        assert code == 0, f"It ended with {code} on SIGTERM."
        self.replicas[0].start()
        try:
            async with asyncio.timeout(within):
                await until(lambda: self.ledger.swept_at() > began_at)
                await self._rests()
        except TimeoutError:
            return self.ledger.unfinished() or ["the reading of the history"]
        return []

    async def _rests(self) -> None:
        """Nothing waits, and Slack has nothing more to tell: of the last posts and edits, too, it sends events."""
        is_resting = False
        while not is_resting:
            await until(self.ledger.is_idle)
            await self.sandbox.drained()
            is_resting = self.ledger.is_idle()


def _port_of(transport: asyncio.Transport | None) -> int:
    peer = transport.get_extra_info("peername") if transport is not None else None
    return int(peer[1]) if peer else 0


@asynccontextmanager
async def scene(
    folder: Path, database: str, *, socket_mode: bool, seed: int, replicas: int = 1
) -> AsyncIterator[Scene]:
    """A sandbox with its channels, and as many ``run`` as wanted, none of them started."""
    configure(folder)
    clock = SlackTime()
    sandbox = Sandbox(clock, rate_limits=False)
    base = urlsplit(await sandbox.start())
    installed = furnish(sandbox, socket_mode=socket_mode)
    way_in = {"SLACK_APP_TOKEN" if socket_mode else "SLACK_SIGNING_SECRET": _secret(installed, socket_mode=socket_mode)}
    ledger = Ledger(database)
    processes = []
    for _ in range(replicas):
        door, port = Door(base.port or 0), free_port()
        command = Command(
            "run",
            folder=folder,
            SLACK_API_URL=f"{await door.open()}/api/",
            SLACK_BOT_TOKEN=installed["bot_token"],
            THREADLINE_DATABASE_URL=database,
            THREADLINE_LISTEN=f"127.0.0.1:{port}",
            THREADLINE_LOG="json",
            THREADLINE_SETTLE_SECONDS=str(SETTLE_SECONDS),
            THREADLINE_LEASE_SECONDS=str(LEASE_SECONDS),
            **way_in,
        )
        processes.append(Replica(command, door, port))
    made = Scene(sandbox, clock, ledger, processes, seed)
    made.is_http = not socket_mode
    await made.direct(processes[0])
    try:
        yield made
    finally:
        for process in processes:
            await process.command.destroy()
            await process.door.close()
        ledger.close()
        await sandbox.stop()


def _secret(installed: dict[str, Any], *, socket_mode: bool) -> str:
    return str(installed["app_token" if socket_mode else "signing_secret"])
