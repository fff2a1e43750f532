"""Reading one channel, or the threads of one ticket, and keeping what was found, all at once.

A reading ends in one transaction: the envelopes and how far the history was read. One that is broken off leaves
nothing behind, and begins again where the last complete one ended.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.clock import Clock
from bot.services.backfill.findings import Findings, Known, has_reactions, is_afterthought
from bot.services.workspace.desk import Desk
from bot.slack.envelopes import Payload, text_of
from bot.slack.history import History, format_ts, instant_of
from store import conversations, inbox, sweeps, ticket_events
from store.engine import Database
from store.inbox import Envelope
from store.sweeps import ChannelCursor
from store.ticket_events import TicketEvent

# Slack's clock is not ours, and what was just written may not be in the history yet.
_OVERLAP = timedelta(minutes=15)
# A day more is seldom a page more, and shows new replies, edits and deletions in what is still talked about.
_LOOK_BACK = timedelta(days=1)
# Replies to older messages are found only in the threads of open tickets.
_DEPTH = timedelta(days=60)
_JOINED = frozenset({"channel_join", "group_join"})
_WRITTEN = frozenset({"created", "comment"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A channel to be read; one without a cursor is read from ``first_seen_at`` on."""

    channel: str
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Reads what one sweep goes through.

    Attributes:
        threads: The ts of what stands in each thread that this sweep has read.
    """

    db: Database
    desk: Desk
    history: History
    clock: Clock
    threads: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    async def channel(self, place: Place, began_at: datetime) -> int:
        """What was written in a channel since the last reading, and the threads that have changed since then."""
        cursor = await self._cursor(place)
        if cursor.read_to < began_at:
            cursor, found = await self._read(place.channel, cursor, cursor.read_to - _LOOK_BACK, cursor.read_to)
        else:
            found = []
        done = replace(cursor, read_to=max(cursor.read_to, began_at))
        return await self.db.write(lambda conn: self._keep(conn, place.channel, found, done))

    async def in_depth(self, place: Place, began_at: datetime) -> int:
        """New replies to messages that are older than what a reading usually covers."""
        cursor = await self._cursor(place)
        cursor, found = await self._read(place.channel, cursor, began_at - _DEPTH, cursor.deep_to)
        done = replace(cursor, deep_to=began_at)
        return await self.db.write(lambda conn: self._keep(conn, place.channel, found, done))

    async def _cursor(self, place: Place) -> ChannelCursor:
        known = await self.db.read(lambda conn: sweeps.cursors(conn, self.desk.workspace))
        seen_at = place.first_seen_at
        return known.channels.get(place.channel) or ChannelCursor(since=seen_at, read_to=seen_at, deep_to=seen_at)

    async def _read(
        self, channel: str, cursor: ChannelCursor, oldest: datetime, changed_since: datetime
    ) -> tuple[ChannelCursor, list[Envelope]]:
        start = max(oldest, cursor.since)
        written = await self.history.messages(channel, start)
        cursor = replace(cursor, since=max(cursor.since, self._joined_at(written) or cursor.since))
        messages = {text_of(message.get("ts")): message for message in written}
        for message in written:
            replied_at = instant_of(message, "latest_reply")
            if replied_at is not None and replied_at > max(changed_since - _OVERLAP, cursor.since):
                messages |= await self._thread(channel, text_of(message.get("ts")))
        gone = await self._gone(channel, await self._roots(channel, start), set(messages))
        return cursor, await self._findings(channel, cursor, list(messages.values()), gone)

    def _joined_at(self, messages: Sequence[Payload]) -> datetime | None:
        """When the bot came into the channel: what was written before then was never meant for it."""
        bot = self.desk.installation.bot_user
        joined = (each for each in messages if each.get("subtype") in _JOINED and each.get("user") == bot)
        return max((at for at in map(instant_of, joined) if at is not None), default=None)

    async def _thread(self, channel: str, ts: str) -> dict[str, Payload]:
        read = await self.history.thread(channel, ts)
        messages = {text_of(message.get("ts")): message for message in read or ()}
        self.threads[channel, ts] = frozenset(messages)
        return messages

    async def _roots(self, channel: str, since: datetime) -> list[str]:
        """The messages of tickets that should be in the history."""
        known = await self.db.read(
            lambda conn: conversations.of_channel(conn, self.desk.workspace, channel, since + timedelta(microseconds=1))
        )
        return [conversation.thread_ts for conversation in known]

    async def _gone(self, channel: str, expected: Iterable[str], seen: set[str]) -> list[str]:
        """Those that were deleted. Slack is asked about each: a message may have moved, or have come just now."""
        missing = [ts for ts in expected if ts not in seen]
        keys = [f"{channel}:{ts}" for ts in missing]
        stored = await self.db.read(
            lambda conn: sweeps.comments(conn, self.desk.workspace, keys + [f"{key}:deleted" for key in keys])
        )
        asked = (ts for ts in missing if f"{channel}:{ts}" in stored and f"{channel}:{ts}:deleted" not in stored)
        return [ts for ts in asked if await self.history.thread(channel, ts) is None]

    async def ticket(self, number: int, began_at: datetime) -> int:
        """The threads of an open ticket, however old they are."""
        desk = self.desk
        threads = await self.db.read(lambda conn: conversations.of_ticket(conn, desk.workspace, number))
        story = await self.db.read(lambda conn: ticket_events.of_ticket(conn, desk.workspace, number))
        cursors = (await self.db.read(lambda conn: sweeps.cursors(conn, desk.workspace))).channels
        found: list[Envelope] = []
        for channel in sorted({thread.channel_id for thread in threads} & set(cursors)):
            messages: dict[str, Payload] = {}
            seen: set[str] = set()
            for thread in threads:
                if thread.channel_id != channel:
                    continue
                if (channel, thread.thread_ts) not in self.threads:
                    messages |= await self._thread(channel, thread.thread_ts)
                seen |= self.threads[channel, thread.thread_ts]
            gone = await self._gone(channel, _written_in(channel, story), seen)
            found += await self._findings(channel, cursors[channel], list(messages.values()), gone)
        read_to = format_ts(began_at)

        def keep(conn: Connection) -> int:
            for thread in threads:
                conversations.touch(conn, desk.workspace, (thread.channel_id, thread.thread_ts), synced_ts=read_to)
            return self._put(conn, found)

        return await self.db.write(keep)

    async def _findings(
        self, channel: str, cursor: ChannelCursor, messages: list[Payload], gone: Sequence[str]
    ) -> list[Envelope]:
        keys = [f"{channel}:{text_of(message.get('ts'))}" for message in messages]

        def recall(conn: Connection) -> Known:
            workspace = self.desk.workspace
            reactions = (
                sweeps.received_below(conn, workspace, f"event:reaction_added:{channel}:")
                if has_reactions(messages)
                else ()
            )
            return Known(
                since=cursor.since,
                read_to=cursor.read_to,
                comments=sweeps.comments(conn, workspace, keys + [f"{key}:deleted" for key in keys]),
                reactions=frozenset(reactions),
            )

        known = await self.db.read(recall)
        return Findings(desk=self.desk, channel=channel, known=known, now=self.clock.now()).of(messages, gone)

    def _keep(self, conn: Connection, channel: str, found: Sequence[Envelope], cursor: ChannelCursor) -> int:
        sweeps.save_channel(conn, self.desk.workspace, channel, cursor)
        return self._put(conn, found)

    def _put(self, conn: Connection, found: Sequence[Envelope]) -> int:
        """Keep what had not arrived; how much that was.

        What was ignored and came after something that is found only now is handled once more: it may make sense now,
        as an agent's reply does in a thread in which a customer has spoken. An edit or a deletion is only found where
        it was not heeded, so that one which did arrive, but too early, is handled once more as well.
        """
        new = [envelope.event_at for envelope in found if inbox.put(conn, envelope)]
        came_of_it = inbox.outcomes(conn, self.desk.workspace, [envelope.key for envelope in found])
        ignored = {key for key, outcome in came_of_it.items() if outcome.startswith("ignored")}
        first_at = min(new, default=self.clock.now())
        again = [
            envelope.key
            for envelope in found
            if is_afterthought(envelope.key) or (envelope.key in ignored and envelope.event_at > first_at)
        ]
        return len(new) + sweeps.look_again(conn, self.desk.workspace, again, self.clock.now())


def _written_in(channel: str, story: Iterable[TicketEvent]) -> list[str]:
    """The ts of a ticket's public messages in a channel."""
    prefix = f"{channel}:"
    return [
        event.key.removeprefix(prefix)
        for event in story
        if event.type in _WRITTEN and event.body.get("public", True) and event.key.startswith(prefix)
    ]
