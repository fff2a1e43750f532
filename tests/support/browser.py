"""Headless Chromium for tests: pages that may complain about nothing and ask nobody but their own server."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, Request, async_playwright, expect

# Debian's Chromium as root, without the calls home that it otherwise makes at every start.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WAIT_MS = 15_000.0


@dataclass(slots=True, kw_only=True)
class Visit:
    """One page and what went wrong in it; `problems` is asserted to be empty in the end."""

    page: Page
    problems: list[str] = field(default_factory=list)


OpenPage = Callable[..., Awaitable[Visit]]


def chromium_path() -> str:
    """Return where Chromium is; without it the test is skipped, or fails where CI=true."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found:
        return found
    reason = "Chromium is not installed (Debian: apt-get install chromium), so the page cannot be driven."
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """A browser of the test's own."""
    path = chromium_path()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        await browser.close()


@pytest.fixture
async def open_page(chromium: Browser) -> AsyncIterator[OpenPage]:
    """Opens an address: `await open_page(url, width=390, timezone_id="Asia/Tokyo")`."""
    expect.set_options(timeout=WAIT_MS)
    visits: list[Visit] = []

    async def visit(url: str, *, width: int = 1280, height: int = 800, **context: Any) -> Visit:
        options = {"locale": "en-GB", "timezone_id": "Europe/Berlin", **context}
        room = await chromium.new_context(viewport={"width": width, "height": height}, **options)
        room.set_default_timeout(WAIT_MS)
        opened = Visit(page=await room.new_page())
        _watch(opened, urlsplit(url).netloc)
        visits.append(opened)
        await opened.page.goto(url)
        return opened

    yield visit
    assert [problem for opened in visits for problem in opened.problems] == []


def _watch(visit: Visit, own: str) -> None:
    def requested(request: Request) -> None:
        if urlsplit(request.url).netloc != own:
            visit.problems.append(f"asked somebody else: {request.url}")

    visit.page.on("request", requested)
    visit.page.on("pageerror", lambda error: visit.problems.append(f"error: {error}"))
    visit.page.on(
        "console",
        lambda said: visit.problems.append(f"console: {said.text}") if said.type in ("error", "warning") else None,
    )
