"""The dashboard in a browser: every page, wide and narrow, light and dark, without a complaint, and readable by all."""

import os
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from sqlalchemy import Connection

from bot.config.load import load_config
from bot.services.workspace.configuring import apply_config
from sla.events import Apply
from store import inbox, outbox
from store.inbox import Claim, Envelope
from store.outbox import NewMessage
from tests.support.browser import OpenPage
from tests.support.desk import CONFIG, Desk

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
    await desk.post("U0HANK", "production down", channel="C0GLOBEX")
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
