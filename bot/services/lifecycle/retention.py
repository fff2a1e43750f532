"""Words are forgotten when they are older than the configuration wants; what was counted from them stays.

Every message is looked at once. Two marks, kept like the occurrences of a regular post, say how far that has come:
one in the time of the messages, and one in the time at which we learned of them, since imported history is old when it
comes.
"""

from datetime import UTC, datetime

from sqlalchemy import Connection

from bot.services.tickets import ticketing
from bot.services.workspace.desk import Desk
from store import occurrences, ticket_events

_BY_TIME, _BY_ARRIVAL = "retention", "retention of what came late"
_THE_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def forget_words(conn: Connection, desk: Desk, now: datetime, limit: int) -> int:
    """Forget some of what is too old, going on where the last look ended; how many messages it was.

    Fewer than ``limit`` say that all is done.
    """
    kept_for = desk.config.lifecycle.retention
    if kept_for is None:
        return 0
    before = now - kept_for
    reached = occurrences.latest(conn, desk.workspace, _BY_TIME) or _THE_BEGINNING
    looked = occurrences.latest(conn, desk.workspace, _BY_ARRIVAL) or now
    old = ticket_events.with_words(conn, desk.workspace, reached, before, limit=limit)
    if len(old) < limit:
        left = limit - len(old)
        old += ticket_events.with_words(
            conn, desk.workspace, _THE_BEGINNING, min(reached, before), recorded_since=looked, limit=left
        )
    for event in old:
        ticketing.reword(conn, desk, event, "", now)
    if len(old) < limit:
        occurrences.move_to(conn, desk.workspace, _BY_TIME, before)
        occurrences.move_to(conn, desk.workspace, _BY_ARRIVAL, now)
    return len(old)
