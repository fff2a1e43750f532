"""`threadline backup` and `threadline restore`: copies that are sound, and nothing ever overwritten."""

import asyncio
import os
import sqlite3
import stat
from contextlib import closing

import pytest

from tests.support.processes import started, until


def rows(path, statement):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


@pytest.fixture
async def database(run, folder):
    """A database with one workspace in it."""
    assert (await run("migrate")).code == 0
    path = folder / "threadline.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO workspace (workspace, name, state, cursor) VALUES ('T1', 'Northwind', 'active', '{}')"
        )
    return path


async def test_a_backup_holds_what_the_database_holds(run, folder, database):
    made = await run("backup", "copy.db")
    assert made.code == 0
    assert made.out.startswith("copy.db is a verified copy (")
    assert rows(folder / "copy.db", "SELECT name FROM workspace") == [("Northwind",)]
    assert sorted(path.name for path in folder.glob("copy.db*")) == ["copy.db"]


async def test_a_backup_can_be_read_by_its_owner_alone(run, folder, database):
    await run("backup", "copy.db")
    assert stat.S_IMODE((folder / "copy.db").stat().st_mode) == 0o600


async def test_a_backup_never_overwrites_a_file(run, folder, database):
    (folder / "copy.db").write_text("the photographs of last summer")
    refused = await run("backup", "copy.db")
    assert refused.code == 1
    assert refused.complaints == [
        "threadline: copy.db exists already: choose another name, a backup is never overwritten."
    ]
    assert (folder / "copy.db").read_text() == "the photographs of last summer"


async def test_a_backup_into_a_folder_that_does_not_exist_is_one_sentence(run, database):
    refused = await run("backup", "nowhere/copy.db")
    assert refused.code == 1
    assert len(refused.complaints) == 1
    assert "No such file or directory" in refused.complaints[0]


async def test_a_backup_of_what_is_not_there_creates_nothing(run, folder):
    refused = await run("backup", "copy.db")
    assert refused.code == 1
    assert refused.complaints == [f"threadline: There is no database at {folder}/threadline.db: nothing was copied."]
    assert list(folder.glob("*.db")) == []


async def test_a_damaged_database_is_not_backed_up_as_if_it_were_sound(run, folder, database):
    with database.open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(8192))
    refused = await run("backup", "copy.db")
    assert refused.code == 1
    assert "damaged" in refused.complaints[0]
    assert not (folder / "copy.db").exists()
    assert list(folder.glob(".copy*")) == []


@pytest.mark.parametrize(("command", "tool"), [("backup", "pg_dump --format=custom"), ("restore", "pg_restore")])
async def test_on_postgresql_its_own_tools_are_named(run, folder, command, tool):
    (folder / "copy.db").touch()
    name = "other.db" if command == "backup" else "copy.db"
    refused = await run(command, name, THREADLINE_DATABASE_URL="postgresql://nobody@127.0.0.1:1/threadline")
    assert refused.code == 1
    assert refused.complaints == [
        f"threadline: `{command}` is for SQLite: on PostgreSQL use {tool}, as docs/operations.md describes."
    ]


async def test_a_restore_brings_the_copy_back_and_keeps_what_was_there(run, folder, database):
    await run("backup", "copy.db")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE workspace SET name = 'Southwind'")
    restored = await run("restore", "copy.db")
    assert restored.code == 0
    (aside,) = folder.glob("threadline.db.before-restore-*Z")
    assert str(aside) in restored.out
    assert rows(database, "SELECT name FROM workspace") == [("Northwind",)]
    assert rows(aside, "SELECT name FROM workspace") == [("Southwind",)]
    assert rows(folder / "copy.db", "SELECT name FROM workspace") == [("Northwind",)]


