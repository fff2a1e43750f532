"""Faults on request: with calls, with events, with everything."""

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import SandboxError
from tests.contract.scene import Receiver, Scene, until


async def post(scene: Scene, text: str = "x", channel: str = "C0HELP") -> tuple[int, str]:
    """Post without any client's retries; returns the status and the body."""
    headers = {"Authorization": f"Bearer {scene.bot['bot_token']}"}
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        arguments = {"channel": channel, "text": text}
        async with session.post(f"{scene.base}/api/chat.postMessage", json=arguments, headers=headers) as got:
            return got.status, await got.text()


def texts(scene: Scene, channel: str = "C0HELP") -> list[str]:
    return [one["text"] for one in scene.sandbox.read.messages(channel)]


async def test_a_call_answers_with_a_status_as_often_as_asked(scene: Scene):
    scene.sandbox.faults.calls("status", method="chat.*", status=503, count=2)
    assert [(await post(scene))[0] for _ in range(3)] == [503, 503, 200]
    assert texts(scene) == ["x"]


async def test_a_fault_may_start_later_and_hit_one_channel_only(scene: Scene):
    scene.sandbox.faults.calls("error", channel="C0HELP", skip=1, count=1, error="fatal_error")
    assert '"ok":true' in (await post(scene))[1]
    assert '"ok":true' in (await post(scene, channel="C0ACME"))[1]
    assert '"fatal_error"' in (await post(scene))[1]
    assert '"ok":true' in (await post(scene))[1]


async def test_accept_then_drop_takes_effect_and_resets_the_connection(scene: Scene):
    scene.sandbox.faults.calls("drop", method="chat.postMessage", count=1)
    with pytest.raises(aiohttp.ClientConnectionError):
        await post(scene, "once")
    assert texts(scene) == ["once"]
    await post(scene, "twice")
    assert texts(scene) == ["once", "twice"]


async def test_a_client_that_retries_a_dropped_connection_posts_twice(scene: Scene):
    scene.sandbox.faults.calls("drop", method="chat.postMessage", count=1)
    client = AsyncWebClient(token=scene.bot["bot_token"], base_url=f"{scene.base}/api/")
    await client.chat_postMessage(channel="C0HELP", text="x")
    assert texts(scene) == ["x", "x"]


async def test_a_refused_connection_takes_no_effect(scene: Scene):
    scene.sandbox.faults.calls("refuse", count=1)
    with pytest.raises(aiohttp.ClientConnectionError):
        await post(scene)
    assert texts(scene) == []


async def test_an_answer_may_be_no_json(scene: Scene):
    scene.sandbox.faults.calls("garbage", count=1)
    assert await post(scene) == (200, "<html>not json")


async def test_429_lasts_as_long_as_asked_on_the_sandboxs_clock(scene: Scene):
    scene.sandbox.faults.calls("rate_limit", for_seconds=600, seconds=30)
    with pytest.raises(SlackApiError) as refusal:
        await scene.client.chat_postMessage(channel="C0HELP", text="x")
    assert refusal.value.response.headers["Retry-After"] == "30"
    scene.clock.advance(599)
    assert (await post(scene))[0] == 429
    scene.clock.advance(1)
    assert (await post(scene))[0] == 200


async def test_a_held_call_goes_on_when_the_fault_is_cleared(scene: Scene):
    fault = scene.sandbox.faults.calls("hold", count=1)
    posting = asyncio.ensure_future(post(scene))
    await until(lambda: not scene.sandbox.faults.list())
    assert not posting.done()
    scene.sandbox.faults.clear(fault["id"])
    assert (await posting)[0] == 200


async def test_a_delayed_call_still_takes_effect(scene: Scene):
    scene.sandbox.faults.calls("delay", seconds=0.01, count=1)
    assert (await post(scene))[0] == 200
    assert texts(scene) == ["x"]


