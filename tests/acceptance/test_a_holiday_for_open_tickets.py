"""A holiday is added while tickets are open: deadlines go ahead at once, and the tickets' states say the same."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.config.load import load_config
from bot.services.tickets.replanning import replan
from bot.services.workspace.configuring import reach_open_tickets, save_config
from bot.services.workspace.desk import Desk as Rules
from store import instances
from store.instances import InstanceRecord
from tests.support.desk import CONFIG, Desk

FOUNDERS = "{name: Founders' Day, date: 2026-01-14}"
TUESDAY_OFF = CONFIG.replace(FOUNDERS, f"{FOUNDERS}, {{name: Inventory, date: 2026-01-13}}")
SHORTER = TUESDAY_OFF.replace("first_reply_time: 1h, next_reply_time: 2h", "first_reply_time: 2h, next_reply_time: 2h")


@pytest.fixture
async def asked(desk: Desk) -> Desk:
    """Two tickets on Monday afternoon; one of them has been pending for a while."""
    await desk.at("14:00")
    await desk.post("U0RITA", "The export is empty")
    await desk.pass_time(minutes=10)
    await desk.post("U0HANK", "The import is slow", channel="C0GLOBEX")
    await desk.command("U0ANA", "/sla status #2 pending")
    await desk.pass_time(minutes=10)
    await desk.command("U0ANA", "/sla status #2 open")
    return desk


async def saved(desk: Desk, config: str) -> Rules:
    loaded = load_config(config, source="edited.yml", today=date(2026, 1, 12))
    known = await desk.bot.db.write(lambda conn: save_config(conn, "T0HOME", loaded, who="U0CLEO", now=desk.now))
    assert known is not None
    return replace(known, installation=desk.bot.desk().installation)


async def deadlines(desk: Desk) -> dict[tuple[int, str], str]:
    rows = await desk.bot.db.read(lambda conn: instances.of_tickets(conn, "T0HOME", [1, 2]))
    return {(row.ticket_id, row.metric): f"{row.breach_at:%a %H:%M:%S}" for row in rows if row.breach_at}


async def rows_of(desk: Desk) -> list[InstanceRecord]:
    return await desk.bot.db.read(lambda conn: instances.of_tickets(conn, "T0HOME", [1, 2]))


async def test_deadlines_that_went_ahead_are_those_that_evaluating_the_tickets_gives(asked: Desk):
    before = await deadlines(asked)
    assert before[1, "requester_wait_time"].startswith("Tue 12:00")
    rules = await saved(asked, TUESDAY_OFF)
    assert await replan(asked.bot.db, rules, asked.now) == 4
    ahead = await deadlines(asked)
    assert ahead[1, "requester_wait_time"].startswith("Thu 12:00")
    assert ahead[1, "first_reply_time"] == before[1, "first_reply_time"]
    await reach_open_tickets(asked.bot.db, rules, asked.now)
    assert await deadlines(asked) == ahead


async def test_a_ticket_whose_turn_has_not_come_is_not_called_late_by_the_old_hours(asked: Desk):
    await replan(asked.bot.db, await saved(asked, TUESDAY_OFF), asked.now)
    await asked.command("U0ANA", "/sla noreply #1")
    await asked.command("U0ANA", "/sla noreply #2")
    await asked.at("tue 16:00")
    assert [alert for alert in asked.alerts() if "Requester wait" in alert.text and "missed" in alert.text] == []


async def test_a_ticket_that_is_due_before_its_turn_is_evaluated_under_the_new_hours(asked: Desk):
    await replan(asked.bot.db, await saved(asked, TUESDAY_OFF), asked.now)
    await asked.bot.take_up_rules()
    asked.stage.jump(datetime(2026, 1, 15, 12, 0, 10, tzinfo=UTC))
    await asked.bot.breaches.drain()
    (row,) = [row for row in await rows_of(asked) if (row.ticket_id, row.metric) == (1, "requester_wait_time")]
    assert row.breached
    assert f"{row.breached_at:%a %H:%M}" == "Thu 12:00"


async def test_a_holiday_that_is_taken_back_brings_the_deadlines_back(asked: Desk):
    before = await deadlines(asked)
    await reach_open_tickets(asked.bot.db, await saved(asked, TUESDAY_OFF), asked.now)
    again = await saved(asked, CONFIG)
    await replan(asked.bot.db, again, asked.now + timedelta(minutes=1))
    assert await deadlines(asked) == before


async def test_where_more_than_the_hours_has_changed_the_tickets_are_evaluated_first(asked: Desk):
    before = await deadlines(asked)
    assert await replan(asked.bot.db, await saved(asked, SHORTER), asked.now) == 0
    assert await deadlines(asked) == before
