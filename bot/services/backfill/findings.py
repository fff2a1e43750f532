"""What Slack's history says that the inbox has not heard: put into the words of the events that got lost.

The envelopes made here carry the keys that the live events have, so that what did arrive is dropped by the primary
key, and intake understands both alike. Where history does not say when something happened, this is assumed: a
deletion happened when it was found, since whatever was answered before then stays answered; a reaction happened at
the last look, or with its message where that is younger, since a customer who wrote after it must not be forgotten.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.services.workspace.desk import Desk
from bot.slack.envelopes import Payload, mapping, read_envelope, text_of
from bot.slack.history import format_ts, instant_of
from bot.slack.messages import Unread, read_message
from bot.slack.text import plain
from store.inbox import Envelope

# In the body of an envelope that no event brought.
BACKFILL = "backfill"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was known of a channel before the reading.

    Attributes:
        since: Nothing older is ours.
        read_to: Until then, everything had been read.
        comments: What is stored of the messages that belong to tickets, by key.
        reactions: The keys of the reactions that were received.
    """

    since: datetime
    read_to: datetime
    comments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    reactions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Makes envelopes for one channel."""

    desk: Desk
    channel: str
    known: Known
    now: datetime

    def of(self, messages: Iterable[Payload], gone: Iterable[str]) -> list[Envelope]:
        """What became of the messages read, and of those that are ``gone``, by ts; in the order of time."""
        events = [event for message in messages for event in self._of_message(message)]
        events += [self._deletion(ts) for ts in gone]
        found = {envelope.key: envelope for envelope in map(self._envelope, events)}
        return sorted(found.values(), key=lambda envelope: (envelope.event_at, envelope.key))

    def _of_message(self, message: Payload) -> Iterator[Payload]:
        at = instant_of(message)
        if at is None or self._is_ours(message):
            return
        key = f"{self.channel}:{message['ts']}"
        stored = self.known.comments.get(key)
        if message.get("subtype") == "tombstone":
            if stored is not None and f"{key}:deleted" not in self.known.comments:
                yield self._deletion(text_of(message.get("ts")))
            return
        event = {**message, "type": "message", "channel": self.channel, "event_ts": message["ts"]}
        if at > self.known.since and not isinstance(read_message(event), Unread):
            yield event
        if stored is not None and self._says_something_else(message, stored):
            yield self._edit(message)
        if stored is not None or at > self.known.since:
            yield from self._reactions(message, at)

    def _is_ours(self, message: Payload) -> bool:
        ours = self.desk.installation
        return message.get("user") == ours.bot_user or (bool(ours.bot_id) and message.get("bot_id") == ours.bot_id)

    @staticmethod
    def _says_something_else(message: Payload, stored: Mapping[str, Any]) -> bool:
        """Whether a person changed the text; words that were forgotten on purpose stay forgotten."""
        was = text_of(stored.get("text"))
        return bool(was) and bool(mapping(message.get("edited"))) and plain(text_of(message.get("text"))) != was

    def _edit(self, message: Payload) -> Payload:
        edited_ts = text_of(mapping(message.get("edited")).get("ts")) or format_ts(self.now)
        return {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "channel": self.channel,
            "ts": edited_ts,
            "event_ts": edited_ts,
            "message": message,
        }

    def _deletion(self, ts: str) -> Payload:
        deleted_at = format_ts(max(self.now, instant_of({"ts": ts}) or self.now))
        return {
            "type": "message",
            "subtype": "message_deleted",
            "hidden": True,
            "channel": self.channel,
            "ts": deleted_at,
            "deleted_ts": ts,
            "event_ts": deleted_at,
        }

    def _reactions(self, message: Payload, at: datetime) -> Iterator[Payload]:
        reacted_at = format_ts(max(at, self.known.read_to))
        for user, name in _reactions_of(message):
            prefix = f"event:reaction_added:{self.channel}:{message['ts']}:{user}:{name}:"
            if user == self.desk.installation.bot_user or any(key.startswith(prefix) for key in self.known.reactions):
                continue
            yield {
                "type": "reaction_added",
                "user": user,
                "reaction": name,
                "item": {"type": "message", "channel": self.channel, "ts": message["ts"]},
                "item_user": text_of(message.get("user")),
                "event_ts": reacted_at,
            }

    def _envelope(self, event: Payload) -> Envelope:
        workspace = self.desk.workspace
        body = {
            "type": "event_callback",
            "team_id": workspace,
            "authorizations": [{"team_id": workspace, "user_id": self.desk.installation.bot_user, "is_bot": True}],
            "event": event,
            BACKFILL: True,
        }
        read = read_envelope(body)
        return Envelope(
            workspace=workspace,
            key=read.key,
            kind=read.kind,
            body=json.dumps(body),
            event_at=read.event_at or self.now,
            received_at=self.now,
        )


def is_afterthought(key: str) -> bool:
    """Whether an envelope's key is that of an edit or a deletion of a message."""
    return key.endswith(":deleted") or ":changed:" in key


def has_reactions(messages: Iterable[Payload]) -> bool:
    """Whether somebody reacted to one of the messages."""
    return any(True for message in messages for _ in _reactions_of(message))


def _reactions_of(message: Payload) -> Iterator[tuple[str, str]]:
    listed = message.get("reactions")
    for reaction in listed if isinstance(listed, list) else ():
        users = mapping(reaction).get("users")
        name = text_of(mapping(reaction).get("name"))
        yield from ((user, name) for user in (users if isinstance(users, list) else ()) if isinstance(user, str))
