"""One attempt to put a message into Slack, and the look whether it is there."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from sqlalchemy import Connection

from bot.services.alerting import cards
from bot.services.alerting.alerts import (
    ALERT_EDIT,
    CORRECTION,
    IN_CARD_THREAD,
    PAGES,
    REACTION,
    TO_CUSTOMERS,
    TO_PEOPLE,
)
from bot.services.alerting.digest_drawing import root_ts
from bot.services.outbox.drawn import Drawn
from bot.services.outbox.reconciling import was_sent
from bot.services.outbox.recovery import Recovery
from bot.services.workspace.desk import Desk
from bot.slack.client import SlackClients, SlackUnavailableError, ask
from bot.slack.directory import Directory
from bot.slack.envelopes import mapping, text_of
from bot.slack.sending import (
    Accepted,
    Ambiguous,
    DestinationDead,
    NotAccepted,
    Outcome,
    Unfit,
    WorkspaceDead,
    attempt,
    describe,
    refusal,
)
from store import outbox, tickets
from store.engine import Database
from store.outbox import OutboxMessage

_REFUSED = "refused: "
TOO_LATE = NotAccepted(reason="the lease was about to end", after=timedelta())
"""Nothing was sent, because somebody else may have been about to."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """Writes to one workspace.

    Attributes:
        secret: Signs outbox keys, so that a message's metadata tells nobody what it is about.
    """

    db: Database
    desk: Callable[[], Desk]
    slack: SlackClients
    directory: Directory
    secret: bytes
    recovery: Recovery

    async def send(self, message: OutboxMessage, drawn: Drawn, lease: Callable[[], bool]) -> Outcome:
        """Post or edit, unless the channel is closed to us by now; ``lease`` tells whether there is time for a call."""
        if message.kind in TO_PEOPLE:
            opened = await self._open_direct(message.destination)
            if not isinstance(opened, str):
                return opened
            drawn = replace(drawn, channel=opened)
        elif message.kind not in TO_CUSTOMERS and (closed := await self._closed_to_us(drawn.channel)) is not None:
            return closed
        outcome = await self._call(message, drawn, lease, plain=False)
        if isinstance(outcome, Unfit):
            log.error("outbox.unfit", key=message.key, reason=outcome.reason)
            outcome = await self._call(message, drawn, lease, plain=True)
        return outcome

    async def _closed_to_us(self, channel: str) -> Outcome | None:
        """Why nothing of ours may be posted there, as of now: people of other companies must not read it."""
        if channel.startswith("D"):
            return None  # a conversation with one person, which we opened ourselves
        try:
            found = await self.directory.channel(channel)
        except SlackUnavailableError as error:
            return _not_asked(error)
        if found is not None and found.is_external:
            return DestinationDead(reason="shared_with_another_company")
        return None

    async def _call(self, message: OutboxMessage, drawn: Drawn, lease: Callable[[], bool], *, plain: bool) -> Outcome:
        if not lease():
            return TOO_LATE
        client = self.slack.client()
        if drawn.reaction:
            call = client.reactions_add(channel=drawn.channel, timestamp=drawn.edit_ts or "", name=drawn.reaction)
            return _reacted(await attempt(call), drawn)
        contents: dict[str, Any] = {"channel": drawn.channel, "text": drawn.post.text}
        if not plain:
            contents["blocks"] = list(drawn.post.blocks)
        if drawn.edit_ts is not None:
            # Without metadata of its own an edit leaves the card's key where it is.
            return await attempt(client.chat_update(ts=drawn.edit_ts, **contents))
        contents["metadata"] = {"event_type": "threadline", "event_payload": {"key": self.sign(message.key)}}
        if drawn.thread_ts is not None:
            contents |= {"thread_ts": drawn.thread_ts, "reply_broadcast": drawn.broadcast}
        return await attempt(client.chat_postMessage(unfurl_links=False, unfurl_media=False, **contents))

    async def _open_direct(self, user: str) -> str | Outcome:
        """The channel of our conversation with somebody; opening it again changes nothing."""
        try:
            answer = await ask("conversations.open", self.slack.client().conversations_open(users=user))
        except SlackUnavailableError as error:
            return NotAccepted(reason=str(error))
        except SlackApiError as error:
            return refusal(error)
        return text_of(mapping(answer.get("channel")).get("id"))

    async def look_up(self, message: OutboxMessage) -> Outcome:
        """Whether a message whose fate nobody knows is there.

        Raises:
            SlackUnavailableError: Slack did not answer.
            SlackApiError: Slack will not say.
        """
        reason = message.error if was_refused(message) else "it had not arrived"
        # The first time it may have been an accident; after that it is tried less and less often.
        absent = NotAccepted(reason=reason or "", after=timedelta() if message.attempts <= 1 else None)
        if message.kind in {cards.CARD_UPDATE, ALERT_EDIT, REACTION}:
            return absent  # an edit, or a reaction, may be made twice without anybody noticing
        channel: str | Outcome = message.destination
        if message.kind in TO_PEOPLE:
            channel = await self._open_direct(message.destination)
        if isinstance(channel, DestinationDead | WorkspaceDead):
            return channel
        if not isinstance(channel, str):
            return Ambiguous(reason=describe(channel))
        thread_ts = await self.db.read(partial(_thread_of, message, channel))
        key = self.sign(message.key)
        if message.attempts == 0:
            # Not by us, then by a life of the program that the database does not know of.
            ts = await self.recovery.find(message, key, channel=channel, thread_ts=thread_ts)
        else:
            since = self.recovery.since(message)
            ts = await was_sent(
                self.slack, desk=self.desk(), channel=channel, thread_ts=thread_ts, since=since, key=key
            )
        return absent if ts is None else Accepted(channel=channel, ts=ts)

    def sign(self, key: str) -> str:
        """The key as it travels in a message's metadata."""
        return hmac.new(self.secret, key.encode(), hashlib.sha256).hexdigest()[:40]


