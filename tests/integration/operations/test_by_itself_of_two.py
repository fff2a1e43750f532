"""Two replicas look after one desk on PostgreSQL: every step is taken, and every occasion told, once."""

import asyncio
from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.services.lifecycle.sweeping import Lifecycle
from bot.services.regular.posts import RegularPosts
from store import audit, outbox, ticket_events
from store.engine import Database
from tests.support.desk import CONFIG, MONDAY, opened

BY_ITSELF = (
    f"{CONFIG}lifecycle: {{auto_solve_after: 2d, auto_close_after: 1d}}\n"
    'digest: {weekly: {at: "mon 09:00", to: C0TRIAGE}}\n'
)


@pytest.mark.postgresql
async def test_two_replicas_take_every_step_and_tell_every_occasion_once(postgresql_url: str):
    async with opened(postgresql_url, clock=ManualClock(MONDAY), config=BY_ITSELF) as desk:
        for text in ("The export is empty", "The import is empty"):
            ts = await desk.post("U0RITA", text)
            await desk.post("U0ANA", "Which one?", thread=ts)
            await desk.pass_time(minutes=3)
        await desk.click("U0ANA", "Pending", number=1)
        await desk.click("U0ANA", "Pending", number=2)
        bot, other = desk.bot, Database(postgresql_url, virtual_clock=True)
        await other.open()
        desk.stage.jump(MONDAY + timedelta(days=7))
        replicas = [
            kind(db=db, desk=bot.desk, clock=bot.clock) for db in (bot.db, other) for kind in (Lifecycle, RegularPosts)
        ]
        await asyncio.gather(*(one.drain() for one in replicas))
        await other.close()

        for number in (1, 2):
            history = await bot.db.read(lambda conn, of=number: ticket_events.of_ticket(conn, "T0HOME", of))
            assert [event.body["to"] for event in history if event.type == "status"] == ["pending", "solved", "closed"]
            written = await bot.db.read(lambda conn, of=number: audit.listing(conn, "T0HOME", ticket_id=of))
            assert [entry.action for entry in written if entry.who == "threadline"] == ["auto_close", "auto_solve"]
        posts = await bot.db.read(lambda conn: outbox.of_kind(conn, "T0HOME", "regular"))
        assert [post.key for post in posts] == ["regular:weekly:2026-01-19T09:00:00Z"]
