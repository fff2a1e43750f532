"""A unit is stored whole before its caller hears of it, or not at all."""

import asyncio
import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, text

from store import counters, inbox, instances, migrations, outbox, rules, tickets
from store.engine import Database
from store.errors import AlreadyRunningError, NaiveInstantError, SchemaError, StoreError, UnavailableError
from store.inbox import Claim, Envelope
from store.outbox import NewMessage
from store.wake import Topic
from tests.support.databases import PostgresqlServer
from tests.support.stored import NOON, a_ticket, an_instance


def add(conn: Connection, name: str = "n") -> int:
    return counters.allocate(conn, "T1", name)[0]


def count(conn: Connection, name: str = "n") -> int:
    found = conn.execute(text("SELECT value FROM counter WHERE name = :name"), {"name": name}).scalar()
    return found or 0


async def test_a_unit_returns_its_value_and_is_stored(db: Database) -> None:
    assert await db.write(add) == 1
    assert await db.write(add) == 2
    assert await db.read(count) == 2


async def test_a_unit_that_raises_stores_nothing_and_spoils_nobody(db: Database) -> None:
    def half(conn: Connection) -> None:
        add(conn)
        raise LookupError("half way")

    outcomes = await asyncio.gather(*(db.write(unit) for unit in (add, half, add, half, add)), return_exceptions=True)

    assert sorted(one for one in outcomes if isinstance(one, int)) == [1, 2, 3]
    assert [str(one) for one in outcomes if isinstance(one, LookupError)] == ["half way", "half way"]
    assert await db.read(count) == 3


async def test_a_unit_that_the_database_refuses_spoils_nobody(db: Database) -> None:
    def refused(conn: Connection) -> None:
        conn.execute(text("INSERT INTO counter (workspace, name, value) VALUES ('T1', NULL, 1)"))

    outcomes = await asyncio.gather(*(db.write(unit) for unit in (add, refused, add)), return_exceptions=True)

    assert [type(one).__name__ for one in outcomes] == ["int", "IntegrityError", "int"]


async def test_a_unit_that_was_given_up_before_it_began_does_not_run(sqlite_url: str) -> None:
    migrations.upgrade(sqlite_url)
    async with Database(sqlite_url) as db:
        blocked, go = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def block(_: Connection) -> None:
            loop.call_soon_threadsafe(blocked.set)
            asyncio.run_coroutine_threadsafe(go.wait(), loop).result()

        first = asyncio.create_task(db.write(block))
        await blocked.wait()
        given_up = asyncio.create_task(db.write(add))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.wait([given_up])
        go.set()
        await first

        assert await db.read(count) == 0


async def test_a_long_reading_holds_up_neither_writers_nor_other_readers(db: Database) -> None:
    begun, go = threading.Event(), threading.Event()

    def long_reading(conn: Connection) -> int:
        before = count(conn)
        begun.set()
        go.wait(timeout=60)
        return before + count(conn)

    reading = asyncio.create_task(db.read_in_thread(long_reading))
    await asyncio.to_thread(begun.wait)
    assert await db.write(add) == 1
    assert await db.read(count) == 1
    go.set()

    assert await reading == 0, "it sees the database as it was when it began"


async def test_a_long_reading_ends_when_the_database_is_closed(sqlite_url: str) -> None:
    migrations.upgrade(sqlite_url)
    begun, go = threading.Event(), threading.Event()

    def long_reading(conn: Connection) -> int:
        count(conn)
        begun.set()
        go.wait(timeout=60)
        return count(conn)

    async with Database(sqlite_url) as db:
        reading = asyncio.create_task(db.read_in_thread(long_reading))
        await asyncio.to_thread(begun.wait)
    go.set()

    with pytest.raises(StoreError, match=r"The database is not open\."):
        await reading
    with pytest.raises(StoreError, match=r"The database is not open\."):
        await db.read_in_thread(count)


async def test_a_unit_that_only_reads_cannot_write(db: Database) -> None:
    with pytest.raises(Exception, match=r"readonly|read-only|may not be written"):
        await db.read(add)
    with pytest.raises(Exception, match=r"readonly|read-only|may not be written"):
        await db.read_in_thread(add)
    assert await db.write(add) == 1


