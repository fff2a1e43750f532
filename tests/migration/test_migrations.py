"""Migrations bring both databases to the schema that the program declares, and never run backwards."""

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from store import migrations, postgresql, sqlite, tables, tickets
from store.engine import Database
from store.errors import SchemaError
from store.urls import parse_url
from tests.support.stored import a_ticket


def in_transaction(url: str, *statements: str) -> list[object]:
    address = parse_url(url)
    module = postgresql if address.get_backend_name() == "postgresql" else sqlite
    engine = module.writing_engine(address)
    try:
        with engine.begin() as conn:
            return [conn.execute(text(statement)) for statement in statements]
    finally:
        engine.dispose()


def _without_descending(_: object, name: str | None, *__: object) -> bool:
    return name != "ix_outbox_pending"


def test_the_migrated_schema_is_the_declared_one(empty_database_url: str) -> None:
    migrations.upgrade(empty_database_url)
    address = parse_url(empty_database_url)
    module = postgresql if address.get_backend_name() == "postgresql" else sqlite
    engine = module.writing_engine(address)

    try:
        with engine.connect() as conn:
            # Descending columns cannot be compared; the next test looks at the one index that has one.
            options = {"compare_type": True, "include_object": _without_descending}
            context = MigrationContext.configure(conn, opts=options)
            differences = compare_metadata(context, tables.metadata)
    finally:
        engine.dispose()

    assert differences == []


def test_both_databases_have_every_declared_index(empty_database_url: str) -> None:
    migrations.upgrade(empty_database_url)
    address = parse_url(empty_database_url)
    on_sqlite = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    on_postgresql = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    module = postgresql if address.get_backend_name() == "postgresql" else sqlite
    engine = module.writing_engine(address)
    try:
        with engine.connect() as conn:
            statement = on_postgresql if module is postgresql else on_sqlite
            found = {str(row[0]): str(row[1]) for row in conn.execute(text(statement))}
    finally:
        engine.dispose()

    declared = {str(index.name) for table in tables.metadata.sorted_tables for index in table.indexes}
    assert declared <= found.keys()
    assert "urgency DESC" in found["ix_outbox_pending"]
    assert "WHERE" in found["ix_metric_instance_due"]


def test_migrating_twice_changes_nothing(empty_database_url: str) -> None:
    migrations.upgrade(empty_database_url)
    in_transaction(empty_database_url, "INSERT INTO counter (workspace, name, value) VALUES ('T1', 'n', 5)")

    migrations.upgrade(empty_database_url)
    migrations.check(empty_database_url)

    (rows,) = in_transaction(empty_database_url, "SELECT 1")
    assert rows is not None


def test_a_program_refuses_a_schema_from_its_future(empty_database_url: str) -> None:
    migrations.upgrade(empty_database_url)
    in_transaction(empty_database_url, "UPDATE alembic_version SET version_num = '9999'")

    sentence = r"has the schema 9999, which this version of Threadline does not know: install the newer version"
    with pytest.raises(SchemaError, match=sentence):
        migrations.check(empty_database_url)
    with pytest.raises(SchemaError, match=sentence):
        migrations.upgrade(empty_database_url)


async def test_nothing_is_started_on_a_schema_from_the_future(empty_database_url: str) -> None:
    await asyncio.to_thread(migrations.upgrade, empty_database_url)
    await asyncio.to_thread(in_transaction, empty_database_url, "UPDATE alembic_version SET version_num = '9999'")

    for migrate in (False, True):
        with pytest.raises(SchemaError):
            await Database(empty_database_url).open(migrate=migrate)


def test_an_older_schema_asks_for_a_migration(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    migrations.upgrade(empty_database_url)
    monkeypatch.setattr(migrations, "REVISIONS", ("0001", "0002"))

    with pytest.raises(SchemaError, match=r"has the older schema 0001: run `threadline migrate`\.$"):
        migrations.check(empty_database_url)


def test_the_program_knows_every_revision_in_the_scripts() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))

    scripts = ScriptDirectory.from_config(config)

    assert tuple(script.revision for script in reversed(list(scripts.walk_revisions()))) == migrations.REVISIONS


def test_a_migration_that_fails_leaves_nothing_behind(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(config: Config, _: str) -> None:
        conn: Connection = config.attributes["connection"]
        conn.execute(text("CREATE TABLE half (id INTEGER)"))
        raise RuntimeError("power cut")

    monkeypatch.setattr(migrations.command, "upgrade", half)
    with pytest.raises(RuntimeError):
        migrations.upgrade(empty_database_url)
    monkeypatch.undo()

    migrations.upgrade(empty_database_url)
    address = parse_url(empty_database_url)
    module = postgresql if address.get_backend_name() == "postgresql" else sqlite
    engine = module.writing_engine(address)
    try:
        with engine.connect() as conn:
            assert not inspect(conn).has_table("half")
    finally:
        engine.dispose()


@pytest.mark.postgresql
async def test_two_replicas_that_start_together_migrate_one_after_the_other(
    postgresql_server: object, request: pytest.FixtureRequest
) -> None:
    server = request.getfixturevalue("postgresql_server")
    url = server.empty()
    try:
        await asyncio.gather(*(asyncio.to_thread(migrations.upgrade, url) for _ in range(3)))
        async with Database(url) as db:
            created = await db.write(lambda conn: tickets.create(conn, a_ticket()))
        assert created.ticket_id == 1
    finally:
        server.drop(url)


def test_a_new_file_is_nobody_elses_to_read(sqlite_url: str) -> None:
    migrations.upgrade(sqlite_url)

    path = Path(str(parse_url(sqlite_url).database))
    assert path.stat().st_mode & 0o077 == 0


def test_a_folder_with_a_percent_sign_or_a_space_works(tmp_path: Path) -> None:
    folder = tmp_path / "50% off"
    folder.mkdir()

    migrations.upgrade(f"sqlite:///{folder}/x.db")

    migrations.check(f"sqlite:///{folder}/x.db")
