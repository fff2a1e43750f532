"""Fixtures that every test may use, and what is not traced."""

import pytest

from tests.support.databases import (
    database_url,
    db,
    empty_database_url,
    postgresql_server,
    postgresql_url,
    sqlite_url,
)

__all__ = ["database_url", "db", "empty_database_url", "postgresql_server", "postgresql_url", "sqlite_url"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the long tests untraced: they run the same lines ten thousand times, which others have covered once."""
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker("no_cover")
