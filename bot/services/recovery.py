"""Recover mode: what may have been sent without our knowledge is looked for before it is sent.

After a restore, a long silence or a failover the database may be older than what Slack has: alerts and cards can be in
Slack of which no row says so. The gap (see ``store.recovery``) says for which time. There is no mode to leave again: a
message is in doubt when it is about a moment before the end of the gap, whenever it turns up, and such a message is
looked for in its destination before its first post. Keys are deterministic, so what a lost life of this program sent
carries the same key.
"""

import asyncio
import json
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.clock import Clock
from bot.services import cards
from bot.services.alerts import ALERT, DIRECT
from bot.services.desk import Desk
from bot.services.notices import DIRECT_NOTICE, NOTICE
from bot.services.reconciling import our_posts
from bot.slack.client import SlackClients
from sla.instants import instant
from store import recovery as lives
from store.engine import Database
from store.outbox import OutboxMessage
from store.tickets import TicketRecord

BEAT_EVERY = timedelta(minutes=1)
_POSTS = frozenset({cards.CARD, ALERT, DIRECT, NOTICE, DIRECT_NOTICE})

log = structlog.get_logger()


class Recovery:
    """Knows the gap, and what was posted in it."""

    def __init__(self, *, db: Database, slack: SlackClients, clock: Clock) -> None:
        self._db = db
        self._slack = slack
        self._clock = clock
        self._beat_at: datetime | None = None
        self._server: str | None = None
        self._posted: dict[tuple[str, str | None], dict[str, tuple[str, str]]] = {}
        self._reading = asyncio.Lock()
        self.gap: lives.Gap | None = None

    async def beat(self, desk: Desk) -> None:
        """Say that we are at work; finds the gap, if there is one. Call it before anything is sent."""
        now = self._clock.now()
        gap, self._server = await self._db.write(
            lambda conn: (lives.beat(conn, desk.workspace, now), lives.server_of(conn))
        )
        self._beat_at = now
        if gap != self.gap:
            self.gap, self._posted = gap, {}
            log.warning("recovery.gap", start=gap and gap.start.isoformat(), end=gap and gap.end.isoformat())

    async def ticked(self, desk: Desk) -> None:
        """A tick begins: say once a minute that we are at work, and at once when the database is another server."""
        now = self._clock.now()
        is_time = self._beat_at is None or now - self._beat_at >= BEAT_EVERY
        if is_time or (self._server is not None and await self._db.read(lives.server_of) != self._server):
            await self.beat(desk)

    def doubts(self, message: OutboxMessage, ticket: TicketRecord | None) -> bool:
        """Whether a message may be in Slack although its row says that it was not sent."""
        if self.gap is None or message.kind not in _POSTS:
            return False
        if message.created_at <= self.gap.end:
            return True
        due_at = message.payload.get("due_at")
        if due_at is not None:
            return instant(due_at) <= self.gap.end
        return message.kind == cards.CARD and ticket is not None and ticket.created_at <= self.gap.end

    def since(self, message: OutboxMessage, ticket: TicketRecord | None) -> datetime:
        """From when on a message has to be looked for."""
        if self.gap is None or not self.doubts(message, ticket):
            return message.created_at
        return min(message.created_at, self.gap.start)

    async def find(
        self, desk: Desk, channel: str, thread_ts: str | None, key: str, ticket: TicketRecord | None
    ) -> str | None:
        """The ts of the post with a signed key in a channel or in a thread; None where there is none.

        Numbers of tickets may have been given out anew since: a post about a ticket has to lead to its thread, too.

        Raises:
            SlackUnavailableError: Slack did not answer.
            SlackApiError: Slack will not say.
        """
        for place in dict.fromkeys(((channel, thread_ts), (channel, None))):
            found = (await self._posts(desk, *place)).get(key)
            if found is not None and (ticket is None or not ticket.permalink or ticket.permalink in found[1]):
                return found[0]
        return None

    async def _posts(self, desk: Desk, channel: str, thread_ts: str | None) -> dict[str, tuple[str, str]]:
        """What was posted there since the gap began: ts and contents by key. Read once, for the gap is over."""
        place = (channel, thread_ts)
        gap = self.gap
        if gap is None:
            return {}
        async with self._reading:
            if place not in self._posted:
                read = partial(our_posts, self._slack, desk=desk, channel=channel, thread_ts=thread_ts)
                self._posted[place] = {
                    post.key: (post.ts, json.dumps(post.contents, ensure_ascii=False))
                    async for post in read(since=gap.start)
                }
            return self._posted[place]
