"""`drained()`: exact, so that virtual time may jump as soon as it returns."""

import asyncio

from aiohttp import web

from bot.sandbox import ManualClock, RealClock, Sandbox
from tests.contract.scene import Receiver, Scene, until


async def test_with_nothing_on_its_way_it_returns_at_once(scene: Scene):
    await scene.sandbox.drained()
    assert scene.sandbox.next_due() is None


async def test_it_waits_for_events_that_an_answer_caused(scene: Scene, receiver: Receiver):
    async def reply() -> None:
        await scene.client.chat_postMessage(channel="C0HELP", text="reply")

    replies: list[asyncio.Task] = []

    def answer(received) -> None:
        if received.event.get("text") == "It is broken":
            replies.append(asyncio.ensure_future(reply()))

    receiver.answer = answer
    scene.post()
    await scene.sandbox.drained()
    await asyncio.gather(*replies)
    await scene.sandbox.drained()
    assert [event["text"] for event in receiver.events] == ["It is broken", "reply"]


async def test_a_retry_that_has_become_due_is_made_before_it_returns(scene: Scene, receiver: Receiver):
    receiver.answer = lambda _: web.Response(status=500 if len(receiver.requests) < 3 else 200)
    scene.post()
    await scene.sandbox.drained()
    assert len(receiver.requests) == 2
    scene.clock.set(scene.sandbox.next_due())
    await scene.sandbox.drained()
    assert len(receiver.requests) == 3
    assert scene.sandbox.next_due() is None


async def test_a_retry_is_made_even_if_nobody_waits(scene: Scene, receiver: Receiver):
    receiver.answer = lambda _: web.Response(status=500 if len(receiver.requests) < 3 else 200)
    scene.post()
    await scene.sandbox.drained()
    scene.clock.advance(60)
    await until(lambda: len(receiver.requests) == 3)


async def test_several_may_wait_at_once(scene: Scene, receiver: Receiver):
    scene.post()
    await asyncio.gather(*(scene.sandbox.drained() for _ in range(5)))
    assert len(receiver.events) == 1


async def test_ten_thousand_waits_for_nothing_are_cheap(scene: Scene):
    for _ in range(10_000):
        await scene.sandbox.drained()


async def test_sleepers_of_a_manual_clock_wake_when_it_passes_their_moment():
    clock = ManualClock(100.0)
    woken: list[float] = []

    async def sleeper(seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append(seconds)

    tasks = [asyncio.ensure_future(sleeper(seconds)) for seconds in (5.0, 1.0, 0.0)]
    await asyncio.sleep(0)
    assert woken == [0.0]
    clock.advance(4.0)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert woken == [0.0, 1.0]
    clock.set(200.0)
    await asyncio.gather(*tasks)
    assert woken == [0.0, 1.0, 5.0]


async def test_without_a_clock_the_time_is_real():
    assert isinstance(Sandbox().slack.clock, RealClock)
    await RealClock().sleep(-1)
    assert RealClock().now() > 1_700_000_000


async def test_a_stopped_sandbox_can_be_stopped_again_and_started_elsewhere(scene: Scene):
    sandbox = Sandbox(ManualClock())
    first = await sandbox.start()
    await sandbox.stop()
    await sandbox.stop()
    second = await sandbox.start()
    await sandbox.stop()
    assert first.startswith("http://127.0.0.1:")
    assert second.startswith("http://127.0.0.1:")
