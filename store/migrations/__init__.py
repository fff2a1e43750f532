"""Bringing a database to the schema of this program, and refusing one that is ahead of it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from store import postgresql, sqlite
from store.errors import SchemaError, as_store_error
from store.urls import parse_url

REVISIONS = ("0001",)
"""Every revision this program knows, oldest first (kept here so that a start needs no scripts read)."""

_FOLDER = Path(__file__).parent
_LOCK = 0x7468726561646C  # "threadl": two replicas that start together migrate one after the other


def upgrade(url: str | URL) -> None:
    """Bring the tables to the newest schema; does nothing to one that is there.

    Raises:
        SchemaError: The database was written by a newer program.
        UnavailableError: It cannot be reached.
    """
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        _create_private(Path(address.database or ""))
    with _connection(address) as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        _refuse_newer(current(conn))
        config = Config(attributes={"connection": conn})
        config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
        command.upgrade(config, "head")


def check(url: str | URL) -> None:
    """Raise unless the tables are exactly what this program expects.

    Raises:
        SchemaError: They are older, newer or missing.
        UnavailableError: The database cannot be reached.
    """
    address = _address(url)
    missing = SchemaError(f"The database {address.database} has no Threadline tables yet: run `threadline migrate`.")
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").exists():
        raise missing
    with _connection(address) as conn:
        revision = current(conn)
    _refuse_newer(revision)
    if revision is None:
        raise missing
    if revision != REVISIONS[-1]:
        raise SchemaError(f"The database {address.database} has the older schema {revision}: run `threadline migrate`.")


def current(conn: Connection) -> str | None:
    """The revision of the tables; None before the first migration."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    return conn.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _refuse_newer(revision: str | None) -> None:
    if revision is not None and revision not in REVISIONS:
        raise SchemaError(
            f"The database has the schema {revision}, which this version of Threadline does not know: "
            "install the newer version that wrote it."
        )


def _address(url: str | URL) -> URL:
    return parse_url(url) if isinstance(url, str) else url


def _create_private(path: Path) -> None:
    """Customers' messages are nobody else's to read."""
    with suppress(FileExistsError, FileNotFoundError, PermissionError, NotADirectoryError):  # said better on opening
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _engine(address: URL) -> Engine:
    if address.get_backend_name() == "postgresql":
        return postgresql.writing_engine(address)
    return sqlite.writing_engine(address)


@contextmanager
def _connection(address: URL) -> Iterator[Connection]:
    engine = _engine(address)
    try:
        with engine.begin() as conn:
            yield conn
    except DBAPIError as error:
        raise as_store_error(error, address.database or "") from error
    finally:
        engine.dispose()
