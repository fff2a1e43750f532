"""Before a breach is declared, Slack is asked whether the answer is already there.

Events can be late or lost. One question for each ticket whose reply is about to be called missed costs little beside a
false alarm in front of the whole team. But it never holds an alert up for long: where Slack does not answer in time, or
there are more questions than it allows, the alert goes out marked as unverified, and history is swept soon after.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from slack_sdk.errors import SlackApiError

from bot.clock import Clock
from bot.errors import BotError
from bot.services.backfill.reading import Reading
from bot.services.inbox.asides import Asides
from bot.services.workspace.desk import Desk
from bot.slack.client import SlackClients
from bot.slack.history import History
from sla.metrics import REPLY_METRICS
from store import instances
from store.engine import Database

# Real seconds that alerts may wait for Slack's answers, for all tickets of one tick together.
PATIENCE_SECONDS = 10.0
_MOST_AT_ONCE = 100

log = structlog.get_logger()


class Verifier:
    """Asks about the tickets whose replies are about to be called missed."""

    def __init__(
        self,
        *,
        db: Database,
        desk: Callable[[], Desk],
        slack: SlackClients,
        clock: Clock,
        understand: Callable[[], Awaitable[int]],
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._db = db
        self._desk = desk
        self._clock = clock
        self._understand = understand
        self._patience = patience
        self._until: float | None = None
        self._history = History(slack, clock)
        # Never broken off: a request half understood would be ours, and in nobody's hands, until its lease ends.
        self._understanding = Asides()

    def begin(self) -> None:
        """A tick begins; from its first question on, Slack has so many seconds for all that this tick asks."""
        self._until = None

    async def unverified(self, now: datetime) -> frozenset[int]:
        """The tickets of which Slack did not say in time whether they were answered; what it did say is taken in."""
        asked = await self.questions(now)
        if not asked:
            return frozenset()
        seconds = asyncio.get_running_loop().time()
        self._until = self._until or seconds + self._patience
        if self._until <= seconds:
            log.warning("breach.unverified", tickets=len(asked), reason="this tick has asked for long enough")
            return frozenset(asked)
        reading = Reading(db=self._db, desk=self._desk(), history=self._history, clock=self._clock)
        answered: dict[int, int] = {}
        silent = set(asked)
        try:
            async with asyncio.timeout_at(self._until):
                await self._read(reading, asked, answered, now)
                if any(answered.values()):
                    self._understanding.begin(self._take_in())
                    await self._understanding.ended()
                silent -= set(answered)
        except TimeoutError:
            # What was found and is not understood yet may be the very answer.
            silent -= {number for number, found in answered.items() if not found}
            log.warning("breach.unverified", tickets=len(silent), reason="it took too long")
        finally:
            self._history.forget()
        return frozenset(silent)

    async def _read(self, reading: Reading, asked: list[int], answered: dict[int, int], now: datetime) -> None:
        """Read the tickets' threads, as far as Slack lets us: how much was found, by ticket."""
        try:
            for number in asked:
                answered[number] = await reading.ticket(number, now)
        except (BotError, SlackApiError) as error:
            log.warning("breach.unverified", tickets=len(asked) - len(answered), reason=str(error))

    async def _take_in(self) -> None:
        await self._understand()

    async def ended(self, *, within: float) -> None:
        """Wait for what still goes on in the background after an alert has stopped waiting for it."""
        await self._understanding.ended(within=within)

    async def questions(self, now: datetime) -> list[int]:
        """The tickets whose replies are about to be called missed."""
        return await self._db.read(
            lambda conn: instances.about_to_breach(conn, self._desk().workspace, now, REPLY_METRICS, _MOST_AT_ONCE)
        )
