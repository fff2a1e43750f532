"""The report on the command line: figures and their rows, and the lists that somebody should look at."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.support.desk import Desk
from tests.support.processes import Ended, threadline


@pytest.fixture
async def told(desk: Desk, tmp_path: Path):
    """A morning with everything in it, and a way to ask for the report."""
    ts = await desk.post("U0RITA", "The export is empty")  # 1: answered late, parked while the customer waits
    await desk.post("U0HANK", "production down", channel="C0GLOBEX")  # 2: exempt
    await desk.post("U0SAM", "How do I add a user?")  # 3: merged into 1
    await desk.command("U0ANA", "/sla exempt #2 outage at the provider")
    await desk.command("U0ANA", "/sla merge #3 into #1")
    await desk.at("10:30")
    await desk.post("U0ANA", "Which one?", thread=ts)
    await desk.pass_time(minutes=5)
    await desk.post("U0RITA", "The weekly one", thread=ts)
    await desk.pass_time(minutes=5)
    await desk.click("U0ANA", "Pending")
    await desk.pass_time(minutes=30)
    await desk.command("U0ANA", "/sla status open #1")
    await desk.at("11:45")

    async def ask(*words: str) -> Ended:
        return await threadline("report", *words, folder=tmp_path, THREADLINE_DATABASE_URL=desk._database)

    return ask


def rows_of(ended: Ended) -> list[dict[str, str]]:
    assert (ended.code, ended.err) == (0, "")
    return list(csv.DictReader(io.StringIO(ended.out)))


async def test_every_list_has_its_rows_with_reasons(told):
    breaches = rows_of(await told("--show", "breaches", "--format", "csv"))
    # The command lives in the present, long after the desk's January: what was open then is late by now.
    ended = [row for row in breaches if row["Reason"] != "not done yet"]
    assert [(row["Ticket"], row["Metric"], row["Reason"]) for row in ended] == [
        ("#1", "First reply", "done late, 30 min over the target")
    ]
    exempt = rows_of(await told("--show", "exempt", "--format", "csv"))
    assert {(row["Ticket"], row["Reason"]) for row in exempt} == {("#2", "outage at the provider")}
    cancelled = rows_of(await told("--show", "cancelled", "--format", "csv"))
    assert {(row["Ticket"], row["Reason"]) for row in cancelled} == {("#3", "its ticket was merged")}
    pauses = rows_of(await told("--show", "pauses", "--format", "csv"))
    assert [(row["Ticket"], row["Metric"], row["Reason"]) for row in pauses] == [
        ("#1", "Requester wait time", "a customer was waiting for an answer when it began")
    ]
    assert rows_of(await told("--show", "relaxed", "--format", "csv")) == []


async def test_what_was_relaxed_after_it_was_missed_is_listed(desk: Desk, tmp_path: Path):
    await desk.post("U0HANK", "production down", channel="C0GLOBEX")
    await desk.pass_time(minutes=30)
    await desk.command("U0ANA", "/sla priority low #1")
    words = ("report", "--show", "relaxed", "--format", "csv")
    relaxed = rows_of(await threadline(*words, folder=tmp_path, THREADLINE_DATABASE_URL=desk._database))
    assert [(row["Ticket"], row["Metric"], row["Reason"]) for row in relaxed] == [
        ("#1", "First reply", "missed before its target was eased; counts as missed")
    ]


async def test_a_program_gets_rows_and_figures_that_agree(told):
    rows = json.loads((await told("--show", "rows", "--format", "json")).out)
    figures = json.loads((await told("--format", "json")).out)
    assert figures["total"]["missed"] == sum(row["outcome"] == "missed" for row in rows)
    assert figures["total"]["exempt"] == sum(row["outcome"] == "exempt" for row in rows)
    (first,) = [row for row in rows if (row["ticket"], row["metric"]) == ("1", "first_reply_time")]
    assert first["outcome"] == "missed"
    assert first["target_seconds"] == 3600
    assert (first["policy"], first["version"], first["customer"]) == ("Everybody", 1, "acme")
    listed = json.loads((await told("--show", "breaches", "--format", "json")).out)
    assert listed[0]["Reason"] == "done late, 30 min over the target"


async def test_only_some_rows_are_reported_where_that_is_asked(told):
    assert [
        row["Ticket"] for row in rows_of(await told("--show", "rows", "--only", "customer=globex", "--format", "csv"))
    ] == ["#2"]
    figures = json.loads((await told("--only", "customer=acme", "--only", "agent=none", "--format", "json")).out)
    assert figures["total"]["merged"] > 0
    assert figures["total"]["missed"] == 0


async def test_a_picture_goes_into_a_file(told, tmp_path: Path):
    ended = await told("--format", "png", "--output", "report.png")
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")


async def test_nothing_that_lies_in_the_folder_draws(told, tmp_path: Path):
    (tmp_path / "vl_convert.py").write_text("raise SystemExit('not ours')")
    ended = await told("--format", "png", "--output", "report.png")
    assert (ended.code, ended.err) == (0, "")
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")


async def test_nothing_is_drawn_of_nothing(desk: Desk, tmp_path: Path):
    words = ("report", "--format", "png", "--output", "report.png")
    ended = await threadline(*words, folder=tmp_path, THREADLINE_DATABASE_URL=desk._database)
    assert (ended.code, ended.complaints) == (
        1,
        ["threadline: There is nothing to draw: no promise was met or missed."],
    )
    assert not (tmp_path / "report.png").exists()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--format", "png"), "A picture shows figures and goes into a file"),
        (("--by", "colour"), "Nothing is grouped by 'colour'."),
        (("--by", "agnet"), "Did you mean agent?"),
        (("--from", "soon"), "'soon' is no day"),
        (("--only", "agent"), "'agent' chooses no rows"),
        (("--output", "nowhere/report.csv"), "nowhere/report.csv cannot be written"),
    ],
)
async def test_wrong_usage_is_one_sentence(desk: Desk, tmp_path: Path, words: tuple[str, ...], complaint: str):
    ended = await threadline("report", *words, folder=tmp_path, THREADLINE_DATABASE_URL=desk._database)
    assert (ended.code, len(ended.complaints)) == (2, 1)
    assert complaint in ended.err
