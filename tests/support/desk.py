"""A support team and two customer companies in a sandbox Slack, and the bot at work among them.

The clock stands still unless a test moves it, so a working day passes as fast as the machine goes; everything travels
over real sockets. `live_desk` is the same world with the bot working by itself on a clock that runs fast.
"""

import asyncio
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog
import yaml

from bot.app import Threadline
from bot.clock import Clock, ManualClock, ScaledClock
from bot.config.load import load_config
from bot.connection import Connection
from bot.demo.stage import SandboxTime, Stage
from bot.demo.world import World
from bot.sandbox import Sandbox
from store import migrations
from store.engine import Database

# Support opens at nine, UTC.
MONDAY = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
TRIAGE = "C0TRIAGE"
CONFIG = """
admins: [U0CLEO]
agents: {user_groups: [S0SUPPORT], home_workspace: true}
alert_channel: C0TRIAGE
default_schedule: office
default_priority: normal
schedules:
  office:
    time_zone: UTC
    hours: {mon-fri: "09:00-12:00, 13:00-17:00"}
    holidays: [{name: Founders' Day, date: 2026-01-14}]
customers:
  acme: {name: Acme Inc, tier: enterprise, slack_teams: [T0ACME], channels: [C0ACME]}
  globex: {name: Globex, slack_teams: [T0GLOBEX], channels: [C0GLOBEX]}
channels:
  C0HELP: {}
triggers:
  - when: {any: [{field: text, operator: includes, value: "production down"}]}
    set: {priority: urgent}
policies:
  - title: Everybody
    targets:
      urgent: {hours: calendar, first_reply_time: 20m, next_reply_time: 30m}
      normal: {hours: business, first_reply_time: 1h, next_reply_time: 2h, requester_wait_time: 6h}
      low: {hours: business, first_reply_time: 4h}
routes:
  default: {thresholds: {"80%": [alert_channel, assignee], "0": [alert_channel, assignee]}}
"""
_MANIFEST = Path(__file__).parents[2] / "manifest.yml"
_DATE = re.compile(r"<!date\^\d+\^[^|>]*\|([^>]*)>")
_LINE = re.compile(r"\S+ \*(?P<promise>[^*]+)\*  (?P<state>.+)")
_MOMENT = timedelta(seconds=5)
# The world is built before nine, so that what is written at nine has nine's timestamp.
_BEFORE = timedelta(minutes=1)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What the bot wrote: the text that a phone shows, and everything that its blocks show."""

    ts: str
    text: str
    shown: str
    thread_ts: str
    broadcast: bool
    at: datetime


class Desk:
    """What a support manager sees and does, one verb each. A verb ends when a moment (5 s) has passed."""

    def __init__(self, stage: Stage, database: str) -> None:
        self.stage = stage
        self.sandbox = stage.sandbox
        self._database = database

    @property
    def bot(self) -> Threadline:
        """The running bot; another object after a restart."""
        return self.stage.bot

    @property
    def now(self) -> datetime:
        return self.stage.clock.now()

    # Time

    async def pass_time(self, **amount: float) -> None:
        """Let time pass, with everything that becomes due on the way: `pass_time(minutes=30)`."""
        await self._go_to(self.now + timedelta(**amount))

    async def at(self, when: str) -> None:
        """Go on to "10:30" of the day, or to the next "tue 09:00"."""
        *day, clock = when.split()
        hours, minutes = map(int, clock.split(":"))
        instant = self.now.replace(hour=hours, minute=minutes, second=0, microsecond=0)
        while day and instant.weekday() != _WEEKDAYS.index(day[0]):
            instant += timedelta(days=1)
        assert instant >= self.now, f"{when} is over: it is {self.now:%a %H:%M:%S}"
        await self._go_to(instant)

    async def settle(self) -> None:
        """Wait until everything that can happen at this instant has happened."""
        await self.stage.settle()

    async def _go_to(self, instant: datetime) -> None:
        while True:
            await self.stage.settle()
            following = await self._next_instant()
            if following is None or following > instant:
                break
            assert following > self.now, "the bot says that there is something to do, and does not do it"
            self.stage.jump(following)
        self.stage.jump(instant)
        await self.stage.settle()

    async def _next_instant(self) -> datetime | None:
        rounds = self.bot.rounds
        found = (await rounds.next_at(), await rounds.next_regular_at(), self.stage.next_retry())
        return min((at for at in found if at is not None), default=None)

    async def _moment(self) -> None:
        await self._go_to(self.now + _MOMENT)

    # What people do

    async def post(self, user: str, text: str, *, channel: str = "C0ACME", thread: str = "", **how: Any) -> str:
        """Somebody writes; the message's ts."""
        message = self.sandbox.act.post(channel, user, text, thread_ts=thread, **how)
        await self._moment()
        return str(message["ts"])

    async def edit(self, user: str, ts: str, text: str, *, channel: str = "C0ACME") -> None:
        self.sandbox.act.edit(channel, user, ts, text)
        await self._moment()

    async def delete(self, user: str, ts: str, *, channel: str = "C0ACME") -> None:
        self.sandbox.act.delete(channel, user, ts)
        await self._moment()

    async def click(self, user: str, button: str, number: int = 1) -> None:
        """Somebody clicks a button of a ticket's card, by the button's label."""
        card = self._card(number)
        await self._press(user, card, button)
        await self._moment()

    async def _press(self, user: str, card: dict[str, Any], label: str) -> None:
        """A button, or an entry of the menu behind the three dots."""
        entries = {one["text"]["text"]: one["value"] for one in _rare(card)}
        if label in entries:
            await self.sandbox.ui.choose(user, TRIAGE, card["ts"], "ticket_more", entries[label])
        else:
            actions = {one["text"]["text"]: one["action_id"] for one in _buttons(card)}
            await self.sandbox.ui.click(user, TRIAGE, card["ts"], actions[label])

    async def fill_in(self, user: str, **values: Any) -> dict[str, Any]:
        """Somebody fills in the form that is open, and submits it; what Slack showed them at once."""
        (view,) = self.views_of(user)
        answer = await self.sandbox.ui.submit(user, view["id"], values=values)
        await self._moment()
        return answer

    async def shortcut(self, user: str, name: str, channel: str, ts: str) -> None:
        """Somebody uses a shortcut on a message."""
        await self.sandbox.ui.shortcut(user, name, channel=channel, ts=ts)
        await self._moment()

    def views_of(self, user: str) -> list[dict[str, Any]]:
        """The modals that somebody has open."""
        return self.sandbox.read.views(user=user)

    def modal_text(self, user: str) -> str:
        """Everything that somebody's modal shows, its title first."""
        (view,) = self.views_of(user)
        return _DATE.sub(r"\1", "\n".join([view["title"]["text"], *_texts(view["blocks"])]))

    async def command(self, user: str, text: str, *, channel: str = TRIAGE) -> str:
        """Somebody types a command; what the bot answers them."""
        before = len(self.said_to(user))
        await self.sandbox.ui.command(user, channel, text)
        await self._moment()
        (answer,) = self.said_to(user)[before:]
        return answer

    async def raw_event(self, event: dict[str, Any]) -> None:
        """Slack sends an event of any shape."""
        self.sandbox.apps.raw_event(self.stage.world.app, "T0HOME", event)
        await self._moment()

    # What they see

    def card_of(self, ts: str) -> dict[str, Any] | None:
        """The card whose link leads to a message."""
        return self.stage.card_of(ts)

    def cards(self) -> list[dict[str, Any]]:
        """All cards, oldest first."""
        return [one for one in self.sandbox.read.messages(TRIAGE) if _is_card(one)]

    def _card(self, number: int) -> dict[str, Any]:
        return next(one for one in self.cards() if _block(one, "actions")["block_id"] == f"ticket:{number}")

    def card_ts(self, number: int = 1) -> str:
        return str(self._card(number)["ts"])

    def buttons(self, number: int = 1) -> list[str]:
        """The labels of the card's buttons, and of the entries behind the three dots."""
        card = self._card(number)
        return [one["text"]["text"] for one in (*_buttons(card), *_rare(card))]

    def promises(self, number: int = 1) -> dict[str, str]:
        """What the card says of each promise: {"First reply": "due 2026-01-12 10:00 UTC"}."""
        found = (_LINE.fullmatch(line) for line in _shown(self._card(number)).splitlines())
        return {line["promise"]: line["state"] for line in found if line}

    def facts(self, number: int = 1) -> dict[str, str]:
        """The card's short facts: {"Status": "new", "Priority": "normal", ...}."""
        fields = [one["text"] for one in next(b for b in self._card(number)["blocks"] if "fields" in b)["fields"]]
        return {name.strip("*"): value for name, _, value in (text.partition("  ") for text in fields)}

    def quoted(self, number: int = 1) -> str:
        """The customer's words as the card shows them."""
        return _quote(self._card(number))

    def card_text(self, number: int = 1) -> str:
        """Everything that the card shows."""
        return _shown(self._card(number))

    def alerts(self) -> list[Posted]:
        """What the bot has posted in the alert channel besides the cards, oldest first."""
        return [_posted(one) for one in self.sandbox.read.messages(TRIAGE) if one.get("app_id") and not _is_card(one)]

    def direct_messages(self, user: str) -> list[Posted]:
        """What the bot has told somebody alone."""
        own = [one["id"] for one in self.sandbox.read.channels() if one["kind"] == "im" and user in one["members"]]
        return [_posted(message) for channel in own for message in self.sandbox.read.messages(channel)]

    def said_to(self, user: str) -> list[str]:
        """Answers that only this person saw."""
        return [_DATE.sub(r"\1", one["text"]) for one in self.sandbox.read.ephemerals(user=user)]

    def written_by_the_bot(self, channel: str) -> list[str]:
        return [one["text"] for one in self.sandbox.read.messages(channel) if one.get("app_id")]

    def calls(self, method: str) -> list[dict[str, Any]]:
        """What the bot asked of Slack: each with `at` (seconds), `args`, `ok` and `result`."""
        return self.sandbox.read.calls(method=method)

    async def get(self, path: str) -> tuple[int, str]:
        """The status and the text of one of the bot's own pages."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.bot.address}{path}") as answer:
            return answer.status, await answer.text()

    # The bot itself

    def break_database(self) -> None:
        """From now on nothing that Slack delivers can be stored."""
        self._alter("ALTER TABLE inbox RENAME TO inbox_gone")

    def mend_database(self) -> None:
        """From now on it can be again."""
        self._alter("ALTER TABLE inbox_gone RENAME TO inbox")

    def _alter(self, statement: str) -> None:
        with closing(sqlite3.connect(self._database.removeprefix("sqlite:///"))) as conn:
            conn.execute(statement)

    async def stop_bot(self) -> None:
        """The bot's process ends."""
        await self.bot.stop()
        await self.bot.db.close()

    async def start_bot(self) -> None:
        """It starts again where it was, on the database that it left behind."""
        port = int(self.bot.address.rpartition(":")[2])
        self.stage.bot = await _started(self.stage, self._database, port=port, workers=False)
        await self._moment()


