"""A working week of a support desk, made up from a seed and lived through in the sandbox, event by event.

What Slack would have delivered is caught there and returned, so that a test can deliver it as badly as it likes. The
sandbox keeps what was written and answers the bot's questions afterwards.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from bot.clock import ManualClock
from bot.demo.stage import SandboxTime
from bot.demo.world import World
from bot.sandbox import Sandbox
from bot.slack.history import format_ts
from tests.support.desk import MONDAY

_MANIFEST = yaml.safe_load((Path(__file__).parents[2] / "manifest.yml").read_text(encoding="utf-8"))
AGENTS = ("U0ANA", "U0BEN", "U0CLEO")
QUESTIONS = (
    "The export is empty",
    "production down, please help",
    "Which version is that?",
    "There is no hurry",
    "Here is the log",
    "It is back again",
    "Invoices are wrong, rather soon please",
)
THANKS = ("Thanks!", "Great, thank you :+1:", "Perfect")
ANSWERS = ("Which one?", "We are looking into it", "It works again", "Please try once more")
BUTTONS = ("ticket_claim", "ticket_pending", "ticket_open", "ticket_solve", "ticket_no_reply")
REACTIONS = ("eyes", "white_check_mark", "zzz", "tada")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that Slack delivers.

    Attributes:
        payload: What it sends; of a click, without the number of the ticket.
        at: When it happened.
        place: The channel.
        clicked: Of a click, the first message of the thread whose card was clicked.
    """

    payload: dict[str, Any]
    at: datetime
    place: str
    clicked: str = ""


@dataclass(slots=True)
class Week:
    """What is going to happen, by instant, while it is being made up."""

    sandbox: Sandbox
    clock: ManualClock
    time: SandboxTime
    chance: random.Random
    everything: bool
    planned: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)
    clicks: list[Happening] = field(default_factory=list)
    there: set[tuple[str, str]] = field(default_factory=set)
    reacted: set[tuple[str, str, str, str]] = field(default_factory=set)

    def instant(self, at: datetime) -> datetime:
        """An instant of its own: no two things happen in the same microsecond."""
        return at.replace(microsecond=self.chance.randrange(1, 999_999))

    def say(self, at: datetime, channel: str, user: str, text: str, thread: str = "", **how: Any) -> str:
        """Somebody will write; the ts that the message will have."""
        at = self.instant(at)
        ts = format_ts(at)
        self.planned.append((at, lambda: self._post(channel, user, text, thread, ts, how)))
        if self.everything:
            self._and_then(at, channel, user, text, ts)
        elif self.chance.random() < 0.06:
            # Of words that were edited history knows the last ones only: those that matter stay.
            new = f"{text} :tada:" if text in THANKS else f"{text}, I mean"
            self.planned.append((at + timedelta(minutes=3), lambda: self._edit(channel, user, ts, new)))
        return ts

    def _and_then(self, at: datetime, channel: str, user: str, text: str, ts: str) -> None:
        """What may become of a message: edits (also of the words that mattered), deletion, reactions."""
        chance = self.chance
        if chance.random() < 0.07:
            for number in range(chance.randint(1, 3)):
                later = self.instant(at + timedelta(minutes=chance.randint(1, 30)))
                new = chance.choice(
                    [f"{text}, I mean ({number})", "Never mind the words", "production down, by the way"]
                )
                self.planned.append((later, lambda new=new: self._edit(channel, user, ts, new)))
        if chance.random() < 0.03:
            later = self.instant(at + timedelta(minutes=chance.randint(1, 200)))
            self.planned.append((later, lambda: self._delete(channel, user, ts)))
        if chance.random() < 0.10:
            later = self.instant(at + timedelta(minutes=chance.randint(1, 120)))
            who, name = chance.choice([*AGENTS, user]), chance.choice(REACTIONS)
            self.planned.append((later, lambda: self._react(channel, who, ts, name)))

    def click(self, at: datetime, channel: str, thread: str) -> None:
        """An agent will click a button of a thread's card."""
        at = self.instant(at)
        user, action = self.chance.choice(AGENTS), self.chance.choice(BUTTONS)
        payload = {
            "type": "block_actions",
            "team": {"id": "T0HOME"},
            "user": {"id": user, "team_id": "T0HOME"},
            "actions": [{"action_id": action, "action_ts": format_ts(at)}],
        }
        self.clicks.append(Happening(payload=payload, at=at, place=channel, clicked=thread))

    def live_through(self) -> list[Happening]:
        """Let everything happen in the sandbox; what Slack has to say about it."""
        self.sandbox.faults.events("lose")
        for at, happen in sorted(self.planned, key=lambda each: each[0]):
            self.clock.jump(at)
            self.time.jumped()
            happen()
        self.sandbox.faults.clear()
        told = [
            Happening(payload=one["payload"], at=_instant_of(one["payload"]["event"]), place=one["channel"])
            for one in self.sandbox.read.deliveries()
            if one["channel"]
        ]
        return sorted([*told, *self.clicks], key=lambda each: each.at)

    def _post(self, channel: str, user: str, text: str, thread: str, ts: str, how: dict[str, Any]) -> None:
        if not thread or (channel, thread) in self.there:
            self.sandbox.act.post(channel, user, text, thread_ts=thread, ts=ts, **how)
            self.there.add((channel, ts))

    def _edit(self, channel: str, user: str, ts: str, text: str) -> None:
        if (channel, ts) in self.there:
            self.sandbox.act.edit(channel, user, ts, text)

    def _delete(self, channel: str, user: str, ts: str) -> None:
        if (channel, ts) in self.there:
            self.sandbox.act.delete(channel, user, ts)
            self.there.discard((channel, ts))

    def _react(self, channel: str, user: str, ts: str, name: str) -> None:
        if (channel, ts) in self.there and (channel, ts, user, name) not in self.reacted:
            self.sandbox.act.react(channel, user, ts, name)
            self.reacted.add((channel, ts, user, name))


