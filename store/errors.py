"""What can go wrong with the database, in sentences that say what to do."""

import sqlite3

from sqlalchemy.exc import DBAPIError, DontWrapMixin, OperationalError


class StoreError(Exception):
    """The database refused, in one whole sentence."""


class UnavailableError(StoreError):
    """The database cannot be used right now; nothing of the failed unit was stored, so trying again is safe."""


class CommitUnknownError(StoreError):
    """The connection broke while a commit was on its way: the unit is stored either whole or not at all."""


class SchemaError(StoreError):
    """The tables are older or newer than this program."""


class AlreadyRunningError(StoreError):
    """Another `run` holds the same SQLite file."""


class NaiveInstantError(StoreError, DontWrapMixin):
    """An instant without a time zone was about to be stored."""


_SQLITE = (
    ("database or disk is full", "The disk that holds the database {name} is full: free some space."),
    ("is locked", "The database {name} stayed locked by another process: stop it or try again."),
    ("unable to open", "The database {name} cannot be opened: check that its folder exists and may be written."),
    ("readonly database", "The database {name} may not be written: check the permissions of the file and its folder."),
    ("disk I/O error", "The disk that holds the database {name} reported an error: check it, then restart."),
    ("file is not a database", "The file {name} is not a Threadline database."),
    ("malformed", "The database {name} is damaged: restore a backup."),
)


def as_store_error(error: BaseException, name: str) -> BaseException:
    """A database's own failure as a sentence about the database `name`; any other error as it is."""
    translated = _translate(error, name)
    if translated is None:
        return error
    translated.__cause__ = error
    return translated


def _translate(error: BaseException, name: str) -> StoreError | None:
    if isinstance(error, DBAPIError):
        reason, ours = str(error.orig), isinstance(error, OperationalError) or error.connection_invalidated
    elif isinstance(error, sqlite3.Error):
        reason, ours = str(error), True
    else:
        return None
    for symptom, sentence in _SQLITE:
        if symptom in reason:
            return UnavailableError(sentence.format(name=name))
    if ours:
        if "no such table" in reason:
            return SchemaError(f"The database {name} has no Threadline tables yet: run `threadline migrate`.")
        first_line = reason.strip().split("\n", maxsplit=1)[0]
        return UnavailableError(f"The database {name} cannot be used: {first_line}.")
    return None
