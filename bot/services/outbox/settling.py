"""What becomes of a claimed message, and all that follows from it, in one transaction."""

from datetime import datetime, timedelta
from typing import assert_never

import structlog
from sqlalchemy import Connection

from bot.services.alerting import aftermath, cards
from bot.services.alerting.alerts import ALERT, ALERT_EDIT, COMMENT, DIRECT
from bot.services.api import comments
from bot.services.outbox.drawn import Drawn, Void
from bot.services.outbox.fallbacks import fallbacks
from bot.services.outbox.posting import refused, times_refused, was_refused
from bot.services.workspace.desk import Desk
from bot.slack.sending import (
    Accepted,
    Ambiguous,
    DestinationDead,
    MessageGone,
    NotAccepted,
    Outcome,
    Unfit,
    WorkspaceDead,
)
from store import outbox, tickets, workspaces
from store.outbox import OutboxMessage, OutboxState
from store.workspaces import WorkspaceState

_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=5)
# So often Slack may say "no" for a reason that we do not know before the message goes elsewhere.
_MOST_REFUSALS = 5

log = structlog.get_logger()


def settle(  # noqa: PLR0911 - one line for each class of outcome, as in the table of the docs
    desk: Desk, message: OutboxMessage, outcome: Outcome | Void, post: Drawn | None, now: datetime, conn: Connection
) -> bool:
    """Write down what became of a claimed message, with everything that follows from it. False: the claim was lost."""
    match outcome:
        case Void(reason=reason):
            return outbox.withdraw(conn, message, now, reason)
        case Accepted():
            return _accepted(conn, desk, message, outcome, post, now)
        case NotAccepted():
            return outbox.release(conn, message, now, _refusal(message, outcome))
        case Ambiguous():
            return _doubt(conn, desk, message, outcome, now)
        case WorkspaceDead(reason=reason):
            workspaces.set_state(conn, desk.workspace, WorkspaceState.DEAD)
            if message.state == OutboxState.RECONCILING:
                return outbox.uncertain(conn, message, now, reason)  # it may be there all the same
            return outbox.release(conn, message, now, outbox.Refusal(error=reason, wait=_LONGEST_WAIT))
        case MessageGone(reason=reason):
            return _gone(conn, desk, message, reason, post, now)
        case DestinationDead(reason=reason) | Unfit(reason=reason):
            return _failed(conn, desk, message, reason, now)
        case unreachable:
            assert_never(unreachable)


def _refusal(message: OutboxMessage, outcome: NotAccepted) -> outbox.Refusal:
    after = outcome.after
    wait = min(_FIRST_WAIT * 2 ** min(message.attempts, 12), _LONGEST_WAIT) if after is None else after
    limited = outcome.reason in {"ratelimited", "it answered 429"}
    return outbox.Refusal(error=outcome.reason, wait=wait, destination_waits=limited)


def _doubt(conn: Connection, desk: Desk, message: OutboxMessage, outcome: Ambiguous, now: datetime) -> bool:
    """Look before it is sent again; what Slack keeps refusing for one reason, known or not, goes elsewhere."""
    if message.state == OutboxState.RECONCILING:
        return outbox.uncertain(conn, message, now, (message.error if was_refused(message) else None) or outcome.reason)
    if not outcome.refused:
        return outbox.uncertain(conn, message, now, outcome.reason)
    times = times_refused(message, outcome.reason)
    if times >= _MOST_REFUSALS:
        return _failed(conn, desk, message, outcome.reason, now)
    return outbox.uncertain(conn, message, now, refused(outcome.reason, times))


def _gone(conn: Connection, desk: Desk, message: OutboxMessage, reason: str, post: Drawn | None, now: datetime) -> bool:
    """Somebody has deleted what was to be edited or answered: a card is posted anew, an alert goes into the channel."""
    number = message.ticket_id
    if message.kind == cards.CARD_UPDATE and number is not None:
        cards.post(conn, desk, number, now, again=True)
        return outbox.failed(conn, message, now, reason, None)
    if message.kind == ALERT and number is not None and post is not None and post.thread_ts is not None:
        ours = outbox.release(conn, message, now, outbox.Refusal(error=reason))
        ticket = tickets.get(conn, desk.workspace, number)
        if ours and ticket is not None and ticket.card_ts == post.thread_ts:
            gone = {"card_channel": None, "card_ts": None, "card_hash": None}
            tickets.update_columns(conn, desk.workspace, number, **gone)
            cards.post(conn, desk, number, now, again=True)
        return ours
    if message.kind == ALERT_EDIT:
        return outbox.failed(conn, message, now, reason, None)
    return _failed(conn, desk, message, reason, now)


def _failed(conn: Connection, desk: Desk, message: OutboxMessage, reason: str, now: datetime) -> bool:
    ours = outbox.failed(conn, message, now, reason, None)
    if ours:
        instead = fallbacks(conn, desk, message, now)
        outbox.enqueue_many(conn, instead)
        log.warning("outbox.failed", key=message.key, reason=reason, instead=[one.destination for one in instead])
    return ours


def _accepted(
    conn: Connection, desk: Desk, message: OutboxMessage, outcome: Accepted, post: Drawn | None, now: datetime
) -> bool:
    told = post.told if post is not None else None
    digest = post.digest if post is not None else ""
    arrived = outbox.Delivery(
        at=now,
        channel_id=outcome.channel or None,
        message_ts=outcome.ts or None,
        payload=None if told is None else told.payload(),
    )
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
    elif message.kind == COMMENT:
        comments.posted(conn, desk, message, outcome, now)
    elif message.ticket_id is not None and message.kind == cards.CARD_UPDATE:
        tickets.update_columns(conn, desk.workspace, message.ticket_id, card_hash=digest)
    return True
