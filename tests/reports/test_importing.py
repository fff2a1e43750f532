"""History from a Slack export: tickets and figures as if it had come in time, and nobody is told."""

import asyncio
import contextlib
import json
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.desk import TRIAGE, Desk
from tests.support.exports import ACME, CONFIG, FILES, GLOBEX, said, ts, write_export
from tests.support.processes import Ended, threadline
from tests.support.zendesk_exports import ticket, write_zendesk_export


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "threadline.yml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


async def run(place: Path, *words: str) -> Ended:
    return await threadline(*words, folder=place)


def dump(place: Path) -> list[str]:
    """Everything in the database but when it was written down."""
    with closing(sqlite3.connect(place / "threadline.db")) as conn:
        found = []
        for table, columns in (
            ("ticket", "ticket_id, subject, status, requester, assignee, customer, priority, state"),
            ("metric_instance", "ticket_id, metric, instance, stage, outcome, breached, activated_at, fulfilled_at"),
            ("metric_event", "event_id, ticket_id, metric, instance, type, at, deleted"),
            ("ticket_event", "key, ticket_id, seq, at, type, actor, body, source"),
            ("conversation", "channel_id, thread_ts, ticket_id"),
            ("outbox", "key"),
        ):
            found += sorted(f"{table}: {row}" for row in conn.execute(f"SELECT {columns} FROM {table}"))
        return found


@pytest.mark.parametrize("name", ["export.zip", "export"])
async def test_an_export_becomes_tickets_and_figures(place: Path, name: str):
    write_export(place / name)
    ended = await run(place, "import", "slack-export", name)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[0] == "7 messages read, 2 tickets opened."
    report = await run(place, "report", "--by", "customer", "--format", "csv")
    assert [line.split(",")[:4] for line in report.out.splitlines()] == [
        ["Customer", "Met", "Missed", "Attainment"],
        ["Acme Inc", "1", "1", "50.0 %"],
        ["none", "0", "1", "0.0 %"],
        ["All", "1", "2", "33.3 %"],
    ]


async def test_neither_cards_nor_alerts_come_of_it(place: Path):
    write_export(place / "export.zip")
    await run(place, "import", "slack-export", "export.zip")
    assert not [line for line in dump(place) if line.startswith("outbox")]


async def test_doing_it_again_changes_nothing(place: Path):
    write_export(place / "export.zip")
    await run(place, "import", "slack-export", "export.zip")
    before = dump(place)
    ended = await run(place, "import", "slack-export", "export.zip")
    assert ended.out.splitlines()[0] == "7 messages read, 0 tickets opened."
    assert dump(place) == before


async def test_an_import_that_broke_off_is_gone_on_with(place: Path):
    half = FILES | {"acme/2026-01-05.json": ACME[:2], "globex/2026-01-05.json": []}
    write_export(place / "half.zip", half)
    write_export(place / "whole.zip")
    await run(place, "import", "slack-export", "half.zip")
    await run(place, "import", "slack-export", "whole.zip")
    resumed = [line for line in dump(place) if not line.startswith("metric_event")]
    (place / "threadline.db").unlink()
    await run(place, "import", "slack-export", "whole.zip")
    assert resumed == [line for line in dump(place) if not line.startswith("metric_event")]


@pytest.mark.parametrize("words", [("--agents", "U0ANA"), ("--agents", "top:1"), ("--agents-file", "agents.txt")])
async def test_who_answers_can_be_said_in_three_ways(place: Path, words: tuple[str, str]):
    (place / "agents.txt").write_text("U0ANA\n", encoding="utf-8")
    (place / "threadline.yml").write_text(CONFIG.replace("users: [U0ANA]", "users: []"), encoding="utf-8")
    write_export(place / "export.zip")
    ended = await run(place, "import", "slack-export", "export.zip", *words)
    assert ended.out.splitlines()[0] == "7 messages read, 2 tickets opened."
    report = await run(place, "report", "--by", "agent", "--format", "csv")
    assert "U0ANA,1,1,50.0 %" in report.out


async def test_the_channels_that_the_configuration_lists_are_the_only_ones(place: Path):
    (place / "threadline.yml").write_text(CONFIG.replace("channels: {C0GLOBEX: {}}", ""), encoding="utf-8")
    write_export(place / "export.zip")
    ended = await run(place, "import", "slack-export", "export.zip")
    assert ended.out.splitlines()[0] == "6 messages read, 1 tickets opened."


async def test_where_it_lists_none_of_them_all_are_taken(place: Path):
    elsewhere = CONFIG.replace("channels: {C0GLOBEX: {}}", "channels: {C0OTHER: {}}").replace("C0ACME", "C0ELSE")
    (place / "threadline.yml").write_text(elsewhere, encoding="utf-8")
    write_export(place / "export.zip")
    ended = await run(place, "import", "slack-export", "export.zip")
    assert ended.out.splitlines()[0] == "7 messages read, 2 tickets opened."


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({}, "is not a Slack export: it has no channels.json."),
        ({"channels.json": b"[{"}, "is not JSON."),
        ({"channels.json": []}, "has no messages that can be read."),
        (FILES | {"acme/2026-01-05.json": b"[" * 100_000, "globex/2026-01-05.json": b"\xff"}, "has no messages"),
    ],
)
async def test_what_is_no_export_is_one_sentence(place: Path, files: dict, complaint: str):
    write_export(place / "export.zip", files)
    ended = await run(place, "import", "slack-export", "export.zip")
    assert ended.code == 1
    assert len(ended.complaints) == 1
    assert complaint in ended.err


