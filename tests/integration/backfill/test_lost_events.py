"""Slack delivered nothing, or not everything: what was written is found all the same."""

import pytest

from bot.slack import history
from tests.support.desk import TRIAGE, Desk


@pytest.fixture(autouse=True)
async def listening(desk: Desk):
    """The bot has been running for a while."""
    await desk.pass_time(minutes=1)


def lose_everything(desk: Desk) -> None:
    desk.sandbox.faults.events("lose")


async def sweep(desk: Desk) -> None:
    """Ten minutes are over: the regular sweep."""
    await desk.bot.backfill.drain()
    await desk.pass_time(seconds=10)


async def test_sixteen_hours_of_lost_events_are_found_by_the_regular_sweep(desk: Desk):
    lose_everything(desk)
    first = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:30")
    await desk.post("U0ANA", "Which one?", thread=first)
    await desk.at("10:00")
    await desk.post("U0HANK", "I cannot log in", channel="C0GLOBEX")
    await desk.at("11:00")
    await desk.post("U0MILTON", "My stapler is gone", channel="C0HELP")
    await desk.at("tue 01:00")
    assert desk.cards() == []
    await sweep(desk)
    assert [desk.quoted(number) for number in (1, 2, 3)] == [
        "The export is empty",
        "I cannot log in",
        "My stapler is gone",
    ]
    assert desk.promises(1)["First reply"] == "met in 29 min"
    assert desk.promises(2)["First reply"] == "missed, was due 2026-01-12 11:00 UTC"
    assert len(desk.cards()) == 3


async def test_the_sweep_comes_every_ten_minutes(desk: Desk):
    await desk.at("09:20")
    await sweep(desk)
    lose_everything(desk)
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:29")
    await sweep(desk)
    assert desk.cards() == []
    await desk.at("09:30")
    await sweep(desk)
    assert desk.quoted() == "The export is empty"


async def test_what_arrived_is_not_doubled_by_the_sweep(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "Which one?", thread=ts)
    await desk.edit("U0RITA", ts, "The export is empty again")
    await desk.pass_time(minutes=11)
    before = [card["text"] for card in desk.cards()]
    assert await desk.bot.backfill.drain() == 0
    await desk.settle()
    assert [card["text"] for card in desk.cards()] == before