async def test_what_was_there_is_kept_with_what_sqlite_had_not_yet_written_into_it(run, folder, database):
    await run("backup", "copy.db")
    writing = sqlite3.connect(database)
    with writing:
        writing.execute("PRAGMA wal_autocheckpoint = 0")
        writing.execute("UPDATE workspace SET name = 'Southwind'")
    assert (folder / "threadline.db-wal").exists()
    assert (await run("restore", "copy.db")).code == 0
    writing.close()
    (aside,) = folder.glob("threadline.db.before-restore-*Z")
    assert rows(aside, "SELECT name FROM workspace") == [("Southwind",)]
    assert rows(database, "SELECT name FROM workspace") == [("Northwind",)]


async def test_a_restore_on_a_new_machine_needs_no_database_there(run, folder, database):
    await run("backup", "copy.db")
    database.unlink()
    restored = await run("restore", "copy.db")
    assert restored.code == 0
    assert "What was there" not in restored.out
    assert rows(database, "SELECT name FROM workspace") == [("Northwind",)]


async def test_the_schema_of_a_restored_database_is_complete(run, database):
    await run("backup", "copy.db")
    await run("restore", "copy.db")
    assert (await run("inbox", "list")).code == 0


@pytest.mark.parametrize(
    ("contents", "complaint"),
    [
        (b"", "The file is not a Threadline database: nothing was changed."),
        (b"the photographs of last summer " * 100, "is not a Threadline database."),
    ],
    ids=["an empty file", "no database at all"],
)
async def test_what_is_no_backup_is_refused_and_the_database_stays(run, folder, database, contents, complaint):
    (folder / "copy.db").write_bytes(contents)
    refused = await run("restore", "copy.db")
    assert refused.code == 1
    assert refused.complaints[0].endswith(complaint)
    assert rows(database, "SELECT name FROM workspace") == [("Northwind",)]
    assert list(folder.glob("*.before-restore-*")) == []


async def test_a_backup_of_a_newer_version_is_refused_and_the_database_stays(run, folder, database):
    await run("backup", "copy.db")
    with closing(sqlite3.connect(folder / "copy.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    refused = await run("restore", "copy.db")
    assert refused.code == 1
    assert "the schema 9999, which this version of Threadline does not know" in refused.complaints[0]
    assert list(folder.glob("*.before-restore-*")) == []


async def test_a_backup_that_does_not_exist_is_one_sentence(run, folder, database):
    refused = await run("restore", "copy.db")
    assert refused.complaints == ["threadline: There is no backup at copy.db: nothing was changed."]


async def test_the_database_itself_is_not_taken_for_a_backup(run, database):
    refused = await run("restore", "threadline.db")
    assert refused.code == 1
    assert refused.complaints == ["threadline: threadline.db is the database itself: name a backup."]


async def test_a_bot_that_runs_is_backed_up_while_it_works(run, slack, folder):
    posts = lambda: len(slack.sandbox.read.calls(method="chat.postMessage"))  # noqa: E731
    async with started("run", folder=folder, **slack.variables) as bot:
        await bot.says("Threadline runs")
        slack.sandbox.act.post("C0ACME", "U0CARL", "Nothing works")
        await until(lambda: posts() == 1)
        made, _ = await asyncio.gather(run("backup", "copy.db"), _talk(slack.sandbox))
        assert made.code == 0, made.err
        await until(lambda: posts() >= 2)
    assert rows(folder / "copy.db", "SELECT count(*) > 0 FROM ticket") == [(1,)]


async def _talk(sandbox):
    for number in range(20):
        sandbox.act.post("C0ACME", ("U0CARL", "U0DORA")[number % 2], f"Matter {number}")
        await asyncio.sleep(0)


async def test_under_a_bot_that_runs_nothing_is_restored(run, slack, folder):
    async with started("run", folder=folder, **slack.variables) as bot:
        await bot.says("Threadline runs")
        assert (await run("backup", "copy.db")).code == 0
        refused = await run("restore", "copy.db")
    assert refused.code == 1
    assert "Another `threadline run` (process " in refused.complaints[0]
    assert list(folder.glob("*.before-restore-*")) == []
