"""From the outbox to Slack: every message recorded before it is tried, and there once whatever happens in between.

A message is claimed, sent, and its outcome written down. When nobody knows whether Slack took it (a timeout, a dropped
connection, a crash), it is not sent again blindly: after a settle time the destination's history is read, and a
message with our key in its metadata means that it was sent.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, assert_never

import structlog
from slack_sdk.errors import SlackApiError
from sqlalchemy import Connection

from bot.clock import Clock
from bot.services import aftermath, cards
from bot.services.alerts import ALERT, ALERT_EDIT, DIRECT
from bot.services.desk import Desk
from bot.services.drawing import Drawn, Void, draw
from bot.services.reconciling import was_sent
from bot.slack.client import SlackClients, SlackUnavailableError, ask
from bot.slack.directory import Directory
from bot.slack.envelopes import mapping, text_of
from bot.slack.sending import (
    Accepted,
    Ambiguous,
    DestinationDead,
    MessageGone,
    NotAccepted,
    Outcome,
    Unfit,
    WorkspaceDead,
    attempt,
    describe,
    refusal,
)
from store import outbox, tickets, workspaces
from store.engine import Database
from store.outbox import OutboxMessage
from store.workspaces import WorkspaceState

LEASE = timedelta(seconds=60)
SETTLE = timedelta(seconds=30)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=5)
_BATCH = 20

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Sends what is due for one desk.

    Attributes:
        secret: Signs outbox keys, so that a message's metadata tells nobody what it is about.
        settle: How long an uncertain message waits before Slack is asked about it.
    """

    db: Database
    desk: Callable[[], Desk]
    slack: SlackClients
    directory: Directory
    clock: Clock
    secret: bytes
    settle: timedelta = SETTLE

    async def drain(self) -> int:
        """Send and reconcile until nothing is due now; how many messages were dealt with."""
        total = 0
        while count := await self._round():
            total += count
        return total

    async def next_at(self) -> datetime | None:
        """When there may be something to do next."""
        return await self.db.read(partial(_next_at, self.settle))

    async def _round(self) -> int:
        now = self.clock.now()
        due_at = await self.next_at()
        if due_at is None or due_at > now:
            return 0  # a look is cheaper than a transaction that finds nothing to claim
        doubtful, ready = await self.db.write(partial(_claim, now, self.settle))
        await asyncio.gather(*(self._reconcile(message) for message in doubtful))
        await asyncio.gather(*(self._deliver(message) for message in ready))
        return len(doubtful) + len(ready)

    async def _deliver(self, message: OutboxMessage) -> None:
        try:
            drawn = await draw(message, db=self.db, desk=self.desk(), directory=self.directory, now=self.clock.now())
            outcome = drawn if isinstance(drawn, Void) else await self._send(message, drawn)
        except Exception as error:
            # One row that cannot be drawn must not stop the others; it was not sent, so it may be tried again.
            log.exception("outbox.undrawable", key=message.key)
            drawn, outcome = Void(reason=""), NotAccepted(reason=type(error).__name__)
        digest = drawn.digest if isinstance(drawn, Drawn) else ""
        await self.db.write(partial(_settle, self.desk(), message, outcome, digest, self.clock.now()))
        if not isinstance(outcome, Void):
            log.info("outbox.attempted", key=message.key, kind=message.kind, outcome=describe(outcome))

    async def _send(self, message: OutboxMessage, drawn: Drawn) -> Outcome:
        if message.kind == DIRECT:
            opened = await self._open_direct(message.destination)
            if not isinstance(opened, str):
                return opened
            drawn = replace(drawn, channel=opened)
        elif (closed := await self._closed_to_us(drawn.channel)) is not None:
            return closed
        outcome = await self._call(message, drawn, plain=False)
        if isinstance(outcome, Unfit):
            log.error("outbox.unfit", key=message.key, reason=outcome.reason)
            outcome = await self._call(message, drawn, plain=True)
        return outcome

    async def _closed_to_us(self, channel: str) -> Outcome | None:
        """Why nothing of ours may be posted there, as of now: people of other companies must not read it."""
        try:
            found = await self.directory.channel(channel)
        except SlackUnavailableError as error:
            return NotAccepted(reason=str(error))
        if found is not None and found.is_external:
            return DestinationDead(reason="shared_with_another_company")
        return None

    async def _call(self, message: OutboxMessage, drawn: Drawn, *, plain: bool) -> Outcome:
        client = self.slack.client()
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

    async def _reconcile(self, message: OutboxMessage) -> None:
        """Look whether a message whose fate nobody knows is there."""
        try:
            outcome = await self._look_up(message)
        except (SlackUnavailableError, SlackApiError) as error:
            outcome = Ambiguous(reason=f"cannot be looked up: {error}")
        log.info("outbox.reconciled", key=message.key, outcome=describe(outcome))
        await self.db.write(partial(_settle, self.desk(), message, outcome, "", self.clock.now()))

    async def _look_up(self, message: OutboxMessage) -> Outcome:
        absent = NotAccepted(reason="it had not arrived", after=timedelta())
        if message.kind in {cards.CARD_UPDATE, ALERT_EDIT}:
            return absent  # an edit may be made twice without anybody noticing
        channel: str | Outcome = message.destination
        if message.kind == DIRECT:
            channel = await self._open_direct(message.destination)
        if not isinstance(channel, str):
            return Ambiguous(reason=describe(channel))
        ticket = await self.db.read(lambda conn: tickets.get(conn, message.workspace, message.ticket_id or 0))
        in_thread = ticket is not None and message.kind == ALERT and ticket.card_channel == channel
        ts = await was_sent(
            self.slack,
            desk=self.desk(),
            channel=channel,
            thread_ts=ticket.card_ts if ticket is not None and in_thread else None,
            since=message.created_at,
            key=self.sign(message.key),
        )
        return absent if ts is None else Accepted(channel=channel, ts=ts)

    def sign(self, key: str) -> str:
        """The key as it travels in a message's metadata."""
        return hmac.new(self.secret, key.encode(), hashlib.sha256).hexdigest()[:40]


