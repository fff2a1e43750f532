"""What operators see in a browser: the queue, and whether the program is well."""

import json
import re

from tests.support.desk import Desk


def words(page: str) -> str:
    """What a reader sees of a page, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


async def test_the_page_shows_the_queue_the_next_deadline_first(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.post("U0HANK", "production down", channel="C0GLOBEX")
    status, page = await desk.get("/")
    rows = [words(row) for row in page.split("<tbody>")[1].split("</tbody>")[0].split("<tr")[1:]]
    assert status == 200
    assert "production down" in rows[0]
    assert "12 Jan 2026 09:20" in rows[0]
    assert "Open tickets 2" in words(page)


async def test_the_page_shows_how_many_promises_were_kept(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "It is fixed", thread=ts)
    await desk.click("U0ANA", "Solve")
    await desk.post("U0HANK", "I cannot log in", channel="C0GLOBEX")
    await desk.at("10:05")
    page = words((await desk.get("/"))[1])
    assert "2 met · 1 missed" in page
    assert "Breached now 1" in page


async def test_an_empty_queue_says_so(desk: Desk):
    assert "No clock is running." in words((await desk.get("/"))[1])


async def test_a_customers_words_are_text_on_the_page(desk: Desk):
    desk.sandbox.act.post("C0ACME", "U0RITA", "&lt;script&gt;alert(1)&lt;/script&gt;", verbatim=True)
    await desk.pass_time(seconds=5)
    page = (await desk.get("/"))[1]
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


async def test_the_health_page_says_that_the_process_is_alive(desk: Desk):
    status, text = await desk.get("/healthz")
    assert (status, json.loads(text)["status"]) == (200, "ok")


async def test_the_readiness_page_says_that_the_bot_can_work(desk: Desk):
    status, text = await desk.get("/readyz")
    assert (status, json.loads(text)["ready"]) == (200, True)


async def test_an_unknown_page_is_not_found(desk: Desk):
    assert (await desk.get("/nothing"))[0] == 404
