"""Fixtures that every test may use."""

from tests.support.databases import (
    database_url,
    db,
    empty_database_url,
    postgresql_server,
    postgresql_url,
    sqlite_url,
)

__all__ = ["database_url", "db", "empty_database_url", "postgresql_server", "postgresql_url", "sqlite_url"]
