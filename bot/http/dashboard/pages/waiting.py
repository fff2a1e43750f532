"""Outbox and inbox: what waits, what failed, and a button to try it again. Message text is never shown."""

import re
from collections.abc import Mapping

from sqlalchemy import Connection

from bot.http.dashboard.visit import Shown, Visit
from store import audit, inbox, outbox
from store.audit import AuditEntry
from store.inbox import InboxItem, InboxState
from store.outbox import OutboxMessage, OutboxState

_UNSENT = (
    OutboxState.FAILED,
    OutboxState.PENDING,
    OutboxState.SENDING,
    OutboxState.UNCERTAIN,
    OutboxState.RECONCILING,
)
_MOST = 100
# What an exception says may quote what it stumbled over; its name does not.
_EXCEPTION = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_.]*): .*", re.DOTALL)


def draw(conn: Connection, visit: Visit) -> Shown:
    """The page."""
    own = visit.desk.workspace
    messages = [one for state in _UNSENT for one in outbox.listing(conn, state, limit=_MOST) if one.workspace == own]
    states = (InboxState.QUARANTINED, InboxState.PENDING)
    requests = [one for state in states for one in inbox.listing(conn, state, _MOST) if one.workspace == own]
    return Shown(
        "deliveries.html",
        {
            "messages": [_message(one, visit) for one in messages],
            "requests": [_request(one) for one in requests],
            "may_retry": visit.reader.is_admin and bool(visit.reader.csrf),
        },
    )


def retry(conn: Connection, visit: Visit, queue: str, key: str) -> None:
    """Have a message sent, or a request handled, once more; it is in the audit log."""
    again = outbox.retry if queue == "outbox" else inbox.retry
    if again(conn, visit.desk.workspace, [key], visit.now):
        entry = AuditEntry(
            workspace=visit.desk.workspace,
            at=visit.now,
            who=visit.reader.user,
            action=f"{queue}.retried",
            detail={"keys": [key]},
        )
        audit.record(conn, entry)


def _message(one: OutboxMessage, visit: Visit) -> Mapping[str, object]:
    return {
        "key": one.key,
        "state": one.state,
        "kind": one.kind.replace("_", " "),
        "ticket": one.ticket_id,
        "destination": visit.name_of(one.destination),
        "at": one.created_at,
        "attempts": one.attempts,
        "error": _reason(one.error),
        "retry": one.state in {OutboxState.FAILED, OutboxState.PENDING},
    }


def _request(one: InboxItem) -> Mapping[str, object]:
    return {
        "key": one.key,
        "state": one.state,
        "kind": one.kind,
        "at": one.event_at,
        "attempts": one.attempts,
        "error": _reason(one.error),
    }


def _reason(error: str | None) -> str:
    if error is None:
        return ""
    found = _EXCEPTION.fullmatch(error)
    return found["name"] if found else error[:80]
