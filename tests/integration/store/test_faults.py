"""Processes die, disks fill up and servers go away; what was acknowledged stays."""

import asyncio
import random
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from store import audit, migrations
from store.audit import AuditEntry
from store.engine import Database
from store.errors import AlreadyRunningError, UnavailableError
from tests.support.databases import PostgresqlServer
from tests.support.stored import NOON

ROOT = Path(__file__).parents[3]


@asynccontextmanager
async def process(*words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.writing_process", *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()
        started._transport.close()  # type: ignore[attr-defined]


async def line(started: asyncio.subprocess.Process) -> str:
    assert started.stdout is not None
    return (await started.stdout.readline()).decode().strip()


def change(action: str) -> Callable[[Connection], int]:
    entry = AuditEntry(workspace="T1", at=NOON, who="U1", action=action)
    return lambda conn: audit.record(conn, entry)


async def stored(url: str) -> list[str]:
    async with Database(url) as db:
        entries = await db.read(lambda conn: audit.listing(conn, "T1", limit=100_000))
    return [entry.action.split()[0] for entry in reversed(entries)]


@pytest.mark.parametrize("seed", range(3))
async def test_what_was_acknowledged_survives_a_kill(database_url: str, seed: int) -> None:
    chance = random.Random(seed)
    acknowledged: list[str] = []
    for _ in range(2):
        async with process(database_url) as writer:
            acknowledged += [await line(writer) for _ in range(chance.randrange(1, 200))]
            writer.send_signal(signal.SIGKILL)
            while rest := await line(writer):
                acknowledged.append(rest)
    acknowledged = [said.removeprefix("stored ") for said in acknowledged]

    found = await stored(database_url)

    assert set(acknowledged) <= set(found)
    assert len(found) == len(set(found))
    # At most one group of four was committed without its writers hearing of it, in each of two processes.
    assert len(found) - len(acknowledged) <= 8


async def test_numbers_have_no_gaps_after_kills(database_url: str) -> None:
    for lines in (5, 17, 40):
        async with process(database_url) as writer:
            for _ in range(lines):
                await line(writer)
            writer.kill()
            await writer.wait()

    async with Database(database_url) as db:
        numbers = await db.read(lambda conn: [one.audit_id for one in audit.listing(conn, "T1", limit=100_000)])

    assert numbers == list(range(len(numbers), 0, -1))


async def test_the_file_is_held_until_its_process_dies(sqlite_url: str) -> None:
    migrations.upgrade(sqlite_url)
    async with Database(sqlite_url) as db, process(sqlite_url, "hold") as other:
        assert await line(other) == "held"
        with pytest.raises(AlreadyRunningError, match=f"process {other.pid}"):
            await db.hold()

        other.kill()
        await other.wait()

        await db.hold()


def fill_up(conn: Connection) -> None:
    """From now on the file cannot grow, as on a full disk."""
    pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
    conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


async def test_a_full_disk_is_a_sentence_and_stores_nothing(sqlite_url: str) -> None:
    migrations.upgrade(sqlite_url)
    async with Database(sqlite_url) as db:
        await db.write(change("before"))
        await db.write(fill_up)

        with pytest.raises(UnavailableError, match=r"^The disk that holds the database .* is full: free some space\.$"):
            await db.write(change("too big " + "x" * 1_000_000))

        assert await db.write(change("after")) == 2
    assert await stored(sqlite_url) == ["before", "after"]


async def test_a_full_disk_acknowledges_nobody_of_the_group(sqlite_url: str) -> None:
    migrations.upgrade(sqlite_url)
    async with Database(sqlite_url) as db:
        await db.write(fill_up)
        outcomes = await asyncio.gather(
            *(db.write(change(f"{number} " + "x" * 200_000)) for number in range(5)), return_exceptions=True
        )
        acknowledged = sum(not isinstance(outcome, UnavailableError) for outcome in outcomes)
    assert acknowledged < 5
    assert len(await stored(sqlite_url)) == acknowledged


async def test_a_unit_that_hides_a_full_disk_is_not_acknowledged(sqlite_url: str) -> None:
    migrations.upgrade(sqlite_url)
    async with Database(sqlite_url) as db:
        await db.write(fill_up)

        def hide(conn: Connection) -> str:
            try:
                change("x" * 1_000_000)(conn)
            except OperationalError:
                conn.execute(text("SELECT 1"))
            return "all is well"

        with pytest.raises(UnavailableError):
            await db.write(hide)
        assert await db.write(change("after")) == 1


async def test_a_disk_that_refuses_to_write_keeps_what_was_acknowledged(sqlite_url: str) -> None:
    migrations.upgrade(sqlite_url)
    acknowledged: list[str] = []
    async with process(sqlite_url, "limit", "700000") as writer:
        while (said := await line(writer)).startswith("stored "):
            acknowledged.append(said.removeprefix("stored "))

    assert said.startswith("refused The disk that holds the database")
    assert acknowledged
    assert await stored(sqlite_url) == sorted(acknowledged, key=lambda name: int(name.split(":")[1]))


@pytest.mark.postgresql
async def test_a_server_that_is_gone_is_a_sentence_and_comes_back(
    postgresql_url: str, postgresql_server: PostgresqlServer
) -> None:
    async with Database(postgresql_url) as db:
        await db.write(change("before"))
        await db.read(lambda conn: audit.listing(conn, "T1"))
        postgresql_server.close_door(postgresql_url)

        with pytest.raises(UnavailableError, match=r"^The database threadline_\d+ cannot be used: "):
            await db.write(change("lost"))
        with pytest.raises(UnavailableError, match=r"^The database threadline_\d+ cannot be used: "):
            await db.read(lambda conn: audit.listing(conn, "T1"))

        postgresql_server.open_door(postgresql_url)
        assert await db.write(change("after")) == 2
    assert await stored(postgresql_url) == ["before", "after"]


@pytest.mark.postgresql
async def test_a_connection_lost_within_a_unit_does_not_store_it_twice(
    postgresql_url: str, postgresql_server: PostgresqlServer
) -> None:
    async with Database(postgresql_url) as db:
        attempts = 0

        def unlucky(conn: Connection) -> int:
            nonlocal attempts
            attempts += 1
            number = change("once")(conn)
            if attempts == 1:
                postgresql_server.disconnect(postgresql_url)
                conn.execute(text("SELECT 1"))
            return number

        assert await db.write(unlucky) == 1
        assert attempts == 2
    assert await stored(postgresql_url) == ["once"]
