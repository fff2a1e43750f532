"""A policy is edited while tickets are open."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

from bot.clock import ManualClock
from bot.config.load import load_config
from bot.demo.stage import Stage, stage
from bot.demo.story import MORNING, Post
from bot.demo.world import build_sample
from bot.services.workspace.configuring import apply_config
from sla.events import Apply
from store import instances

WORKSPACE = "T0HOME"


def shortened(on: Stage):
    text = on.world.config.replace(
        "normal: {hours: business, first_reply_time: 1h", "normal: {hours: business, first_reply_time: 20m"
    )
    return load_config(text, source="edited.yml", today=date(2026, 1, 12))


async def first_reply(on: Stage):
    rows = await on.bot.db.read(lambda conn: instances.of_ticket(conn, WORKSPACE, 1))
    return next(row for row in rows if row.metric == "first_reply_time")


def asks(at: datetime) -> Post:
    return Post(at=at, channel="C0ACME", user="U0RITA", text="The invoice has the wrong date.", name="invoice")


async def at_ten(on: Stage) -> datetime:
    on.jump(MORNING.replace(hour=10, minute=0))
    await on.play(asks(on.clock.now()))
    await on.settle()
    return on.clock.now()


async def test_an_edit_waits_for_the_tickets_next_update():
    async with stage(
        ManualClock(MORNING), partial(build_sample, socket_mode=False), workers=False, today=date(2026, 1, 12)
    ) as on:
        asked_at = await at_ten(on)
        version = await apply_config(
            on.bot.db, WORKSPACE, shortened(on), who="U0CLEO", now=asked_at, to_open=Apply.NEXT_UPDATE
        )
        assert version == 2
        assert (await first_reply(on)).breach_at == datetime(2026, 1, 12, 11, 0, tzinfo=UTC)

        await on.bot.take_up_rules()
        on.jump(asked_at + timedelta(minutes=5))
        await on.play(Post(at=on.clock.now(), channel="C0ACME", user="U0RITA", text="PDF below.", reply_to="invoice"))
        await on.settle()
        assert (await first_reply(on)).breach_at == datetime(2026, 1, 12, 10, 20, tzinfo=UTC)


async def test_an_edit_with_now_reaches_open_tickets_at_once_and_its_breach_is_not_back_dated():
    async with stage(
        ManualClock(MORNING), partial(build_sample, socket_mode=False), workers=False, today=date(2026, 1, 12)
    ) as on:
        asked_at = await at_ten(on)
        on.jump(asked_at + timedelta(minutes=40))
        await on.settle()
        await apply_config(on.bot.db, WORKSPACE, shortened(on), who="U0CLEO", now=on.clock.now(), to_open=Apply.NOW)
        row = await first_reply(on)
        assert row.breach_at == datetime(2026, 1, 12, 10, 20, tzinfo=UTC)
        assert row.breached
        assert row.breached_at == datetime(2026, 1, 12, 10, 40, tzinfo=UTC)


async def test_applying_the_configuration_in_force_makes_no_new_version():
    async with stage(
        ManualClock(MORNING), partial(build_sample, socket_mode=False), workers=False, today=date(2026, 1, 12)
    ) as on:
        same = load_config(on.world.config, source="same.yml", today=date(2026, 1, 12))
        assert await apply_config(on.bot.db, WORKSPACE, same, who="U0CLEO", now=MORNING, to_open=Apply.NOW) is None
