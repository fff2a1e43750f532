"""The dashboard in a browser: every page, wide and narrow, light and dark, without a complaint, and readable by all."""

import os
import re
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect
from sqlalchemy import Connection

from bot.clock import ManualClock
from bot.config.load import load_config
from bot.services.workspace.configuring import apply_config
from sla.events import Apply
from store import inbox, outbox
from store.inbox import Claim, Envelope
from store.outbox import NewMessage
from tests.support.browser import OpenPage
from tests.support.desk import CONFIG, MONDAY, Desk, opened

PAGES = {
    "queue": "/",
    "wall": "/?refresh=60",
    "ticket": "/tickets/1",
    "late": "/tickets/2",
    "report": "/reports?by=customer",
    "weeks": "/reports?by=week",
    "rows": "/reports?show=rows",
    "breaches": "/reports?show=breaches",
    "policies": "/policies",
    "tried": "/policies/1/tried",
    "all_along": "/policies/2/tried",
    "customers": "/customers",
    "deliveries": "/deliveries",
    "audit": "/audit",
    "health": "/health",
    "nothing": "/tickets/999",
}
LOOKS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]
STRICTER = CONFIG.replace("next_reply_time: 2h", "next_reply_time: 1m").replace(
    "first_reply_time: 1h", "first_reply_time: 10m"
)
SHOTS = os.environ.get("THREADLINE_SCREENSHOTS")


async def a_morning(desk: Desk) -> None:
    """Two companies write, one is answered and solved, one waits too long; somebody is told to look."""
    ts = await desk.post("U0RITA", "The export is empty <b>again</b>, and my colleagues wait for it")
    await desk.post("U0HANK", "production down: nobody in our whole warehouse can sign in", channel="C0GLOBEX")
    await desk.post("U0ANA", "On it", thread=ts)
    await desk.click("U0ANA", "Pending")
    await desk.pass_time(minutes=15)
    await desk.post("U0RITA", "Any news?", thread=ts)
    await desk.pass_time(minutes=2)
    await desk.post("U0ANA", "Fixed", thread=ts)
    await desk.click("U0ANA", "Solve")
    await desk.post("U0SAM", "How do I add a user?")
    await desk.command("U0ANA", "/sla exempt #3 a question that belongs elsewhere")
    await desk.at("10:30")
    stricter = load_config(STRICTER, source="threadline.yml", today=date(2026, 1, 12))
    await apply_config(desk.bot.db, "T0HOME", stricter, who="U0CLEO", now=desk.now, to_open=Apply.NEXT_UPDATE)
    await desk.bot.take_up_rules()
    await desk.bot.db.write(partial(something_goes_wrong, replica=desk.bot.db.replica, now=desk.now))


def something_goes_wrong(conn: Connection, replica: str, now: datetime) -> None:
    """A request that nobody understands, and a message that waits."""
    key = "event:message:C0ACME:1768213800.000000"
    inbox.put(conn, Envelope(workspace="T0HOME", key=key, kind="event", body="{}", event_at=now, received_at=now))
    (item,) = inbox.take(conn, "T0HOME", now, Claim(holder=replica))
    inbox.quarantine(conn, item, "KeyError: 'user'")
    waiting = {"workspace": "T0HOME", "key": "alert:2", "kind": "alert", "ticket_id": 2, "destination": "C0TRIAGE"}
    outbox.enqueue(conn, NewMessage(**waiting, payload={}, created_at=now, not_before=now + timedelta(hours=1)))


def _is_serious(violation: dict) -> bool:
    return violation["impact"] in {"serious", "critical"}


async def complaints(page: Page, name: str) -> list[str]:
    """What is wrong with a page as it is shown now; a picture of it is kept where somebody wants to look."""
    if SHOTS:
        await page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)
    wide = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    cut = await page.evaluate(
        "[...document.querySelectorAll('.queue .badge')].some("
        "each => each.getBoundingClientRect().right > each.closest('.scroll').getBoundingClientRect().right)"
    )
    results = await Axe().run(page)
    serious = [each["id"] for each in results.response["violations"] if _is_serious(each)]
    return [*serious, *(["scrolls sideways"] if wide else []), *(["what is left is cut off"] if cut else [])]


async def test_every_page_is_readable_by_all_at_every_size_in_light_and_dark(desk: Desk, open_page: OpenPage):
    await a_morning(desk)
    found = {}
    for width, scheme in LOOKS:
        visit = await open_page(f"{desk.bot.address}/health", width=width, color_scheme=scheme)
        for name, path in PAGES.items():
            answer = await visit.page.goto(f"{desk.bot.address}{path}")
            assert answer is not None
            if answer.status == 404:
                visit.problems[:] = [each for each in visit.problems if "404" not in each]
            found[name, width, scheme] = await complaints(visit.page, f"{name}-{width}-{scheme}")
    assert {page: wrong for page, wrong in found.items() if wrong} == {}


async def test_an_admin_signs_in_sees_what_failed_and_has_it_tried_again(desk_database: str, open_page: OpenPage):
    outside = {"dashboard_is_open_here": False}
    async with opened(desk_database, clock=ManualClock(MONDAY), outside=outside) as desk:
        await desk.bot.db.write(partial(something_goes_wrong, replica=desk.bot.db.replica, now=desk.now))
        for width, scheme in LOOKS:
            visit = await open_page(f"{desk.bot.address}/", width=width, color_scheme=scheme)
            page, look = visit.page, f"{width}-{scheme}"
            wrong = await complaints(page, f"signed-out-{look}")
            visit.problems.clear()  # Chromium reports the refusal's status, 401
            said = await desk.command("U0CLEO", "/sla dashboard")
            await page.goto(re.findall(r"<(http[^|]+)\|", said)[0])
            wrong += await complaints(page, f"signing-in-{look}")
            await page.get_by_role("button", name="Sign in on this device").click()
            await page.get_by_role("link", name="Deliveries").click()
            wrong += await complaints(page, f"signed-in-{look}")
            assert wrong == []
        await page.get_by_role("button", name="Try event:message:C0ACME:1768213800.000000 again").click()
        await expect(page.get_by_role("cell", name="quarantined")).to_have_count(0)
        await page.get_by_role("link", name="Audit log").click()
        await expect(page.get_by_role("row", name="inbox.retried")).to_contain_text("cleo")
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        visit.problems.clear()  # Chromium reports the refusal's status, 401


async def test_the_keyboard_alone_leads_past_the_menu_and_shows_where_it_is(desk: Desk, open_page: OpenPage):
    await desk.post("U0RITA", "The export is empty")
    page = (await open_page(f"{desk.bot.address}/")).page
    await page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    await expect(skip).to_be_focused()
    await expect(skip).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert await focused.evaluate("each => each.closest('main') !== null")
    assert await focused.evaluate("each => getComputedStyle(each).outlineStyle") == "solid"
    await page.get_by_role("link", name="#1").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Ticket #1")).to_be_visible()
