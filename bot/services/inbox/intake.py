"""What people write in Slack becomes tickets, conversations and comments.

Every function here has two halves. The first gathers, and may ask Slack; it returns the second, a plain function of a
database connection that decides and applies in one transaction and says in a word or two what came of it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import assert_never

from sqlalchemy import Connection

from bot.config.config import Config
from bot.services.inbox import forgetting, threads
from bot.services.inbox.beginnings import Said
from bot.services.inbox.speakers import Speakers
from bot.services.workspace.desk import Desk
from bot.slack.client import SlackClients, find
from bot.slack.directory import Channel
from bot.slack.envelopes import Kind, Payload, mapping, parse_ts, read_envelope
from bot.slack.messages import APP_EDIT, Deletion, Edit, Message, Unread, message_from, read_message
from sla.ticket import Role
from store import conversations, inbox
from store.ticket_events import Source

Apply = Callable[[Connection, datetime], str]

UNKNOWN_MESSAGE = "ignored: a reaction to a message that is not a ticket's"
# What became of events that came before the message that they are about.
_TOO_EARLY = (
    UNKNOWN_MESSAGE,
    "ignored: an agent's own message",
    "ignored: an edit of a message that is not a ticket's",
    "ignored: a deletion of a message that is not a ticket's",
)

# What became of messages in a thread that was no ticket's until somebody made it one.
_BEFORE_THE_TICKET = (
    "ignored: waits for a reaction",
    "ignored: does not mention us",
    "ignored: by configuration",
    "ignored: a thread without a customer",
)


# What became of messages that a customer's, older and come later, makes part of a ticket.
_WITHOUT_A_CUSTOMER = (
    "ignored: a thread without a customer",
    "ignored: does not mention us",
    "ignored: the ticket is closed",
)


def is_tracked(config: Config, channel: Channel) -> bool:
    """Whether customers write there: it is listed, or other companies read along and the bot is in it."""
    if channel.kind is None or channel.is_archived:
        return False
    return config.lists(channel.channel) or (channel.is_external and channel.is_member)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Reads message events for one desk."""

    desk: Desk
    speakers: Speakers
    slack: SlackClients
    source: Source = Source.LIVE

    async def read(self, event: Payload) -> Apply:
        """What to do about a ``message`` or ``app_mention`` event.

        Raises:
            SlackUnavailableError: Slack could not be asked who wrote it; try again later.
        """
        match read_message(event):
            case Unread(reason=reason) if reason == APP_EDIT:
                return partial(_drop, self.desk, _key_of(event), f"ignored: {reason}")
            case Unread(reason=reason):
                return lambda _conn, _now: f"ignored: {reason}"
            case Edit() as edit:
                return partial(_edit, self.desk, edit, _key_of(event))
            case Deletion() as deletion:
                return partial(_delete, self.desk, deletion, self.source)
            case Message() as message if self._is_ours(message):
                return partial(_drop, self.desk, _key_of(event), "ignored: our own message")
            case Message() as message:
                return await self._read_written(message)
            case unreachable:
                assert_never(unreachable)

    async def _read_written(self, message: Message) -> Apply:
        if message.channel in self.desk.config.alert_channels:
            return await self._read_note(message)
        channel = await self.speakers.directory.channel(message.channel)
        if channel is None or not is_tracked(self.desk.config, channel):
            return lambda _conn, _now: "ignored: the channel is not tracked"
        speaker = await self.speakers.of(message, external=channel.is_external)
        settings = self.desk.config.channel(message.channel)
        said = Said(message=message, speaker=speaker, channel=channel, settings=settings, source=self.source)
        if message.thread_ts is None:
            return partial(_decide, self.desk, said, partial(threads.top_level, self.desk, said))
        parent = await self._parent(said)
        return partial(_decide, self.desk, said, partial(threads.threaded, self.desk, said, parent))

    def _is_ours(self, message: Message) -> bool:
        """Also another installation's copy of this app, whose ids differ but for the app's own."""
        ours = self.desk.installation
        same_app = bool(ours.app_id) and message.app_id == ours.app_id
        return message.user == ours.bot_user or (bool(message.bot_id) and message.bot_id == ours.bot_id) or same_app

    async def _read_note(self, message: Message) -> Apply:
        """The thread of a ticket's card is where its internal notes are written."""
        if message.thread_ts is None:
            return lambda _conn, _now: "ignored: the alert channel is not tracked"
        speaker = await self.speakers.of(message, external=False)
        return partial(threads.note, self.desk, message, speaker)

    async def reacted(self, channel: str, ts: str) -> Said | None:
        """A message of a tracked channel that is known by its ``ts`` only; None where there is none to be had.

        Raises:
            SlackUnavailableError: Slack could not be asked; try again later.
        """
        place = await self.speakers.directory.channel(channel)
        if place is None or channel in self.desk.config.alert_channels or not is_tracked(self.desk.config, place):
            return None
        heard = await self._heard(channel, ts)
        message = heard or await self._fetch(channel, ts)
        if message is None or self._is_ours(message):
            return None
        speaker = await self.speakers.of(message, external=place.is_external)
        settings = self.desk.config.channel(channel)
        source = self.source if heard else Source.LOOKUP
        return Said(message=message, speaker=speaker, channel=place, settings=settings, source=source)

    async def _parent(self, said: Said) -> Said | None:
        """The first message of a thread that has no ticket yet: events may arrive out of order, or never."""
        message = said.message
        thread_ts = message.root_ts
        found = await self.speakers.db.read(
            lambda conn: conversations.get(conn, self.desk.workspace, message.channel, thread_ts)
        )
        if found is not None:
            return None
        heard = await self._heard(message.channel, thread_ts)
        parent = heard or await self._fetch(message.channel, thread_ts) or self._parent_from(message)
        if parent is None or self._is_ours(parent):
            return None
        speaker = await self.speakers.of(parent, external=said.channel.is_external)
        source = said.source if heard else Source.LOOKUP
        return replace(said, message=parent, speaker=speaker, source=source)

    async def _heard(self, channel: str, ts: str) -> Message | None:
        """A message that Slack has delivered, though nothing came of it then."""
        key = f"{Kind.EVENT}:message:{channel}:{ts}"
        received = await self.speakers.db.read(lambda conn: inbox.body(conn, self.desk.workspace, key))
        event = mapping(mapping(json.loads(received)).get("event")) if received else {}
        message = read_message(event) if event else None
        return message if isinstance(message, Message) else None

    async def _fetch(self, channel: str, thread_ts: str) -> Message | None:
        call = self.slack.client().conversations_replies(channel=channel, ts=thread_ts, limit=1)
        answer = await find("conversations.replies", call)
        found = answer.get("messages") if answer is not None else None
        first = mapping(found[0]) if isinstance(found, list) and found else {}
        if first.get("ts") != thread_ts or first.get("subtype") == "tombstone":
            return None  # of what was deleted Slack says neither who wrote it nor what
        return message_from(first, channel=channel)

    @staticmethod
    def _parent_from(message: Message) -> Message | None:
        """What a reply says about its parent: who wrote it and when; its text is lost."""
        at = parse_ts(message.thread_ts)
        if at is None or not message.parent_user:
            return None
        ts = message.root_ts
        return Message(channel=message.channel, ts=ts, at=at, user=message.parent_user, team="", text="")


