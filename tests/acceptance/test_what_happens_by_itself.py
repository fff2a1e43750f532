"""Tickets that nobody looks after any more are solved and closed by themselves, each at its time."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection

from bot.clock import ManualClock
from bot.config.load import load_config
from bot.services.workspace.configuring import apply_config
from sla.events import Apply
from store import audit, ticket_events
from tests.support.desk import CONFIG, MONDAY, Desk, opened

BY_ITSELF = f"{CONFIG}lifecycle: {{auto_solve_after: 2d, auto_close_after: 1d}}\n"


@pytest.fixture
async def tidy_desk(desk_database: str) -> AsyncIterator[Desk]:
    """A desk at which pending tickets are solved after two days, and solved ones closed a day later."""
    async with opened(desk_database, clock=ManualClock(MONDAY), config=BY_ITSELF) as running:
        yield running


async def pending(desk: Desk) -> str:
    """A ticket that waits for its customer since five past nine; the thread's ts."""
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:05")
    await desk.post("U0ANA", "Which one?", thread=ts)
    await desk.click("U0ANA", "Pending")
    return ts


async def status_changes(desk: Desk, number: int = 1) -> list[tuple[str, str]]:
    """When the status was set to what."""

    def read(conn: Connection):
        history = ticket_events.of_ticket(conn, "T0HOME", number)
        return [(f"{e.at:%a %H:%M}", e.body["to"]) for e in history if e.type == "status"]

    return await desk.bot.db.read(read)


async def done_by_itself(desk: Desk, number: int = 1) -> list[tuple[str, str, bool]]:
    written = await desk.bot.db.read(lambda conn: audit.listing(conn, "T0HOME", ticket_id=number))
    return [
        (each.action, f"{each.at:%a %H:%M}", "withdrawn" in each.detail)
        for each in reversed(written)
        if each.who == "threadline"
    ]


async def test_a_pending_ticket_whose_customer_is_silent_is_solved_and_then_closed(tidy_desk: Desk):
    await pending(tidy_desk)
    await tidy_desk.at("wed 09:05")
    assert tidy_desk.facts()["Status"] == "pending"
    await tidy_desk.pass_time(minutes=1)
    assert tidy_desk.facts()["Status"] == "solved"
    assert tidy_desk.promises()["Requester wait time"].startswith("met")

    await tidy_desk.at("thu 09:06")
    assert tidy_desk.facts()["Status"] == "closed"
    assert await done_by_itself(tidy_desk) == [("auto_solve", "Wed 09:05", False), ("auto_close", "Thu 09:05", False)]
    await tidy_desk.pass_time(days=30)
    assert len(await status_changes(tidy_desk)) == 3


async def test_a_customer_who_answers_keeps_the_ticket_open(tidy_desk: Desk):
    ts = await pending(tidy_desk)
    await tidy_desk.at("tue 12:00")
    await tidy_desk.post("U0RITA", "The one of May", thread=ts)
    await tidy_desk.pass_time(days=5)
    assert tidy_desk.facts()["Status"] == "open"
    assert await done_by_itself(tidy_desk) == []


async def test_asking_again_gives_the_customer_the_whole_time_once_more_and_a_note_does_not(tidy_desk: Desk):
    ts = await pending(tidy_desk)
    await tidy_desk.at("tue 12:00")
    await tidy_desk.post("U0ANA", "Did you find it?", thread=ts)
    await tidy_desk.at("wed 12:00")
    await tidy_desk.post("U0BEN", "I called them", channel="C0TRIAGE", thread=tidy_desk.card_ts())
    await tidy_desk.at("thu 11:59")
    assert tidy_desk.facts()["Status"] == "pending"
    await tidy_desk.at("thu 12:01")
    assert tidy_desk.facts()["Status"] == "solved"


async def test_thanks_on_a_solved_ticket_gives_it_the_whole_time_before_it_is_closed(tidy_desk: Desk):
    ts = await pending(tidy_desk)
    await tidy_desk.click("U0ANA", "Solve")
    await tidy_desk.at("tue 08:00")
    await tidy_desk.post("U0RITA", "thanks!", thread=ts)
    await tidy_desk.at("wed 07:59")
    assert tidy_desk.facts()["Status"] == "solved"
    await tidy_desk.at("wed 08:01")
    assert tidy_desk.facts()["Status"] == "closed"


async def test_a_message_on_a_ticket_that_closed_by_itself_opens_a_follow_up(tidy_desk: Desk):
    ts = await pending(tidy_desk)
    await tidy_desk.at("thu 09:10")
    await tidy_desk.post("U0RITA", "It is empty again", thread=ts)
    assert [tidy_desk.facts(number)["Status"] for number in (1, 2)] == ["closed", "new"]


