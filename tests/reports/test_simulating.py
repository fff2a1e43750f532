"""What another configuration would have made of history, for a terminal, a program and a manager."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.services.simulation import histories
from tests.support.browser import OpenPage, chromium, open_page
from tests.support.desk import CONFIG as DESK
from tests.support.desk import MONDAY, Desk, opened
from tests.support.exports import CONFIG, write_export
from tests.support.processes import Ended, threadline

__all__ = ["chromium", "open_page"]

TIGHT = CONFIG.replace("first_reply_time: 30m", "first_reply_time: 10m").replace("title: Everybody", "title: Tight")
TIMELINE = {
    "schedules": [],
    "policies": [],
    "tickets": [
        {
            "id": "T1",
            "channel": "C0ACME",
            "events": [
                {"at": "2026-01-05T09:00:00Z", "type": "created", "by": "end_user", "user": "U1", "public": True},
                {"at": "2026-01-05T09:20:00Z", "type": "comment", "by": "agent", "user": "A1", "public": True},
            ],
        }
    ],
    "until": "2026-01-06T00:00:00Z",
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "threadline.yml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "tight.yml").write_text(TIGHT, encoding="utf-8")
    write_export(tmp_path / "export.zip")
    (tmp_path / "timeline.json").write_text(json.dumps(TIMELINE), encoding="utf-8")
    lines = json.dumps(TIMELINE) + "\n\n" + json.dumps(TIMELINE) + "\n"
    (tmp_path / "timeline.jsonl").write_text(lines, encoding="utf-8")
    return tmp_path


async def simulated(place: Path, history: str, *words: str) -> dict:
    words = ("--history", history, "--config", "tight.yml", "--baseline", "threadline.yml", *words)
    ended = await threadline("simulate", *words, "--format", "json", folder=place)
    assert (ended.code, ended.err) == (0, "")
    return json.loads(ended.out)


async def test_its_figures_are_those_of_importing_and_reporting(place: Path):
    found = await simulated(place, "export.zip")
    await threadline("import", "slack-export", "export.zip", folder=place)
    for dimension in ("metric", "policy", "priority", "customer", "tier"):
        ended = await threadline("report", "--by", dimension, "--format", "json", folder=place)
        report = json.loads(ended.out)
        assert found["baseline"]["by"][dimension] == report["groups"]
        assert found["baseline"]["total"] == report["total"]


async def test_the_stored_history_gives_the_same_as_the_export(place: Path):
    await threadline("import", "slack-export", "export.zip", folder=place)
    of_export, of_database = await simulated(place, "export.zip"), await simulated(place, "db")
    for part in ("candidate", "baseline", "flips", "tickets"):
        assert of_database[part] == of_export[part]


async def test_it_says_which_promises_end_otherwise_and_why(place: Path):
    found = await simulated(place, "export.zip")
    assert found["flips"] == [
        {
            "ticket": "1",
            "metric": "first_reply_time",
            "instance": 1,
            "activated_at": "2026-01-05T09:00:00.0001Z",
            "before": "met",
            "after": "missed",
            "why": "policy Everybody → Tight; target 30 min calendar → 10 min calendar; it took 20 min",
        }
    ]
    assert [found[side]["total"]["attainment"] for side in ("baseline", "candidate")] == [1 / 3, 0.0]


async def test_a_timeline_is_told_under_the_configuration_and_not_under_its_own_rules(place: Path):
    found = await simulated(place, "timeline.json")
    assert found["candidate"]["by"]["tier"][0]["key"] == {"tier": "enterprise"}
    assert [flip["why"] for flip in found["flips"]] == [
        "policy Everybody → Tight; target 30 min calendar → 10 min calendar; it took 20 min"
    ]
    assert found["candidate"]["smallest_targets"][0]["met_by_95_percent_seconds"] == 1200
    assert found["candidate"]["staffing"] == [
        {"weekday": "Mon", "hour": 9, "waiting": 1, "missed": 1, "outside_hours": 0}
    ]


async def test_a_timeline_may_come_through_a_pipe(place: Path):
    os.mkfifo(place / "pipe")
    written = asyncio.create_task(asyncio.to_thread((place / "pipe").write_text, json.dumps(TIMELINE)))
    found = await simulated(place, "pipe")
    await written
    assert found["tickets"] == 1


async def test_timelines_one_a_line_are_told_apart_by_their_lines(place: Path):
    found = await simulated(place, "timeline.jsonl")
    assert [flip["ticket"] for flip in found["flips"]] == ["1:T1", "2:T1"]


async def test_a_terminal_gets_tables(place: Path):
    words = ("--history", "timeline.json", "--config", "tight.yml", "--baseline", "threadline.yml")
    ended = await threadline("simulate", *words, folder=place)
    assert ended.out.startswith(
        "1 ticket of timeline.json. Under tight.yml 0 of 1 promise would have been kept (0.0 %), under threadline.yml "
        "1 of 1 promise (100.0 %). 1 promise would have ended otherwise: 1 missed instead of kept.\n"
    )
    assert "#T1" in ended.out
    assert "First reply  normal    Tight   10 min calendar  0.0 %  20 min calendar      20 min calendar" in ended.out


async def test_two_configurations_of_one_name_are_told_apart_by_their_folders(place: Path):
    (place / "new").mkdir()
    (place / "new" / "threadline.yml").write_text(CONFIG, encoding="utf-8")
    words = ("--history", "timeline.json", "--config", "new/threadline.yml", "--baseline", "threadline.yml")
    ended = await threadline("simulate", *words, folder=place)
    assert ended.out.startswith(
        "1 ticket of timeline.json. Under new/threadline.yml 1 of 1 promise would have been kept (100.0 %), under "
        "threadline.yml 1 of 1 promise (100.0 %). No promise would have ended otherwise.\n"
    )


async def test_what_a_policy_no_longer_promises_and_what_it_promises_now_are_told(place: Path):
    (place / "other.yml").write_text(CONFIG.replace("first_reply_time", "requester_wait_time"), encoding="utf-8")
    words = ("--history", "timeline.json", "--config", "other.yml", "--baseline", "threadline.yml", "--format", "html")
    ended = await threadline("simulate", *words, folder=place)
    assert "2 promises would have ended otherwise: 1 met → no target, 1 no target → missed." in ended.out
    assert "no longer promised: 30 min calendar by Everybody" in ended.out


async def test_what_tickets_did_by_themselves_follows_from_each_configuration(desk_database: str, place: Path):
    long = DESK.replace("requester_wait_time: 6h", "total_resolution_time: 20h")
    tidy = f"{long}lifecycle: {{auto_solve_after: 2d, auto_close_after: 1d}}\n"
    (place / "long.yml").write_text(long, encoding="utf-8")
    (place / "tidy.yml").write_text(tidy, encoding="utf-8")
    async with opened(desk_database, clock=ManualClock(MONDAY), config=tidy) as desk:
        ts = await desk.post("U0RITA", "The export is empty")
        await desk.post("U0ANA", "Which one?", thread=ts)
        await desk.click("U0ANA", "Pending")
        await desk.at("fri 16:00")
        assert desk.facts()["Status"] == "closed"
    words = ("--history", "db", "--config", "long.yml", "--baseline", "tidy.yml", "--format", "json")
    ended = await threadline("simulate", *words, folder=place, THREADLINE_DATABASE_URL=desk_database)
    flips = json.loads(ended.out)["flips"]
    assert [(flip["metric"], flip["before"], flip["after"]) for flip in flips] == [
        ("total_resolution_time", "met", "missed")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_a_manager_gets_a_page_that_stands_by_itself(place: Path, open_page: OpenPage, width: int, scheme: str):
    from axe_playwright_python.async_playwright import Axe

    words = ("--history", "export.zip", "--config", "tight.yml", "--baseline", "threadline.yml")
    ended = await threadline("simulate", *words, "--format", "html", "--output", "page.html", folder=place)
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    visit = await open_page(f"file://{place / 'page.html'}", width=width, color_scheme=scheme)
    shown = await visit.page.inner_text("main")
    assert "Under tight.yml 0 of 3 promises would have been kept (0.0 %)" in shown
    assert "1 promise would have ended otherwise: 1 missed instead of kept." in shown
    assert "\u221233.3 points" in shown
    assert "First reply\tnormal\tTight\t10 min calendar\t0.0 %\tnone: 1 of 2 are not done yet\t20 min calendar" in shown
    assert "Monday, 09:00 to 10:00, is when most waited too long: 3 of 3." in shown
    assert "#1\tMon 2026-01-05 09:00\tFirst reply\tmet → missed" in shown
    assert "Which promises end otherwise" in shown
    results = await Axe().run(visit.page)
    violations = results.response["violations"]
    assert [each["id"] for each in violations if each["impact"] in {"serious", "critical"}] == []


@pytest.mark.parametrize(
    ("history", "complaint", "code"),
    [
        ("nothing.json", "There is no history at nothing.json.", 2),
        ("nothing.zip", "There is no export at nothing.zip.", 2),
        ("threadline.yml", "threadline.yml is neither a timeline nor an export of Slack or Zendesk.", 1),
        ("db", "", 1),
    ],
)
async def test_a_history_that_cannot_be_read_is_one_sentence(place: Path, history: str, complaint: str, code: int):
    ended = await simulated_badly(place, history)
    assert (ended.code, len(ended.complaints)) == (code, 1)
    assert complaint in ended.err


async def simulated_badly(place: Path, history: str) -> Ended:
    return await threadline("simulate", "--history", history, "--config", "tight.yml", folder=place)


async def test_in_slack_another_target_is_tried_on_the_last_days(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.pass_time(minutes=20)
    await desk.post("U0ANA", "It is fixed", thread=ts)
    said = await desk.command("U0ANA", "/sla simulate first_reply 10m")
    assert said.splitlines()[:3] == [
        "*1 ticket of the last 30 days under first reply in 10 min*",
        "0 of 1 promises kept: 0.0 %",
        "now it is 100.0 %; 1 promise would end otherwise",
    ]
    assert "First reply, normal, Everybody: target 10 min business; 95 % would have met 21 min business" in said


async def test_in_slack_without_another_target_it_is_as_things_are(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "It is fixed", thread=ts)
    said = await desk.command("U0ANA", "/sla simulate")
    assert said.splitlines()[:2] == [
        "*1 ticket of the last 30 days under the configuration in force*",
        "1 of 1 promises kept: 100.0 %",
    ]


async def test_in_slack_no_more_is_told_again_than_somebody_waits_for(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(histories, "MOST_RECENT", 2)
    for customer, channel in (("U0RITA", "C0ACME"), ("U0HANK", "C0GLOBEX"), ("U0MILTON", "C0HELP")):
        await desk.post(customer, "The export is empty", channel=channel)
        await desk.pass_time(minutes=5)
    said = await desk.command("U0ANA", "/sla simulate")
    assert said.splitlines()[0] == ("*The latest 2 tickets of the last 30 days under the configuration in force*")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("", "No tickets were opened in the last 30 days."),
        ("speed 1h", "'speed' is not a metric."),
        ("first_reply", "Which target?"),
        ("first_reply soon", "'soon' is not a duration"),
        ("first_reply 1h loud", "'loud' is no priority."),
    ],
)
async def test_what_cannot_be_simulated_is_explained_in_slack(desk: Desk, typed: str, answer: str):
    assert (await desk.command("U0ANA", f"/sla simulate {typed}".strip())).startswith(answer)
