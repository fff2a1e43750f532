"""The sweep: what Slack failed to deliver is found in its history and put into the inbox.

Slack does not replay lost events. History is therefore read on start before any deadline is judged, whenever a
connection was made anew, when Slack says that it left events out, and every ten minutes. A sweep lists the channels,
reads in each what was written since the last reading with the threads that have changed, then the threads of open
tickets; every few hours it also looks for new replies to old messages. What it finds is understood by intake, like
everything that comes in.

The history of a channel begins when it is first seen: an older one is what ``import`` is for.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog
from slack_sdk.errors import SlackApiError

from bot.clock import Clock
from bot.services.backfill.reading import Place, Reading
from bot.services.inbox.intake import is_tracked
from bot.services.workspace.desk import Desk
from bot.slack.client import SlackClients
from bot.slack.directory import Channel, channel_from
from bot.slack.envelopes import Payload, text_of
from bot.slack.history import History, PausedError
from store import sweeps
from store.engine import Database

PERIOD = timedelta(minutes=10)
# How often new replies to old messages are looked for.
_DEEP_PERIOD = timedelta(hours=6)
# As many threads of open tickets as a sweep between two others has time for.
_THREADS_AT_A_TIME = 100

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class Piece:
    """A part of a sweep that is done as a whole, or again from its beginning."""

    name: str
    run: Callable[[datetime], Awaitable[int]]
    began_at: datetime | None = None


class Backfill:
    """Sweeps the history of one workspace.

    Attributes:
        has_caught_up: Whether everything that was written until the start has been found.
    """

    def __init__(self, *, db: Database, desk: Callable[[], Desk], slack: SlackClients, clock: Clock) -> None:
        self._db = db
        self._desk = desk
        self._clock = clock
        self._history = History(slack, clock)
        self._asked = False
        self._first: deque[Piece] = deque()
        self._then: deque[Piece] = deque()
        self._not_before: datetime | None = None
        self._next_at: datetime | None = None
        self.has_caught_up = False

    def ask(self) -> None:
        """Events may have been lost: sweep as soon as possible."""
        self._asked = True

    async def drain(self) -> int:
        """Sweep if it is time for it, or go on with a sweep; how much was found that had not arrived."""
        now = self._clock.now()
        if self._next_at is None or self._next_at <= now:
            swept_at = (await self._db.read(lambda conn: sweeps.cursors(conn, self._desk().workspace))).swept_at
            due_at = now if swept_at is None else swept_at + PERIOD
            # Another replica may have swept meanwhile.
            self._asked = self._asked or due_at <= now
            self._next_at = due_at if due_at > now else now + PERIOD
        return await self.drain_asked()

    async def drain_asked(self) -> int:
        """Sweep if somebody asked for it, or go on with a sweep; how much was found that had not arrived."""
        found = 0
        while self._not_before is None or self._not_before <= self._clock.now():
            if not self._first and self._asked:
                self._asked = False
                self._first.append(Piece(name="channels", run=self._plan))
            pieces = self._first or self._then
            if not pieces:
                break
            found += await self._work_on(pieces)
        return found

    async def next_at(self) -> datetime | None:
        """When there is something to do next."""
        asked_at = self.next_asked_at()
        return min((at for at in (asked_at, self._next_at) if at is not None), default=None)

    def next_asked_at(self) -> datetime | None:
        """When a sweep that has begun or was asked for goes on; None when there is none."""
        if not (self._asked or self._first or self._then):
            return None
        now = self._clock.now()
        return max(self._not_before or now, now)

    async def _work_on(self, pieces: deque[Piece]) -> int:
        """Do the first piece. One that fails is left out: the next sweep finds what it would have found."""
        piece = pieces.popleft()
        piece.began_at = piece.began_at or self._clock.now()
        try:
            found = await piece.run(piece.began_at)
        except PausedError as error:
            log.info("backfill.paused", piece=piece.name, reason=str(error))
            self._not_before = error.until
            pieces.appendleft(piece)
            return 0
        except SlackApiError as error:
            log.warning("backfill.refused", piece=piece.name, reason=str(error.response.get("error")))
            found = 0
        if found:
            log.info("backfill.found", piece=piece.name, events=found)
        self._history.forget()
        return found

    async def _plan(self, began_at: datetime) -> int:
        """Divide the work: the channels one by one, then open tickets, then what can wait."""
        desk, is_first = self._desk(), not self.has_caught_up
        known = await self._db.read(lambda conn: sweeps.cursors(conn, desk.workspace))
        reading = Reading(db=self._db, desk=desk, history=self._history, clock=self._clock)
        self._then.clear()
        for channel in await self._tracked():
            place = Place(channel=channel, first_seen_at=known.swept_at or began_at)
            self._first.append(Piece(name=channel, run=partial(reading.channel, place)))
            cursor = known.channels.get(channel)
            if cursor is not None and cursor.deep_to + _DEEP_PERIOD <= began_at:
                self._then.append(Piece(name=f"{channel} in depth", run=partial(reading.in_depth, place)))
        threads = await self._db.read(lambda conn: sweeps.open_threads(conn, desk.workspace, by_deadline=is_first))
        numbers = list(dict.fromkeys(thread.ticket_id for thread in threads))
        for number in numbers if is_first else numbers[:_THREADS_AT_A_TIME]:
            self._first.append(Piece(name=f"#{number}", run=partial(reading.ticket, number)))
        self._first.append(Piece(name="end", run=partial(self._finish, began_at)))
        return 0

    async def _tracked(self) -> list[str]:
        """The channels to read: those with customers in them, and those with the notes about their tickets."""
        config = self._desk().config
        try:
            listed = [_channel(raw) for raw in await self._history.channels()]
        except SlackApiError as error:
            log.warning("backfill.unlisted", reason=str(error.response.get("error")))
            return sorted(config.channels)
        return sorted(
            each.channel for each in listed if each.channel in config.alert_channels or is_tracked(config, each)
        )

    async def _finish(self, began_at: datetime, _resumed_at: datetime) -> int:
        desk = self._desk()
        await self._db.write(lambda conn: sweeps.save_swept(conn, desk.workspace, began_at))
        self._next_at = began_at + PERIOD
        self.has_caught_up = True
        return 0


def _channel(raw: Payload) -> Channel:
    """A listed channel, which says of itself everything but that we are in it."""
    return replace(channel_from(raw, channel=text_of(raw.get("id"))), is_member=True)
