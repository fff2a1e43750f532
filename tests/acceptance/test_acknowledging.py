"""What a customer sees of the desk: a reaction or a reply, and perhaps a promise; never a figure, and each once."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from bot.clock import ManualClock
from tests.support.desk import CONFIG, MONDAY, TRIAGE, Desk, opened

Open = Callable[[str], AbstractAsyncContextManager[Desk]]
THANKS = "Thank you, we have it."


@pytest.fixture
def with_defaults(desk_database: str) -> Open:
    """Opens a desk whose channels have these defaults, on Monday at nine."""

    @asynccontextmanager
    async def open_with(defaults: str) -> AsyncIterator[Desk]:
        config = CONFIG.replace("channels:\n", f"channels:\n  defaults: {{{defaults}}}\n")
        async with opened(desk_database, clock=ManualClock(MONDAY), config=config) as desk:
            yield desk

    return open_with


def answers(desk: Desk, thread: str, channel: str = "C0ACME") -> list[str]:
    """What the bot has written in a customer's thread, as somebody in Amsterdam without Slack's dates reads it."""
    return [
        one["text"]
        for one in desk.sandbox.read.messages(channel)
        if one.get("app_id") and one.get("thread_ts") == thread and one["ts"] != thread
    ]


def reactions(desk: Desk, ts: str, channel: str = "C0ACME") -> dict[str, list[str]]:
    (message,) = [one for one in desk.sandbox.read.messages(channel) if one["ts"] == ts]
    return {one["name"]: one["users"] for one in message.get("reactions", ())}


async def test_a_promise_names_the_deadline_of_the_first_reply_in_the_customers_own_time_and_nothing_else(
    with_defaults,
):
    async with with_defaults("promise: true") as desk:
        ts = await desk.post("U0RITA", "The export is empty")
        (promise,) = answers(desk, ts)
        # Slack shows the date to everybody in their own time zone; what follows the bar is for old clients.
        assert promise == (
            "Thank you, we have it. We answer by "
            "<!date^1768212000^{date_short_pretty} {time}|2026-01-12 11:00 CET>, your time."
        )
        assert reactions(desk, ts) == {"eyes": ["U0THREAD"]}


async def test_a_promise_is_made_once_for_each_ticket(with_defaults):
    async with with_defaults("promise: true") as desk:
        ts = await desk.post("U0RITA", "The export is empty")
        await desk.post("U0RITA", "And the import, too", thread=ts)
        await desk.command("U0ANA", "/priority urgent #1")
        await desk.pass_time(hours=3)
        assert len(answers(desk, ts)) == 1


async def test_a_wording_of_ones_own_pings_nobody(with_defaults):
    async with with_defaults('promise: "Hello <!channel>! *You* hear from us by {deadline}."') as desk:
        ts = await desk.post("U0RITA", "The export is empty")
        (promise,) = answers(desk, ts)
        assert promise.startswith("Hello &lt;!channel&gt;! *You* hear from us by <!date^1768212000^")


async def test_nothing_is_promised_where_nothing_has_a_target(desk_database: str):
    only_globex = "  - title: Everybody\n    filter: {all: [{field: customer, operator: is, value: globex}]}\n"
    config = CONFIG.replace("channels:\n", "channels:\n  defaults: {promise: true}\n")
    config = config.replace("  - title: Everybody\n", only_globex)
    async with opened(desk_database, clock=ManualClock(MONDAY), config=config) as desk:
        ts = await desk.post("U0RITA", "The export is empty")
        assert answers(desk, ts) == []
        other = await desk.post("U0HANK", "I cannot log in", channel="C0GLOBEX")
        assert len(answers(desk, other, channel="C0GLOBEX")) == 1


async def test_nothing_is_promised_unless_the_file_says_so(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    assert answers(desk, ts) == []


async def test_an_acknowledgement_can_be_a_reply(with_defaults):
    async with with_defaults("acknowledge: reply") as desk:
        ts = await desk.post("U0RITA", "The export is empty")
        assert answers(desk, ts) == [THANKS]
        assert reactions(desk, ts) == {}


async def test_a_reply_with_a_promise_is_one_message(with_defaults):
    async with with_defaults("acknowledge: reply, promise: true") as desk:
        ts = await desk.post("U0RITA", "The export is empty")
        (only,) = answers(desk, ts)
        assert only.startswith("Thank you, we have it. We answer by ")


async def test_the_reply_and_the_emoji_can_be_ones_own(with_defaults):
    async with with_defaults('acknowledge: reply, acknowledge_text: "Got it & on it."') as desk:
        ts = await desk.post("U0RITA", "The export is empty")
        assert answers(desk, ts) == ["Got it &amp; on it."]


async def test_another_emoji(with_defaults):
    async with with_defaults("acknowledge_emoji: ':wave:'") as desk:
        ts = await desk.post("U0RITA", "The export is empty")
        assert reactions(desk, ts) == {"wave": ["U0THREAD"]}


@pytest.mark.parametrize("silence", ["silence", "off"])
async def test_silence_leaves_no_trace(with_defaults, silence):
    async with with_defaults(f"acknowledge: {silence}") as desk:
        ts = await desk.post("U0RITA", "The export is empty")
        assert (answers(desk, ts), reactions(desk, ts)) == ([], {})
        assert len(desk.cards()) == 1


async def test_who_is_answered_already_is_promised_nothing(with_defaults):
    async with with_defaults("promise: true") as desk:
        desk.sandbox.faults.calls("status", method="chat.postMessage", status=503, for_seconds=120)
        ts = await desk.post("U0RITA", "The export is empty")
        await desk.post("U0ANA", "It is mended", thread=ts)
        await desk.pass_time(minutes=30)
        assert answers(desk, ts) == []


async def test_an_acknowledgement_survives_a_crash(with_defaults):
    async with with_defaults("acknowledge: reaction, promise: true") as desk:
        for method in ("reactions.add", "chat.postMessage"):
            desk.sandbox.faults.calls("status", method=method, status=503)
        ts = await desk.post("U0RITA", "The export is empty")
        assert (answers(desk, ts), reactions(desk, ts)) == ([], {})
        await desk.stop_bot()
        desk.sandbox.faults.clear()
        await desk.start_bot()
        await desk.pass_time(minutes=5)
        assert reactions(desk, ts) == {"eyes": ["U0THREAD"]}
        assert len(answers(desk, ts)) == 1


async def test_a_promise_of_which_nobody_knows_whether_it_arrived_is_looked_up_and_not_made_twice(with_defaults):
    async with with_defaults("promise: true") as desk:
        desk.sandbox.faults.calls("drop", method="chat.postMessage", count=2)
        ts = await desk.post("U0RITA", "The export is empty")
        await desk.pass_time(minutes=10)
        assert len(answers(desk, ts)) == 1
        assert len(desk.cards()) == 1


async def test_after_an_hour_it_is_too_late_to_acknowledge_anything(with_defaults):
    async with with_defaults("acknowledge: reaction, promise: true") as desk:
        for method in ("reactions.add", "chat.postMessage"):
            desk.sandbox.faults.calls("status", method=method, status=503)
        ts = await desk.post("U0RITA", "production soon down")
        await desk.pass_time(minutes=70)
        desk.sandbox.faults.clear()
        await desk.pass_time(hours=1)
        assert (answers(desk, ts), reactions(desk, ts)) == ([], {})


async def test_an_emoji_that_slack_does_not_know_costs_nothing_but_itself(with_defaults):
    async with with_defaults("acknowledge_emoji: no_such_emoji") as desk:
        desk.sandbox.faults.calls("error", method="reactions.add", error="invalid_name")
        await desk.post("U0RITA", "The export is empty")
        await desk.pass_time(minutes=10)
        assert len(desk.calls("reactions.add")) == 1
        assert desk.quoted() == "The export is empty"


async def test_no_internal_word_ever_reaches_the_customers_channel(with_defaults):
    async with with_defaults("acknowledge: reply, promise: true") as desk:
        await desk.post("U0RITA", "The export is empty")
        await desk.at("10:30")
        assert [text.partition(" We answer")[0] for text in desk.written_by_the_bot("C0ACME")] == [THANKS]
        assert len(desk.sandbox.read.messages(TRIAGE)) > 1


async def test_what_becomes_a_ticket_hours_later_is_acknowledged_by_a_reaction_and_promised_nothing(with_defaults):
    async with with_defaults("open_by: reaction, promise: true") as desk:
        ts = await desk.post("U0RITA", "The export is empty")
        await desk.pass_time(hours=2)
        desk.sandbox.act.react("C0ACME", "U0ANA", ts, "ticket")
        await desk.pass_time(seconds=5)
        assert "U0THREAD" in reactions(desk, ts)["eyes"]
        assert answers(desk, ts) == []
