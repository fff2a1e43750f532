"""The dashboard's pages: what they say, whom they name, and what a version of the configuration would have done."""

import json
import re
from datetime import date
from html import unescape
from pathlib import Path

import aiohttp
import pytest

from bot.config.load import load_config
from bot.services.workspace.configuring import apply_config
from sla.events import Apply
from store import audit, inbox, instances, tickets
from store.audit import AuditEntry
from store.inbox import Claim, Envelope
from tests.support.desk import CONFIG, Desk
from tests.support.processes import threadline
from tests.support.stored import a_ticket, an_instance

STRICTER = CONFIG.replace("first_reply_time: 1h", "first_reply_time: 10m")


async def save(desk: Desk, written: str) -> None:
    config = load_config(written, source="threadline.yml", today=date(2026, 1, 12))
    await apply_config(desk.bot.db, "T0HOME", config, who="U0CLEO", now=desk.now, to_open=Apply.NEXT_UPDATE)
    await desk.bot.take_up_rules()


def words(html: str) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", html).split()))


def table(page: str, number: int = 0) -> list[list[str]]:
    """The cells of a table's body."""
    body = page.split("<tbody>")[number + 1].split("</tbody>", 1)[0]
    rows = re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    return [[words(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)] for row in rows]


async def refresh_of(desk: Desk, path: str) -> str | None:
    async with aiohttp.ClientSession() as session, session.get(f"{desk.bot.address}{path}") as answer:
        assert answer.status == 200
        assert "http-equiv" not in await answer.text()
        return answer.headers.get("refresh")


async def test_a_screen_on_the_wall_reads_the_queue_anew_every_minute(desk: Desk):
    assert await refresh_of(desk, "/?refresh=60") == "60"
    _, page = await desk.get("/?refresh=60")
    assert "This page is read anew every minute. Hold it still" in words(page)


@pytest.mark.parametrize(
    "path", ["/", "/?refresh=0", "/?refresh=1", "/?refresh=60;url=//example.com", "/?refresh=", "/audit?refresh=60"]
)
async def test_nobody_who_has_not_asked_for_it_is_interrupted(desk: Desk, path: str):
    assert await refresh_of(desk, path) is None


