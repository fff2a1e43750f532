"""Copies of an SQLite database: made while it is in use, verified, and put back.

A copy carries a mark, so that whoever starts on it knows that what was sent after it was made is missing in it.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from store import migrations
from store.errors import StoreError, as_store_error
from store.hold import Hold
from store.recovery import RESTORED
from store.urls import parse_url

_BESIDE = ("-wal", "-shm")


def make(url: str, target: Path) -> int:
    """Copy the database to `target`, which must not exist; the size in bytes.

    Other processes go on writing meanwhile; the copy is the database as of one instant.

    Raises:
        StoreError: The target exists, the copy is not sound, or this is PostgreSQL.
    """
    source = _file_of(url, "backup")
    if target.exists():
        raise StoreError(f"{target} exists already: choose another name, a backup is never overwritten.")
    if not source.exists():
        raise StoreError(f"There is no database at {source}: nothing was copied.")
    partial = target.with_name(f".{target.name}.partial")
    with _sentences(partial):
        try:
            _copy(source, partial)
            _verify(partial)
            os.link(partial, target)  # unlike a rename, it fails where something has appeared meanwhile
        except FileExistsError:
            raise StoreError(f"{target} exists already: choose another name, a backup is never overwritten.") from None
        finally:
            partial.unlink(missing_ok=True)
        _sync_folder(target.parent)
        return target.stat().st_size


def restore(url: str, source: Path, now: datetime) -> Path | None:
    """Put a copy in the place of the database, and keep what was there; where that is now (None: nothing was there).

    Raises:
        AlreadyRunningError: A `run` works on the database.
        StoreError: The copy is not sound or of a newer version (nothing was changed), or this is PostgreSQL.
    """
    place = _file_of(url, "restore")
    if not source.exists():
        raise StoreError(f"There is no backup at {source}: nothing was changed.")
    if place.exists() and source.samefile(place):
        raise StoreError(f"{source} is the database itself: name a backup.")
    hold = Hold(parse_url(url))
    hold.take()
    try:
        incoming = place.with_name(f".{place.name}.incoming")
        with _sentences(source):
            try:
                _copy(source, incoming)
                _verify(incoming)
                aside = _put_aside(place, now)
                incoming.replace(place)
            finally:
                incoming.unlink(missing_ok=True)
            _sync_folder(place.parent)
        return aside
    finally:
        hold.release()


def _file_of(url: str, command: str) -> Path:
    address = parse_url(url)
    if address.get_backend_name() != "sqlite":
        tool = "pg_dump --format=custom" if command == "backup" else "pg_restore"
        raise StoreError(f"`{command}` is for SQLite: on PostgreSQL use {tool}, as docs/operations.md describes.")
    return Path(os.path.realpath(address.database or ""))


def _copy(source: Path, target: Path) -> None:
    """Copy as of one instant, in one step: SQLite would begin anew whenever somebody writes between two steps."""
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # customers' messages
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=rw", uri=True)) as original,
        closing(_open(target)) as copy,
    ):
        original.execute("PRAGMA busy_timeout = 10000")
        original.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
        with suppress(sqlite3.OperationalError), copy:  # a file that is something else is told so by `_verify`
            copy.execute("UPDATE workspace SET cursor = json_set(cursor, ?, json('true'))", (f"$.{RESTORED}",))
    with target.open("rb") as written:
        os.fsync(written.fileno())


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _verify(path: Path) -> None:
    """Raise unless the file is sound and of a schema that this program knows."""
    with closing(sqlite3.connect(path)) as copy:
        problems = [str(row[0]) for row in copy.execute("PRAGMA integrity_check(3)")]
        if problems != ["ok"]:
            raise StoreError(f"The copy is damaged ({'; '.join(problems)}): nothing was changed.")
        if copy.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise StoreError("The copy is damaged (rows refer to others that are not there): nothing was changed.")
        try:
            (revision,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
        except (sqlite3.OperationalError, TypeError):
            raise StoreError("The file is not a Threadline database: nothing was changed.") from None
    if revision not in migrations.REVISIONS:
        raise StoreError(
            f"The file has the schema {revision}, which this version of Threadline does not know: install the newer "
            "version that wrote it. Nothing was changed."
        )


def _put_aside(place: Path, now: datetime) -> Path | None:
    """Rename the database; first what SQLite keeps beside it, which must never meet another database."""
    if not place.exists():
        return None
    aside = place.with_name(f"{place.name}.before-restore-{now:%Y%m%dT%H%M%SZ}")
    if aside.exists():
        raise StoreError(f"{aside} exists already: wait a second and try again.")
    for suffix in _BESIDE:
        with suppress(FileNotFoundError):
            place.with_name(place.name + suffix).rename(aside.with_name(aside.name + suffix))
    place.rename(aside)
    return aside


def _sync_folder(folder: Path) -> None:
    """Let the new name survive a power cut, too."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _sentences(about: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise as_store_error(error, str(about)) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StoreError(f"{error.filename or about} cannot be written or read ({reason}).") from None
