"""Addresses of databases."""

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from store.errors import StoreError


def parse_url(url: str) -> URL:
    """The address of a database, with the driver this program uses.

    Raises:
        StoreError: It is neither an SQLite file nor a PostgreSQL server.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(
            "The database address cannot be read: write sqlite:///threadline.db or postgresql://user@host/name."
        ) from None
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:":
            return parsed.set(drivername="sqlite")
        case "sqlite":
            raise StoreError("SQLite needs a file: write sqlite:///threadline.db.")
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise StoreError(f"Databases of the kind {other!r} are not supported: use sqlite:/// or postgresql://.")
