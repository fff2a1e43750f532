"""From the outbox to its readers: every message recorded before it is tried, and in Slack once whatever happens.

A message is claimed, sent, and its outcome written down. When nobody knows whether Slack took it (a timeout, a dropped
connection, a crash), it is not sent again blindly: after a settle time the destination's history is read, and a
message with our key in its metadata means that it was sent. Nobody can look into a mailbox or behind a webhook, so a
letter or a call may arrive twice, under the same Message-ID or Idempotency-Key.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import assert_never

import structlog
from slack_sdk.errors import SlackApiError
from sqlalchemy import Connection

from bot.clock import Clock
from bot.notify.email import Mailer
from bot.notify.letters import Letter
from bot.notify.webhook import Call, Webhooks
from bot.services.alerting.alerts import ALERT, OUTSIDE_SLACK, SINGLE
from bot.services.alerting.digests import Recent, fold_storms
from bot.services.outbox.drawing import Drawing
from bot.services.outbox.drawn import Drawn, Void
from bot.services.outbox.posting import TOO_LATE, Posting
from bot.services.outbox.settling import settle
from bot.services.workspace.desk import Desk
from bot.slack.client import SlackUnavailableError
from bot.slack.sending import (
    Accepted,
    Ambiguous,
    DestinationDead,
    NotAccepted,
    Outcome,
    WorkspaceDead,
    describe,
    refusal,
)
from sla.storms import Told
from store import instances, outbox
from store.engine import Database
from store.outbox import OutboxMessage

LEASE = timedelta(seconds=60)
SETTLE = timedelta(seconds=30)
# A call to Slack takes at most so long: what is begun later than this before the end of a lease may outlive it.
_CALL = timedelta(seconds=10)
# After so long somebody else should hear of it.
_GIVE_UP = timedelta(hours=1)
# While a tick is still at work, alerts wait for each other, so that a storm is one digest.
_GATHER = timedelta(seconds=3)
_BATCH = 20
# An alert in the channel is better than one that waits for a thread to be in.
_PATIENCE = timedelta(seconds=30)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What to do now.

    Attributes:
        doubtful: To be looked for.
        ready: To be sent.
        told: What new digests tell.
    """

    doubtful: list[OutboxMessage]
    ready: list[OutboxMessage]
    told: list[Told]


