"""What every browser test may use."""

from tests.support.browser import chromium, open_page
from tests.support.desk import desk, desk_database, empty_desk_database

__all__ = ["chromium", "desk", "desk_database", "empty_desk_database", "open_page"]
