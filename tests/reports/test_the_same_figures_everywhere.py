"""What became of promises: one table of expectations, asked for on the command line, on the web and in Slack."""

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import Connection

from store import instances, metric_events, ticket_events, tickets
from tests.support.desk import MONDAY, Desk
from tests.support.processes import threadline
from tests.support.stored import a_metric_event, a_ticket, an_event, an_instance

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


# By what, which group; then how long what was done took: p50, p90 and p95 in business hours, and by the calendar.
TIMES = [
    ("metric", "All", ["20 min", "1 h 10 min", "1 h 10 min", "40 min", "2 h 20 min", "2 h 20 min"]),
    ("metric", "First reply", ["20 min", "20 min", "20 min", "40 min", "40 min", "40 min"]),
    ("metric", "Next reply", ["20 min", "1 h 10 min", "1 h 10 min", "40 min", "2 h 20 min", "2 h 20 min"]),
    ("priority", "urgent", ["20 min", "1 h 10 min", "1 h 10 min", "40 min", "2 h 20 min", "2 h 20 min"]),
    ("priority", "low", ["20 min", "20 min", "20 min", "40 min", "40 min", "40 min"]),
    ("tier", "enterprise", ["20 min", "1 h 10 min", "1 h 10 min", "40 min", "2 h 20 min", "2 h 20 min"]),
    ("customer", "Globex", ["20 min", "20 min", "20 min", "40 min", "40 min", "40 min"]),
    ("agent", "U2", ["20 min", "1 h 10 min", "1 h 10 min", "40 min", "2 h 20 min", "2 h 20 min"]),
    ("hour", "10", ["20 min", "20 min", "20 min", "40 min", "40 min", "40 min"]),
    ("week", "2026-W03", ["20 min", "1 h 10 min", "1 h 10 min", "40 min", "2 h 20 min", "2 h 20 min"]),
]

# Which list; then ticket, metric, instance and reason of each of its rows.
LISTS = {
    "breaches": [
        ("#1", "Next reply", "3", "done late, 1 h 20 min over the target"),
        ("#2", "Next reply", "5", "not done yet"),
        ("#4", "Next reply", "1", "done late, 1 h 20 min over the target"),
        ("#4", "Next reply", "2", "done late, 1 h 20 min over the target"),
        ("#4", "Next reply", "3", "done late, 1 h 20 min over the target"),
    ],
    "relaxed": [("#4", "Next reply", "1", "missed before its target was eased; counts as missed")],
    "exempt": [("#5", "Next reply", number, "a storm") for number in ("3", "4", "5")],
    "cancelled": [
        ("#3", "Next reply", "3", "nobody waited for it any more"),
        ("#3", "Next reply", "4", "nobody waited for it any more"),
        ("#4", "Next reply", "4", "its ticket was merged"),
    ],
    "pauses": [("#2", "Next reply", "1", "a customer wrote at 2026-01-12 09:10:00Z, during the pause")],
}


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
    eased = instances.some(conn, "T0HOME", 4, [("next_reply_time", 1)])
    instances.upsert_many(conn, [replace(row, policy=None) for row in lost])
    instances.upsert_many(conn, [replace(row, relaxed=True) for row in eased])
    paused = {"workspace": "T0HOME", "ticket_id": 2, "metric": "next_reply_time"}
    metric_events.append(
        conn,
        [
            a_metric_event(**paused, type="pause", at=MONDAY + timedelta(minutes=5)),
            a_metric_event(**paused, type="resume", at=MONDAY + timedelta(minutes=15)),
        ],
    )
    wrote = {"at": "2026-01-12T09:10:00Z", "by": "end_user", "public": True}
    happened = [(2, "comment", {"type": "comment"} | wrote), (5, "exempt", {"type": "exempt", "reason": "a storm"})]
    for ticket_id, kind, body in happened:
        of = {"workspace": "T0HOME", "ticket_id": ticket_id, "at": MONDAY + timedelta(minutes=10)}
        ticket_events.append(conn, an_event(f"{kind}:{ticket_id}", **of, type=kind, body=body))


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


def answer_of(lines: list[list[str]], by: str) -> dict[str, list[str]]:
    """What each group came to, by its label: the eight counts, then the percentiles."""
    labels = by.count(",") + 1
    return {" / ".join(cell for cell in line[:labels] if cell): line[labels:] for line in lines}


