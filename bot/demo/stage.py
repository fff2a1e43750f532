"""Sandbox and bot, put together on one clock, and the lines of a story played on it."""

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, assert_never

from bot.app import Threadline
from bot.clock import Clock, ManualClock
from bot.config.load import load_config
from bot.connection import Connection
from bot.demo.story import Click, Command, Line, Post
from bot.demo.world import ALERT_CHANNEL, World
from bot.errors import BotError
from bot.sandbox import Sandbox, SandboxError
from store.engine import Database


class SandboxTime:
    """The bot's clock as the sandbox reads it, so that both live in the same minute."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._clock.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        """Return when that many simulated seconds have passed."""
        until = datetime.fromtimestamp(self.now() + max(0.0, seconds), UTC)
        real = self._clock.seconds_until(until)
        if real is not None:
            await asyncio.sleep(real)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (until, next(self._order), woken))
        await woken

    def jumped(self) -> None:
        """The clock was moved: wake whoever is due."""
        while self._sleepers and self._sleepers[0][0] <= self._clock.now():
            _, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():
                woken.set_result(None)


@dataclass(slots=True)
class Stage:
    """Everything that a demonstration runs on.

    Attributes:
        said: The ts of every named message that was posted.
        refused: What the sandbox refused to do, one sentence each.
    """

    sandbox: Sandbox
    time: SandboxTime
    clock: Clock
    bot: Threadline
    world: World
    base: str
    said: dict[str, str] = field(default_factory=dict)
    posted: int = 0
    refused: list[str] = field(default_factory=list)

    async def play(self, line: Line) -> None:
        """Do what a line says, as its person would."""
        match line:
            case Post():
                self._post(line)
            case Click():
                await self._click(line)
            case Command():
                await self.sandbox.ui.command(line.user, line.channel, line.text)
            case unreachable:
                assert_never(unreachable)

    def _post(self, line: Post) -> None:
        thread_ts = self.said.get(line.reply_to, line.reply_to)
        files = [{"name": name, "content": ""} for name in line.file_names]
        try:
            message = self.sandbox.act.post(
                line.channel, line.user, line.text, thread_ts=thread_ts, ts=line.ts, files=files, verbatim=bool(line.ts)
            )
        except SandboxError as error:
            self.refused.append(f"What {line.user} wrote in {line.channel} at {line.at:%Y-%m-%d %H:%M}: {error}")
            return
        self.posted += 1
        if line.name:
            self.said[line.name] = message["ts"]

    async def _click(self, line: Click) -> None:
        card = self.card_of(self.said[line.ticket_of])
        if card is None:
            self.refused.append(f"There is no card for the message that {line.user} wanted to act on.")
            return
        await self.sandbox.ui.click(line.user, ALERT_CHANNEL, card["ts"], line.action)

    def card_of(self, ts: str) -> dict[str, Any] | None:
        """The card in the alert channel that links to a message."""
        link = f"/p{ts.replace('.', '')}"
        posted = self.sandbox.read.messages(ALERT_CHANNEL)
        cards = (message for message in posted if message.get("thread_ts", message["ts"]) == message["ts"])
        return next((card for card in cards if any(link in str(block) for block in card.get("blocks", ()))), None)

    async def settle(self) -> None:
        """Wait until everything that can happen at this instant of the clock has happened."""
        while True:
            await self.sandbox.drained()
            if not await self.bot.rounds.drain():
                return

    def next_retry(self) -> datetime | None:
        """When Slack will next try to deliver something again."""
        due = self.sandbox.next_due()
        return None if due is None else datetime.fromtimestamp(due, UTC)

    def jump(self, instant: datetime) -> None:
        """Move the manual clock, for the bot and the sandbox alike."""
        if not isinstance(self.clock, ManualClock):
            raise BotError("Only a clock that stands still can be moved.")
        self.clock.jump(instant)
        self.time.jumped()


@asynccontextmanager
async def stage(
    clock: Clock,
    build: Callable[[Sandbox], World],
    *,
    workers: bool,
    ports: tuple[int, int] = (0, 0),
    today: date,
    database: str | None = None,
) -> AsyncIterator[Stage]:
    """Start the sandbox, then the bot against it; stop both in the end.

    ``build`` makes the workspaces of the sandbox. With ``workers`` the bot works by itself; otherwise it is driven step
    by step. ``ports`` are the sandbox's and the bot's, 0 lets the system choose. From ``today`` on public holidays are
    copied in. A ``database`` given is kept afterwards; by default it is temporary.
    """
    time = SandboxTime(clock)
    sandbox = Sandbox(clock=time)
    base = await sandbox.start(port=ports[0])
    with TemporaryDirectory(prefix="threadline-demo-") as folder:
        db = Database(database or f"sqlite:///{Path(folder) / 'demo.db'}", virtual_clock=True)
        bot: Threadline | None = None
        try:
            world = build(sandbox)
            await db.open(migrate=True)
            bot = Threadline(
                Connection(
                    bot_token=world.bot_token,
                    app_token=None,
                    signing_secret=world.signing_secret,
                    api_url=f"{base}/api/",
                    listen=("127.0.0.1", ports[1]),
                    secret=world.signing_secret.encode(),
                    dashboard_is_open_here=True,
                ),
                db=db,
                clock=clock,
                load=lambda: load_config(world.config, source="demo.yml", today=today),
            )
            await bot.start(workers=workers)
            await sandbox.build.request_url(world.app, f"{bot.address}/slack/events")
            yield Stage(sandbox=sandbox, time=time, clock=clock, bot=bot, world=world, base=base)
        finally:
            if bot is not None:
                await bot.stop()
            await db.close()
            await sandbox.stop()