async def _nothing() -> int:
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Sends what is due for one desk.

    Attributes:
        settle: How long an uncertain message waits before Slack is asked about it.
        lease: How long a claimed message is left alone by other processes; more than a call to Slack lasts.
        stopping: Whether nothing new is to be begun.
        arrived: Told of every message that was accepted, and when that was known.
        announce: Records what webhooks have to be told of; how many calls that were.
    """

    db: Database
    desk: Callable[[], Desk]
    clock: Clock
    drawing: Drawing
    posting: Posting
    mailer: Mailer
    webhooks: Webhooks
    settle: timedelta = SETTLE
    lease: timedelta = LEASE
    recent: Recent = field(default_factory=Recent)
    monotonic: Callable[[], float] = time.monotonic
    stopping: Callable[[], bool] = lambda: False
    arrived: Callable[[OutboxMessage, datetime], None] = lambda _message, _at: None
    announce: Callable[[], Awaitable[int]] = _nothing

    async def drain(self) -> int:
        """Send and reconcile until nothing is due now; how many messages were dealt with."""
        total = await self.announce()
        while not self.stopping() and (count := await self._round()):
            total += count
        return total

    async def next_at(self) -> datetime | None:
        """When there may be something to do next."""
        return await self.db.read(partial(_next_at, self.desk().workspace, self.settle))

    async def _round(self) -> int:
        now = self.clock.now()
        due_at = await self.next_at()
        if due_at is None or due_at > now:
            return 0  # a look is cheaper than a transaction that finds nothing to claim
        lease = self._begin_lease()
        claimed = await self.db.write(partial(self._claim, now, list(self.recent.told)))
        self.recent.add(claimed.told, now)
        self.recent.took(claimed.ready, now)
        # A long search must not use up the leases of what only has to be sent.
        await asyncio.gather(
            *(self._reconcile(message) for message in claimed.doubtful),
            *(self._deliver(message, lease) for message in claimed.ready),
        )
        return len(claimed.doubtful) + len(claimed.ready)

    def _claim(self, now: datetime, told: list[Told], conn: Connection) -> Claimed:
        desk, workspace = self.desk(), self.desk().workspace
        outbox.expire_leases(conn, workspace, now)
        outbox.stop_waiting(conn, workspace, ALERT, now - _PATIENCE)
        doubtful = outbox.claim_uncertain(conn, workspace, now, settle=self.settle, lease=self.lease, limit=_BATCH)
        if _is_gathering(conn, workspace, now):
            return Claimed(doubtful=doubtful, ready=[], told=[])
        new = fold_storms(conn, workspace, told, now, started_at=desk.opened_at)
        ready = outbox.claim(conn, workspace, now, limit=_BATCH, lease=self.lease)
        return Claimed(doubtful=doubtful, ready=ready, told=new)

    def _begin_lease(self) -> Callable[[], bool]:
        """Tells whether a call to Slack, begun now, still ends within a lease that is taken after this.

        Where the machine slept or was paused, one of the two clocks says so.
        """
        taken_at, from_here = self.clock.now(), self.monotonic()
        most = self.lease - _CALL

        def holds() -> bool:
            return self.clock.now() - taken_at < most and self.monotonic() - from_here < most.total_seconds()

        return holds

    async def _deliver(self, message: OutboxMessage, lease: Callable[[], bool]) -> None:
        now = self.clock.now()
        try:
            drawn = await self.drawing.draw(message, now)
        except Exception as error:
            # One row that cannot be drawn must not stop the others; it was not sent, so it may be tried again.
            log.exception("outbox.undrawable", key=message.key)
            await self._end(message, NotAccepted(reason=f"it could not be drawn ({type(error).__name__})"), None)
            return
        if isinstance(drawn, Void):
            await self._end(message, drawn, None)
            return
        outcome = _in_time(message, await self._attempt(message, drawn, now, lease), now)
        await self._end(message, outcome, drawn if isinstance(drawn, Drawn) else None)
        log.info("outbox.attempted", key=message.key, kind=message.kind, outcome=describe(outcome))

    async def _attempt(
        self, message: OutboxMessage, drawn: Drawn | Letter | Call, now: datetime, lease: Callable[[], bool]
    ) -> Outcome:
        if not lease():
            return TOO_LATE
        try:
            return await self._send(message, drawn, now, lease)
        except Exception as error:
            # Whatever went wrong, it may have gone wrong after Slack had taken the message.
            log.exception("outbox.unsendable", key=message.key)
            return Ambiguous(reason=type(error).__name__)

    async def _send(
        self, message: OutboxMessage, drawn: Drawn | Letter | Call, now: datetime, lease: Callable[[], bool]
    ) -> Outcome:
        key = self.sign(message.key)
        match drawn:
            case Drawn():
                return await self.posting.send(message, drawn, lease)
            case Letter():
                return await self.mailer.send(drawn, message_id=key, now=now)
            case Call():
                webhook = drawn.to or self.desk().config.webhooks.get(drawn.webhook)
                return await self.webhooks.send(drawn.content, webhook, key=key, now=now, secret=drawn.secret)
            case unreachable:
                assert_never(unreachable)

    async def _reconcile(self, message: OutboxMessage) -> None:
        """Look whether a message whose fate nobody knows is there."""
        try:
            outcome = await self._look_up(message)
        except SlackUnavailableError as error:
            outcome = Ambiguous(reason=f"cannot be looked up: {error}")
        except SlackApiError as error:
            answer = refusal(error)
            # Where nothing can be read any more nothing will be: somebody else has to be told.
            is_dead = isinstance(answer, DestinationDead | WorkspaceDead)
            outcome = answer if is_dead else Ambiguous(reason=f"cannot be looked up: {describe(answer)}")
        log.info("outbox.reconciled", key=message.key, outcome=describe(outcome))
        await self._end(message, outcome, None)

    async def _end(self, message: OutboxMessage, outcome: Outcome | Void, post: Drawn | None) -> None:
        now = self.clock.now()
        is_ours = await self.db.write(partial(settle, self.desk(), message, outcome, post, now))
        if is_ours and isinstance(outcome, Accepted):
            self.arrived(message, now)

    async def _look_up(self, message: OutboxMessage) -> Outcome:
        if message.kind in OUTSIDE_SLACK:
            return _in_time(message, NotAccepted(reason=message.error or "no answer"), self.clock.now())
        return await self.posting.look_up(message)

    def sign(self, key: str) -> str:
        """The key as it travels in a message's metadata, a letter's Message-ID and a call's Idempotency-Key."""
        return self.posting.sign(key)


def _is_gathering(conn: Connection, workspace: str, now: datetime) -> bool:
    """Whether a tick is about to add to alerts that are only seconds old: then they go out together."""
    due_at = instances.next_due(conn, workspace)
    if due_at is None or due_at > now:
        return False
    oldest = outbox.oldest_due(conn, workspace, now, SINGLE)
    return oldest is not None and now - oldest < _GATHER


def _in_time(message: OutboxMessage, outcome: Outcome, now: datetime) -> Outcome:
    """What has not reached a mailbox or a webhook for an hour is told elsewhere: an alert is no use when it is old."""
    if message.kind in OUTSIDE_SLACK and now - message.created_at >= _GIVE_UP:
        match outcome:
            case NotAccepted(reason=reason) | Ambiguous(reason=reason):
                return DestinationDead(reason=f"given up: {reason}")
            case _:
                return outcome
    return outcome


def _next_at(workspace: str, settle: timedelta, conn: Connection) -> datetime | None:
    waiting = outbox.oldest_waiting(conn, workspace, ALERT)
    impatient = None if waiting is None else waiting + _PATIENCE
    instants = (outbox.next_send_at(conn, workspace), outbox.next_expiry(conn, workspace, settle), impatient)
    return min((at for at in instants if at is not None), default=None)