async def on_the_command_line(desk: Desk, folder: Path, by: str) -> dict[str, list[str]]:
    ended = await threadline("report", "--by", by, folder=folder, THREADLINE_DATABASE_URL=desk._database)
    assert ended.err == ""
    lines = [cells(line) for line in ended.out.splitlines()[1:]]
    # On a terminal an empty cell is nothing.
    return answer_of([line if line[0] != "All" else ["All", *[""] * by.count(","), *line[1:]] for line in lines], by)


async def on_the_web(desk: Desk, by: str) -> dict[str, list[str]]:
    return answer_of(rows_of(await page(desk, f"/reports?by={by}")), by)


async def page(desk: Desk, path: str) -> str:
    status, html = await desk.get(path)
    assert status == 200
    return html


def rows_of(html: str) -> list[list[str]]:
    """The cells of the table in a page."""
    rows = re.findall(r"<tr.*?</tr>", html.split("<tbody>")[1], re.DOTALL)
    return [[words(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)] for row in rows]


def words(html: str) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", html).split()))


async def in_slack(desk: Desk, by: str, what: str = "") -> dict[str, list[str]]:
    lines = [cells(line) for line in (await table_in_slack(desk, f"{what} by {by}"))[1:]]
    return {line[0]: line[1:] for line in lines}


async def table_in_slack(desk: Desk, asked: str) -> list[str]:
    text = await desk.command("U0ANA", f"/sla report {asked}")
    return unescape(text.split("```")[1]).strip().splitlines()


async def test_every_figure_is_the_same_on_the_command_line_on_the_web_and_in_slack(figures: Desk, tmp_path: Path):
    for by in dict.fromkeys(by for by, _, _ in EXPECTED):
        wanted = {label: figure for of, label, figure in EXPECTED if of == by}
        for answer in (
            await on_the_command_line(figures, tmp_path, by),
            await on_the_web(figures, by),
            await in_slack(figures, by),
        ):
            told = {label: " ".join(shown[:8]) for label, shown in answer.items()}
            assert {label: told.get(label) for label in wanted} == wanted
            assert told["All"] == "15 5 75.0 % 1 1 2 1 3"


async def test_how_long_things_took_is_the_same_everywhere_and_of_what_was_done_only(figures: Desk, tmp_path: Path):
    for by in dict.fromkeys(by for by, _, _ in TIMES):
        wanted = {label: times for of, label, times in TIMES if of == by}
        on_a_terminal, on_a_page = await on_the_command_line(figures, tmp_path, by), await on_the_web(figures, by)
        in_a_message = await in_slack(figures, by, "times")
        assert {label: on_a_terminal[label][8:] for label in wanted} == wanted
        assert {label: on_a_page[label][8:] for label in wanted} == wanted
        assert {label: in_a_message[label] for label in wanted} == wanted


@pytest.mark.parametrize("name", LISTS)
async def test_every_list_is_the_same_on_the_command_line_on_the_web_and_in_slack(
    figures: Desk, tmp_path: Path, name: str
):
    asked = ("report", "--show", name, "--format", "csv")
    ended = await threadline(*asked, folder=tmp_path, THREADLINE_DATABASE_URL=figures._database)
    columns = ["Ticket", "Metric", "Instance", "Reason"]
    on_a_terminal = [tuple(row[column] for column in columns) for row in csv.DictReader(io.StringIO(ended.out))]

    html = await page(figures, f"/reports?show={name}")
    head = [words(cell) for cell in re.findall(r"<th.*?</th>", html.split("<thead>")[1].split("</thead>")[0])]
    on_a_page = [tuple(row[head.index(column)] for column in columns) for row in rows_of(html)]

    first, *lines = await table_in_slack(figures, name)
    places = [first.index(column) for column in columns]
    in_a_message = [tuple(cells(line[place:])[0] for place in places) for line in lines]

    assert [on_a_terminal, on_a_page, in_a_message] == [LISTS[name]] * 3


async def test_a_list_of_nothing_says_so_in_slack(figures: Desk):
    said = await figures.command("U0ANA", "/sla report breaches from 2020-01-01 to 2020-01-31")
    assert said == "Breach review: nothing from 2020-01-01 to 2020-01-31."


async def test_lists_in_slack_call_agents_by_their_names(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "Which one?", thread=ts)
    await desk.post("U0RITA", "This one", thread=ts)
    await desk.click("U0ANA", "Pending")
    _, *lines = await table_in_slack(desk, "pauses")
    assert {cells(line)[-2] for line in lines} == {"ana"}


async def test_a_figure_on_the_web_leads_to_its_rows(figures: Desk):
    _, page = await figures.get("/reports?by=agent")
    row = next(row for row in page.split("<tbody>")[1].split("<tr") if "U2" in words("<" + row))
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
