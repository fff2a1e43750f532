"""Events over HTTP: signed, verified, retried on the sandbox's clock."""

import asyncio

import pytest
from aiohttp import web

from bot.sandbox import SandboxError
from tests.contract.scene import Receiver, Scene, listening


async def test_a_message_arrives_as_a_signed_event(scene: Scene, receiver: Receiver):
    posted = scene.post("It is broken")
    await scene.sandbox.drained()

    assert [one.genuine for one in receiver.requests] == [True]
    payload = receiver.requests[0].payload
    assert payload["type"] == "event_callback"
    assert payload["api_app_id"] == "A0DESK"
    assert payload["team_id"] == "T0HOME"
    assert payload["event_time"] == 1_700_000_000
    assert payload["authorizations"] == [
        {
            "enterprise_id": None,
            "team_id": "T0HOME",
            "user_id": "U0DESK",
            "is_bot": True,
            "is_enterprise_install": False,
        }
    ]
    event = payload["event"]
    assert (event["type"], event["text"], event["user"]) == ("message", "It is broken", "U0ADA")
    assert (event["channel"], event["channel_type"], event["ts"]) == ("C0HELP", "channel", posted["ts"])


async def test_the_first_attempt_carries_no_retry_header(scene: Scene, receiver: Receiver):
    scene.post()
    await scene.sandbox.drained()
    assert "x-slack-retry-num" not in {name.lower() for name in receiver.requests[0].headers}


async def test_a_request_url_is_verified_with_a_challenge(scene: Scene):
    async with listening() as receiver:
        receiver.secret = scene.bot["signing_secret"]
        await scene.sandbox.build.request_url("A0DESK", receiver.url)
        (request,) = receiver.requests
        assert request.genuine
        assert request.payload["type"] == "url_verification"
        assert set(request.payload) == {"token", "challenge", "type"}


async def test_a_url_that_does_not_know_the_challenge_is_refused(scene: Scene):
    with pytest.raises(SandboxError, match="challenge"):
        await scene.sandbox.build.request_url("A0DESK", f"{scene.base}/nobody")


async def test_a_url_where_nobody_listens_is_refused(scene: Scene):
    with pytest.raises(SandboxError, match="connection_failed"):
        await scene.sandbox.build.request_url("A0DESK", "http://127.0.0.1:9/slack/events")


async def test_a_failed_event_is_retried_at_once_after_one_minute_and_after_five(scene: Scene, receiver: Receiver):
    receiver.answer = lambda _: web.Response(status=500)
    scene.post()
    await scene.sandbox.drained()
    assert len(receiver.requests) == 2
    assert scene.sandbox.next_due() == 1_700_000_060.0

    scene.clock.advance(59)
    await scene.sandbox.drained()
    assert len(receiver.requests) == 2
    scene.clock.advance(1)
    await scene.sandbox.drained()
    assert len(receiver.requests) == 3
    scene.clock.advance(300)
    await scene.sandbox.drained()
    assert len(receiver.requests) == 4
    scene.clock.advance(86_400)
    await scene.sandbox.drained()
    assert len(receiver.requests) == 4

    retries = [
        (one.headers.get("x-slack-retry-num"), one.headers.get("x-slack-retry-reason")) for one in receiver.requests
    ]
    assert retries == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    assert len({one.payload["event_id"] for one in receiver.requests}) == 1
    assert scene.sandbox.read.deliveries(type="message")[0]["state"] == "lost"


async def test_a_retry_that_succeeds_is_the_last(scene: Scene, receiver: Receiver):
    receiver.answer = lambda _: web.Response(status=500 if len(receiver.requests) == 1 else 200)
    scene.post()
    await scene.sandbox.drained()
    scene.clock.advance(3600)
    await scene.sandbox.drained()
    assert len(receiver.requests) == 2
    assert scene.sandbox.read.deliveries(type="message")[0]["acked"]


async def test_an_app_can_ask_for_no_retries(scene: Scene, receiver: Receiver):
    receiver.answer = lambda _: web.Response(status=500, headers={"x-slack-no-retry": "1"})
    scene.post()
    await scene.sandbox.drained()
    assert len(receiver.requests) == 1


async def test_an_answer_that_takes_too_long_counts_as_a_timeout(scene: Scene, receiver: Receiver):
    scene.sandbox.faults.settings(answer_seconds=0.05)
    receiver.gate = asyncio.Event()
    scene.post()
    await scene.sandbox.drained()
    receiver.gate.set()
    assert receiver.requests[1].headers["x-slack-retry-reason"] == "http_timeout"


