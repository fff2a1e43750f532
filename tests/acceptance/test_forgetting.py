"""What was deleted or reworded in Slack stands nowhere any more, and what is old goes by itself."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import text

from bot.services.workspace.housekeeping import Housekeeping
from store import inbox
from tests.support.desk import MONDAY, Desk


async def everything_stored(desk: Desk) -> str:
    """All rows of all tables, as one text."""

    def read(conn):
        tables = conn.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        return "\n".join(str(tuple(row)) for table in tables for row in conn.execute(text(f'SELECT * FROM "{table}"')))

    return await desk.bot.db.read(read)


async def envelopes(desk: Desk) -> Iterable[tuple[str, str]]:
    return await desk.bot.db.read(lambda conn: [tuple(r) for r in conn.execute(text("SELECT key, body FROM inbox"))])


async def test_nothing_of_a_deleted_message_is_stored_anywhere(desk: Desk):
    ts = await desk.post("U0RITA", "The password is hunter2")
    assert "hunter2" in await everything_stored(desk)
    await desk.delete("U0RITA", ts)
    await desk.pass_time(minutes=1)
    assert "hunter2" not in await everything_stored(desk)
    assert f"event:message:C0ACME:{ts}" in dict(await envelopes(desk))


async def test_nothing_of_a_deleted_message_that_was_no_tickets_is_stored_anywhere(desk: Desk):
    ts = await desk.post("U0ANA", "The password is hunter2")
    await desk.delete("U0ANA", ts)
    assert "hunter2" not in await everything_stored(desk)


async def test_nothing_of_a_message_that_was_edited_and_then_deleted_is_stored_anywhere(desk: Desk):
    ts = await desk.post("U0RITA", "The password is hunter2")
    await desk.edit("U0RITA", ts, "The password is swordfish")
    await desk.delete("U0RITA", ts)
    stored = await everything_stored(desk)
    assert "hunter2" not in stored
    assert "swordfish" not in stored


async def test_of_an_edited_message_only_the_new_words_are_stored(desk: Desk):
    ts = await desk.post("U0RITA", "The password is hunter2, please reset it")
    await desk.edit("U0RITA", ts, "Please reset my password")
    await desk.pass_time(minutes=1)
    stored = await everything_stored(desk)
    assert "hunter2" not in stored
    assert "Please reset my password" in stored
    assert desk.quoted() == "Please reset my password"


async def test_a_message_that_comes_after_its_deletion_leaves_no_words_and_a_ticket_without_clock(desk: Desk):
    held = desk.sandbox.faults.events("hold", count=1)
    message = desk.sandbox.act.post("C0ACME", "U0RITA", "The password is hunter2")
    await desk.settle()
    await desk.pass_time(seconds=5)
    await desk.delete("U0RITA", message["ts"])
    desk.sandbox.faults.clear(held["id"])
    await desk.pass_time(minutes=1)
    assert "hunter2" not in await everything_stored(desk)
    await desk.at("10:30")
    assert desk.alerts() == []


async def test_words_are_kept_in_the_inbox_for_thirty_days_and_keys_for_ninety(desk: Desk):
    ts = await desk.post("U0ANA", "Good morning")
    key = f"event:message:C0ACME:{ts}"
    for days, kept in ((29, True), (31, False)):
        desk.stage.jump(MONDAY + timedelta(days=days))
        await Housekeeping(db=desk.bot.db, desk=desk.bot.desk, clock=desk.stage.clock).drain()
        assert ("Good morning" in dict(await envelopes(desk))[key]) is kept
    desk.stage.jump(MONDAY + timedelta(days=91))
    await Housekeeping(db=desk.bot.db, desk=desk.bot.desk, clock=desk.stage.clock).drain()
    assert key not in dict(await envelopes(desk))


async def test_what_was_not_understood_yet_is_kept_however_old_it_is(desk: Desk):
    desk.sandbox.faults.calls("status", method="conversations.info", status=503)
    ts = await desk.post("U0RITA", "The export is empty")
    desk.stage.jump(MONDAY + timedelta(days=400))
    await desk.bot.housekeeping.drain()
    assert "The export is empty" in dict(await envelopes(desk))[f"event:message:C0ACME:{ts}"]


async def test_old_posts_are_forgotten_once_a_day(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    sent = text("SELECT count(*) FROM outbox WHERE state = 'sent'")
    assert await desk.bot.db.read(lambda conn: conn.execute(sent).scalar_one()) > 0
    desk.stage.jump(MONDAY + timedelta(days=91))
    assert await desk.bot.housekeeping.drain() > 0
    assert await desk.bot.housekeeping.drain() == 0
    assert await desk.bot.db.read(lambda conn: conn.execute(sent).scalar_one()) == 0
    assert await desk.bot.db.read(inbox.counts) == {"pending": 0, "quarantined": 0}