async def test_an_answer_in_time_that_is_found_after_the_deadline_keeps_the_promise(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    lose_everything(desk)
    await desk.at("09:30")
    await desk.post("U0ANA", "Which one?", thread=ts)
    silence = desk.sandbox.faults.calls("status", method="conversations.replies")
    await desk.at("10:30")
    assert desk.promises()["First reply"].startswith("missed")
    desk.sandbox.faults.clear(silence["id"])
    await desk.pass_time(minutes=6)
    assert desk.promises()["First reply"] == "met in 29 min"


async def test_a_message_also_sent_to_the_channel_is_found_once(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    lose_everything(desk)
    await desk.at("09:20")
    await desk.post("U0ANA", "Fixed", thread=ts, broadcast=True)
    await desk.at("09:30")
    await desk.post("U0RITA", "It is empty again", thread=ts)
    await sweep(desk)
    assert desk.promises()["First reply"] == "met in 19 min"
    assert desk.promises()["Next reply"] == "due 2026-01-12 11:30 UTC"


async def test_an_answer_that_nobody_threaded_is_matched_with_the_message_found_before_it(desk: Desk):
    desk.sandbox.faults.events("lose", type="message", channel="C0ACME", count=1)
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:05")
    await desk.post("U0ANA", "I am on it")
    assert desk.cards() == []
    await desk.at("09:15")
    await sweep(desk)
    assert desk.promises()["First reply"] == "met in 4 min"


async def test_an_edit_that_was_lost_is_found(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    lose_everything(desk)
    await desk.edit("U0RITA", ts, "The import is empty")
    await desk.at("09:15")
    await sweep(desk)
    assert desk.quoted() == "The import is empty"
    assert desk.promises()["First reply"] == "due 2026-01-12 10:01 UTC"


async def test_an_edit_that_was_lost_is_found_though_slack_unfurled_it_afterwards(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    desk.sandbox.faults.events("lose", count=1)
    await desk.edit("U0RITA", ts, "The import is empty: http://example.com/")
    desk.sandbox.act.unfurl("C0ACME", ts)
    await desk.at("09:15")
    await sweep(desk)
    assert desk.quoted().startswith("The import is empty")


async def test_a_message_deleted_without_a_word_stops_its_clock(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    lose_everything(desk)
    await desk.delete("U0RITA", ts)
    await desk.at("09:15")
    await sweep(desk)
    await desk.at("11:00")
    assert desk.quoted() == "(no text)"
    assert desk.promises()["First reply"] == "cancelled"
    assert desk.alerts() == []


async def test_a_deleted_message_with_replies_leaves_a_tombstone_that_is_understood(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0SAM", "For me, too", thread=ts)
    lose_everything(desk)
    await desk.delete("U0RITA", ts)
    await desk.at("09:15")
    await sweep(desk)
    assert "The export is empty" not in desk.card_text()
    assert desk.quoted() == "(no text)"


async def test_a_deleted_reply_of_a_customer_stops_the_clock_that_it_started(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "Fixed", thread=ts)
    reply = await desk.post("U0RITA", "Not really", thread=ts)
    assert desk.promises()["Next reply"].startswith("due")
    lose_everything(desk)
    await desk.delete("U0RITA", reply)
    await desk.at("09:30")
    await sweep(desk)
    assert desk.promises()["Next reply"] == "cancelled"


async def test_a_deletion_that_overtakes_its_message_leaves_no_clock_running(desk: Desk):
    held = desk.sandbox.faults.events("hold", type="message", count=1)
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.delete("U0RITA", ts)
    desk.sandbox.faults.clear(held["id"])
    await desk.at("11:00")
    assert desk.quoted() == "(no text)"
    assert desk.promises()["First reply"] == "cancelled"
    assert desk.alerts() == []


async def test_a_reaction_of_an_agent_that_was_lost_is_found(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    lose_everything(desk)
    desk.sandbox.act.react("C0ACME", "U0BEN", ts, "eyes")
    desk.sandbox.act.react("C0ACME", "U0SAM", ts, "wave")
    await desk.at("09:15")
    await sweep(desk)
    assert desk.facts()["Assignee"] == "<@U0BEN>"
    await desk.at("09:30")
    assert await desk.bot.backfill.drain() == 0


async def test_replies_to_a_month_old_open_ticket_are_found(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "We are working on it", thread=ts)
    desk.stage.jump(desk.now.replace(month=2, day=12, hour=9, minute=0))
    await desk.settle()
    await sweep(desk)
    lose_everything(desk)
    await desk.post("U0RITA", "Any news?", thread=ts)
    await desk.pass_time(minutes=10)
    await sweep(desk)
    assert desk.promises()["Next reply"] == "due 2026-02-12 11:00 UTC"


async def test_a_reply_to_a_ticket_that_was_closed_a_month_ago_is_found_and_opens_a_follow_up(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "Solve")
    desk.stage.jump(desk.now.replace(month=2, day=12, hour=9, minute=0))
    await desk.settle()
    await sweep(desk)
    lose_everything(desk)
    await desk.post("U0RITA", "It is empty again", thread=ts)
    await desk.pass_time(hours=6)
    await sweep(desk)
    assert len(desk.cards()) == 2
    assert desk.quoted(2) == "It is empty again"


async def test_a_customers_reply_to_an_agents_old_message_is_found(desk: Desk):
    ts = await desk.post("U0ANA", "We maintain the servers on Sunday")
    await desk.pass_time(days=9)
    await sweep(desk)
    lose_everything(desk)
    await desk.post("U0RITA", "Which servers?", thread=ts)
    await desk.pass_time(hours=6)
    await sweep(desk)
    assert desk.quoted() == "We maintain the servers on Sunday"


async def test_a_note_in_the_thread_of_a_card_is_found(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:05")
    await sweep(desk)
    lose_everything(desk)
    await desk.post("U0ANA", "Who knows about exports?", channel=TRIAGE, thread=desk.card_ts())
    await desk.at("09:30")
    assert await desk.bot.backfill.drain() == 1


async def test_slack_saying_that_it_left_events_out_leads_to_a_sweep(desk: Desk):
    lost = desk.sandbox.faults.events("lose")
    await desk.post("U0RITA", "The export is empty")
    desk.sandbox.faults.clear(lost["id"])
    desk.sandbox.apps.rate_limited(desk.stage.world.app, "T0HOME")
    await desk.settle()
    assert desk.quoted() == "The export is empty"


async def test_a_history_of_many_pages_is_read_to_its_end(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(history, "PAGE", 3)
    lose_everything(desk)
    ts = await desk.post("U0RITA", "Question 0")
    for number in range(1, 8):
        await desk.post("U0RITA", f"More about it, {number}", thread=ts)
        await desk.pass_time(minutes=3)
        await desk.post("U0RITA", f"Question {number}")
    await sweep(desk)
    await desk.pass_time(minutes=2)
    assert [desk.quoted(number) for number in range(1, 9)] == [f"Question {number}" for number in range(8)]


async def test_a_channel_that_the_bot_may_not_read_does_not_stop_the_others(desk: Desk):
    lose_everything(desk)
    await desk.post("U0RITA", "The export is empty")
    await desk.post("U0HANK", "I cannot log in", channel="C0GLOBEX")
    desk.sandbox.channels.leave("C0ACME", "U0THREAD")
    desk.sandbox.faults.calls("error", method="conversations.history", channel="C0HELP", error="not_in_channel")
    await desk.at("09:30")
    await sweep(desk)
    assert [desk.quoted(), len(desk.cards())] == ["I cannot log in", 1]


async def test_slack_asking_for_patience_is_obeyed_and_nothing_is_lost(desk: Desk):
    lose_everything(desk)
    await desk.post("U0RITA", "The export is empty")
    await desk.post("U0HANK", "I cannot log in", channel="C0GLOBEX")
    desk.sandbox.faults.calls("rate_limit", method="conversations.history", skip=1, count=1, seconds=45)
    await desk.at("09:30")
    await sweep(desk)
    assert len(desk.calls("conversations.history")) == 2
    assert len(desk.cards()) == 1
    await desk.pass_time(seconds=34)
    assert len(desk.calls("conversations.history")) == 2
    await desk.pass_time(seconds=1)
    assert [desk.quoted(1), desk.quoted(2)] == ["The export is empty", "I cannot log in"]


async def test_a_sweep_goes_slower_than_slack_allows(desk: Desk):
    stamps = []
    for number in range(25):
        stamps.append(await desk.post("U0RITA", f"Question {number}"))
        await desk.pass_time(minutes=2, seconds=10)
    lose_everything(desk)
    for ts in stamps:
        await desk.post("U0ANA", "Which one?", thread=ts)
    began_at = desk.now.timestamp()
    await sweep(desk)
    await desk.pass_time(minutes=2)
    reading = [call for call in desk.calls("conversations.replies") if call["at"] >= began_at]
    assert all(call["ok"] for call in reading)
    assert (
        max(sum(begin <= call["at"] < begin + 60 for call in reading) for begin in (one["at"] for one in reading)) <= 50
    )
    assert all(desk.promises(number)["First reply"].startswith("met") for number in range(1, 26))
