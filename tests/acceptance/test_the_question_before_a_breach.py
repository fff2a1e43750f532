"""Before a breach is declared, Slack is asked whether the answer is already there."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from bot.services.alerting.verifying import Verifier
from store import outbox
from tests.support.desk import Desk


async def test_a_reply_whose_event_was_lost_is_found_before_anybody_is_alarmed(desk: Desk):
    await desk.at("10:00")
    thread = await desk.post("U0RITA", "The export is empty")
    await desk.at("10:40")
    desk.sandbox.faults.events("lose", count=1)
    await desk.post("U0ANA", "It is full again.", thread=thread)
    await desk.at("11:30")
    assert desk.promises()["First reply"] == "met in 40 min"
    assert [alert for alert in desk.alerts() if "missed" in alert.text] == []


async def test_a_silent_slack_does_not_hold_the_alert_up_which_says_that_it_is_unverified(desk: Desk):
    await desk.at("10:00")
    thread = await desk.post("U0RITA", "The export is empty")
    await desk.at("10:40")
    desk.sandbox.faults.events("lose", count=1)
    await desk.post("U0ANA", "It is full again.", thread=thread)
    fault = desk.sandbox.faults.calls("error", method="conversations.replies", error="internal_error")
    await desk.at("11:01")
    (missed,) = [alert for alert in desk.alerts() if "missed" in alert.text]
    assert "unverified: Slack did not say in time whether it was answered" in missed.text

    desk.sandbox.faults.clear(fault["id"])
    await desk.pass_time(minutes=30)
    (corrected,) = [alert for alert in desk.alerts() if "missed" in alert.text]
    assert "Answered in time by <@U0ANA>." in corrected.text
    assert "unverified" not in corrected.text
    assert desk.promises()["First reply"] == "met in 40 min"
    (reply,) = [alert for alert in desk.alerts() if alert.text.startswith("Correction")]
    assert reply.text == (
        "Correction: First reply of #1 was in time. Slack had not said so yet when the alert was sent."
    )
    assert (reply.thread_ts, reply.broadcast) == (corrected.thread_ts, False)


async def test_a_warning_does_not_wait_while_slack_is_asked_about_another_ticket(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.pass_time(minutes=12)
    await desk.post("U0HANK", "The import is slow", channel="C0GLOBEX")
    await desk.at("09:59")
    # Both become due in the same tick: the missed reply of the one, and the warning of the other.
    desk.stage.jump(datetime(2026, 1, 12, 10, 1, tzinfo=UTC))
    bot, told_by_then = desk.bot, []

    async def ask_slack(now: datetime) -> frozenset[int]:
        told_by_then.extend(await bot.db.read(lambda conn: outbox.of_kind(conn, "T0HOME", "alert")))
        return await bot.verifier.unverified(now)

    await replace(bot.breaches, verify=ask_slack).drain()
    assert [(alert.ticket_id, alert.payload["threshold"]) for alert in told_by_then[1:]] == [(2, "80%")]


async def test_understanding_what_was_found_does_not_hold_the_alert_up_either(desk: Desk):
    thread = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:40")
    desk.sandbox.faults.events("lose", count=1)
    await desk.post("U0ANA", "It is full again.", thread=thread)
    desk.stage.jump(datetime(2026, 1, 12, 10, 1, tzinfo=UTC))
    blocked = asyncio.Event()

    async def understand() -> int:
        await blocked.wait()
        return 0

    bot = desk.bot
    impatient = Verifier(
        db=bot.db, desk=bot.desk, slack=bot.slack, clock=bot.clock, understand=understand, patience=0.2
    )
    assert await impatient.unverified(desk.now) == {1}
    blocked.set()
    await impatient.ended(within=10)


async def test_slack_is_given_so_many_seconds_for_a_whole_tick_and_not_for_each_hundred_tickets(desk: Desk):
    thread = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:40")
    desk.sandbox.faults.events("lose", count=1)
    await desk.post("U0ANA", "It is full again.", thread=thread)
    desk.stage.jump(datetime(2026, 1, 12, 10, 1, tzinfo=UTC))
    blocked, bot = asyncio.Event(), desk.bot

    async def understand() -> int:
        await blocked.wait()
        return 0

    def asked() -> int:
        return len(desk.sandbox.read.calls(method="conversations.replies"))

    verifier = Verifier(db=bot.db, desk=bot.desk, slack=bot.slack, clock=bot.clock, understand=understand, patience=0.2)
    assert await verifier.unverified(desk.now) == {1}
    once = asked()
    assert await verifier.unverified(desk.now) == {1}
    assert asked() == once
    verifier.begin()
    await verifier.unverified(desk.now)
    assert asked() > once
    blocked.set()
    await verifier.ended(within=10)