async def test_script_in_names_and_formulas_in_cells_stay_text(place: Path):
    evil = "=cmd|' /C calc'!A0 <script>alert(1)</script>"
    files = {
        "channels.json": [{"id": "=HYPERLINK(1)", "name": "evil"}],
        "users.json": [{"id": "U0RITA", "name": evil}],
        "evil/2026-01-05.json": [said(0, "=1+1", evil), said(1, "@SUM(A1)", "Hello", answers=0)],
    }
    write_export(place / "export.zip", files)
    await run(place, "import", "slack-export", "export.zip", "--agents", "@SUM(A1)")
    report = await run(place, "report", "--by", "agent,channel", "--format", "csv")
    assert "'@SUM(A1),'=HYPERLINK(1),1,0" in report.out
    page = await run(
        place,
        "simulate",
        "--history",
        "export.zip",
        "--config",
        "threadline.yml",
        "--agents",
        "top:1",
        "--format",
        "html",
    )
    assert page.code == 0
    assert "<script" not in page.out


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--agents", "U0NOBODY"), "--agents names U0NOBODY, who wrote nothing in the export."),
        (("--agents", "U0ANA", "--agents-file", "agents.txt"), "Say who answers with --agents or with --agents-file"),
        (("--agents-file", "nothing.txt"), "nothing.txt cannot be read"),
        (("--config", "nothing.yml"), "There is no configuration at nothing.yml"),
    ],
)
async def test_wrong_usage_is_one_sentence(place: Path, words: tuple[str, ...], complaint: str):
    write_export(place / "export.zip")
    ended = await run(place, "import", "slack-export", "export.zip", *words)
    assert (ended.code, len(ended.complaints)) == (2, 1)
    assert complaint in ended.err


async def test_somebody_has_to_have_answered(place: Path):
    (place / "threadline.yml").write_text(
        CONFIG.replace("users: [U0ANA]", "user_groups: [S0X]").replace("admins: [U0BOSS]", "admins: []"),
        encoding="utf-8",
    )
    write_export(place / "export.zip", FILES | {"globex/2026-01-05.json": GLOBEX})
    ended = await run(place, "import", "slack-export", "export.zip")
    assert (ended.code, ended.err.startswith("threadline: Who answers?")) == (2, True)


async def test_a_running_desk_hears_nothing_of_the_past_but_goes_on_with_it(desk: Desk, tmp_path: Path):
    write_export(tmp_path / "export.zip")
    words = ("import", "slack-export", "export.zip", "--agents", "U0ANA")
    ended = await threadline(*words, folder=tmp_path, THREADLINE_DATABASE_URL=desk._database)
    assert ended.code == 0
    await desk.pass_time(hours=8)
    assert (desk.cards(), desk.alerts(), desk.written_by_the_bot(TRIAGE)) == ([], [], [])
    now = f"{desk.now.timestamp():.6f}"
    said_now = {"type": "message", "channel": "C0ACME", "user": "U0RITA", "ts": now, "thread_ts": ts(0)}
    await desk.raw_event(said_now | {"text": "It is empty again", "parent_user_id": "U0RITA"})
    assert desk.quoted(1) == "The export is empty"
    await desk.pass_time(hours=40)
    assert desk.alerts() == []


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("import", "slack-export", "export.zip"), "7 of 7 messages"),
        (("simulate", "--history", "export.zip", "--config", "threadline.yml"), "7 of 7 messages"),
        (("import", "zendesk", "zendesk.zip"), "4 tickets"),
        (("simulate", "--history", "many.json", "--config", "threadline.yml"), "100 tickets replayed"),
    ],
)
async def test_long_work_says_on_a_terminal_how_far_it_is(place: Path, words: tuple[str, ...], shown: str):
    write_export(place / "export.zip")
    write_zendesk_export(place / "zendesk.zip")
    (place / "many.json").write_text(json.dumps({"tickets": [ticket(number) for number in range(1, 121)]}))
    ours, theirs = os.openpty()
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm"}
    program = [sys.executable, "-m", "bot", *words]
    process = await asyncio.create_subprocess_exec(
        *program, cwd=place, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=theirs
    )
    os.close(theirs)
    said = await asyncio.to_thread(all_of, ours)
    assert await process.wait() == 0
    assert shown in said
    # The line is cleared in the end, for what comes after it.
    assert said.endswith("\r\x1b[K")


def all_of(terminal: int) -> str:
    """What is written to a terminal until its program has ended."""
    said = b""
    # Linux tells the end of a terminal as an error.
    with contextlib.suppress(OSError), os.fdopen(terminal, "rb", buffering=0) as stream:
        while chunk := stream.read(1024):
            said += chunk
    return said.decode()
