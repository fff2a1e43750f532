"""What goes wrong in Slack while processes are killed.

Nothing takes effect later than `SLOWEST_SECONDS` after it was asked for: with a settle time beyond that, whatever a
killed process may have sent is there when it is looked for.
"""

import asyncio
import random

from bot.sandbox import Sandbox

SLOWEST_SECONDS = 0.6


class Weather:
    """Faults that come and go."""

    def __init__(self, sandbox: Sandbox, chance: random.Random) -> None:
        self._sandbox = sandbox
        self._chance = chance

    def set_in(self) -> None:
        """Every call takes long enough to be interrupted."""
        calls = self._sandbox.faults.calls
        calls("delay", method="chat.*", seconds=0.1)
        calls("delay", method="conversations.history", seconds=0.02)
        calls("delay", method="conversations.replies", seconds=0.02)

    def clear_up(self) -> None:
        """Slack is well; what was held back goes out."""
        self._sandbox.faults.clear()

    async def change(self) -> None:
        """One thing after another goes wrong, until it is cancelled."""
        while True:
            await asyncio.sleep(self._chance.uniform(0.5, 3.0))
            self._chance.choice(
                (self._cut_off, self._refuse, self._slow, self._limit, self._fail, self._repeat, self._shuffle)
            )()

    def lose(self, count: int) -> None:
        """The next messages are never delivered."""
        self._sandbox.faults.events("lose", type="message*", count=count)

    def _cut_off(self) -> None:
        """Slack takes it, and nobody hears of that."""
        self._sandbox.faults.calls("drop", method=self._a_write(), count=2)

    def _refuse(self) -> None:
        self._sandbox.faults.calls("refuse", method=self._a_write(), count=1)

    def _slow(self) -> None:
        self._sandbox.faults.calls("delay", method="chat.*", seconds=SLOWEST_SECONDS - 0.1, count=3)

    def _limit(self) -> None:
        self._sandbox.faults.calls("rate_limit", method=self._a_write(), count=2, seconds=1)

    def _fail(self) -> None:
        kind = self._chance.choice(("status", "error", "garbage"))
        self._sandbox.faults.calls(kind, method=self._a_write(), count=1)

    def _repeat(self) -> None:
        self._sandbox.faults.events("duplicate", count=3)

    def _shuffle(self) -> None:
        self._sandbox.faults.events("reorder", count=4, window=2)

    def _a_write(self) -> str:
        return self._chance.choice(("chat.postMessage", "chat.postMessage", "chat.update"))
