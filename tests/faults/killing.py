"""A support desk in the sandbox, people who go on talking, and a ``run`` that keeps being killed."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.sandbox import Sandbox
from tests.faults.ledger import Ledger
from tests.support.processes import Command, free_port, until

CONFIG = """
admins: [U0ADA]
agents: {{users: [U0ADA, U0BEN], home_workspace: false}}
alert_channel: C0TRIAGE
default_priority: normal
channels:
  defaults: {{acknowledge: off, group_messages_within: off, unthreaded_replies: off, pleasantries: off}}
{channels}
policies:
  - title: Quick
    targets:
      normal: {{hours: calendar, first_reply_time: 15s, requester_wait_time: 20s}}
routes:
  default: {{thresholds: {{"80%": [alert_channel], "0": [alert_channel, assignee]}}}}
"""
DESKS = 8
AGENTS = ("U0ADA", "U0BEN")
CUSTOMERS = ("U0CARL", "U0DORA", "U0EMIL", "U0FAY")


class SlackTime:
    """Real time, until it is moved on: then everything that Slack would repeat later is repeated at once."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._moved = asyncio.Event()

    def now(self) -> float:
        return time.time() + self._ahead

    async def sleep(self, seconds: float) -> None:
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            try:
                await asyncio.wait_for(self._moved.wait(), left)
            except TimeoutError:
                continue

    def move_on(self, seconds: float) -> None:
        self._ahead += seconds
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()


@dataclass
class Conversation:
    """A thread that a customer began, and whether an agent has answered in it."""

    channel: str
    ts: str
    answered: bool = False


@dataclass
class Scene:
    """Everything that a kill test works with."""

    sandbox: Sandbox
    time: SlackTime
    bot: Command
    ledger: Ledger
    chance: random.Random
    posted: list[dict[str, Any]] = field(default_factory=list)
    conversations: list[Conversation] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)

    async def talk(self) -> None:
        """Customers write and agents answer, a few times a second, until it is cancelled."""
        while True:
            await asyncio.sleep(self.chance.uniform(0.1, 0.5))
            self._say_something()

    def _say_something(self) -> None:
        if self.conversations and self.chance.random() < 0.35:
            talk = self.chance.choice(self.conversations)
            who = self.chance.choice(AGENTS + CUSTOMERS)
            talk.answered |= who in AGENTS
            self.posted.append(self.sandbox.act.post(talk.channel, who, "More about this", thread_ts=talk.ts))
            return
        channel = f"C0DESK{self.chance.randrange(DESKS)}"
        said = self.sandbox.act.post(channel, self.chance.choice(CUSTOMERS), f"Order {len(self.posted)} is broken")
        self.posted.append(said)
        self.conversations.append(Conversation(channel=channel, ts=said["ts"]))

    async def kill_and_restart(self, times: int) -> None:
        """Kill it at random moments, mostly while it works and now and then while it starts."""
        for _ in range(times):
            working = self.chance.random() < 0.85
            if working:
                await self.bot.says("Threadline runs")
            await asyncio.sleep(self.chance.uniform(0.0, 0.9))
            assert (await self.bot.end(signal.SIGKILL)).code == -signal.SIGKILL
            self.kills[self.ledger.phase() if working else "starting"] += 1
            self.bot.start()

    async def calm(self) -> None:
        """Slack repeats what was not acknowledged; then everything that was begun is brought to its end."""
        await self.bot.says("Threadline runs")
        await self.sandbox.drained()
        self.time.move_on(400)
        await self.sandbox.drained()
        await until(self.ledger.is_idle)

    def delivered(self, message: dict[str, Any]) -> list[dict[str, Any]]:
        """What Slack has to say about the delivery of a message."""
        return [
            delivery
            for delivery in self.sandbox.read.deliveries(type="message*")
            if delivery["payload"]["event"].get("ts") == message["ts"]
        ]

    def written_by_the_bot(self) -> list[dict[str, Any]]:
        """Every message of the bot's in the sandbox, whichever channel it is in, with the channel."""
        return [
            message | {"channel": channel["id"]}
            for channel in self.sandbox.read.channels()
            for message in self.sandbox.read.messages(channel["id"])
            if message.get("metadata", {}).get("event_type") == "threadline"
        ]


@asynccontextmanager
async def desk(folder: Path, database: str, *, socket_mode: bool, seed: int) -> AsyncIterator[Scene]:
    """A sandbox with eight customer channels, each with an alert channel of its own, and a bot that runs."""
    _configure(folder)
    clock = SlackTime()
    sandbox = Sandbox(clock, rate_limits=False)
    base = await sandbox.start()
    installed = _furnish(sandbox, socket_mode=socket_mode)
    port = free_port()
    door = {"SLACK_APP_TOKEN": installed["app_token"]}
    if not socket_mode:
        door = {"SLACK_SIGNING_SECRET": installed["signing_secret"]}
        await sandbox.build.request_url(installed["id"], f"http://127.0.0.1:{port}/slack/events", verify=False)
    # A send takes long enough to be interrupted, and a few are cut off after Slack has taken them.
    sandbox.faults.calls("delay", method="chat.*", seconds=0.1)
    sandbox.faults.calls("drop", method="chat.postMessage", skip=5, count=3)
    bot = Command(
        "run",
        folder=folder,
        SLACK_API_URL=f"{base}/api/",
        SLACK_BOT_TOKEN=installed["bot_token"],
        THREADLINE_DATABASE_URL=database,
        THREADLINE_LISTEN=f"127.0.0.1:{port}",
        THREADLINE_LOG="json",
        **door,
    )
    ledger = Ledger(database)
    try:
        yield Scene(sandbox=sandbox, time=clock, bot=bot, ledger=ledger, chance=random.Random(seed))
    finally:
        await bot.destroy()
        ledger.close()
        await sandbox.stop()


def _configure(folder: Path) -> None:
    folder.mkdir()
    lines = (f"  C0DESK{number}: {{alert_channel: C0ALERT{number}}}" for number in range(DESKS))
    (folder / "threadline.yml").write_text(CONFIG.format(channels="\n".join(lines)), encoding="utf-8")


def _furnish(sandbox: Sandbox, *, socket_mode: bool) -> dict[str, Any]:
    build = sandbox.build
    build.workspace("Helpful Ltd", id="T0HOME", domain="helpful")
    for user in (*AGENTS, *CUSTOMERS):
        build.user("T0HOME", user.removeprefix("U0").lower(), id=user)
    app = build.app("Threadline", id="A0SLA", socket_mode=socket_mode)
    installed: dict[str, Any] = build.install("A0SLA", "T0HOME", bot_user="U0BOT")
    build.channel("T0HOME", "triage", id="C0TRIAGE", members=[*AGENTS, "U0BOT"])
    for number in range(DESKS):
        build.channel("T0HOME", f"desk-{number}", id=f"C0DESK{number}", members=[*AGENTS, *CUSTOMERS, "U0BOT"])
        build.channel("T0HOME", f"alerts-{number}", id=f"C0ALERT{number}", members=[*AGENTS, "U0BOT"])
    return app | installed
