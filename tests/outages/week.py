"""A week that is over in the sandbox, and bots that hear of it in one way or another."""

import random
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from bot.app import Threadline
from bot.clock import ManualClock
from bot.config.load import load_config
from bot.connection import Connection
from bot.demo.stage import SandboxTime
from bot.demo.world import World
from bot.sandbox import Sandbox
from store import sweeps
from store.engine import Database
from tests.outages import deliveries
from tests.outages.history import Happening, Week, build, make_up
from tests.outages.portrait import Portrait, portrait
from tests.support.desk import MONDAY

CONFIG = """
admins: [U0CLEO]
agents: {user_groups: [S0SUPPORT], home_workspace: true}
alert_channel: C0TRIAGE
default_schedule: office
default_priority: normal
schedules:
  office: {time_zone: UTC, hours: {mon-fri: "09:00-12:00, 13:00-17:00"}}
customers:
  acme: {name: Acme Inc, tier: enterprise, slack_teams: [T0ACME]}
channels:
  defaults: {acknowledge: off}
triggers:
  - when: {any: [{field: text, operator: includes, value: "production down"}]}
    set: {priority: urgent, tags: [outage]}
  - when: {all: [{field: text, operator: includes, value: "no hurry"}, {field: priority, operator: is, value: normal}]}
    set: {priority: low}
  - when: {any: [{field: text, operator: includes, value: "rather soon"}]}
    set: {priority: high}
policies:
  - title: Outages
    filter: {all: [{field: tags, operator: includes, value: outage}]}
    targets:
      urgent: {hours: calendar, first_reply_time: 20m, next_reply_time: 30m, requester_wait_time: 4h}
  - title: Everybody
    targets:
      urgent: {hours: calendar, first_reply_time: 25m, next_reply_time: 30m}
      high: {hours: business, first_reply_time: 30m, next_reply_time: 1h, periodic_update_time: 4h}
      normal: {hours: business, first_reply_time: 1h, next_reply_time: 2h, requester_wait_time: 6h}
      low: {hours: business, first_reply_time: 4h, pausable_update_time: 5h, agent_work_time: 8h}
"""
END = MONDAY + timedelta(days=12)
# A quick question in a channel of its own is the rule: there is not always somebody else within two minutes.
_THINGS_A_CHANNEL = 60

Way = Callable[[Threadline, ManualClock], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Lived:
    """A week that is over, in a sandbox that remembers it; `told` is what Slack had to say, in order."""

    base: str
    world: World
    told: list[Happening]
    folder: Path
    empty: Path

    async def live(self) -> Portrait:
        """What a bot makes of it that was there all the time."""
        return await self._heard("live", MONDAY, lambda bot, clock: deliveries.live(bot, clock, self.told))

    async def shuffled(self, copies: int, seed: int) -> Portrait:
        """What it makes of so many deliveries, in an order that says nothing."""
        return await self._heard(
            f"shuffled{seed}", END, lambda bot, _clock: deliveries.shuffled(bot, self.told, copies, seed)
        )

    async def found(self) -> Portrait:
        """What it makes of what Slack's history says, when no event has arrived."""
        return await self._heard("found", END, deliveries.found)

    async def half_lost(self, copies: int, seed: int) -> Portrait:
        """What it makes of it when half of the events are lost and the others shuffled, and history is read then.

        It is read twice: what was edited before it was known to be a ticket's is found by the second sweep.
        """
        chance = random.Random(f"{seed} lost")
        arriving = [one for one in self.told if chance.random() < 0.5]

        async def way(bot: Threadline, clock: ManualClock) -> None:
            await deliveries.shuffled(bot, arriving, copies // 2, seed)
            await deliveries.found(bot, clock)
            clock.jump(clock.now() + timedelta(minutes=10))
            await deliveries.found(bot, clock)

        return await self._heard(f"lost{seed}", END, way)

    async def _heard(self, name: str, began: datetime, way: Way) -> Portrait:
        path = self.folder / f"{name}.db"
        shutil.copy(self.empty, path)
        db = Database(f"sqlite:///{path}", virtual_clock=True)
        await db.open()
        clock = ManualClock(MONDAY - timedelta(minutes=1))
        bot = self._bot(db, clock)
        try:
            await bot.start(workers=False)
            # The channels were seen before anything was written in them.
            await db.write(lambda conn: sweeps.save_swept(conn, bot.desk().workspace, clock.now()))
            clock.jump(began)
            await way(bot, clock)
            clock.jump(END)
            await bot.breaches.drain()
            return await db.read(portrait)
        finally:
            await bot.stop()
            await db.close()

    def _bot(self, db: Database, clock: ManualClock) -> Threadline:
        connection = Connection(
            bot_token=self.world.bot_token,
            app_token=None,
            signing_secret=self.world.signing_secret,
            api_url=f"{self.base}/api/",
            listen=("127.0.0.1", 0),
            secret=b"a secret",
        )
        today = date(2026, 1, 12)
        return Threadline(
            connection,
            db=db,
            clock=clock,
            load=lambda: load_config(self.world.config, source="threadline.yml", today=today),
        )


@asynccontextmanager
async def lived(seed: int, things: int, *, everything: bool, folder: Path, empty: Path) -> AsyncIterator[Lived]:
    """A week of about so many things in the sandbox.

    Args:
        seed: Makes the week.
        things: How many events Slack has to tell of, about.
        everything: Also edits of the words that mattered, deletions, reactions and clicks: what history does not have,
            or not with the instant at which it happened.
        folder: Where the databases of those who hear of it lie.
        empty: A database with all tables.
    """
    clock = ManualClock(MONDAY - timedelta(minutes=10))
    time = SandboxTime(clock)
    sandbox = Sandbox(clock=time, rate_limits=False)
    base = await sandbox.start()
    try:
        world, people = build(sandbox, max(2, things // _THINGS_A_CHANNEL))
        chance = random.Random(f"week {seed}")
        week = Week(sandbox=sandbox, clock=clock, time=time, chance=chance, everything=everything)
        make_up(week, people, things)
        told = week.live_through()
        yield Lived(base=base, world=replace(world, config=CONFIG), told=told, folder=folder, empty=empty)
    finally:
        await sandbox.stop()
