"""What an agent's emoji does, and the one by which a customer sees that a message became a ticket."""

from collections.abc import AsyncIterator

import pytest

from bot.clock import ManualClock
from tests.support.desk import CONFIG, MONDAY, TRIAGE, Desk, opened

BY_REACTION = CONFIG.replace("C0HELP: {}", "C0HELP: {open_by: reaction}").replace(
    "triggers:", "intake: {reactions: {no_entry: not_a_ticket}}\ntriggers:"
)


@pytest.fixture
async def quiet_desk(desk_database: str) -> AsyncIterator[Desk]:
    """In #help nothing is a ticket before somebody says so with a :ticket:."""
    async with opened(desk_database, clock=ManualClock(MONDAY), config=BY_REACTION) as running:
        yield running


async def react(desk: Desk, user: str, ts: str, name: str, *, channel: str = "C0ACME") -> None:
    desk.sandbox.act.react(channel, user, ts, name)
    await desk.pass_time(seconds=5)


def reactions(desk: Desk, ts: str, *, channel: str = "C0ACME") -> dict[str, list[str]]:
    """Who reacted with what to a message."""
    message = next(one for one in desk.sandbox.read.messages(channel) if one["ts"] == ts)
    return {one["name"]: one["users"] for one in message.get("reactions", ())}


# What agents say with them


async def test_an_agents_ticket_emoji_makes_a_message_a_ticket(quiet_desk: Desk):
    ts = await quiet_desk.post("U0MILTON", "My stapler is gone", channel="C0HELP")
    assert quiet_desk.cards() == []
    await quiet_desk.at("09:10")
    await react(quiet_desk, "U0ANA", ts, "ticket", channel="C0HELP")
    assert quiet_desk.quoted() == "My stapler is gone"
    assert quiet_desk.promises()["First reply"] == "due 2026-01-12 10:00 UTC"


async def test_a_customers_ticket_emoji_makes_no_ticket(quiet_desk: Desk):
    ts = await quiet_desk.post("U0MILTON", "My stapler is gone", channel="C0HELP")
    await react(quiet_desk, "U0MILTON", ts, "ticket", channel="C0HELP")
    assert quiet_desk.cards() == []


async def test_a_reply_from_before_the_reaction_counts(quiet_desk: Desk):
    ts = await quiet_desk.post("U0MILTON", "My stapler is gone", channel="C0HELP")
    await quiet_desk.pass_time(minutes=5)
    await quiet_desk.post("U0BEN", "The red one?", channel="C0HELP", thread=ts)
    await quiet_desk.at("09:10")
    await react(quiet_desk, "U0ANA", ts, "ticket", channel="C0HELP")
    assert quiet_desk.promises()["First reply"] == "met in 5 min"
    assert len(quiet_desk.cards()) == 1


async def test_a_message_whose_event_was_lost_is_fetched_when_somebody_makes_it_a_ticket(quiet_desk: Desk):
    quiet_desk.sandbox.faults.events("lose", count=1)
    ts = await quiet_desk.post("U0MILTON", "My stapler is gone", channel="C0HELP")
    await react(quiet_desk, "U0ANA", ts, "ticket", channel="C0HELP")
    assert quiet_desk.quoted() == "My stapler is gone"


async def test_the_ticket_emoji_works_in_every_tracked_channel_and_in_no_other(desk: Desk):
    word = await desk.post("U0ANA", "Rita called: the export is empty")
    elsewhere = await desk.post("U0MILTON", "Lunch?", channel="C0RANDOM")
    await react(desk, "U0ANA", word, "ticket")
    await react(desk, "U0ANA", elsewhere, "ticket", channel="C0RANDOM")
    assert [desk.quoted()] == ["Rita called: the export is empty"]
    assert len(desk.cards()) == 1


async def test_the_sleeping_emoji_says_that_no_reply_is_needed(desk: Desk):
    ts = await desk.post("U0RITA", "We are on holiday next week")
    await react(desk, "U0ANA", ts, "zzz")
    await desk.at("10:05")
    assert desk.alerts() == []


async def test_an_emoji_can_say_that_it_is_not_a_ticket_and_another_brings_it_back(quiet_desk: Desk):
    ts = await quiet_desk.post("U0RITA", "Happy new year!")
    await react(quiet_desk, "U0ANA", ts, "no_entry")
    assert "It is a ticket" in quiet_desk.buttons()
    await react(quiet_desk, "U0ANA", ts, "ticket")
    assert quiet_desk.promises()["First reply"] == "due 2026-01-12 10:00 UTC"


# What the customer sees


async def test_a_customer_sees_that_a_message_became_a_ticket(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    assert reactions(desk, ts) == {"eyes": ["U0THREAD"]}


async def test_only_the_first_message_of_a_ticket_is_acknowledged(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    second = await desk.post("U0RITA", "And the import, too", thread=ts)
    assert reactions(desk, second) == {}


async def test_in_a_thread_that_an_agent_began_the_customers_question_is_acknowledged(desk: Desk):
    word = await desk.post("U0ANA", "We have deployed 1.2.3")
    question = await desk.post("U0RITA", "It broke our login", thread=word)
    assert reactions(desk, word) == {}
    assert reactions(desk, question) == {"eyes": ["U0THREAD"]}


async def test_without_acknowledgement_the_bot_leaves_no_trace(desk_database: str):
    silent = CONFIG.replace("C0HELP: {}", "C0HELP: {acknowledge: off}")
    async with opened(desk_database, clock=ManualClock(MONDAY), config=silent) as desk:
        ts = await desk.post("U0MILTON", "My stapler is gone", channel="C0HELP")
        assert len(desk.cards()) == 1
        assert reactions(desk, ts, channel="C0HELP") == {}


async def test_an_acknowledgement_that_fails_costs_nothing_but_itself(desk: Desk):
    desk.sandbox.faults.calls("status", method="reactions.add", status=503)
    ts = await desk.post("U0RITA", "The export is empty")
    assert reactions(desk, ts) == {}
    assert desk.quoted() == "The export is empty"
    assert [one for one in desk.sandbox.read.messages(TRIAGE) if "eyes" in str(one.get("reactions"))] == []
