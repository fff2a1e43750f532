"""The dashboard in a browser: every page, wide and narrow, light and dark, without a complaint, and readable by all."""

import os
from pathlib import Path

from axe_playwright_python.async_playwright import Axe

from tests.support.browser import OpenPage
from tests.support.desk import Desk

PAGES = {
    "queue": "/",
    "ticket": "/tickets/1",
    "late": "/tickets/2",
    "report": "/reports?by=customer",
    "rows": "/reports?show=rows",
    "breaches": "/reports?show=breaches",
    "policies": "/policies",
    "customers": "/customers",
    "deliveries": "/deliveries",
    "audit": "/audit",
    "health": "/health",
    "nothing": "/tickets/999",
}
LOOKS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]
SHOTS = os.environ.get("THREADLINE_SCREENSHOTS")


async def a_morning(desk: Desk) -> None:
    """Two companies write, one is answered and solved, one waits too long; somebody is told to look."""
    ts = await desk.post("U0RITA", "The export is empty <b>again</b>, and my colleagues wait for it")
    await desk.post("U0HANK", "production down", channel="C0GLOBEX")
    await desk.post("U0ANA", "On it", thread=ts)
    await desk.click("U0ANA", "Pending")
    await desk.pass_time(minutes=15)
    await desk.post("U0RITA", "Any news?", thread=ts)
    await desk.post("U0ANA", "Fixed", thread=ts)
    await desk.click("U0ANA", "Solve")
    await desk.post("U0SAM", "How do I add a user?")
    await desk.at("10:30")


def _is_serious(violation: dict) -> bool:
    return violation["impact"] in {"serious", "critical"}


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
            if SHOTS:
                shot = Path(SHOTS) / f"{name}-{width}-{scheme}.png"
                await visit.page.screenshot(path=shot, full_page=True)
            wide = await visit.page.evaluate(
                "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            )
            results = await Axe().run(visit.page)
            serious = [each["id"] for each in results.response["violations"] if _is_serious(each)]
            if serious or wide:
                found[name, width, scheme] = [*serious, *(["scrolls sideways"] if wide else [])]
    assert found == {}