async def test_one_read_sees_one_snapshot(db: Database) -> None:
    await db.write(add)
    seen, go = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    async def look() -> tuple[int, int]:
        def twice(conn: Connection) -> tuple[int, int]:
            first = count(conn)
            loop.call_soon(seen.set)
            from sqlalchemy.util import await_only

            await_only(go.wait())
            return first, count(conn)

        return await db.read(twice)

    looking = asyncio.create_task(look())
    await seen.wait()
    await db.write(add)
    go.set()

    assert await looking == (1, 1)


async def test_everything_that_waits_at_close_is_stored(database_url: str) -> None:
    db = Database(database_url)
    await db.open()
    waiting = [asyncio.create_task(db.write(add)) for _ in range(300)]
    await asyncio.sleep(0)
    await db.close()

    assert sorted(await asyncio.gather(*waiting)) == list(range(1, 301))
    async with Database(database_url) as again:
        assert await again.read(count) == 300


async def test_a_unit_that_comes_while_the_database_closes_is_refused(database_url: str) -> None:
    db = Database(database_url)
    await db.open()
    waiting = asyncio.create_task(db.write(add))
    await asyncio.sleep(0)
    closing = asyncio.create_task(db.close())
    await asyncio.sleep(0)

    with pytest.raises(StoreError, match="not open"):
        await db.write(add)

    await closing
    assert await waiting == 1


@pytest.mark.parametrize("meddle", [Connection.commit, Connection.rollback, Connection.close])
async def test_a_unit_that_meddles_with_its_transaction_does_not_stop_the_writer(db: Database, meddle: Any) -> None:
    def unit(conn: Connection) -> None:
        add(conn, "meddled")
        meddle(conn)

    outcomes = await asyncio.gather(db.write(unit), db.write(add), return_exceptions=True)
    assert isinstance(outcomes[0], Exception)
    assert await db.write(add) >= 1


async def test_a_database_that_is_not_open_says_so(sqlite_url: str) -> None:
    db = Database(sqlite_url)

    with pytest.raises(StoreError, match=r"^The database is not open\.$"):
        await db.write(add)
    with pytest.raises(StoreError, match=r"^The database is not open\.$"):
        await db.read(add)
    await db.close()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("nonsense", "The database address cannot be read"),
        ("sqlite://", "SQLite needs a file"),
        ("sqlite:///:memory:", "SQLite needs a file"),
        ("mysql://host/name", "Databases of the kind 'mysql' are not supported"),
    ],
)
def test_an_address_that_cannot_work_is_refused_with_a_sentence(url: str, sentence: str) -> None:
    with pytest.raises(StoreError, match=sentence):
        Database(url)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_a_postgresql_address_works(scheme: str) -> None:
    assert Database(f"{scheme}://user@host/name").is_postgresql


async def test_an_unreachable_server_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"^The database name cannot be used: .*"):
        await Database(f"postgresql://user@/name?host={tmp_path}").open()


async def test_a_folder_that_does_not_exist_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="check that its folder exists"):
        await Database(f"sqlite:///{tmp_path}/nowhere/x.db").open(migrate=True)


async def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("I am a letter, and long enough to be looked at by the library. " * 20)

    with pytest.raises(UnavailableError, match="is not a Threadline database"):
        await Database(f"sqlite:///{tmp_path}/x.db").open()


async def test_a_second_run_on_one_file_is_refused_while_other_commands_may_write(sqlite_url: str) -> None:
    migrations.upgrade(sqlite_url)
    first, second = Database(sqlite_url), Database(sqlite_url)
    await first.open()
    await second.open()
    await first.hold()
    await first.hold()

    with pytest.raises(AlreadyRunningError, match=r"Another `threadline run` \(process \d+\) works on"):
        await second.hold()
    assert await second.write(add) == 1

    await first.close()
    await second.hold()
    await second.close()


async def test_any_number_may_run_on_one_server(postgresql_url: str) -> None:
    for db in (Database(postgresql_url), Database(postgresql_url)):
        await db.hold()


