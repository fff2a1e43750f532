"""Taking over from a process that is certainly dead: what it had claimed need not wait until its leases end."""

from datetime import datetime

from sqlalchemy import Connection, delete, select, tuple_, update

from store.inbox import InboxState
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
