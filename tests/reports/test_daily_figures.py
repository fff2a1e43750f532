"""The figures of days say what the instances say, whatever happens to tickets in between."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.services.reporting.answering import report_of, rows_of
from bot.services.reporting.asking import Question, zone_of
from bot.services.reporting.rolling_up import RollUps, report_from_days, stale_days
from sla.report import Dimension, report
from store import channels, rollups
from tests.support.desk import Desk
from tests.support.processes import threadline

ZONE = ZoneInfo("UTC")


def questions(zone: ZoneInfo = ZONE) -> list[Question]:
    return [Question(zone=zone, by=(dimension,)) for dimension in Dimension]


async def make(desk: Desk) -> RollUps:
    work = RollUps(db=desk.bot.db, desk=desk.bot.desk, clock=desk.stage.clock)
    while await work.drain():
        pass
    return work


async def both(desk: Desk, question: Question):
    """The report from the figures of days, and the one from the instances."""
    now = desk.now
    kept = await desk.bot.db.read(lambda conn: report_from_days(conn, "T0HOME", question, now))
    rows = await desk.bot.db.read(lambda conn: rows_of(conn, "T0HOME", question, now))
    return kept, report(rows, question.by, question.zone)


async def some_days(desk: Desk) -> str:
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0HANK", "production down", channel="C0GLOBEX")
    await desk.pass_time(minutes=5)
    await desk.post("U0ANA", "Which one?", thread=ts)
    await desk.at("tue 10:00")
    await desk.post("U0SAM", "How do I add a user?")
    await desk.at("tue 12:00")
    return ts


async def test_without_them_a_report_is_made_of_the_instances(desk: Desk):
    await some_days(desk)
    kept, counted = await both(desk, Question(zone=ZONE))
    assert kept is None
    assert await desk.bot.db.read(lambda conn: report_of(conn, "T0HOME", Question(zone=ZONE), desk.now)) == counted
    assert counted.total.counted == 4


async def test_they_agree_with_the_instances_by_every_dimension(desk: Desk):
    await some_days(desk)
    await make(desk)
    for question in questions():
        kept, counted = await both(desk, question)
        assert kept == counted


async def test_what_happens_after_they_were_made_is_in_the_report_at_once(desk: Desk):
    ts = await some_days(desk)
    await make(desk)
    await desk.pass_time(minutes=30)
    await desk.command("U0ANA", "/sla priority urgent #3")
    await desk.post("U0ANA", "It is fixed", thread=ts)
    await desk.command("U0ANA", "/sla exempt #2 outage")
    await desk.command("U0ANA", "/sla merge #3 into #1")
    for question in questions():
        kept, counted = await both(desk, question)
        assert kept == counted
        assert (counted.total.exempt, counted.total.merged) == (1, 1)


async def test_they_are_made_anew_of_what_has_changed_and_of_nothing_else(desk: Desk):
    await some_days(desk)
    work = await make(desk)
    await desk.pass_time(minutes=30)
    assert await work.drain() == 0
    await desk.post("U0HANK", "And again", channel="C0GLOBEX")
    assert await work.drain() == 0  # not every moment
    await desk.pass_time(minutes=6)
    assert await work.drain() > 0
    for question in questions():
        kept, counted = await both(desk, question)
        assert kept == counted


async def test_a_deadline_that_passes_while_nobody_judges_is_missed_in_the_report_at_once(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.pass_time(minutes=30)
    await make(desk)
    later = desk.now + timedelta(hours=2)
    for question in questions():
        kept = await desk.bot.db.read(lambda conn, question=question: report_from_days(conn, "T0HOME", question, later))
        rows = await desk.bot.db.read(lambda conn, question=question: rows_of(conn, "T0HOME", question, later))
        assert kept == report(rows, question.by, question.zone)
        assert (kept.total.missed, kept.total.late, kept.total.open) == (1, 1, 1)


async def test_the_command_reads_them_too_and_says_what_the_instances_say(desk: Desk, tmp_path: Path):
    await some_days(desk)
    before = await threadline("report", "--format", "json", folder=tmp_path, THREADLINE_DATABASE_URL=desk._database)
    await make(desk)
    after = await threadline("report", "--format", "json", folder=tmp_path, THREADLINE_DATABASE_URL=desk._database)
    assert json.loads(after.out) == json.loads(before.out)
    assert json.loads(after.out)["total"]["missed"] > 0


async def test_only_the_days_that_are_asked_for_count(desk: Desk):
    await some_days(desk)
    await make(desk)
    monday = Question(zone=ZONE).last_days(1, desk.now - timedelta(days=1))
    kept, counted = await both(desk, monday)
    assert kept == counted
    assert kept.total.counted == 3


async def test_days_are_those_of_the_teams_own_time_zone(desk: Desk):
    await some_days(desk)
    await make(desk)
    kept, _ = await both(desk, Question(zone=ZoneInfo("Asia/Tokyo")))
    assert kept is None
    assert zone_of(desk.bot.desk().config) == ZONE


@pytest.mark.parametrize(
    "asked", [{"by": (Dimension.AGENT, Dimension.TIER)}, {"where": {Dimension.CUSTOMER: "acme"}}], ids=["two", "some"]
)
async def test_what_they_cannot_answer_is_read_from_the_instances(desk: Desk, asked: dict):
    await some_days(desk)
    await make(desk)
    question = replace(Question(zone=ZONE), **asked)
    kept, counted = await both(desk, question)
    assert kept is None
    assert await desk.bot.db.read(lambda conn: report_of(conn, "T0HOME", question, desk.now)) == counted


async def test_a_channel_that_gets_another_id_makes_them_wrong_and_so_they_are_forgotten(desk: Desk):
    await some_days(desk)
    await make(desk)
    await desk.bot.db.write(lambda conn: channels.change_id(conn, "T0HOME", "C0ACME", "C0NEW"))
    assert await desk.bot.db.read(lambda conn: rollups.rolled_up(conn, "T0HOME")) is None


async def test_a_clock_that_was_put_back_makes_them_doubtful(desk: Desk):
    await some_days(desk)
    await make(desk)
    earlier = desk.now - timedelta(hours=1)
    assert await desk.bot.db.read(lambda conn: stale_days(conn, "T0HOME", ZONE, earlier)) is None
