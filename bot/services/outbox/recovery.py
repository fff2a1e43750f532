"""Recover mode: what may have been sent without our knowledge is looked for before it is sent.

After a restore, a long silence or a failover the database may be older than what Slack has: alerts and cards can be in
Slack of which no row says so. The gap (see ``store.recovery``) says for which time. There is no mode to leave again:
when the gap is found, all that waits is made uncertain in the same transaction, and whatever is recorded later about a
moment before the end of the gap is recorded as uncertain (``Desk.doubts``). Uncertain messages are looked for before
they are sent, as always. Keys are deterministic, so what a lost life of this program sent carries the same key.
"""

import asyncio
import json
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.services.alerting.alerts import TO_CUSTOMERS
from bot.services.outbox.reconciling import our_posts
from bot.services.workspace.desk import Desk
from bot.slack.client import SlackClients
from store import recovery as lives
from store import tickets
from store.engine import Database
from store.outbox import OutboxMessage

BEAT_EVERY = timedelta(minutes=1)

log = structlog.get_logger()


class Recovery:
    """Knows the gap, and what was posted in it."""

    def __init__(self, *, db: Database, slack: SlackClients, clock: Clock) -> None:
        self._db = db
        self._slack = slack
        self._clock = clock
        self._desk: Desk | None = None
        self._beat_at: datetime | None = None
        self._server: str | None = None
        self._posted: dict[tuple[str, str | None], dict[str, tuple[str, str]]] = {}
        self._reading = asyncio.Lock()
        self.gap: lives.Gap | None = None

    async def beat(self, desk: Desk, *, awake: bool = False) -> Desk:
        """Say that we are at work; the desk with its doubts, if there is a gap. Call it before anything is sent."""
        now = self._clock.now()
        gap, self._server = await self._db.write(
            lambda conn: (lives.beat(conn, desk.workspace, now, awake=awake), lives.server_of(conn))
        )
        self._beat_at = now
        if gap is not None and gap != self.gap:
            self.gap, self._posted = gap, {}
            log.warning("recovery.gap", start=gap.start.isoformat(), end=gap.end.isoformat())
        self._desk = replace(desk, doubted_until=gap.end if gap is not None else None)
        return self._desk

    async def ticked(self, desk: Desk) -> Desk:
        """A tick begins: say once a minute that we are at work, and at once when the database is another server."""
        now = self._clock.now()
        is_time = self._beat_at is None or now - self._beat_at >= BEAT_EVERY
        if is_time or (self._server is not None and await self._db.read(lives.server_of) != self._server):
            return await self.beat(desk)
        return desk

    def since(self, message: OutboxMessage) -> datetime:
        """From when on a message has to be looked for that we have tried to send ourselves."""
        if self.gap is None or message.created_at > self.gap.end:
            return message.created_at
        return min(message.created_at, self.gap.start)

    async def find(self, message: OutboxMessage, key: str, *, channel: str, thread_ts: str | None) -> str | None:
        """The ts of the post that a lost life made of a message, in a channel or in a thread; None where there is none.

        Numbers of tickets may have been given out anew since: a post about a ticket has to lead to its thread, too.

        Raises:
            SlackUnavailableError: Slack did not answer.
            SlackApiError: Slack will not say.
        """
        ticket = await self._db.read(lambda conn: tickets.get(conn, message.workspace, message.ticket_id or 0))
        # What is said to a customer stands in the thread itself, and leads nowhere.
        link = "" if ticket is None or message.kind in TO_CUSTOMERS else ticket.permalink or ""
        for place in dict.fromkeys(((channel, thread_ts), (channel, None))):
            ts, contents = (await self._posts(*place)).get(key, ("", ""))
            if ts and link in contents:
                return ts
        return None

    async def _posts(self, channel: str, thread_ts: str | None) -> dict[str, tuple[str, str]]:
        """What was posted there since the gap began: ts and contents by key. Read once, for the gap is over."""
        place = (channel, thread_ts)
        gap, desk = self.gap, self._desk
        if gap is None or desk is None:
            return {}
        async with self._reading:
            if place not in self._posted:
                posts = our_posts(self._slack, desk=desk, channel=channel, thread_ts=thread_ts, since=gap.start)
                self._posted[place] = {
                    post.key: (post.ts, json.dumps(post.contents, ensure_ascii=False)) async for post in posts
                }
            return self._posted[place]
