"""Who is away, and which tickets are on hold until when."""

from datetime import timedelta

from store import absences, tickets
from store.engine import Database
from tests.support.stored import NOON, a_ticket

HOUR = timedelta(hours=1)


async def test_whoever_is_away_is_away_until_then_in_that_workspace_only(db: Database) -> None:
    await db.write(lambda conn: absences.leave(conn, "T1", "U1", NOON + HOUR))
    await db.write(lambda conn: absences.leave(conn, "T2", "U2", NOON + HOUR))

    assert await db.read(lambda conn: absences.away(conn, "T1", NOON)) == {"U1": NOON + HOUR}
    assert await db.read(lambda conn: absences.away(conn, "T1", NOON + HOUR)) == {}


async def test_what_was_said_last_of_an_absence_counts(db: Database) -> None:
    await db.write(lambda conn: absences.leave(conn, "T1", "U1", NOON + HOUR))
    await db.write(lambda conn: absences.leave(conn, "T1", "U1", NOON + 2 * HOUR))
    assert await db.read(lambda conn: absences.away(conn, "T1", NOON)) == {"U1": NOON + 2 * HOUR}

    assert await db.write(lambda conn: absences.come_back(conn, "T1", "U1")) is True
    assert await db.write(lambda conn: absences.come_back(conn, "T1", "U1")) is False
    assert await db.read(lambda conn: absences.away(conn, "T1", NOON)) == {}


async def test_holds_end_in_the_order_of_their_tickets_and_in_their_own_workspace(db: Database) -> None:
    for until in (NOON + 2 * HOUR, NOON + HOUR, None):
        await db.write(lambda conn, until=until: tickets.create(conn, a_ticket(hold_until=until, status="hold")))
    await db.write(lambda conn: tickets.create(conn, a_ticket(workspace="T2", hold_until=NOON)))

    assert await db.read(lambda conn: tickets.next_hold_end(conn, "T1")) == NOON + HOUR
    assert await db.read(lambda conn: tickets.held_until(conn, "T1", NOON)) == []
    assert await db.read(lambda conn: tickets.held_until(conn, "T1", NOON + HOUR)) == [2]
    assert await db.read(lambda conn: tickets.held_until(conn, "T1", NOON + 3 * HOUR)) == [1, 2]
    assert await db.read(lambda conn: tickets.next_hold_end(conn, "T3")) is None
