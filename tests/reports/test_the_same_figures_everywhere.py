"""What became of promises: one table of expectations, asked for on the command line, on the web and in Slack."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import Connection

from store import instances, tickets
from tests.support.desk import MONDAY, Desk
from tests.support.processes import threadline
from tests.support.stored import a_ticket, an_instance

# Ticket by ticket: what it is, and how its promises ended. 15 met of 20 that count, and eight that do not.
TICKETS = {
    "A": (
        {"customer": "acme", "customer_tier": "enterprise", "priority": "urgent", "assignee": "U1", "channel_id": "C1"},
        ["met", "met", "met", "missed"],
    ),
    "B": (
        {"customer": "acme", "customer_tier": "enterprise", "priority": "normal", "assignee": "U2", "channel_id": "C1"},
        ["met", "met", "met", "met", "met", "late", "open"],
    ),
    "C": (
        {"customer": "globex", "priority": "normal", "assignee": "U1", "channel_id": "C2", "group_name": "engineering"},
        ["met", "met", "met", "cancelled", "cancelled"],
    ),
    "D": (
        {"priority": "normal", "assignee": "U2", "channel_id": "C2"},
        ["met", "missed", "missed", "missed", "merged"],
    ),
    "E": (
        {"priority": "low", "channel_id": "C2", "group_name": "engineering"},
        ["met", "met", "met", "exempt", "exempt", "exempt", "untargeted"],
    ),
}
METRICS = ("first_reply_time", "next_reply_time")

# By what, which group; then met, missed, attainment, late now, open, cancelled, merged and exempt.
EXPECTED = [
    ("metric", "All", "15 5 75.0 % 1 1 2 1 3"),
    ("metric", "First reply", "5 0 100.0 % 0 0 0 0 0"),
    ("metric", "Next reply", "10 5 66.7 % 1 1 2 1 3"),
    ("customer", "Acme Inc", "8 2 80.0 % 1 1 0 0 0"),
    ("customer", "Globex", "3 0 100.0 % 0 0 2 0 0"),
    ("customer", "none", "4 3 57.1 % 0 0 0 1 3"),
    ("tier", "enterprise", "8 2 80.0 % 1 1 0 0 0"),
    ("tier", "none", "7 3 70.0 % 0 0 2 1 3"),
    ("priority", "urgent", "3 1 75.0 % 0 0 0 0 0"),
    ("priority", "normal", "9 4 69.2 % 1 1 2 1 0"),
    ("priority", "low", "3 0 100.0 % 0 0 0 0 3"),
    ("agent", "U1", "6 1 85.7 % 0 0 2 0 0"),
    ("agent", "U2", "6 4 60.0 % 1 1 0 1 0"),
    ("agent", "none", "3 0 100.0 % 0 0 0 0 3"),
    ("channel", "C2", "7 3 70.0 % 0 0 2 1 3"),
    ("group", "engineering", "6 0 100.0 % 0 0 2 0 3"),
    ("policy", "Everybody", "14 5 73.7 % 1 1 2 1 3"),
    ("policy", "none", "1 0 100.0 % 0 0 0 0 0"),
    ("week", "2026-W03", "15 5 75.0 % 1 1 2 1 3"),
    ("hour", "09", "13 5 72.2 % 1 1 2 1 3"),
    ("hour", "10", "2 0 100.0 % 0 0 0 0 0"),
    ("tier,priority", "enterprise / normal", "5 1 83.3 % 1 1 0 0 0"),
]


def stored(conn: Connection) -> None:
    """The tickets with their instances; the first of each is its first reply, the others replies to follow."""
    for fields, outcomes in TICKETS.values():
        ticket = tickets.create(conn, a_ticket(workspace="T0HOME", created_at=MONDAY, last_event_at=MONDAY, **fields))
        of = {"workspace": "T0HOME", "ticket_id": ticket.ticket_id, "policy": "Everybody", "rules_version": 1}
        rows = [
            an_instance(**of | an_outcome(outcome) | {"metric": METRICS[bool(number)], "instance": max(1, number)})
            for number, outcome in enumerate(outcomes)
        ]
        instances.upsert_many(conn, rows)
    later = {"activated_at": MONDAY + timedelta(hours=1), "fulfilled_at": MONDAY + timedelta(hours=1, minutes=1)}
    moved = instances.some(conn, "T0HOME", 1, [("first_reply_time", 1)]) + instances.some(
        conn, "T0HOME", 5, [("first_reply_time", 1)]
    )
    instances.upsert_many(conn, [replace(row, **later) for row in moved])
    lost = instances.some(conn, "T0HOME", 4, [("first_reply_time", 1)])
    instances.upsert_many(conn, [replace(row, policy=None) for row in lost])


def an_outcome(outcome: str) -> dict:
    minutes = {"met": 20, "missed": 70}.get(outcome)
    took = {"business_seconds": (minutes or 0) * 60, "calendar_seconds": (minutes or 0) * 120}
    ended = None if minutes is None else MONDAY + timedelta(minutes=minutes)
    stage = {"met": "fulfilled", "missed": "fulfilled", "late": "active", "open": "active"}.get(outcome, "cancelled")
    return {
        "activated_at": MONDAY,
        "stage": stage,
        "outcome": {"late": "open", "untargeted": "met"}.get(outcome, outcome),
        "breached": outcome in {"missed", "late"},
        "fulfilled_at": ended,
        "breach_at": None if outcome == "open" else MONDAY + timedelta(hours=1),
        "elapsed": took,
        "target_seconds": None if outcome == "untargeted" else 3600,
    }


@pytest.fixture
async def figures(desk: Desk) -> Desk:
    await desk.bot.db.write(stored)
    await desk.at("12:00")
    return desk


def cells(line: str) -> list[str]:
    return re.split(r"\s{2,}", line.strip())


def answer_of(lines: list[list[str]], by: str) -> dict[str, str]:
    """What each group came to, by its label; the counts are the eight cells behind it."""
    labels = by.count(",") + 1
    return {" / ".join(cell for cell in line[:labels] if cell): " ".join(line[labels:][:8]) for line in lines}


async def on_the_command_line(desk: Desk, folder: Path, by: str) -> dict[str, str]:
    ended = await threadline("report", "--by", by, folder=folder, THREADLINE_DATABASE_URL=desk._database)
    assert ended.err == ""
    lines = [cells(line) for line in ended.out.splitlines()[1:]]
    # On a terminal an empty cell is nothing.
    return answer_of([line if line[0] != "All" else ["All", *[""] * by.count(","), *line[1:]] for line in lines], by)


async def on_the_web(desk: Desk, by: str) -> dict[str, str]:
    status, page = await desk.get(f"/reports?by={by}")
    assert status == 200
    rows = re.findall(r"<tr.*?</tr>", page.split("<tbody>")[1], re.DOTALL)
    lines = [[words(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)] for row in rows]
    return answer_of(lines, by)


def words(html: str) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", html).split()))


async def in_slack(desk: Desk, by: str) -> dict[str, str]:
    text = await desk.command("U0ANA", f"/sla report by {by}")
    lines = [cells(line) for line in text.split("```")[1].strip().splitlines()[1:]]
    return {line[0]: " ".join(line[1:]) for line in lines}


async def test_every_figure_is_the_same_on_the_command_line_on_the_web_and_in_slack(figures: Desk, tmp_path: Path):
    for by in dict.fromkeys(by for by, _, _ in EXPECTED):
        wanted = {label: figure for of, label, figure in EXPECTED if of == by}
        for answer in (
            await on_the_command_line(figures, tmp_path, by),
            await on_the_web(figures, by),
            await in_slack(figures, by),
        ):
            assert {label: answer.get(label) for label in wanted} == wanted
            assert answer["All"] == "15 5 75.0 % 1 1 2 1 3"


async def test_percentiles_are_of_what_was_done_only(figures: Desk, tmp_path: Path):
    ended = await threadline("report", "--by", "priority", folder=tmp_path, THREADLINE_DATABASE_URL=figures._database)
    (urgent,) = [cells(line) for line in ended.out.splitlines() if line.startswith("urgent")]
    assert urgent[9:] == ["20 min", "1 h 10 min", "1 h 10 min", "40 min", "2 h 20 min", "2 h 20 min"]


async def test_a_figure_on_the_web_leads_to_its_rows(figures: Desk):
    _, page = await figures.get("/reports?by=agent")
    row = next(row for row in page.split("<tr") if "U2" in words("<" + row))
    link = unescape(re.findall(r'<a href="([^"]+)">4</a>', row)[0])
    _, rows = await figures.get(link)
    assert len(re.findall(r"/tickets/\d+", rows)) == 4
    assert "Only agent = U2" in words(rows)


async def test_a_day_without_promises_says_so_in_slack(figures: Desk):
    said = await figures.command("U0ANA", "/sla report from 2020-01-01 to 2020-01-31")
    assert said == "No promises began from 2020-01-01 to 2020-01-31."


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("by colour", "Nothing is grouped by 'colour'."),
        ("from yesterday", "'yesterday' is no day to report from: write it as 2026-01-31."),
        ("from 2026-02-01 to 2026-01-01", "The report would end before it begins: 2026-02-01 is after 2026-01-01."),
        ("loudly", "'loudly' is no part of a report."),
    ],
)
async def test_a_report_that_cannot_be_understood_is_explained_in_slack(desk: Desk, typed: str, answer: str):
    assert (await desk.command("U0ANA", f"/sla report {typed}")).startswith(answer)


async def test_customers_get_no_report(desk: Desk):
    assert await desk.command("U0MILTON", "/sla report", channel="C0HELP") == "Only the support team can do that."
