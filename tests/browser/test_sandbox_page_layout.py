"""The sandbox's page: on a phone, with the keyboard alone, and without anybody else's help."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import OpenPage
from tests.support.sandbox_page import Desk, desk, message, writing

__all__ = ["desk"]

PAGE = Path(__file__).parents[2] / "bot" / "sandbox" / "page"
LONG = "https://example.com/" + "very-long-address/" * 20


async def assert_fits(page: Page) -> None:
    wide = await page.evaluate("""() => {
        const found = [...document.querySelectorAll("#app *")].filter((node) => node.checkVisibility()
            && !node.closest("svg") && node.getBoundingClientRect().right > innerWidth + 1);
        return [document.documentElement.scrollWidth > innerWidth, ...found.map((node) => node.className)];
    }""")
    assert wide == [False]


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_phone_shows_one_column_at_a_time_and_scrolls_only_down(
    desk: Desk, open_page: OpenPage, scheme: str
) -> None:
    asked = desk.sandbox.act.post("C0ACME", "U0CARL", f"Look at {LONG} and `{'x' * 200}`")
    desk.sandbox.act.post("C0ACME", "U0ANNA", "W" * 300, thread_ts=asked["ts"])
    page = (await open_page(desk.address("U0ANNA", "C0ACME"), width=390, height=844, color_scheme=scheme)).page

    await expect(message(page, "Look at")).to_be_visible()
    await expect(page.get_by_role("navigation", name="Workspace")).to_be_hidden()
    await assert_fits(page)

    await page.get_by_role("button", name="1 reply").click()
    await expect(page.get_by_role("log", name="Thread")).to_contain_text("WWW")
    await expect(page.get_by_role("main")).to_be_hidden()
    await assert_fits(page)

    await page.get_by_role("button", name="Back to the channel", exact=True).click()
    await expect(message(page, "Look at")).to_be_visible()
    await page.get_by_role("button", name="Back to the channels").click()
    await expect(page.get_by_role("button", name="Acting as Anna Berg")).to_be_visible()
    await assert_fits(page)

    await page.get_by_role("button", name="general").click()
    await expect(writing(page, "Message #general as Anna Berg")).to_be_visible()
    await assert_fits(page)


@pytest.mark.browser
async def test_a_wide_screen_shows_channels_messages_and_the_thread_side_by_side(
    desk: Desk, open_page: OpenPage
) -> None:
    asked = desk.sandbox.act.post("C0ACME", "U0CARL", "Three columns, please")
    page = (await open_page(desk.address("U0ANNA", "C0ACME", asked["ts"]))).page
    await expect(page.get_by_role("navigation", name="Workspace")).to_be_visible()
    await expect(page.get_by_role("log", name="Messages in acme")).to_be_visible()
    await expect(page.get_by_role("log", name="Thread")).to_be_visible()
    await assert_fits(page)


@pytest.mark.browser
async def test_the_browsers_back_button_goes_back(desk: Desk, open_page: OpenPage) -> None:
    desk.sandbox.act.post("C0ACME", "U0CARL", "In acme")
    page = (await open_page(desk.address("U0ANNA", "C0ACME"))).page
    await expect(message(page, "In acme")).to_be_visible()
    await page.get_by_role("button", name="general").click()
    await expect(page.get_by_role("log", name="Messages in general")).to_be_visible()
    await page.go_back()
    await expect(message(page, "In acme")).to_be_visible()


@pytest.mark.browser
async def test_everything_can_be_done_with_the_keyboard(desk: Desk, open_page: OpenPage) -> None:
    desk.sandbox.act.post("C0ACME", "U0CARL", "No mouse here")
    page = (await open_page(desk.address("U0ANNA", "C0ACME"))).page
    more = message(page, "No mouse here").get_by_role("button", name="More actions")
    await more.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="Reply in thread")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("menuitem", name="Add reaction")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(more).to_be_focused()

    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await writing(page, "Reply in #acme as Anna Berg").focus()
    await page.keyboard.type("First line")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("second line")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log", name="Thread")).to_contain_text("second line")
    assert desk.sandbox.read.messages("C0ACME")[1]["text"] == "First line\nsecond line"


@pytest.mark.browser
async def test_every_control_has_a_name(desk: Desk, open_page: OpenPage) -> None:
    asked = desk.sandbox.act.post("C0ACME", "U0CARL", "Hello")
    page = (await open_page(desk.address("U0ANNA", "C0ACME", asked["ts"]))).page
    await expect(page.get_by_role("log", name="Thread")).to_contain_text("Hello")
    nameless = await page.evaluate("""() => [...document.querySelectorAll("button, select, textarea, input")]
        .filter((node) => !node.hidden && !node.getAttribute("aria-label"))
        .filter((node) => !node.textContent.trim() && !node.labels?.length)
        .map((node) => node.outerHTML)""")
    assert nameless == []


def test_the_pages_sources_turn_no_text_into_markup_and_name_no_other_host() -> None:
    forbidden = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser")
    sources = sorted(PAGE.iterdir())
    assert {path.suffix for path in sources} == {".html", ".css", ".js", ".svg"}
    for path in sources:
        text = path.read_text()
        assert not forbidden.search(text), path.name
        assert not re.search(r"(src|href|url\(|from|import)\W{0,3}https?:", text), path.name
    index = (PAGE / "index.html").read_text()
    assert not re.search(r"\son\w+=|\sstyle=|<style|<script(?![^>]*\ssrc=)", index)
    assert "default-src 'none'" in index
