"""What is said on the side holds nothing up, and is not cut off where it need not be."""

import asyncio

import structlog

from bot.services.inbox.asides import Asides


async def test_a_slow_answer_does_not_hold_up_the_next_one():
    asides, slow, said = Asides(), asyncio.Event(), []

    async def say(word, after=None):
        if after is not None:
            await after.wait()
        said.append(word)

    asides.begin(say("first", after=slow))
    asides.begin(say("second"))
    await asyncio.sleep(0)
    assert said == ["second"]
    slow.set()
    await asides.ended()
    assert said == ["second", "first"]


async def test_at_the_end_what_takes_too_long_is_left_undone():
    asides, said = Asides(), []

    async def say():
        await asyncio.Event().wait()
        said.append("never")

    asides.begin(say())
    await asides.ended(within=0)
    await asides.ended()
    assert said == []


async def test_one_that_fails_is_logged_and_hurts_nobody():
    asides = Asides()

    async def say():
        raise OSError("the network is away")

    with structlog.testing.capture_logs() as logged:
        asides.begin(say())
        await asides.ended()
    assert [entry["event"] for entry in logged] == ["aside.failed"]