def _instant_of(event: dict[str, Any]) -> datetime:
    seconds, _, micros = str(event["event_ts"]).partition(".")
    return datetime.fromtimestamp(int(seconds), MONDAY.tzinfo) + timedelta(microseconds=int(micros or 0))


def make_up(week: Week, channels: dict[str, tuple[str, ...]], things: int) -> None:
    """Plan about so many things: questions, bursts, answers in the thread or beside it, threads that agents begin."""
    chance = week.chance
    while len(week.planned) + len(week.clicks) < things:
        channel = chance.choice(list(channels))
        begun = MONDAY + timedelta(days=chance.randrange(5), seconds=chance.randrange(10 * 3600))
        if chance.random() < 0.12:
            _announcement(week, begun, channel, channels[channel])
        else:
            _question(week, begun, channel, channels[channel])


def _question(week: Week, begun: datetime, channel: str, customers: tuple[str, ...]) -> None:
    chance, user, at = week.chance, week.chance.choice(customers), begun
    thread = week.say(at, channel, user, chance.choice(QUESTIONS))
    threads = [thread]
    for _ in range(chance.choice([0, 0, 0, 1, 1, 2, 3])):
        at += timedelta(seconds=chance.randint(15, 150))
        if chance.random() < 0.15:
            week.say(at, channel, chance.choice(customers), chance.choice(QUESTIONS))
            at += timedelta(seconds=20)
        threads.append(week.say(at, channel, user, chance.choice(QUESTIONS)))
    if chance.random() < 0.3:
        at += timedelta(seconds=chance.randint(30, 700))
        threads.append(week.say(at, channel, chance.choice(AGENTS), chance.choice(ANSWERS)))
    if week.everything and chance.random() < 0.2:
        week.click(at + timedelta(minutes=chance.randint(1, 400)), channel, thread)
    _conversation(week, at, channel, threads, customers)


def _announcement(week: Week, begun: datetime, channel: str, customers: tuple[str, ...]) -> None:
    agent = week.chance.choice(AGENTS)
    thread = week.say(begun, channel, agent, "We are going to move the export tonight")
    _conversation(week, begun, channel, [thread], customers)


def _conversation(week: Week, at: datetime, channel: str, threads: list[str], customers: tuple[str, ...]) -> None:
    chance = week.chance
    for _ in range(chance.choice([0, 1, 2, 3, 5])):
        at += timedelta(seconds=chance.choice([40, 300, 3000, 9000, 30_000]) + chance.randint(1, 600))
        who = chance.choice([*AGENTS, *customers])
        words = ANSWERS if who in AGENTS else chance.choice([QUESTIONS, QUESTIONS, THANKS])
        broadcast = chance.random() < 0.05
        week.say(at, channel, who, chance.choice(words), chance.choice(threads), broadcast=broadcast)


def build(sandbox: Sandbox, number: int) -> tuple[World, dict[str, tuple[str, ...]]]:
    """A support team, and customers in so many channels, with two or three people in each."""
    make = sandbox.build
    make.workspace("Northwind", id="T0HOME")
    make.workspace("Acme Inc", id="T0ACME")
    for user in AGENTS:
        make.user("T0HOME", user[2:].lower(), id=user, admin=user == "U0CLEO")
    make.user_group("T0HOME", "support", id="S0SUPPORT", users=list(AGENTS))
    app = make.app(
        "Threadline",
        scopes=_MANIFEST["oauth_config"]["scopes"]["bot"],
        events=["app_mention", "message.channels", "message.groups", "reaction_added"],
        socket_mode=True,  # nobody connects: what would be sent is caught
    )  # fmt: skip
    installed = make.install(app["id"], "T0HOME", bot_user="U0THREAD")
    channels: dict[str, tuple[str, ...]] = {}
    for index in range(number):
        name = f"C0CUST{index:02}"
        people = tuple(f"U0C{index:02}{letter}" for letter in "ABC"[: 2 + index % 2])
        for user in people:
            make.user("T0ACME", user.lower(), id=user)
        make.channel("T0HOME", name.lower(), id=name, shared_with=["T0ACME"], members=[*AGENTS, "U0THREAD", *people])
        channels[name] = people
    make.channel("T0HOME", "triage", id="C0TRIAGE", private=True, members=[*AGENTS, "U0THREAD"])
    world = World(
        app=app["id"],
        bot_token=installed["bot_token"],
        app_token=installed["app_token"],
        signing_secret=installed["signing_secret"],
        config="",
        customer_channels=tuple(channels),
    )
    return world, channels
