"""Who may read the dashboard, and how they come in: a personal link that works once."""

import re

import aiohttp
import pytest

from bot.clock import ManualClock
from tests.support.desk import MONDAY, Desk, opened
from tests.support.processes import threadline

PAGES = ["/", "/tickets/1", "/reports", "/reports.csv", "/policies", "/customers", "/deliveries", "/audit", "/health"]


@pytest.fixture
async def closed_desk(desk_database: str):
    """A desk as in production: nobody reads without signing in."""
    async with opened(desk_database, clock=ManualClock(MONDAY), outside={"dashboard_is_open_here": False}) as running:
        yield running


@pytest.fixture
async def visitor():
    """A browser's memory for cookies."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


async def link_for(desk: Desk, user: str) -> str:
    said = await desk.command(user, "/sla dashboard")
    return re.findall(r"<(http[^|]+)\|", said)[0]


async def signed_in(desk: Desk, visitor: aiohttp.ClientSession, user: str = "U0CLEO") -> str:
    async with visitor.post(await link_for(desk, user)) as answer:
        assert answer.status == 200
        return await answer.text()


@pytest.mark.parametrize("path", PAGES)
async def test_without_a_session_no_page_says_anything(closed_desk: Desk, path: str):
    await closed_desk.post("U0RITA", "A secret of Acme's")
    status, page = await closed_desk.get(path)
    assert status == 401
    assert "Acme" not in page
    assert "/sla dashboard" in page


async def test_a_link_from_slack_signs_in_once(closed_desk: Desk, visitor: aiohttp.ClientSession):
    link = await link_for(closed_desk, "U0ANA")
    async with visitor.get(link) as offered:  # Slack looks at links, too: that uses up nothing
        assert (offered.status, "Sign in on this device" in await offered.text()) == (200, True)
    async with visitor.post(link) as first:
        assert (first.status, "Queue" in await first.text()) == (200, True)
    async with aiohttp.ClientSession() as somebody, somebody.post(link) as second:
        assert (second.status, "used or too old" in await second.text()) == (403, True)


async def test_a_link_is_too_old_after_fifteen_minutes(closed_desk: Desk, visitor: aiohttp.ClientSession):
    link = await link_for(closed_desk, "U0ANA")
    await closed_desk.pass_time(minutes=15)
    async with visitor.post(link) as answer:
        assert answer.status == 403


async def test_a_session_ends_after_twelve_hours(closed_desk: Desk, visitor: aiohttp.ClientSession):
    await signed_in(closed_desk, visitor)
    await closed_desk.pass_time(hours=12)
    async with visitor.get(f"{closed_desk.bot.address}/") as answer:
        assert answer.status == 401


async def test_the_cookie_is_for_no_script_and_no_other_site(closed_desk: Desk, visitor: aiohttp.ClientSession):
    async with visitor.post(await link_for(closed_desk, "U0ANA"), allow_redirects=False) as answer:
        cookie = answer.headers["set-cookie"]
    assert cookie.startswith("threadline=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie


async def test_over_https_the_cookie_is_bound_to_the_host(desk_database: str, visitor: aiohttp.ClientSession):
    outside = {"dashboard_is_open_here": False, "public_url": "https://sla.example.com"}
    async with opened(desk_database, clock=ManualClock(MONDAY), outside=outside) as desk:
        link = await link_for(desk, "U0ANA")
        assert link.startswith("https://sla.example.com/login/")
        here = link.replace("https://sla.example.com", desk.bot.address)
        async with visitor.post(here, allow_redirects=False) as answer:
            cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-threadline=")
        assert "Secure" in cookie
        assert "Domain" not in cookie


async def test_only_a_hash_of_the_secret_is_stored(closed_desk: Desk, visitor: aiohttp.ClientSession):
    import sqlite3
    from contextlib import closing

    secret = (await link_for(closed_desk, "U0ANA")).rpartition("/")[2]
    with closing(sqlite3.connect(closed_desk._database.removeprefix("sqlite:///"))) as conn:
        stored = "\n".join(conn.iterdump())
    assert secret not in stored


async def test_signing_out_ends_the_session(closed_desk: Desk, visitor: aiohttp.ClientSession):
    page = await signed_in(closed_desk, visitor)
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
    async with visitor.post(f"{closed_desk.bot.address}/logout", data={"csrf": csrf}) as answer:
        assert answer.status == 401
    async with visitor.get(f"{closed_desk.bot.address}/") as answer:
        assert answer.status == 401


@pytest.mark.parametrize("data", [{}, {"csrf": ""}, {"csrf": "guessed"}, {"csrf": "é"}, {"x": "y" * 20_000}])
async def test_a_form_that_is_not_ours_does_nothing(closed_desk: Desk, visitor: aiohttp.ClientSession, data: dict):
    await signed_in(closed_desk, visitor)
    for path in ("/logout", "/deliveries/retry"):
        async with visitor.post(f"{closed_desk.bot.address}{path}", data=data) as answer:
            assert answer.status == 403
    async with visitor.get(f"{closed_desk.bot.address}/") as answer:
        assert answer.status == 200


async def test_a_message_that_failed_is_tried_again_by_an_admin_and_by_nobody_else(
    closed_desk: Desk, visitor: aiohttp.ClientSession
):
    for user, status in (("U0ANA", 403), ("U0CLEO", 200)):
        visitor.cookie_jar.clear()
        page = await signed_in(closed_desk, visitor, user)
        csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
        form = {"csrf": csrf, "queue": "outbox", "key": "card:1"}
        async with visitor.post(f"{closed_desk.bot.address}/deliveries/retry", data=form) as answer:
            assert answer.status == status


async def test_customers_get_no_link_and_whoever_leaves_the_team_reads_nothing(
    closed_desk: Desk, visitor: aiohttp.ClientSession
):
    said = await closed_desk.command("U0MILTON", "/sla dashboard", channel="C0HELP")
    assert said == "Only the support team can do that."
    from bot.services.workspace.signing_in import make_link

    address = closed_desk.bot.address
    link = await closed_desk.bot.db.write(lambda conn: make_link(conn, "T0HOME", address, "U0MILTON", closed_desk.now))
    async with visitor.post(link) as answer:
        assert answer.status == 401


async def test_the_first_admin_gets_a_link_on_the_machine(closed_desk: Desk, visitor, tmp_path):
    ended = await threadline("login-link", folder=tmp_path, THREADLINE_DATABASE_URL=closed_desk._database)
    assert (ended.code, ended.err) == (0, "")
    path = "/login/" + ended.out.strip().rpartition("/")[2]
    # The command lives in the present, the desk in a January of its own.
    await closed_desk.pass_time(seconds=1)
    async with visitor.post(closed_desk.bot.address + path) as answer:
        assert answer.status == 200
        assert "command line" in await answer.text()


async def test_pages_say_what_nobody_else_may_do_with_them(desk: Desk):
    async with aiohttp.ClientSession() as session, session.get(f"{desk.bot.address}/reports") as answer:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tickets/999", 404),
        ("/tickets/x", 404),
        ("/tickets/99999999999999999999", 404),
        ("/reports?by=colour", 400),
        ("/reports?from=yesterday", 400),
        ("/reports?only=x", 400),
        ("/reports.csv?by=colour", 400),
        ("/reports?show=nonsense", 200),
        ("/policies?version=9", 404),
        ("/policies?version=x", 200),
        ("/reports?" + "&".join(["only=agent=U1"] * 60), 200),
    ],
)
async def test_an_address_that_makes_no_sense_is_no_accident(desk: Desk, path: str, status: int):
    assert (await desk.get(path))[0] == status


async def test_a_spreadsheet_of_the_report_is_safe_to_open(desk: Desk):
    await desk.post("U0RITA", "=1+1")
    status, text = await desk.get("/reports.csv?show=rows")
    assert status == 200
    assert text.startswith("Ticket,Metric,Instance,Outcome,")
    assert "#1,First reply,1,open," in text