def _claim(now: datetime, settle: timedelta, conn: Connection) -> tuple[list[OutboxMessage], list[OutboxMessage]]:
    outbox.expire_leases(conn, now)
    doubtful = outbox.claim_uncertain(conn, now, settle=settle, lease=LEASE, limit=_BATCH)
    return doubtful, outbox.claim(conn, now, limit=_BATCH, lease=LEASE)


def _next_at(settle: timedelta, conn: Connection) -> datetime | None:
    instants = (outbox.next_send_at(conn), outbox.next_expiry(conn, settle))
    return min((at for at in instants if at is not None), default=None)


def _settle(  # noqa: PLR0911 - one line for each class of outcome, as in the table of the docs
    desk: Desk, message: OutboxMessage, outcome: Outcome | Void, digest: str, now: datetime, conn: Connection
) -> bool:
    """Write down what became of a claimed message, with everything that follows from it. False: the claim was lost."""
    match outcome:
        case Void(reason=reason):
            return outbox.withdraw(conn, message, now, reason)
        case Accepted():
            return _accepted(conn, desk, message, outcome, digest, now)
        case NotAccepted(reason=reason, after=after):
            wait = min(_FIRST_WAIT * 2 ** min(message.attempts, 12), _LONGEST_WAIT) if after is None else after
            limited = reason == "ratelimited"
            refused = outbox.Refusal(error=reason, wait=wait, destination_waits=limited)
            return outbox.release(conn, message, now, refused)
        case Ambiguous(reason=reason):
            return outbox.uncertain(conn, message, now, reason)
        case WorkspaceDead(reason=reason):
            workspaces.set_state(conn, desk.workspace, WorkspaceState.DEAD)
            return outbox.release(conn, message, now, outbox.Refusal(error=reason, wait=_LONGEST_WAIT))
        case MessageGone(reason=reason):
            if message.kind == cards.CARD_UPDATE and message.ticket_id is not None:
                cards.post(conn, desk, message.ticket_id, now, again=True)
            return outbox.failed(conn, message, now, reason, None)
        case DestinationDead(reason=reason) | Unfit(reason=reason):
            return outbox.failed(conn, message, now, reason, _fallback(desk, message, now))
        case unreachable:
            assert_never(unreachable)


def _accepted(
    conn: Connection, desk: Desk, message: OutboxMessage, outcome: Accepted, digest: str, now: datetime
) -> bool:
    arrived = outbox.Delivery(at=now, channel_id=outcome.channel, message_ts=outcome.ts)
    if not outbox.sent(conn, message, arrived):
        return False
    if message.ticket_id is not None and message.kind == cards.CARD:
        tickets.update_columns(
            conn,
            desk.workspace,
            message.ticket_id,
            card_channel=outcome.channel,
            card_ts=outcome.ts,
            card_hash=digest or None,
        )
    elif message.kind in {ALERT, DIRECT}:
        stored = outbox.find(conn, message.workspace, message.key)
        if stored is not None:
            aftermath.edit_alert(conn, stored, now)
    elif message.ticket_id is not None and message.kind == cards.CARD_UPDATE:
        tickets.update_columns(conn, desk.workspace, message.ticket_id, card_hash=digest)
    return True


def _fallback(desk: Desk, message: OutboxMessage, now: datetime) -> outbox.NewMessage | None:
    """An alert whose channel cannot be written to goes to an admin instead; nothing is lost in silence."""
    if message.kind in {cards.CARD, cards.CARD_UPDATE, ALERT_EDIT, DIRECT} or not desk.config.admins:
        return None
    return outbox.NewMessage(
        workspace=message.workspace,
        key=f"{message.key}:fallback",
        kind=DIRECT,
        destination=min(desk.config.admins),
        payload=message.payload,
        created_at=now,
        urgency=message.urgency,
        ticket_id=message.ticket_id,
        metric=message.metric,
        instance=message.instance,
        fallback_of=message.key,
    )