async def test_an_app_that_is_down_gets_the_event_when_it_is_back(scene: Scene):
    async with listening() as receiver:
        await scene.listen(receiver)
        url = receiver.url
    scene.post()
    await scene.sandbox.drained()
    (delivery,) = scene.sandbox.read.deliveries(type="message")
    assert [attempt["reason"] for attempt in delivery["attempts"]] == ["connection_failed", "connection_failed"]
    async with listening() as back:
        back.secret = scene.bot["signing_secret"]
        await scene.sandbox.build.request_url("A0DESK", back.url)
        assert back.url != url or back.requests
        scene.clock.advance(60)
        await scene.sandbox.drained()
        assert [event["text"] for event in back.events] == ["It is broken"]


async def test_events_that_the_app_did_not_subscribe_to_are_not_sent(scene: Scene, receiver: Receiver):
    scene.sandbox.build.configure("A0DESK", events=["reaction_added"])
    message = scene.post()
    scene.sandbox.act.react("C0HELP", "U0BEN", message["ts"], "eyes")
    await scene.sandbox.drained()
    assert [event["type"] for event in receiver.events] == ["reaction_added"]


async def test_events_without_their_scope_are_not_sent(scene: Scene, receiver: Receiver):
    scene.sandbox.build.configure("A0DESK", scopes=["reactions:read"])
    message = scene.post()
    scene.sandbox.act.react("C0HELP", "U0BEN", message["ts"], "eyes")
    await scene.sandbox.drained()
    assert [event["type"] for event in receiver.events] == ["reaction_added"]


async def test_a_channel_without_the_bot_is_silent(scene: Scene, receiver: Receiver):
    scene.sandbox.build.channel("T0HOME", "elsewhere", id="C0ELSE", members=["U0ADA"])
    await scene.sandbox.drained()
    receiver.forget()
    scene.post(channel="C0ELSE")
    await scene.sandbox.drained()
    assert receiver.events == []


async def test_a_mention_arrives_twice_as_message_and_as_app_mention(scene: Scene, receiver: Receiver):
    scene.post("<@U0DESK> help")
    await scene.sandbox.drained()
    assert sorted(event["type"] for event in receiver.events) == ["app_mention", "message"]
    assert len({event["ts"] for event in receiver.events}) == 1


async def test_the_bots_own_messages_come_back_as_events_with_its_bot_id(scene: Scene, receiver: Receiver):
    await scene.client.chat_postMessage(channel="C0HELP", text="Hello")
    await scene.sandbox.drained()
    (event,) = receiver.events
    assert (event["user"], event["bot_id"], event["app_id"]) == ("U0DESK", scene.bot["bot_id"], "A0DESK")
    assert "subtype" not in event


async def test_a_thousand_messages_are_delivered_once_each(scene: Scene, receiver: Receiver):
    for number in range(1000):
        scene.post(f"message {number}")
    await scene.sandbox.drained()
    assert {event["text"] for event in receiver.events} == {f"message {number}" for number in range(1000)}
    assert len(receiver.events) == 1000


async def test_an_app_that_fails_almost_everything_gets_no_more_events(scene: Scene, receiver: Receiver):
    receiver.answer = lambda _: web.Response(status=500, headers={"x-slack-no-retry": "1"})
    for _ in range(1000):
        scene.post()
    await scene.sandbox.drained()
    assert scene.sandbox.read.apps()[0]["events_disabled"]
    receiver.forget()
    scene.post()
    await scene.sandbox.drained()
    assert receiver.events == []
    receiver.answer = lambda _: None
    scene.sandbox.build.configure("A0DESK")
    scene.post("again")
    await scene.sandbox.drained()
    assert [event["text"] for event in receiver.events] == ["again"]


async def test_failures_of_more_than_an_hour_ago_are_forgiven(scene: Scene, receiver: Receiver):
    receiver.answer = lambda _: web.Response(status=500, headers={"x-slack-no-retry": "1"})
    for _ in range(999):
        scene.post()
    await scene.sandbox.drained()
    scene.clock.advance(3600)
    scene.post()
    await scene.sandbox.drained()
    assert not scene.sandbox.read.apps()[0]["events_disabled"]
