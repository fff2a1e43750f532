"""Taking over from a process that is certainly dead, and handing over to others: nobody waits until leases end."""

from datetime import datetime

from sqlalchemy import Connection, delete, select, tuple_, update

from store.inbox import INBOX_LEASE, InboxState, release
from store.outbox import OutboxState
from store.tables import inbox, outbox, slot
from store.tables import lease as leases

_CLAIMED = outbox.c.state.in_([OutboxState.SENDING, OutboxState.RECONCILING])


def take_over(conn: Connection, now: datetime) -> None:
    """End every lease now. Only for whoever holds an SQLite file: nobody else claims anything there.

    What was being sent becomes uncertain as at the end of any lease, and is looked for before it is sent again.
    """
    conn.execute(delete(leases))
    waiting = inbox.c.state == InboxState.PENDING
    conn.execute(update(inbox).where(waiting, inbox.c.not_before > now).values(not_before=now))
    occupied = select(outbox.c.workspace, outbox.c.destination, outbox.c.lease_until).where(_CLAIMED)
    of_the_dead = tuple_(slot.c.workspace, slot.c.destination, slot.c.next_at).in_(occupied)
    conn.execute(update(slot).where(of_the_dead).values(next_at=now))
    conn.execute(update(outbox).where(_CLAIMED).values(lease_until=now))


def hand_over(conn: Connection, holder: str, now: datetime) -> None:
    """Give back what `holder` had taken from the inbox and did not handle, so that others need not wait for its leases.

    What waits for another attempt, because something failed, goes on waiting.
    """
    held = select(leases.c.workspace).where(leases.c.name == INBOX_LEASE, leases.c.holder == holder)
    taken = (inbox.c.workspace.in_(held), inbox.c.state == InboxState.PENDING, inbox.c.error.is_(None))
    conn.execute(update(inbox).where(*taken, inbox.c.not_before > now).values(not_before=now))
    release(conn, holder)
