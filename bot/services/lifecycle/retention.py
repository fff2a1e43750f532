"""Words are forgotten when they are older than the configuration wants; what was counted from them stays.

Every message is gone through once. Two marks, kept like the occurrences of a regular post, say how far that has come:
one in the time of the messages, and one in the time at which we learned of them, for history that is imported or found
later is old when it comes.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from bot.services.tickets import ticketing
from bot.services.workspace.desk import Desk
from store import occurrences, ticket_events
from store.ticket_events import TicketEvent

_BY_TIME, _BY_ARRIVAL = "retention", "retention of what came late"
_THE_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def forget_words(conn: Connection, desk: Desk, now: datetime, limit: int = 500) -> int:
    """Forget what is too old, going on where the last look ended; how many events were gone through.

    Fewer than ``limit`` say that all is done.
    """
    kept_for = desk.config.lifecycle.retention
    if kept_for is None:
        return 0
    before = now - kept_for
    reached = occurrences.latest(conn, desk.workspace, _BY_TIME) or _THE_BEGINNING
    old = ticket_events.happened(conn, desk.workspace, reached, before, limit=limit) if reached < before else []
    _forget(conn, desk, old, now)
    _mark(conn, desk, _BY_TIME, old, limit, before, lambda event: event.at)
    looked = occurrences.latest(conn, desk.workspace, _BY_ARRIVAL) or now
    new = ticket_events.recorded(conn, desk.workspace, looked, limit=limit)
    _forget(conn, desk, [event for event in new if event.at < before], now)
    _mark(conn, desk, _BY_ARRIVAL, new, limit, now, lambda event: event.recorded_at)
    return max(len(old), len(new))


def _forget(conn: Connection, desk: Desk, events: Sequence[TicketEvent], now: datetime) -> None:
    for event in events:
        if event.body.get("text"):
            ticketing.reword(conn, desk, event, "", now)


def _mark(
    conn: Connection,
    desk: Desk,
    job: str,
    seen: Sequence[TicketEvent],
    limit: int,
    end: datetime,
    instant: Callable[[TicketEvent], datetime],
) -> None:
    """Note how far one look came: to the last event where there may be more, else to the end."""
    reached = instant(seen[-1]) if len(seen) >= limit and instant(seen[-1]) > instant(seen[0]) else end
    occurrences.move_to(conn, desk.workspace, job, reached)
