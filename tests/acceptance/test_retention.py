"""Words are forgotten after the time that the configuration says; figures stay as they are."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.clock import ManualClock
from store import instances, ticket_events, tickets
from store.ticket_events import Source, TicketEvent
from tests.support.desk import CONFIG, MONDAY, Desk, opened

FORGETFUL = f"{CONFIG}lifecycle: {{auto_close_after: off, retention: 10d}}\n"


@pytest.fixture
async def forgetful_desk(desk_database: str) -> AsyncIterator[Desk]:
    async with opened(desk_database, clock=ManualClock(MONDAY), config=FORGETFUL) as running:
        yield running


async def everything_stored(desk: Desk) -> str:
    """All rows of all tables, as one text."""

    def read(conn):
        tables = conn.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        return "\n".join(str(tuple(row)) for table in tables for row in conn.execute(text(f'SELECT * FROM "{table}"')))

    return await desk.bot.db.read(read)


async def figures(desk: Desk, number: int = 1):
    rows = await desk.bot.db.read(lambda conn: instances.of_ticket(conn, "T0HOME", number))
    ticket = await desk.bot.db.read(lambda conn: tickets.get(conn, "T0HOME", number))
    return ticket.priority, ticket.policy, [(r.metric, r.outcome, r.breached, r.breach_at, r.elapsed) for r in rows]


async def keep_house(desk: Desk, days: int) -> None:
    desk.stage.jump(MONDAY + timedelta(days=days))
    while await desk.bot.housekeeping.drain():
        pass
    await desk.settle()


async def talk(desk: Desk) -> str:
    """A customer's words, an agent's answer and an internal note; the thread's ts."""
    ts = await desk.post("U0RITA", "production down! The password is hunter2")
    await desk.post("U0BEN", "hunter2 is the old one", channel="C0TRIAGE", thread=desk.card_ts())
    await desk.post("U0ANA", "Please do not write hunter2 here", thread=ts)
    await desk.click("U0ANA", "Solve")
    return ts


async def test_old_words_are_forgotten_wherever_they_stand_and_figures_stay(forgetful_desk: Desk):
    await talk(forgetful_desk)
    await keep_house(forgetful_desk, 9)
    assert "hunter2" in await everything_stored(forgetful_desk)
    before = await figures(forgetful_desk)
    assert before[0] == "urgent"

    await keep_house(forgetful_desk, 11)
    assert "hunter2" not in await everything_stored(forgetful_desk)
    assert "hunter2" not in forgetful_desk.card_text()
    assert await figures(forgetful_desk) == before


async def test_a_history_without_words_is_folded_again_with_the_same_result(forgetful_desk: Desk):
    """A trigger read in them how urgent it was: that is not forgotten."""
    await talk(forgetful_desk)
    before = await figures(forgetful_desk)
    await keep_house(forgetful_desk, 11)
    await forgetful_desk.command("U0ANA", "/sla exempt #1 a test")
    await forgetful_desk.command("U0ANA", "/sla exempt #1 undo")
    assert await figures(forgetful_desk) == before


async def test_words_that_are_young_are_kept_also_in_an_old_ticket(forgetful_desk: Desk):
    ts = await forgetful_desk.post("U0RITA", "The export is empty")
    await forgetful_desk.pass_time(days=8)
    await forgetful_desk.post("U0RITA", "Is anybody there?", thread=ts)
    await keep_house(forgetful_desk, 11)
    stored = await everything_stored(forgetful_desk)
    assert "The export is empty" not in stored
    assert "Is anybody there?" in stored
    await keep_house(forgetful_desk, 19)
    assert "Is anybody there?" not in await everything_stored(forgetful_desk)


async def test_old_history_that_is_found_late_is_forgotten_at_the_next_look(forgetful_desk: Desk):
    await talk(forgetful_desk)
    await keep_house(forgetful_desk, 11)
    found = TicketEvent(
        workspace="T0HOME",
        key="C0ACME:1768208460.000000",
        ticket_id=1,
        at=MONDAY + timedelta(minutes=1),
        type="comment",
        body={"type": "comment", "by": "end_user", "public": True, "text": "swordfish"},
        recorded_at=forgetful_desk.now + timedelta(hours=1),
        source=Source.IMPORT,
    )
    await forgetful_desk.bot.db.write(lambda conn: ticket_events.append(conn, found))
    await keep_house(forgetful_desk, 12)
    assert "swordfish" not in await everything_stored(forgetful_desk)


async def test_without_retention_nothing_of_a_ticket_is_forgotten(desk: Desk):
    await talk(desk)
    await keep_house(desk, 400)
    assert "hunter2" in await everything_stored(desk)
