"""What every browser test may use."""

from tests.support.browser import chromium, open_page

__all__ = ["chromium", "open_page"]