async def test_people_and_channels_have_names_also_right_after_a_restart(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty, said CAROL")
    await desk.post("U0ANA", "Which one?", thread=ts)
    await desk.stop_bot()
    await desk.start_bot()
    _, page = await desk.get("/tickets/1")
    told = words(page)
    assert "Assignee ana" in told
    assert "Channel #acme" in told
    assert "opened by rita" in told
    assert "U0" not in told


async def test_somebody_whom_slack_does_not_know_is_asked_about_once(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.command("U0ANA", "/sla assign #1 U0NOBODY")
    await save(desk, CONFIG.replace("customers:\n  acme: {", "customers:\n  acme: {owner: U0GONE, "))
    for _ in range(3):
        _, page = await desk.get("/customers")
        assert "U0GONE" in page
    assert sum(call["args"].get("user") == "U0GONE" for call in desk.calls("users.info")) == 1


async def test_whoever_changes_in_slack_still_has_a_name(desk: Desk):
    await save(desk, CONFIG.replace("customers:\n  acme: {", "customers:\n  acme: {owner: U0BEN, "))
    for status in ("on a train", "in a tunnel", "home"):
        _, page = await desk.get("/customers")
        assert table(page)[0][3] == "ben"
        desk.sandbox.directory.update_user("U0BEN", status_text=status)
        await desk.settle()


async def test_pages_show_ids_while_slack_does_not_say_who_somebody_is(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.stop_bot()
    await desk.start_bot()
    desk.sandbox.faults.calls("status", method="users.info", status=503)
    status, page = await desk.get("/tickets/1")
    assert (status, "Requester U0RITA" in words(page)) == (200, True)
    desk.sandbox.faults.clear()
    _, page = await desk.get("/tickets/1")
    assert "Requester rita" in words(page)


async def test_the_queue_tells_attainment_as_the_report_does(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0HANK", "production down", channel="C0GLOBEX")
    await desk.post("U0ANA", "Which one?", thread=ts)
    await desk.pass_time(minutes=30)
    _, queue = await desk.get("/")
    _, report = await desk.get("/reports")
    assert "Attainment, 30 days 50.0 % 1 met · 1 missed" in words(queue)
    assert table(report)[-1][1:4] == ["1", "1", "50.0 %"]


async def test_a_storm_is_counted_to_its_end(desk: Desk):
    def store(conn) -> None:
        for _ in range(1001):
            about = {"workspace": "T0HOME", "created_at": desk.now, "last_event_at": desk.now}
            ticket = tickets.create(conn, a_ticket(**about))
            late = {"breached": True, "activated_at": desk.now, "breach_at": desk.now, "next_at": None}
            instances.upsert_many(conn, [an_instance(workspace="T0HOME", ticket_id=ticket.ticket_id, **late)])

    await desk.bot.db.write(store)
    _, page = await desk.get("/")
    assert "Breached now 1001" in words(page)
    assert "and more than 950 more." in words(page)


@pytest.fixture
async def tried(desk: Desk) -> Desk:
    """Version 1 was in force while a customer was answered within 20 minutes and another within 5; version 2 is now."""
    slow = await desk.post("U0RITA", "The export is empty")
    await desk.pass_time(minutes=15)
    quick = await desk.post("U0SAM", "How do I add a user?")
    await desk.pass_time(minutes=5)
    for ts in (slow, quick):
        await desk.post("U0ANA", "Like this", thread=ts)
    for number in (1, 2):
        await desk.click("U0ANA", "Solve", number)
    await save(desk, STRICTER)
    return desk


async def test_each_version_is_shown_beside_the_one_in_force(tried: Desk):
    status, page = await tried.get("/policies/1/tried")
    assert status == 200
    assert "Version 2, in force Version 1" in words(page)
    assert table(page) == [
        ["First reply", "2", "1", "1", "50.0 %", "2", "2", "0", "100.0 %"],
        ["Requester wait time", "2", "2", "0", "100.0 %", "2", "2", "0", "100.0 %"],
        ["All", "4", "3", "1", "75.0 %", "4", "4", "0", "100.0 %"],
    ]
    assert table(page, 1) == [
        [
            "#1",
            "First reply 1",
            "missed → met",
            "12 Jan 2026 09:10",
            "12 Jan 2026 10:00",
            "target 10 min business → 1 h business; it took 20 min 10 s",
        ]
    ]
    assert 'href="/tickets/1"' in page


async def test_the_version_in_force_is_shown_as_if_it_had_been_all_along(tried: Desk):
    _, page = await tried.get("/policies/2/tried")
    assert table(page) == [
        ["First reply", "2", "1", "1", "50.0 %"],
        ["Requester wait time", "2", "2", "0", "100.0 %"],
        ["All", "4", "3", "1", "75.0 %"],
    ]
    assert "Promises that end otherwise" not in page


async def test_its_figures_are_those_of_threadline_simulate(tried: Desk, tmp_path: Path):
    (tmp_path / "old.yml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "new.yml").write_text(STRICTER, encoding="utf-8")
    asked = ("--history", "db", "--config", "old.yml", "--baseline", "new.yml", "--format", "json")
    ended = await threadline("simulate", *asked, folder=tmp_path, THREADLINE_DATABASE_URL=tried._database)
    found = json.loads(ended.out)
    _, page = await tried.get("/policies/1/tried")
    *shown, total = table(page)
    sides = (found["baseline"], found["candidate"])
    assert total[1:] == [cell for side in sides for cell in figures_of(side["total"])]
    for place, row in enumerate(shown):
        assert row[1:] == [cell for side in sides for cell in figures_of(side["by"]["metric"][place])]
    assert [row[5] for row in table(page, 1)] == [flip["why"] for flip in found["flips"]]


def figures_of(side: dict) -> list[str]:
    counted = side["met"] + side["missed"]
    return [str(counted), str(side["met"]), str(side["missed"]), f"{100 * side['attainment']:.1f} %"]


async def test_only_the_tickets_of_the_last_thirty_days_are_tried(tried: Desk):
    await tried.pass_time(days=31)
    _, page = await tried.get("/policies/1/tried")
    assert "No tickets were opened in the last 30 days: there is nothing to compare." in words(page)


async def test_a_version_that_changes_nothing_says_so(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await save(desk, CONFIG.replace("low: {hours: business, first_reply_time: 4h}", "low: {first_reply_time: 5h}"))
    _, page = await desk.get("/policies/1/tried")
    assert "Every promise would have ended the same way." in words(page)


@pytest.mark.parametrize("path", ["/policies/9/tried", "/policies/0/tried", "/policies/99999999999999999999/tried"])
async def test_a_version_that_there_is_not_cannot_be_tried(desk: Desk, path: str):
    status, page = await desk.get(path)
    assert (status, "There is no version" in page) == (404, True)


async def test_the_policies_page_leads_to_what_each_version_would_have_done(tried: Desk):
    _, page = await tried.get("/policies")
    assert re.findall(r'href="(/policies/\d+/tried)"', page) == ["/policies/2/tried", "/policies/1/tried"]


async def test_a_version_says_what_it_changed_and_for_whom_its_policies_are(desk: Desk):
    written = STRICTER.replace(
        "  - title: Everybody\n",
        "  - title: Everybody\n    filter:\n      all: [{field: customer, operator: is, value: acme}]\n"
        "      any: [{field: channel, operator: is, value: C0ACME}, {field: tags, operator: includes, value: VIP}]\n",
    )
    await desk.post("U0RITA", "The export is empty")
    await save(desk, written)
    _, page = await desk.get("/policies")
    told = words(page)
    assert "For tickets where customer is Acme Inc, and channel is #acme or tags includes VIP" in told
    assert "policies: ~ Everybody: normal first_reply_time: 1h business -> 10m business" in told
    _, page = await desk.get("/policies?version=1")
    assert "For every ticket" in words(page)
    assert "What version 1 changed" not in page


async def test_the_audit_log_tells_changes_in_words(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    detail = {"from": None, "to": "U0RITA", "keys": ["card:1", "card:2"], "was": {"open": True}, "said": "Done."}
    entry = AuditEntry(workspace="T0HOME", at=desk.now, who="U0RITA", action="set_assignee", ticket_id=1, detail=detail)
    await desk.bot.db.write(lambda conn: audit.record(conn, entry))
    _, page = await desk.get("/audit")
    assert table(page)[0][1:] == [
        "rita",
        "set assignee",
        "#1",
        "Done. from: none; keys: card:1, card:2; to: rita; was: open yes",
    ]


async def test_what_slack_sent_and_nobody_understood_is_seen_and_never_quoted(desk: Desk):
    def set_aside(conn) -> None:
        envelope = Envelope(
            workspace="T0HOME",
            key="event:Ev1",
            kind="event",
            body='{"text": "a secret"}',
            event_at=desk.now,
            received_at=desk.now,
        )
        inbox.put(conn, envelope)
        (item,) = inbox.take(conn, "T0HOME", desk.now, Claim(holder=desk.bot.db.replica))
        inbox.quarantine(conn, item, "ValueError: a secret")

    await desk.bot.db.write(set_aside)
    _, page = await desk.get("/deliveries")
    assert table(page)[0][:3] == ["event:Ev1", "quarantined", "event"]
    assert "ValueError" in page
    assert "a secret" not in page
    _, health = await desk.get("/health")
    assert "Something needs a person" in words(health)


async def test_rows_are_in_the_times_and_names_of_the_team(desk: Desk):
    await save(desk, CONFIG.replace("time_zone: UTC", "time_zone: Asia/Tokyo"))
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "Which one?", thread=ts)
    _, page = await desk.get("/reports?show=rows")
    first = table(page)[0]
    assert first[4] == "2026-01-12 18:00:00"
    assert {"ana", "#acme"} < set(first)
    assert "times of Asia/Tokyo" in words(page)
    _, spreadsheet = await desk.get("/reports.csv?show=rows")
    assert "2026-01-12 09:00:00Z" in spreadsheet


async def test_other_days_of_a_list_show_that_list_again(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    _, page = await desk.get("/reports?show=breaches&only=customer=acme")
    form = page.split('<form class="ask"')[1].split("</form>")[0]
    assert re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form) == [
        ("only", "customer=acme"),
        ("show", "breaches"),
    ]
    figures = unescape(re.findall(r'<a href="([^"]+)">Figures</a>', page)[0])
    _, page = await desk.get(figures)
    assert "What became of promises" in page
    assert "Only customer = acme" in words(page)


async def test_the_spreadsheet_of_some_rows_has_those_rows(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "Which one?", thread=ts)
    _, page = await desk.get("/reports?show=rows&outcome=met")
    assert [row[1] for row in table(page)] == ["First reply"]
    assert "Rows: met" in words(page)
    _, spreadsheet = await desk.get(unescape(re.findall(r'<a href="([^"]+)">As a spreadsheet</a>', page)[0]))
    assert [line.split(",")[1] for line in spreadsheet.splitlines()] == ["Metric", "First reply"]


async def test_a_percentile_leads_to_what_was_done(tried: Desk):
    await tried.post("U0HANK", "production down", channel="C0GLOBEX")
    await tried.at("10:30")
    _, page = await tried.get("/reports?by=customer")
    row = next(row for row in page.split("<tbody>")[1].split("<tr") if "All" in words("<" + row))
    link = unescape(re.findall(r'<a href="([^"]+)">[^<]* s</a>', row)[0])
    _, page = await tried.get(link)
    assert [(row[0], row[1], row[3]) for row in table(page)] == [
        ("#1", "First reply", "met"),
        ("#1", "Requester wait time", "met"),
        ("#2", "First reply", "met"),
        ("#2", "Requester wait time", "met"),
    ]