async def test_a_write_waits_for_the_commit_of_another_process(sqlite_url: str) -> None:
    migrations.upgrade(sqlite_url)
    async with Database(sqlite_url) as db:
        other = sqlite3.connect(str(db.url.database), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(db.write(add))
        assert await db.read(count) == 0
        assert not waiting.done()
        other.execute("ROLLBACK")
        other.close()
        assert await waiting == 1


async def test_nobody_writes_between_what_a_unit_reads_and_what_it_writes(sqlite_url: str) -> None:
    migrations.upgrade(sqlite_url)
    async with Database(sqlite_url) as db:
        file = str(db.url.database)

        def read_then_write(conn: Connection) -> int:
            before = count(conn)
            other = sqlite3.connect(file, isolation_level=None, timeout=0)
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
            other.close()
            add(conn)
            return count(conn) - before

        assert await db.write(read_then_write) == 1


@pytest.mark.parametrize("number", range(2))
async def test_instants_are_utc_to_the_microsecond(db: Database, number: int) -> None:
    berlin = timezone(timedelta(hours=1))
    instants = [
        datetime(2026, 1, 5, 13, 0, 0, 123456, tzinfo=berlin),
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ]
    await db.write(lambda conn: tickets.create(conn, a_ticket(last_event_at=instants[number])))

    stored = await db.read(lambda conn: tickets.get(conn, "T1", 1))

    assert stored is not None
    expected = [datetime(2026, 1, 5, 12, 0, 0, 123456, tzinfo=UTC), instants[1]]
    assert stored.last_event_at == expected[number]
    assert stored.last_event_at.tzinfo is UTC


async def test_an_instant_without_a_zone_is_refused(db: Database) -> None:
    naive = datetime(2026, 1, 5, 12, 0)  # noqa: DTZ001 (that is the point)

    with pytest.raises(NaiveInstantError, match=r"The instant 2026-01-05T12:00:00 has no time zone"):
        await db.write(lambda conn: tickets.create(conn, a_ticket(created_at=naive)))
    with pytest.raises(NaiveInstantError):
        await db.write(lambda conn: instances.due(conn, "T1", naive))


async def test_equal_json_is_stored_as_equal_bytes(db: Database) -> None:
    await db.write(lambda conn: tickets.create(conn, a_ticket(fields={"b": 1, "a": "é"})))

    stored = await db.read(lambda conn: conn.execute(text("SELECT fields FROM ticket")).scalar_one())

    assert stored == '{"a":"\\u00e9","b":1}'


def envelope(key: str) -> Envelope:
    return Envelope(workspace="T1", key=key, kind="events", body="{}", event_at=NOON, received_at=NOON)


def alert(key: str) -> NewMessage:
    return NewMessage(workspace="T1", key=key, kind="alert", destination="C1", payload={}, created_at=NOON)


async def heard(db: Database, unit: Any) -> set[Topic]:
    topics: set[Topic] = set()
    db.on_notify(topics.update)
    await db.write(unit)
    await asyncio.sleep(0)
    return topics


@pytest.mark.parametrize(
    ("unit", "topic"),
    [
        (lambda conn: inbox.put(conn, envelope("a")), Topic.INBOX),
        (lambda conn: outbox.enqueue(conn, alert("a")), Topic.OUTBOX),
        (lambda conn: rules.save_version(conn, "T1", {}, NOON), Topic.RULES),
    ],
)
async def test_who_waits_is_woken_by_a_commit(db: Database, unit: Any, topic: Topic) -> None:
    assert await heard(db, unit) == {topic}
    if topic is not Topic.RULES:
        assert await heard(db, unit) == set()


async def test_units_that_wait_together_share_one_commit(sqlite_url: str) -> None:
    migrations.upgrade(sqlite_url)
    async with Database(sqlite_url) as db:
        commits: list[frozenset[Topic]] = []
        db.on_notify(commits.append)
        names = iter("abcdefghijklmnop")

        async def writer() -> None:
            for name in names:
                await db.write(lambda conn, name=name: inbox.put(conn, envelope(name)))

        await asyncio.gather(*(writer() for _ in range(8)))
        await asyncio.sleep(0)

        assert len(commits) == 2


async def test_a_new_deadline_wakes_the_tick(db: Database) -> None:
    await db.write(lambda conn: tickets.create(conn, a_ticket()))
    assert await heard(db, lambda conn: instances.upsert_many(conn, [an_instance()])) == {Topic.DEADLINES}


async def test_a_unit_that_failed_wakes_nobody(db: Database) -> None:
    topics: set[Topic] = set()
    db.on_notify(topics.update)

    def fail(conn: Connection) -> None:
        inbox.put(conn, envelope("a"))
        raise LookupError

    with pytest.raises(LookupError):
        await db.write(fail)
    if db.is_postgresql:
        assert topics == set()
        assert await heard(db, add) == set()


@pytest.mark.postgresql
async def test_a_commit_wakes_the_other_replicas(postgresql_url: str) -> None:
    async with Database(postgresql_url) as writer, Database(postgresql_url) as listener:
        woken = asyncio.Event()
        topics: list[frozenset[Topic]] = []
        listener.on_notify(lambda those: (topics.append(those), woken.set()))
        await listener.listening()

        await writer.write(lambda conn: outbox.enqueue(conn, alert("a")))
        async with asyncio.timeout(10):
            await woken.wait()

        assert topics == [frozenset({Topic.OUTBOX})]


@pytest.mark.postgresql
async def test_after_a_failover_the_next_write_and_the_next_read_work(
    postgresql_url: str, postgresql_server: PostgresqlServer
) -> None:
    async with Database(postgresql_url) as db:
        await db.write(add)
        assert await db.read(count) == 1
        postgresql_server.disconnect(postgresql_url)

        assert await db.write(add) == 2
        assert await db.read(count) == 2


@pytest.mark.postgresql
async def test_units_that_deadlock_are_both_stored(postgresql_url: str) -> None:
    async with Database(postgresql_url) as db:
        await db.write(add)
        await db.write(lambda conn: add(conn, "m"))
        met = asyncio.Event()
        loop = asyncio.get_running_loop()
        waiting = 0

        def meet() -> None:
            nonlocal waiting
            waiting += 1
            if waiting >= 2:
                met.set()

        def unit(first: str, second: str) -> Any:
            def cross(conn: Connection) -> None:
                add(conn, first)
                loop.call_soon_threadsafe(meet)
                asyncio.run_coroutine_threadsafe(met.wait(), loop).result()
                add(conn, second)

            return cross

        await asyncio.gather(db.write(unit("n", "m")), db.write(unit("m", "n")))

        assert await db.read(lambda conn: (count(conn, "n"), count(conn, "m"))) == (3, 3)


@pytest.mark.postgresql
async def test_leases_run_on_the_clock_of_the_server(postgresql_url: str) -> None:
    """A replica whose own clock is a day ahead must not take what another has just claimed."""
    async with Database(postgresql_url) as db:
        await db.write(lambda conn: outbox.enqueue(conn, alert("a")))
        await db.write(lambda conn: inbox.put(conn, envelope("a")))
        await db.write(lambda conn: inbox.put(conn, envelope("b")))
        lease = timedelta(minutes=1)
        (claimed,) = await db.write(lambda conn: outbox.claim(conn, "T1", NOON, lease=lease))
        await db.write(lambda conn: inbox.take(conn, "T1", NOON, Claim(holder="me", limit=1)))

        ahead = NOON + timedelta(days=1)
        assert await db.write(lambda conn: outbox.expire_leases(conn, "T1", ahead)) == 0
        assert await db.write(lambda conn: inbox.take(conn, "T1", ahead, Claim(holder="other"))) == []
        server = await db.read(lambda conn: conn.execute(text("SELECT clock_timestamp()")).scalar_one())
        assert claimed.lease_until is not None
        assert timedelta(0) < claimed.lease_until - server <= lease


async def test_an_older_schema_is_refused_with_the_command_that_helps(empty_database_url: str) -> None:
    with pytest.raises(SchemaError, match="run `threadline migrate`"):
        await Database(empty_database_url).open()

    db = Database(empty_database_url)
    await db.open(migrate=True)
    await db.close()
    async with Database(empty_database_url) as again:
        assert await again.write(add) == 1


@pytest.mark.postgresql
@pytest.mark.parametrize("payload", ["", " ", "somebody", "somebody outbox2", "\u2028 outbox"])
async def test_a_notification_that_is_not_ours_deafens_nobody(postgresql_url: str, payload: str) -> None:
    async with Database(postgresql_url) as writer, Database(postgresql_url) as listener:
        woken = asyncio.Event()
        listener.on_notify(lambda _: woken.set())
        await listener.listening()

        await writer.write(lambda conn: conn.execute(select(func.pg_notify("threadline", payload))))
        await writer.write(lambda conn: outbox.enqueue(conn, alert("a")))
        async with asyncio.timeout(3):
            await woken.wait()