def _is_card(message: dict[str, Any]) -> bool:
    """Other posts of ours may have buttons, too."""
    return "app_id" in message and any(
        block["type"] == "actions" and block["block_id"].startswith("ticket:") for block in message.get("blocks", ())
    )


def _block(message: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(block for block in message["blocks"] if block["type"] == kind)


def _buttons(card: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in _block(card, "actions")["elements"] if one["type"] == "button"]


def _rare(card: dict[str, Any]) -> list[dict[str, Any]]:
    menus = [one for one in _block(card, "actions")["elements"] if one["type"] == "overflow"]
    return [entry for menu in menus for entry in menu["options"]]


def _quote(message: dict[str, Any]) -> str:
    quote = _block(message, "rich_text")["elements"][0]
    return "".join(element["text"] for element in quote["elements"])


def _shown(message: dict[str, Any]) -> str:
    return _DATE.sub(r"\1", "\n".join(_texts(message.get("blocks", []))))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for one in value.values():
            yield from _texts(one)


def _posted(message: dict[str, Any]) -> Posted:
    return Posted(
        ts=message["ts"],
        text=_DATE.sub(r"\1", message["text"]),
        shown=_shown(message),
        thread_ts=message.get("thread_ts", ""),
        broadcast=message.get("subtype") == "thread_broadcast",
        at=datetime.fromtimestamp(float(message["ts"]), UTC),
    )


def build_world(sandbox: Sandbox, *, socket_mode: bool, config: str) -> World:
    """Ana, Ben, Cleo and Dora of Northwind; Rita and Sam of Acme, Hank of Globex; Milton, a guest of Northwind's."""
    build = sandbox.build
    for team, name in (("T0HOME", "Northwind"), ("T0ACME", "Acme Inc"), ("T0GLOBEX", "Globex")):
        build.workspace(name, id=team)
    people = (
        ("T0HOME", "U0ANA", "Ana Sousa"),
        ("T0HOME", "U0BEN", "Ben Okafor"),
        ("T0HOME", "U0CLEO", "Cleo Martin"),
        ("T0HOME", "U0DORA", "Dora Lind"),
        ("T0ACME", "U0RITA", "Rita Gomez"),
        ("T0ACME", "U0SAM", "Sam Lee"),
        ("T0GLOBEX", "U0HANK", "Hank Scorpio"),
    )
    for team, user, name in people:
        build.user(team, name.split()[0].lower(), id=user, real_name=name, admin=user == "U0CLEO")
    build.user("T0HOME", "milton", id="U0MILTON", real_name="Milton Waddams", guest="multi")
    build.user("T0HOME", "deploybot", id="U0DEPLOY", real_name="Deploys", bot=True)
    build.user_group("T0HOME", "support", id="S0SUPPORT", users=["U0ANA", "U0BEN", "U0CLEO"])
    manifest = yaml.safe_load(_MANIFEST.read_text(encoding="utf-8"))
    app = build.app(
        "Threadline",
        scopes=manifest["oauth_config"]["scopes"]["bot"],
        events=manifest["settings"]["event_subscriptions"]["bot_events"],
        commands=[command["command"] for command in manifest["features"]["slash_commands"]],
        shortcuts=[
            {key: one[key] for key in ("name", "callback_id", "type")} for one in manifest["features"]["shortcuts"]
        ],
        socket_mode=socket_mode,
    )
    installed = build.install(app["id"], "T0HOME", bot_user="U0THREAD")
    team = ["U0ANA", "U0BEN", "U0CLEO", "U0DORA", "U0DEPLOY", "U0THREAD"]
    build.channel("T0HOME", "acme", id="C0ACME", shared_with=["T0ACME"], members=[*team, "U0RITA", "U0SAM"])
    build.channel("T0HOME", "globex", id="C0GLOBEX", shared_with=["T0GLOBEX"], members=[*team, "U0HANK"])
    build.channel("T0HOME", "help", id="C0HELP", members=[*team, "U0MILTON"])
    build.channel("T0HOME", "random", id="C0RANDOM", members=[*team, "U0MILTON"])
    build.channel("T0HOME", "triage", id=TRIAGE, private=True, members=team)
    return World(
        app=app["id"],
        bot_token=installed["bot_token"],
        app_token=installed["app_token"],
        signing_secret=installed["signing_secret"],
        config=config,
        customer_channels=("C0ACME", "C0GLOBEX", "C0HELP"),
    )


@asynccontextmanager
async def opened(
    database: str,
    *,
    clock: Clock,
    config: str = CONFIG,
    socket_mode: bool = False,
    workers: bool = False,
    outside: dict[str, Any] | None = None,
) -> AsyncIterator[Desk]:
    """The world with the bot in it, over signed HTTP or Socket Mode, driven step by step or working by itself.

    `outside` says how the bot's connection reaches mail servers and webhooks.
    """
    time = SandboxTime(clock)
    sandbox = Sandbox(clock=time)
    if isinstance(clock, ManualClock):
        # However slow the machine is: within one instant of the desk nothing takes three seconds.
        sandbox.slack.triggers.wall = time.now
    base = await sandbox.start()
    world = build_world(sandbox, socket_mode=socket_mode, config=config)
    stage = Stage(sandbox=sandbox, time=time, clock=clock, bot=None, world=world, base=base)
    try:
        stage.bot = await _started(stage, database, workers=workers, socket_mode=socket_mode, outside=outside)
        if not socket_mode:
            await sandbox.build.request_url(world.app, f"{stage.bot.address}/slack/events")
        yield Desk(stage, database)
    finally:
        if stage.bot is not None:
            await stage.bot.stop()
            await stage.bot.db.close()
        await sandbox.stop()


async def _started(
    stage: Stage,
    database: str,
    *,
    port: int = 0,
    workers: bool,
    socket_mode: bool = False,
    outside: dict[str, Any] | None = None,
) -> Threadline:
    db = Database(database, virtual_clock=True)
    await db.open()
    world = stage.world
    bot = Threadline(
        Connection(
            bot_token=world.bot_token,
            app_token=world.app_token if socket_mode else None,
            signing_secret=None if socket_mode else world.signing_secret,
            api_url=f"{stage.base}/api/",
            listen=("127.0.0.1", port),
            secret=b"a secret of the desk's",
            **({"dashboard_is_open_here": True} | (outside or {})),
        ),
        db=db,
        clock=stage.clock,
        load=lambda: load_config(world.config, source="threadline.yml", today=date(2026, 1, 12)),
    )
    try:
        await bot.start(workers=workers)
    except BaseException:
        await bot.stop()
        await db.close()
        raise
    return bot


async def until(condition: Callable[[], object], *, seconds: float = 30.0) -> None:
    """Wait for what another task brings about; fails when it does not come."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for is on the other side of a socket
            await asyncio.sleep(0.005)


@pytest.fixture(scope="session")
def empty_desk_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables, made once and copied for each test."""
    path = tmp_path_factory.mktemp("desk") / "empty.db"
    migrations.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def desk_database(tmp_path: Path, empty_desk_database: Path) -> str:
    """The address of an empty database of the test's own."""
    shutil.copy(empty_desk_database, tmp_path / "desk.db")
    return f"sqlite:///{tmp_path / 'desk.db'}"


@pytest.fixture(autouse=True)
def plain_logs() -> Iterator[None]:
    """Tracebacks as `run` writes them; structlog's own default draws every local variable, which takes seconds."""
    renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, renderer], cache_logger_on_first_use=False)
    yield
    structlog.reset_defaults()


@pytest.fixture
async def desk(desk_database: str) -> AsyncIterator[Desk]:
    """Monday, nine o'clock: support opens, and the bot hears of everything over signed HTTP."""
    async with opened(desk_database, clock=ManualClock(MONDAY - _BEFORE)) as running:
        await running.pass_time(seconds=_BEFORE.total_seconds())
        yield running


@pytest.fixture(params=["signed HTTP", "Socket Mode"])
async def live_desk(request: pytest.FixtureRequest, desk_database: str) -> AsyncIterator[Desk]:
    """The bot works by itself, and time passes twenty times as fast; an urgent ticket has forty seconds."""
    clock, socket_mode = ScaledClock(MONDAY, speed=20), request.param == "Socket Mode"
    config = CONFIG.replace("first_reply_time: 20m", "first_reply_time: 40s")
    async with opened(desk_database, clock=clock, config=config, socket_mode=socket_mode, workers=True) as running:
        yield running
