"""Acknowledging what Slack sends comes before understanding it, but never instead of it."""

import asyncio

from bot.services.inbox.arrivals import Arrivals


async def test_where_nothing_arrives_nothing_waits():
    arrivals = Arrivals()
    waiting = arrivals.lull()
    try:
        waiting.send(None)
    except StopIteration:
        return
    raise AssertionError("it waited")


async def test_what_came_before_waits_for_a_request_that_has_just_come():
    arrivals = Arrivals()
    arrivals.note()
    waiting = asyncio.ensure_future(arrivals.lull())
    await asyncio.sleep(0)
    assert not waiting.done()
    await waiting


async def test_a_flood_of_requests_does_not_keep_it_waiting_for_ever():
    arrivals = Arrivals()

    async def flood() -> None:
        while True:
            arrivals.note()
            await asyncio.sleep(0)

    flooding = asyncio.ensure_future(flood())
    await asyncio.sleep(0)
    await arrivals.lull()
    assert not flooding.done()
    flooding.cancel()
