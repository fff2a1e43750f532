"""`threadline explain`: tickets of the database and of timeline files, as a table and as JSON."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, delete

from bot.cli import app
from bot.cli.errors import report
from bot.config.load import load_config
from bot.services.tickets import ticketing
from bot.services.tickets.ticketing import Entry
from bot.services.workspace.desk import Desk, Installation
from sla.events import Comment, Created, Event, MergedIn, Message, NotATicket, StatusChanged
from sla.policy import rules_from_json
from sla.ticket import Role, Status
from store import rules as versions
from store import tickets, workspaces
from store.tables import rules as rules_table
from store.tickets import TicketRecord
from store.urls import parse_url
from store.workspaces import Workspace
from tests.support.stored import a_ticket

CONFIG = """
alert_channel: C0TRIAGE
default_schedule: eu
default_priority: normal
schedules:
  eu:
    time_zone: Europe/Berlin
    hours: {mon-fri: "09:00-17:00"}
    holidays: [{name: Founders' Day, date: 2026-01-13}]
channels: {C1: {}}
policies:
  - title: Everybody
    targets: {normal: {hours: business, first_reply_time: 2h, requester_wait_time: 8h}}
"""
MONDAY = datetime(2026, 1, 12, tzinfo=UTC)
EXAMPLE = Path(__file__).parents[3] / "docs/examples/late-reply.json"


def berlin(clock: str, day: int = 12) -> datetime:
    """An instant of January 2026 by the clock in Berlin."""
    hours, minutes = map(int, clock.split(":"))
    return MONDAY + timedelta(days=day - 12, hours=hours - 1, minutes=minutes)


@dataclass
class Ran:
    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def threadline(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command in an empty folder; `database` is its THREADLINE_DATABASE_URL."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, database: str = "sqlite:///missing.db") -> Ran:
        monkeypatch.setenv("THREADLINE_DATABASE_URL", database)
        code = report(lambda: app(args=list(arguments), prog_name="threadline", standalone_mode=False), debug=False)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return run


@pytest.fixture
def engine(database_url: str) -> Any:
    engine = create_engine(parse_url(database_url))
    yield engine
    engine.dispose()


def a_desk(conn: Connection, config: str = CONFIG, workspace: str = "T1") -> Desk:
    """A new version of the configuration, in force."""
    loaded = load_config(config, source="threadline.yml", today=date(2026, 1, 1))
    version = versions.save_version(conn, workspace, dict(loaded.document), MONDAY)
    workspaces.save(conn, Workspace(workspace=workspace, name="Northwind"))
    installation = Installation(
        workspace=workspace, name="Northwind", url="https://x.slack.com/", bot_user="U0", bot_id="B0"
    )
    return Desk(
        installation=installation,
        config=loaded,
        rules=rules_from_json(loaded.rules_json()),
        rules_version=version,
    )


def open_ticket(conn: Connection, desk: Desk, at: datetime) -> int:
    ticket = TicketRecord(
        workspace=desk.workspace,
        channel_id="C1",
        thread_ts="1.0",
        subject="The export is empty.",
        created_at=at,
        updated_at=at,
        last_event_at=at,
    )
    said = Created(at=at, by=Role.END_USER, user="U1", text="The export is empty.", id="C1:1.0")
    return ticketing.open_ticket(conn, desk, ticket, Entry(key=f"C1:{at.timestamp()}", event=said), at)


def reply(conn: Connection, desk: Desk, ticket: int, at: datetime) -> None:
    happens(conn, desk, ticket, Comment(at=at, by=Role.AGENT, user="A1", text="Looking."))


def happens(conn: Connection, desk: Desk, ticket: int, event: Event) -> None:
    ticketing.record(
        conn, desk, ticket, [Entry(key=f"{type(event).__name__}:{event.at.timestamp()}", event=event)], event.at
    )


def set_status(conn: Connection, desk: Desk, ticket: int, at: datetime, to: Status) -> None:
    happens(conn, desk, ticket, StatusChanged(at=at, to=to))


@pytest.fixture
def told(engine: Engine) -> Engine:
    """One ticket, over a holiday: opened on Monday, answered late on Wednesday, pending, solved."""
    with engine.begin() as conn:
        desk = a_desk(conn)
        number = open_ticket(conn, desk, berlin("16:00"))
        reply(conn, desk, number, berlin("10:30", 14))
        set_status(conn, desk, number, berlin("11:00", 14), Status.PENDING)
        set_status(conn, desk, number, berlin("12:00", 14), Status.OPEN)
        set_status(conn, desk, number, berlin("12:30", 14), Status.SOLVED)
    return engine


def test_a_ticket_is_explained_by_its_number_in_the_schedules_own_time(
    threadline: Run, told: Engine, database_url: str
):
    ran = threadline("explain", "1", "--metric", "first_reply_time", database=database_url)

    assert (ran.code, ran.err) == (0, "")
    assert [" ".join(line.split()) for line in ran.out.splitlines()] == [
        '#1 First reply "The export is empty."',
        "Missed: due Wed 2026-01-14 10:00, fulfilled Wed 2026-01-14 10:30 after 2 h 30 min, late by 30 min.",
        "Target 2 h, business hours; policy Everybody; schedule eu, times in Europe/Berlin.",
        "",
        "From To Length What Counted so far",
        "Mon 2026-01-12 16:00 Mon 2026-01-12 17:00 1 h counted 1 h",
        "Mon 2026-01-12 17:00 Tue 2026-01-13 00:00 7 h closed 1 h",
        "Tue 2026-01-13 00:00 Wed 2026-01-14 00:00 24 h holiday: Founders' Day 1 h",
        "Wed 2026-01-14 00:00 Wed 2026-01-14 09:00 9 h closed 1 h",
        "Wed 2026-01-14 09:00 Wed 2026-01-14 10:00 1 h counted 2 h",
        "Sum: 2 h counted + 16 h closed + 24 h holiday = 42 h",
        "",
        "After the deadline",
        "From To Length What Counted so far",
        "Wed 2026-01-14 10:00 Wed 2026-01-14 10:30 30 min counted 30 min",
        "Sum: 30 min counted = 30 min",
        "",
        "What happened",
        'Mon 2026-01-12 16:00 activated opened by U1: "The export is empty."',
        "Mon 2026-01-12 16:00 target 2 h applied",
        "Wed 2026-01-14 10:00 breached",
        'Wed 2026-01-14 10:30 fulfilled reply by A1: "Looking."',
        "",
    ]


def test_the_same_as_json_adds_up(threadline: Run, told: Engine, database_url: str):
    ran = threadline("explain", "#1", "--metric", "requester wait time", "--format", "json", database=database_url)

    answer = json.loads(ran.out)
    (found,) = answer["explanations"]
    assert (answer["ticket"], found["metric"], found["outcome"]) == ("#1", "requester_wait_time", "met")
    assert found["time_zone"] == "Europe/Berlin"
    assert (found["activated_at"], found["breach_at"]) == ("2026-01-12T15:00:00Z", "2026-01-14T16:00:00Z")
    assert found["explanation"]["sums"] == {
        "counted": 8 * 3600,
        "closed": 16 * 3600,
        "holiday": 24 * 3600,
        "special_hours": 0,
        "paused": 3600,
    }
    assert found["explanation"]["wall_clock_seconds"] == 49 * 3600
    assert found["used_seconds"] == 3.5 * 3600


def test_the_zone_of_the_reader_may_be_given(threadline: Run, told: Engine, database_url: str):
    ran = threadline("explain", "1", "--zone", "America/New_York", database=database_url)

    assert "due Wed 2026-01-14 04:00" in ran.out
    assert "times in America/New_York" in ran.out


def test_without_a_metric_every_promise_of_the_ticket_is_explained(threadline: Run, told: Engine, database_url: str):
    ran = threadline("explain", "1", database=database_url)

    assert '#1  First reply  "The export is empty."' in ran.out
    assert '#1  Requester wait time  "The export is empty."' in ran.out


def test_an_ended_promise_keeps_the_hours_it_was_judged_in(threadline: Run, engine: Engine, database_url: str):
    with engine.begin() as conn:
        desk = a_desk(conn)
        number = open_ticket(conn, desk, berlin("16:00"))
        edited = a_desk(conn, CONFIG.replace("09:00-17:00", "09:00-16:30"))
        reply(conn, edited, number, berlin("09:30", 14))  # judged first; then the edit reaches the ticket
        set_status(conn, edited, number, berlin("10:00", 14), Status.SOLVED)
    ran = threadline("explain", str(number), "--format", "json", database=database_url)

    first, wait = sorted(json.loads(ran.out)["explanations"], key=lambda each: each["metric"])
    assert (first["explanation"]["sums"]["counted"], first["breach_at"]) == (2 * 3600, "2026-01-14T09:00:00Z")
    assert first["explanation"]["segments"][0]["end"] == "2026-01-12T17:00:00+01:00"
    assert (wait["explanation"]["sums"]["counted"], wait["breach_at"]) == (8 * 3600, "2026-01-14T15:30:00Z")
    assert wait["explanation"]["segments"][0]["end"] == "2026-01-12T16:30:00+01:00"


def test_an_open_promise_is_explained_up_to_the_present(threadline: Run, engine: Engine, database_url: str):
    with engine.begin() as conn:
        open_ticket(conn, a_desk(conn), berlin("16:00"))
    ran = threadline("explain", "1", "--metric", "first_reply_time", "--format", "json", database=database_url)

    (found,) = json.loads(ran.out)["explanations"]
    assert (found["stage"], found["breach_at"], found["breached"]) == ("active", "2026-01-14T09:00:00Z", True)
    assert found["overdue"]["segments"][0]["start"] == "2026-01-14T10:00:00+01:00"
    assert found["left_seconds"] < 0


def test_a_message_that_came_with_a_merge_is_named_as_the_other_tickets(
    threadline: Run, engine: Engine, database_url: str
):
    with engine.begin() as conn:
        desk = a_desk(conn)
        number = open_ticket(conn, desk, berlin("16:00"))
        waiting = (Message(berlin("15:30"), "C1:0.5"),)
        happens(conn, desk, number, MergedIn(at=berlin("16:10"), source="7", messages=waiting))
        reply(conn, desk, number, berlin("16:20"))
    ran = threadline("explain", "1", "--metric", "first_reply", database=database_url)

    assert "Mon 2026-01-12 16:00  activated" in ran.out
    assert 'opened by U1: "The export is empty."; message in 7, which was merged into this ticket' in ran.out
    assert "Mon 2026-01-12 15:30  Mon 2026-01-12 17:00" in ran.out


def test_what_was_declared_no_ticket_is_explained_up_to_then(threadline: Run, engine: Engine, database_url: str):
    with engine.begin() as conn:
        desk = a_desk(conn)
        number = open_ticket(conn, desk, berlin("16:00"))
        happens(conn, desk, number, NotATicket(at=berlin("16:10")))
    ran = threadline("explain", "1", "--metric", "first_reply", database=database_url)

    assert headline(ran) == "Cancelled Mon 2026-01-12 16:10 after 10 min; it has no deadline."
    assert "cancelled           not a ticket" in ran.out


def test_a_ticket_that_was_never_evaluated_has_nothing_to_explain(threadline: Run, engine: Engine, database_url: str):
    with engine.begin() as conn:
        a_desk(conn)
        tickets.create(conn, a_ticket())
    ran = threadline("explain", "1", database=database_url)

    assert ran.code == 1
    assert ran.err == "threadline: Ticket #1 has not been evaluated yet, so there is nothing to explain.\n"


def test_a_configuration_that_is_gone_is_one_sentence(threadline: Run, told: Engine, database_url: str):
    with told.begin() as conn:
        conn.execute(delete(rules_table))
    ran = threadline("explain", "1", database=database_url)

    assert ran.code == 1
    assert ran.err == ("threadline: Version 1 of the configuration is missing from the database: restore a backup.\n")


def test_of_two_workspaces_with_that_number_one_has_to_be_named(threadline: Run, engine: Engine, database_url: str):
    with engine.begin() as conn:
        for workspace in ("T1", "T2"):
            open_ticket(conn, a_desk(conn, workspace=workspace), berlin("16:00"))
    refused = threadline("explain", "1", database=database_url)
    named = threadline("explain", "1", "--workspace", "T2", database=database_url)

    assert (refused.code, refused.out) == (2, "")
    assert refused.err == "threadline: Several workspaces have a ticket #1: add --workspace with one of T1, T2.\n"
    assert named.code == 0


def test_an_unknown_ticket_or_workspace_is_one_sentence(threadline: Run, told: Engine, database_url: str):
    unknown = threadline("explain", "42", database=database_url)
    elsewhere = threadline("explain", "1", "--workspace", "T9", database=database_url)

    assert (unknown.code, unknown.out, unknown.err) == (1, "", "threadline: There is no ticket #42.\n")
    assert elsewhere.code == 1
    assert elsewhere.err == "threadline: The database has no workspace 'T9'.\n"


def test_a_metric_without_a_deadline_is_one_sentence(threadline: Run, told: Engine, database_url: str):
    ran = threadline("explain", "1", "--metric", "agent_work_time", database=database_url)

    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        "threadline: Ticket #1 has no deadline for the agent work time: no policy gave it a target. "
        "It has first_reply_time, requester_wait_time.\n"
    )


def test_a_missing_database_is_one_sentence_and_none_is_made(threadline: Run, tmp_path: Path):
    ran = threadline("explain", "42")

    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "threadline: The database missing.db has no Threadline tables yet: run `threadline migrate`.\n"
    assert list(tmp_path.iterdir()) == []


def test_a_timeline_file_is_explained_without_a_database(threadline: Run):
    ran = threadline("explain", str(EXAMPLE), "--ticket", "42", "--metric", "first_reply_time")

    assert (ran.code, ran.err) == (0, "")
    assert (
        "Missed: due Tue 2026-01-13 09:30, fulfilled Tue 2026-01-13 09:45 after 1 h 15 min, late by 15 min." in ran.out
    )
    assert "Sum: 1 h counted + 16 h closed = 17 h" in ran.out


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["nowhere.json"], 2, "'nowhere.json' is neither a ticket's number, such as 42, nor a file."),
        (["#"], 2, "'#' is neither a ticket's number, such as 42, nor a file."),
        (["."], 2, ". cannot be read as text: "),
        (["other.json"], 1, "other.json is not a timeline. This is not JSON: Expecting value at line 1, column 1."),
        (["latin.json"], 2, "latin.json cannot be read as text: "),
        (["42", "--metric", "frist_reply"], 2, "'frist_reply' is not a metric. Did you mean first_reply_time?"),
        (["42", "--instance", "2"], 2, "--instance numbers the instances of one metric: add --metric."),
        (["42", "--zone", "Europe/Berln"], 2, "'Europe/Berln' is not an IANA time zone; did you mean Europe/Berlin?"),
        (["42", "--zone", "?"], 2, "'?' is not an IANA time zone; it looks like Europe/Berlin."),
        (["42", "--metric", "first_reply", "--instance", "0"], 2, "Invalid value for '--instance': "),
    ],
)
def test_wrong_usage_is_one_sentence(threadline: Run, tmp_path: Path, arguments: list[str], code: int, sentence: str):
    (tmp_path / "other.json").write_text("not JSON")
    (tmp_path / "latin.json").write_bytes(b"\xff\xfe\xfa")
    ran = threadline("explain", *arguments)

    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith(f"threadline: {sentence}")
    assert ran.err.count("\n") == 1


def a_policy(minutes: int = 120) -> dict[str, Any]:
    """Business targets for first replies and solutions."""
    rows = [
        {"priority": "normal", "metric": metric, "target": minutes, "business_hours": True}
        for metric in ("first_reply_time", "requester_wait_time")
    ]
    return {"title": "P", "filter": {}, "policy_metrics": rows}


def a_file(tmp_path: Path, *events: dict[str, Any], until: str) -> str:
    """A timeline file with one ticket, created at an office in Berlin."""
    week = [{"start_time": day * 1440 + 540, "end_time": day * 1440 + 1020} for day in range(1, 6)]
    path = tmp_path / "day.json"
    path.write_text(
        json.dumps(
            {
                "schedules": [{"name": "eu", "time_zone": "Europe/Berlin", "intervals": week}],
                "default_schedule": "eu",
                "default_priority": "normal",
                "policies": [a_policy()],
                "tickets": [{"id": "T1", "events": list(events)}],
                "until": until,
            }
        )
    )
    return str(path)


def opened(at: str, text: str = "Hi") -> dict[str, Any]:
    return {"at": at, "type": "created", "by": "end_user", "user": "U1", "text": text}


def headline(ran: Ran) -> str:
    return ran.out.splitlines()[1]


@pytest.mark.parametrize(
    ("then", "until", "sentence"),
    [
        ([], "10:30", "Open: due Mon 2026-01-12 12:00, 30 min left."),
        ([], "11:30", "Open: due Mon 2026-01-12 12:00, late by 30 min."),
        ([("10:00", "pending")], "11:30", "Paused: 1 h left."),
        ([("11:20", "pending")], "11:30", "Paused: due Mon 2026-01-12 12:00, late by 20 min."),
        ([("10:00", "solved")], "11:30", "Met: due Mon 2026-01-12 12:00, fulfilled Mon 2026-01-12 11:00 after 1 h."),
    ],
)
def test_the_headline_says_how_the_promise_stands(
    threadline: Run, tmp_path: Path, then: list[tuple[str, str]], until: str, sentence: str
):
    changes = [{"at": f"2026-01-12T{at}:00Z", "type": "status", "to": to} for at, to in then]
    file = a_file(tmp_path, opened("2026-01-12T09:00:00Z"), *changes, until=f"2026-01-12T{until}:00Z")

    assert headline(threadline("explain", file, "--metric", "requester_wait_time")) == sentence


@pytest.mark.parametrize(
    ("then", "sentence"),
    [
        (
            {"type": "policies", "to": [], "apply": "now"},
            "Cancelled Mon 2026-01-12 11:00 after 1 h; it has no deadline.",
        ),
        ({"type": "no_reply_needed"}, "Cancelled Mon 2026-01-12 11:00 after 1 h; it has no deadline."),
        (
            {"type": "exempt", "reason": "spam"},
            "Open: due Mon 2026-01-12 12:00, 30 min left. The ticket is exempt.",
        ),
        (
            {"type": "status", "to": "solved"},
            "Met: due Mon 2026-01-12 12:00, solved without a reply Mon 2026-01-12 11:00 after 1 h.",
        ),
    ],
)
def test_the_headline_says_why_no_reply_came(threadline: Run, tmp_path: Path, then: dict[str, Any], sentence: str):
    events = opened("2026-01-12T09:00:00Z"), {"at": "2026-01-12T10:00:00Z", **then}
    file = a_file(tmp_path, *events, until="2026-01-12T10:30:00Z")

    assert headline(threadline("explain", file, "--metric", "first_reply_time")) == sentence


def test_a_target_that_was_lost_or_changed_is_told_so(threadline: Run, tmp_path: Path):
    urgent = {"at": "2026-01-12T09:10:00Z", "type": "policies", "apply": "now", "to": [a_policy(60)]}
    lost = {"at": "2026-01-12T09:20:00Z", "type": "policies", "apply": "now", "to": []}
    file = a_file(tmp_path, opened("2026-01-12T09:00:00Z"), urgent, lost, until="2026-01-12T10:30:00Z")
    log = threadline("explain", file, "--metric", "first_reply_time").out.partition("What happened")[2]

    assert [" ".join(line.split()) for line in log.splitlines() if line] == [
        'Mon 2026-01-12 10:00 activated opened by U1: "Hi"',
        "Mon 2026-01-12 10:00 target 2 h applied",
        "Mon 2026-01-12 10:10 target changed to 1 h policies edited, from now on",
        "Mon 2026-01-12 10:20 target lost policies edited, from now on",
        "Mon 2026-01-12 10:20 cancelled",
    ]


def test_a_schedule_with_too_little_open_time_is_told_so(threadline: Run, tmp_path: Path):
    file = a_file(tmp_path, opened("2026-01-12T09:00:00Z"), until="2026-01-12T10:30:00Z")
    once = {"date": "2026-01-12", "intervals": [{"start": "10:00", "end": "11:00"}]}
    document = json.loads(Path(file).read_text())
    document["schedules"][0] |= {"intervals": [], "special_hours": [once]}
    Path(file).write_text(json.dumps(document))
    ran = threadline("explain", file, "--metric", "first_reply_time")

    assert headline(ran) == "Open without a deadline: the schedule has too little open time ahead."
    assert "1 h  counted (special hours)" in ran.out


def test_where_the_clocks_change_on_the_way_every_time_says_which_it_is(threadline: Run, tmp_path: Path):
    file = a_file(tmp_path, opened("2026-03-27T15:00:00Z"), until="2026-03-30T06:30:00Z")
    ran = threadline("explain", file, "--metric", "first_reply_time")

    assert "Fri 2026-03-27 16:00 CET" in ran.out
    assert "Mon 2026-03-30 09:00 CEST" in ran.out
    assert "Sum: 2 h counted + 63 h closed = 65 h" in ran.out


def test_fractions_of_seconds_are_rounded_so_that_the_sums_still_add_up(threadline: Run, tmp_path: Path):
    pauses = [
        {"at": f"2026-01-12T09:{minute:02}:{second}Z", "type": "status", "to": to}
        for minute, second, to in (
            (10, "00.6", "pending"),
            (20, "00.1", "open"),
            (30, "00.6", "pending"),
            (40, "59.9", "open"),
        )
    ]
    file = a_file(tmp_path, opened("2026-01-12T09:00:00.4Z"), *pauses, until="2026-01-12T10:30:00Z")
    ran = threadline("explain", file, "--metric", "requester_wait_time")

    rows = [" ".join(line.split()) for line in ran.out.splitlines() if " counted " in line or " paused " in line]
    assert rows[:5] == [
        "Mon 2026-01-12 10:00 Mon 2026-01-12 10:10 10 min counted 10 min",
        "Mon 2026-01-12 10:10 Mon 2026-01-12 10:20 10 min paused 10 min",
        "Mon 2026-01-12 10:20 Mon 2026-01-12 10:30 10 min 1 s counted 20 min 1 s",
        "Mon 2026-01-12 10:30 Mon 2026-01-12 10:40:59 10 min 59 s paused 20 min 1 s",
        "Mon 2026-01-12 10:40:59 Mon 2026-01-12 12:20:59 1 h 39 min 59 s counted 2 h",
    ]
    assert "Sum: 2 h counted + 20 min 59 s paused = 2 h 20 min 59 s" in ran.out


def test_a_message_can_neither_colour_the_table_nor_drive_the_terminal(threadline: Run, tmp_path: Path):
    file = a_file(tmp_path, opened("2026-01-12T09:00:00Z", "[red]a[/] :tada: \x1b[2J b"), until="2026-01-12T10:30:00Z")
    ran = threadline("explain", file, "--metric", "first_reply_time")

    assert 'opened by U1: "[red]a[/] :tada: [2J b"' in ran.out
    assert "\x1b" not in ran.out
