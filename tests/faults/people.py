"""Customers who ask, agents who answer some of them, and what Slack makes of it."""

import asyncio
import random
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from bot.sandbox import Sandbox
from bot.sandbox.deliveries import State
from tests.faults.ledger import Ledger
from tests.faults.world import AGENTS, CUSTOMERS, DESKS, LOUD_DESKS, alerts_of

# A start reads the threads of open tickets and those with replies, about twenty at once: more would only slow it down.
MOST_OPEN = 8
MOST_TALKED_IN = 3
MOST_ALERTED_IN_THREADS = 5
MOST_UNHEARD = 12


@dataclass
class Conversation:
    """A thread that a customer began.

    Attributes:
        is_neglected: No agent is ever going to answer, so that its promise is broken.
        is_talked_in: People go on talking in it.
    """

    channel: str
    ts: str
    is_neglected: bool
    is_talked_in: bool
    is_answered: bool = False
    is_solved: bool = False


class People:
    """Says and remembers everything that is said."""

    def __init__(self, sandbox: Sandbox, ledger: Ledger, chance: random.Random) -> None:
        self._sandbox = sandbox
        self._ledger = ledger
        self._chance = chance
        self.said: list[dict[str, Any]] = []
        self.conversations: list[Conversation] = []

    async def talk(self) -> None:
        """Write, answer and solve, a few times a second, until it is cancelled."""
        while True:
            await asyncio.sleep(self._chance.uniform(0.1, 0.6))
            # On a slow machine people wait until they were heard, or nothing would be done but understanding them.
            if self._ledger.requests() < MOST_UNHEARD:
                self.do_something()

    def do_something(self) -> None:
        """One of the things that people do."""
        open_ones = [each for each in self.conversations if not each.is_solved]
        if len(open_ones) < MOST_OPEN and self._chance.random() < 0.5:
            self.ask()
        elif self._chance.random() < 0.6:
            self.reply()
        else:
            self._solve_one(open_ones)

    def ask(self, *, desk: str = "", is_neglected: bool | None = None) -> None:
        """A customer has a new question."""
        if is_neglected is None:
            is_neglected = self._chance.random() < 0.6
        desk = desk or self._chance.choice(LOUD_DESKS if is_neglected and self._has_many_threads() else DESKS)
        said = self._sandbox.act.post(desk, self._chance.choice(CUSTOMERS), f"Order {len(self.said)} is broken")
        self._remember(said)
        few = sum(each.is_talked_in for each in self.conversations) < MOST_TALKED_IN
        self.conversations.append(
            Conversation(channel=desk, ts=said["ts"], is_neglected=is_neglected, is_talked_in=few)
        )

    def _has_many_threads(self) -> bool:
        quiet = (each for each in self.conversations if each.is_neglected and each.channel not in LOUD_DESKS)
        return sum(1 for _ in quiet) >= MOST_ALERTED_IN_THREADS

    def reply(self) -> None:
        """Somebody writes into a thread."""
        talks = [each for each in self.conversations if each.is_talked_in]
        if not talks:
            return
        talk = self._chance.choice(talks)
        who = self._chance.choice(CUSTOMERS if talk.is_neglected else AGENTS + CUSTOMERS)
        talk.is_answered |= who in AGENTS
        self._remember(self._sandbox.act.post(talk.channel, who, "More about this", thread_ts=talk.ts))

    def _remember(self, said: dict[str, Any]) -> None:
        self.said.append(said)

    def _solve_one(self, open_ones: list[Conversation]) -> None:
        """A neglected question is ticked off only once everybody has heard how late it is."""
        quiet = [each for each in open_ones if not each.is_talked_in]
        told = self.told() if any(each.is_neglected for each in quiet) else Counter()
        numbers = self.numbers()
        for talk in quiet:
            if talk.is_neglected and not told[talk.channel, numbers.get((talk.channel, talk.ts), 0)]:
                continue
            self.solve(talk)
            return

    def solve(self, talk: Conversation) -> None:
        """An agent ticks a question off."""
        self._sandbox.act.react(talk.channel, self._chance.choice(AGENTS), talk.ts, "white_check_mark")
        talk.is_solved = True

    def are_unheard(self) -> bool:
        """Whether something was said that never arrived, and is not on its way: only the history tells it now."""
        moving = {
            f"event:message:{each.channel}:{each.payload['event'].get('ts')}"
            for each in self._sandbox.slack.deliveries.log
            if each.state is State.SENDING
        }
        said = {f"event:message:{each['channel']}:{each['ts']}" for each in self.said}
        return bool(said - moving - {key for (key,) in self._ledger.rows("SELECT key FROM inbox")})

    def numbers(self) -> dict[tuple[str, str], int]:
        """The number of the ticket that each thread became."""
        found = self._ledger.rows("SELECT channel_id, thread_ts, ticket_id FROM ticket")
        return {(channel, ts): number for channel, ts, number in found}

    def told(self) -> Counter[tuple[str, int]]:
        """How often an alert channel was told that a ticket's first reply was missed, by customer channel and number.

        Every post counts that Slack has taken, whatever it was edited to afterwards, alone or in a storm.
        """
        return Counter(
            (desk, int(number))
            for post in self.posts()
            for desk in DESKS
            if alerts_of(desk) == post["channel"]
            for number in told_as_missed(post["text"])
        )

    def posts(self) -> list[dict[str, Any]]:
        """The arguments of every post that took effect."""
        return [call["args"] for call in self._sandbox.read.calls(method="chat.postMessage") if call["ok"]]


def told_as_missed(text: str) -> list[str]:
    """The numbers of the tickets whose first reply an alert, or a page of a storm's, says is missed."""
    alone = re.findall(r"^First reply missed[^:]*: #(\d+) ", text)
    return alone + re.findall(r"#(\d+) [^;#]*: [^;#]*First reply missed", text)