def _reacted(outcome: Outcome, drawn: Drawn) -> Outcome:
    """A reaction that is there is there, whoever made it; one that Slack refuses is not worth another try."""
    if not isinstance(outcome, Ambiguous) or not outcome.refused:
        return outcome
    if outcome.reason == "already_reacted":
        return Accepted(channel=drawn.channel, ts="")
    return DestinationDead(reason=outcome.reason)


def _not_asked(error: SlackUnavailableError) -> Outcome:
    """What it means for a message that Slack could not be asked about its channel: certainly it was not sent."""
    outcome = refusal(error.__cause__) if isinstance(error.__cause__, SlackApiError) else None
    if isinstance(outcome, NotAccepted | WorkspaceDead | DestinationDead):
        return outcome
    return NotAccepted(reason=str(error))


def refused(reason: str, times: int) -> str:
    """How a refusal for a reason that we do not know is written down, so that the next look can count it."""
    return f"{_REFUSED}{reason} ({times})"


def was_refused(message: OutboxMessage) -> bool:
    """Whether the last attempt ended in such a refusal."""
    return (message.error or "").startswith(_REFUSED)


def times_refused(message: OutboxMessage, reason: str) -> int:
    """How many attempts in a row Slack has refused for that reason, this one included."""
    before = (message.error or "").removeprefix(f"{_REFUSED}{reason} (").removesuffix(")")
    return int(before) + 1 if before.isdecimal() else 1


def _thread_of(message: OutboxMessage, channel: str, conn: Connection) -> str | None:
    """The thread that a message would be in."""
    if message.kind in PAGES:
        return root_ts(message, conn)
    if message.kind in TO_CUSTOMERS:
        conversed = tickets.get(conn, message.workspace, message.ticket_id or 0)
        return (conversed.thread_ts or None) if conversed is not None else None
    in_thread = message.kind in IN_CARD_THREAD
    ticket = tickets.get(conn, message.workspace, message.ticket_id or 0) if in_thread else None
    if message.kind == CORRECTION and (ticket is None or ticket.card_channel != channel):
        corrected = outbox.find(conn, message.workspace, str(message.payload["of"]))
        return None if corrected is None else corrected.message_ts
    return ticket.card_ts if ticket is not None and ticket.card_channel == channel else None
