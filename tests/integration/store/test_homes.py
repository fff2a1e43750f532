"""App Homes: published when somebody asks, and looked at again at most once a minute when something changed."""

from datetime import timedelta

from store import homes
from store.engine import Database
from tests.support.stored import NOON

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


async def taken(db: Database, at, changed_at=NOON) -> list[str]:
    """Whose homes are looked at; each is published as it is."""

    def unit(conn):
        found = homes.take(conn, "T1", at, changed_at)
        for home in found:
            homes.published(conn, home, "the same")
        return [home.user_id for home in found]

    return await db.write(unit)


async def ask(db: Database, user: str, at=NOON, workspace="T1", **chosen: str) -> None:
    await db.write(lambda conn: homes.ask(conn, workspace, user, at, **chosen))


async def next_at(db: Database, at, changed_at=NOON):
    return await db.read(lambda conn: homes.next_at(conn, "T1", at, changed_at))


async def test_a_home_that_was_opened_is_looked_at_once(db: Database) -> None:
    await ask(db, "U1")
    await ask(db, "U9", workspace="T2")
    assert await next_at(db, NOON, NOON - MINUTE * 5) == NOON
    assert await taken(db, NOON, NOON - MINUTE * 5) == ["U1"]
    assert await taken(db, NOON + MINUTE * 5, NOON - MINUTE * 5) == []
    assert await next_at(db, NOON + MINUTE * 5, NOON - MINUTE * 5) is None


async def test_a_change_is_looked_at_a_minute_after_the_last_look_at_the_earliest(db: Database) -> None:
    await ask(db, "U1")
    await taken(db, NOON)
    changed_at = NOON + SECOND
    assert await next_at(db, NOON + SECOND, changed_at) == NOON + MINUTE
    assert await taken(db, NOON + MINUTE - SECOND, changed_at) == []
    assert await taken(db, NOON + MINUTE, changed_at) == ["U1"]
    assert await taken(db, NOON + MINUTE * 9, changed_at) == []


async def test_whoever_asks_again_does_not_wait_for_the_minute(db: Database) -> None:
    await ask(db, "U1")
    await taken(db, NOON)
    await ask(db, "U1", NOON + SECOND, shown="late")
    (home,) = await db.write(lambda conn: homes.take(conn, "T1", NOON + SECOND, NOON))
    assert (home.user_id, home.shown, home.page, home.digest) == ("U1", "late", "", None)
    await ask(db, "U1", NOON + SECOND, page="setup")
    (home,) = await db.write(lambda conn: homes.take(conn, "T1", NOON + SECOND, NOON))
    assert (home.shown, home.page) == ("late", "setup")


async def test_what_is_asked_while_a_home_is_drawn_is_not_lost(db: Database) -> None:
    await ask(db, "U1")
    (home,) = await db.write(lambda conn: homes.take(conn, "T1", NOON, NOON))
    await ask(db, "U1", NOON + SECOND, shown="late")
    await db.write(lambda conn: homes.published(conn, home, "what it showed before"))
    await db.write(lambda conn: homes.failed(conn, home, NOON + MINUTE * 30))
    assert await taken(db, NOON + SECOND) == ["U1"]


async def test_a_failure_is_tried_again_when_it_is_said(db: Database) -> None:
    await ask(db, "U1")
    (home,) = await db.write(lambda conn: homes.take(conn, "T1", NOON, NOON))
    await db.write(lambda conn: homes.failed(conn, home, NOON + MINUTE * 4))
    assert await next_at(db, NOON, NOON - MINUTE * 9) == NOON + MINUTE * 4
    assert await taken(db, NOON + MINUTE * 3) == []
    again = await db.write(lambda conn: homes.take(conn, "T1", NOON + MINUTE * 4, NOON))
    assert [(home.user_id, home.attempts) for home in again] == [("U1", 1)]


async def test_a_home_that_nobody_has_opened_for_a_month_waits_for_its_next_visit(db: Database) -> None:
    await ask(db, "U1")
    await taken(db, NOON)
    later = NOON + timedelta(days=31)
    assert await taken(db, later, later) == []
    assert await next_at(db, later, later) is None
    await ask(db, "U1", later)
    assert await taken(db, later, later) == ["U1"]


async def test_a_home_is_forgotten(db: Database) -> None:
    await ask(db, "U1")
    await ask(db, "U2")
    await db.write(lambda conn: homes.forget(conn, "T1", "U1"))
    assert await taken(db, NOON) == ["U2"]