def _key_of(event: Payload) -> str:
    return read_envelope({"type": "event_callback", "event": event}).key


def _drop(desk: Desk, key: str, outcome: str, conn: Connection, _now: datetime) -> str:
    """A card quotes the customer, and comes back to us as an event: those words are never needed."""
    forgetting.forget_envelope(conn, desk, key)
    return outcome


def _edit(desk: Desk, edit: Edit, key: str, conn: Connection, now: datetime) -> str:
    outcome = threads.edit(desk, edit, conn, now)
    forgetting.forget_edited(conn, desk, edit.channel, edit.ts, edit=key, text=edit.text)
    return outcome


def _delete(desk: Desk, deletion: Deletion, source: Source, conn: Connection, now: datetime) -> str:
    outcome = threads.delete(desk, deletion, source, conn, now)
    forgetting.forget_deleted(conn, desk, deletion.channel, deletion.ts)
    return outcome


def _decide(desk: Desk, said: Said, decide: Apply, conn: Connection, now: datetime) -> str:
    """Apply a message; what came too early for it, because Slack delivered it late, is then handled once more."""
    outcome = decide(conn, now)
    if outcome.startswith(("ticket opened", "comment")):
        for span in _spans_after(said):
            inbox.handle_again(conn, desk.workspace, span, _TOO_EARLY, now)
        if said.speaker.role is Role.END_USER or outcome.startswith(("ticket opened", "comment: unthreaded")):
            inbox.handle_again(conn, desk.workspace, _since(said, now), _WITHOUT_A_CUSTOMER, now)
    else:
        forgetting.forget_if_deleted(conn, desk, said.message.channel, said.message.ts)
        forgetting.forget_if_edited(conn, desk, said.message.channel, said.message.ts)
    return outcome


def open_by_reaction(desk: Desk, said: Said, conn: Connection, now: datetime) -> str:
    """Make a message a ticket; what has been said in its thread since is then read as the ticket's."""
    outcome = _decide(desk, said, partial(threads.by_reaction, desk, said), conn, now)
    if outcome.startswith("ticket opened"):
        inbox.handle_again(conn, desk.workspace, _since(said, now), _BEFORE_THE_TICKET, now)
    return outcome


def _since(said: Said, now: datetime) -> tuple[str, str]:
    """Between which keys lies what was written in the channel after the beginning of a message's thread."""
    own = f"{Kind.EVENT}:message:{said.message.channel}:"
    return f"{own}{said.message.root_ts}", f"{own}{now.timestamp():.6f}:z"


def _spans_after(said: Said) -> list[tuple[str, str]]:
    """Between which keys lies what may have come too early for a message, or for the one that its thread began with."""
    message = said.message
    beside = said.settings.unthreaded_replies or timedelta()
    own = f"{Kind.EVENT}:message:{message.channel}:"
    spans = []
    for ts in dict.fromkeys((message.ts, message.root_ts)):
        until = (parse_ts(ts) or message.at) + beside
        reactions = f"{Kind.EVENT}:reaction_added:{message.channel}:{ts}:"
        spans += [(f"{own}{ts}", f"{own}{until.timestamp():.6f}:z"), (reactions, f"{reactions}z")]
    return spans