async def test_after_downtime_each_step_carries_the_time_at_which_it_was_due(tidy_desk: Desk):
    await pending(tidy_desk)
    await tidy_desk.stop_bot()
    tidy_desk.stage.jump(MONDAY + timedelta(days=6))
    await tidy_desk.start_bot()
    assert (await status_changes(tidy_desk))[1:] == [("Wed 09:05", "solved"), ("Thu 09:05", "closed")]
    assert tidy_desk.promises()["Requester wait time"].startswith("met")


async def test_a_message_that_came_in_during_downtime_finds_the_ticket_as_it_was_then(tidy_desk: Desk):
    ts = await pending(tidy_desk)
    await tidy_desk.stop_bot()
    tidy_desk.stage.jump(MONDAY + timedelta(days=2, hours=5))
    tidy_desk.sandbox.act.post("C0ACME", "U0RITA", "It is empty again", thread_ts=ts)
    tidy_desk.stage.jump(MONDAY + timedelta(days=6))
    await tidy_desk.start_bot()
    assert (await status_changes(tidy_desk))[1:] == [("Wed 09:05", "solved")]
    assert tidy_desk.facts()["Status"] == "open"


async def test_an_answer_that_slack_delivers_late_takes_back_that_the_ticket_was_solved_without_one(tidy_desk: Desk):
    ts = await pending(tidy_desk)
    await tidy_desk.at("tue 09:00")
    tidy_desk.sandbox.faults.events("hold", type="message*")
    tidy_desk.sandbox.act.post("C0ACME", "U0RITA", "The one of May", thread_ts=ts)
    await tidy_desk.at("wed 10:00")
    assert (await status_changes(tidy_desk))[-1] == ("Wed 09:05", "solved")

    tidy_desk.sandbox.faults.clear()
    await tidy_desk.pass_time(minutes=1)
    assert [to for _, to in await status_changes(tidy_desk)] == ["pending"]
    assert tidy_desk.facts()["Status"] == "open"
    assert await done_by_itself(tidy_desk) == [("auto_solve", "Wed 09:05", False), ("auto_solve", "Wed 10:00", True)]


async def test_a_note_that_slack_delivers_late_takes_nothing_back(tidy_desk: Desk):
    await pending(tidy_desk)
    await tidy_desk.at("tue 09:00")
    tidy_desk.sandbox.faults.events("hold", type="message*")
    tidy_desk.sandbox.act.post("C0TRIAGE", "U0BEN", "I called them", thread_ts=tidy_desk.card_ts())
    await tidy_desk.at("wed 10:00")
    tidy_desk.sandbox.faults.clear()
    await tidy_desk.pass_time(minutes=1)
    assert tidy_desk.facts()["Status"] == "solved"
    assert await done_by_itself(tidy_desk) == [("auto_solve", "Wed 09:05", False)]


async def test_a_ticket_on_hold_open_or_new_stays_as_it_is(tidy_desk: Desk):
    await tidy_desk.post("U0RITA", "The export is empty")
    await tidy_desk.post("U0HANK", "I cannot log in", channel="C0GLOBEX")
    await tidy_desk.command("U0ANA", "/sla status hold #2")
    await tidy_desk.pass_time(days=10)
    assert [tidy_desk.facts(number)["Status"] for number in (1, 2)] == ["new", "hold"]


async def test_without_lifecycle_in_the_file_only_closing_happens_after_four_days(desk: Desk):
    await pending(desk)
    await desk.pass_time(days=20)
    assert desk.facts()["Status"] == "pending"
    await desk.click("U0ANA", "Solve")
    await desk.pass_time(days=3, hours=23, minutes=59)
    assert desk.facts()["Status"] == "solved"
    await desk.pass_time(minutes=1)
    assert desk.facts()["Status"] == "closed"


async def test_a_rule_that_is_new_is_not_back_dated(desk: Desk):
    await pending(desk)
    await desk.at("fri 10:00")
    config = load_config(BY_ITSELF, source="mine.yml", today=date(2026, 1, 12))
    await apply_config(desk.bot.db, "T0HOME", config, who="cli:cleo", now=desk.now, to_open=Apply.NEXT_UPDATE)
    await desk.pass_time(minutes=1)
    assert (await status_changes(desk))[-1] == ("Fri 10:00", "solved")


async def test_what_was_said_to_be_no_ticket_takes_no_steps(tidy_desk: Desk):
    await pending(tidy_desk)
    await tidy_desk.click("U0ANA", "Not a ticket")
    await tidy_desk.pass_time(days=10)
    assert await done_by_itself(tidy_desk) == []


async def test_two_looks_at_one_ticket_make_one_step(tidy_desk: Desk):
    await pending(tidy_desk)
    tidy_desk.stage.jump(MONDAY + timedelta(days=2, hours=1))
    for _ in range(2):
        await tidy_desk.bot.lifecycle.drain()
    assert await done_by_itself(tidy_desk) == [("auto_solve", "Wed 09:05", False)]