async def test_events_are_lost_on_request(scene: Scene, receiver: Receiver):
    scene.sandbox.faults.events("lose", type="message", count=1)
    for number in range(3):
        scene.post(f"m{number}")
    await scene.sandbox.drained()
    assert sorted(event["text"] for event in receiver.events) == ["m1", "m2"]
    states = [one["state"] for one in scene.sandbox.read.deliveries(type="message")]
    assert states == ["lost", "acked", "acked"]


async def test_events_are_duplicated_with_the_same_event_id(scene: Scene, receiver: Receiver):
    scene.sandbox.faults.events("duplicate", count=1)
    scene.post()
    await scene.sandbox.drained()
    assert len(receiver.requests) == 2
    assert len({one.payload["event_id"] for one in receiver.requests}) == 1


async def test_a_half_full_window_is_emptied_when_the_sandbox_drains(scene: Scene, receiver: Receiver):
    scene.sandbox.faults.events("reorder", window=5)
    scene.post("alone")
    await scene.sandbox.drained()
    assert [event["text"] for event in receiver.events] == ["alone"]


async def test_held_events_come_when_the_fault_is_cleared(scene: Scene, receiver: Receiver):
    scene.sandbox.faults.events("hold")
    scene.post()
    await scene.sandbox.drained()
    assert receiver.events == []
    scene.sandbox.faults.clear()
    await scene.sandbox.drained()
    assert [event["text"] for event in receiver.events] == ["It is broken"]


async def test_in_an_outage_calls_fail_and_events_are_lost_for_good(scene: Scene, receiver: Receiver):
    scene.sandbox.faults.outage(for_seconds=86_400)
    scene.post("during")
    assert (await post(scene))[0] == 503
    scene.clock.advance(86_400)
    scene.post("after")
    await scene.sandbox.drained()
    assert (await post(scene))[0] == 200
    assert "during" not in [event["text"] for event in receiver.events]
    history = await scene.client.conversations_history(channel="C0HELP")
    assert "during" in [one["text"] for one in history["messages"]]


async def test_an_outage_can_hold_events_instead(scene: Scene, receiver: Receiver):
    scene.sandbox.faults.outage(events="hold")
    scene.post("during")
    scene.sandbox.faults.clear()
    await scene.sandbox.drained()
    assert [event["text"] for event in receiver.events] == ["during"]


async def test_an_app_is_told_that_it_was_rate_limited(scene: Scene, receiver: Receiver):
    scene.sandbox.apps.rate_limited("A0DESK", "T0HOME")
    await scene.sandbox.drained()
    (request,) = receiver.requests
    assert request.payload["type"] == "app_rate_limited"
    assert (request.payload["team_id"], request.payload["api_app_id"]) == ("T0HOME", "A0DESK")
    assert request.payload["minute_rate_limited"] % 60 == 0
    assert "event" not in request.payload


async def test_any_event_at_all_can_be_sent(scene: Scene, receiver: Receiver):
    scene.sandbox.apps.raw_event("A0DESK", "T0HOME", {"type": "message", "channel": None, "ts": 7})
    scene.sandbox.apps.raw_event("A0DESK", "T0HOME", {"type": "brand_new"})
    await scene.sandbox.drained()
    assert sorted(event["type"] for event in receiver.events) == ["brand_new", "message"]


async def test_faults_in_force_are_listed_and_cleared_one_by_one(scene: Scene):
    first = scene.sandbox.faults.calls("status", count=1)
    second = scene.sandbox.faults.events("lose")
    assert [one["id"] for one in scene.sandbox.faults.list()] == [first["id"], second["id"]]
    assert [one["id"] for one in scene.sandbox.faults.clear(first["id"])] == [second["id"]]
    assert scene.sandbox.faults.clear() == []


@pytest.mark.parametrize(("kind", "more"), [("explode", {}), ("status", {"count": 0}), ("status", {"skip": -1})])
async def test_a_fault_that_makes_no_sense_is_refused(scene: Scene, kind: str, more: dict):
    with pytest.raises(SandboxError):
        scene.sandbox.faults.calls(kind, **more)
