"""Socket Mode: hello, envelopes, acknowledgements, disconnects."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from tests.contract.scene import Scene


@pytest.fixture
async def socketed(scene: Scene) -> Scene:
    scene.sandbox.build.configure("A0DESK", socket_mode=True)
    return scene


class Wire:
    """One raw connection."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def receive(self) -> dict:
        return json.loads((await self.socket.receive()).data)

    async def ack(self, envelope: dict, payload: dict | None = None) -> None:
        said = {"envelope_id": envelope["envelope_id"]}
        await self.socket.send_json(said if payload is None else {**said, "payload": payload})


@contextlib.asynccontextmanager
async def connected(scene: Scene) -> AsyncIterator[Wire]:
    client = AsyncWebClient(base_url=f"{scene.base}/api/")
    opened = await client.apps_connections_open(app_token=scene.bot["app_token"])
    async with aiohttp.ClientSession() as session, session.ws_connect(opened["url"]) as socket:
        yield Wire(socket)


async def test_a_connection_is_greeted_with_the_number_of_connections(socketed: Scene):
    async with connected(socketed) as first:
        hello = await first.receive()
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        assert hello["connection_info"] == {"app_id": "A0DESK"}
        assert hello["debug_info"]["approximate_connection_time"] > 0
        async with connected(socketed) as second:
            assert (await second.receive())["num_connections"] == 2


async def test_an_event_comes_in_an_envelope_and_waits_for_its_acknowledgement(socketed: Scene):
    async with connected(socketed) as wire:
        await wire.receive()
        socketed.post("It is broken")
        envelope = await wire.receive()
        assert envelope["type"] == "events_api"
        assert envelope["payload"]["event"]["text"] == "It is broken"
        assert envelope["accepts_response_payload"] is False
        assert (envelope["retry_attempt"], envelope["retry_reason"]) == (0, "")
        drained = asyncio.ensure_future(socketed.sandbox.drained())
        await asyncio.sleep(0)
        assert not drained.done()
        await wire.ack(envelope)
        await drained
        assert socketed.sandbox.read.deliveries(type="message")[0]["acked"]


async def test_each_envelope_reaches_exactly_one_connection(socketed: Scene):
    async with connected(socketed) as one, connected(socketed) as two:
        wires = [one, two]
        for wire in wires:
            await wire.receive()
        seen: list[str] = []

        async def work(wire: Wire) -> None:
            while True:
                envelope = await wire.receive()
                seen.append(envelope["payload"]["event"]["text"])
                await wire.ack(envelope)

        workers = [asyncio.ensure_future(work(wire)) for wire in wires]
        for number in range(20):
            socketed.post(f"m{number}")
        await socketed.sandbox.drained()
        for worker in workers:
            worker.cancel()
        assert sorted(seen) == sorted(f"m{number}" for number in range(20))


async def test_an_envelope_that_is_not_acknowledged_comes_again(socketed: Scene):
    socketed.sandbox.faults.settings(answer_seconds=0.05)
    async with connected(socketed) as wire:
        await wire.receive()
        socketed.post()
        first = await wire.receive()
        socketed.sandbox.faults.settings(answer_seconds=60.0)
        second = await wire.receive()
        assert first["envelope_id"] != second["envelope_id"]
        assert first["payload"]["event_id"] == second["payload"]["event_id"]
        assert (second["retry_attempt"], second["retry_reason"]) == (1, "timeout")
        await wire.ack(second)
        await socketed.sandbox.drained()
        assert socketed.sandbox.read.deliveries(type="message")[0]["acked"]


async def test_a_dropped_connections_envelopes_go_to_another(socketed: Scene):
    async with connected(socketed) as one:
        await one.receive()
        socketed.post()
        await one.receive()
        async with connected(socketed) as two:
            await two.receive()
            await one.socket.close()
            again = await two.receive()
            assert again["retry_attempt"] == 1
            await two.ack(again)
            await socketed.sandbox.drained()


async def test_with_no_connection_an_event_waits_for_its_retries(socketed: Scene):
    socketed.post()
    await socketed.sandbox.drained()
    assert socketed.sandbox.next_due() == 1_700_000_060.0
    async with connected(socketed) as wire:
        await wire.receive()
        socketed.clock.advance(60)
        envelope = await wire.receive()
        assert envelope["retry_attempt"] == 2
        await wire.ack(envelope)
        await socketed.sandbox.drained()


async def test_the_eleventh_connection_is_one_too_many(socketed: Scene):
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(10):
            wire = await stack.enter_async_context(connected(socketed))
            assert (await wire.receive())["type"] == "hello"
        eleventh = await stack.enter_async_context(connected(socketed))
        assert await eleventh.receive() == {
            "type": "disconnect",
            "reason": "too_many_websockets",
            "debug_info": {"host": "applink-sandbox"},
        }
        assert (await eleventh.socket.receive()).type is aiohttp.WSMsgType.CLOSE


async def test_a_warning_leaves_the_connection_open_and_a_refresh_closes_it(socketed: Scene):
    async with connected(socketed) as wire:
        await wire.receive()
        closing = asyncio.ensure_future(socketed.sandbox.apps.disconnect("A0DESK", "warning"))
        assert (await wire.receive())["reason"] == "warning"
        await closing
        socketed.post("still here")
        envelope = await wire.receive()
        await wire.ack(envelope)
        await socketed.sandbox.drained()

        closing = asyncio.ensure_future(socketed.sandbox.apps.disconnect("A0DESK", "refresh_requested"))
        assert (await wire.receive())["reason"] == "refresh_requested"
        assert (await wire.socket.receive()).type is aiohttp.WSMsgType.CLOSE
        await closing
        assert socketed.sandbox.apps.connections("A0DESK") == []


async def test_a_silent_connection_answers_no_ping_and_loses_what_is_sent_to_it(socketed: Scene):
    socketed.sandbox.faults.settings(answer_seconds=0.05)
    async with connected(socketed) as wire:
        await wire.receive()
        socketed.sandbox.apps.silence("A0DESK")
        socketed.post()
        await socketed.sandbox.drained()
        attempts = socketed.sandbox.read.deliveries(type="message")[0]["attempts"]
        assert [one["reason"] for one in attempts] == ["timeout", "timeout"]


async def test_a_connection_url_works_once(socketed: Scene):
    client = AsyncWebClient(base_url=f"{socketed.base}/api/")
    url = (await client.apps_connections_open(app_token=socketed.bot["app_token"]))["url"]
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url):
            pass
        with pytest.raises(aiohttp.WSServerHandshakeError, match="401"):
            await session.ws_connect(url)


async def test_an_interaction_is_answered_in_its_acknowledgement(socketed: Scene):
    async with connected(socketed) as wire:
        await wire.receive()
        running = asyncio.ensure_future(socketed.sandbox.ui.command("U0ADA", "C0HELP", "/sla list"))
        envelope = await wire.receive()
        assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
        assert envelope["payload"]["command"] == "/sla"
        await wire.ack(envelope, {"text": "Nothing is open."})
        assert (await running)["acked"]
        (shown,) = socketed.sandbox.read.ephemerals(user="U0ADA")
        assert shown["text"] == "Nothing is open."


async def test_an_acknowledgement_from_another_connection_does_not_count(socketed: Scene):
    socketed.sandbox.faults.settings(answer_seconds=0.05)
    async with connected(socketed) as one, connected(socketed) as two:
        await one.receive()
        await two.receive()
        socketed.post()
        envelope = await one.receive()
        socketed.sandbox.faults.settings(answer_seconds=60.0)
        await two.ack(envelope)
        again = await two.receive()
        assert again["retry_attempt"] == 1
        await two.ack(again)
        await socketed.sandbox.drained()


async def test_nonsense_from_the_app_is_ignored(socketed: Scene):
    async with connected(socketed) as wire:
        await wire.receive()
        for nonsense in ("{", "[]", '{"envelope_id": 7}', '{"envelope_id": "nobody"}', "null"):
            await wire.socket.send_str(nonsense)
        socketed.post()
        await wire.ack(await wire.receive())
        await socketed.sandbox.drained()


async def test_only_an_app_level_token_opens_connections(socketed: Scene):
    client = AsyncWebClient(base_url=f"{socketed.base}/api/")
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await client.apps_connections_open(app_token=socketed.bot["bot_token"])
    with pytest.raises(SlackApiError, match="invalid_auth"):
        await client.apps_connections_open(app_token="xapp-nobody")


async def test_the_official_client_receives_and_acknowledges(socketed: Scene):
    seen: list[str] = []
    done = asyncio.Event()

    async def listener(client: SocketModeClient, request: SocketModeRequest) -> None:
        seen.append(request.payload["event"]["text"])
        await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
        done.set()

    client = SocketModeClient(
        app_token=socketed.bot["app_token"], web_client=AsyncWebClient(base_url=f"{socketed.base}/api/")
    )
    client.socket_mode_request_listeners.append(listener)
    await client.connect()
    try:
        socketed.post("It is broken")
        await done.wait()
        await socketed.sandbox.drained()
    finally:
        await client.close()
    assert seen == ["It is broken"]


async def test_events_are_reordered_on_request(socketed: Scene):
    socketed.sandbox.faults.events("reorder", window=3)
    async with connected(socketed) as wire:
        await wire.receive()
        for number in range(3):
            socketed.post(f"m{number}")
        seen = []
        for _ in range(3):
            envelope = await wire.receive()
            seen.append(envelope["payload"]["event"]["text"])
            await wire.ack(envelope)
        assert seen == ["m2", "m1", "m0"]


async def test_a_cut_connection_ends_without_a_word(socketed: Scene):
    async with connected(socketed) as wire:
        await wire.receive()
        socketed.sandbox.apps.cut("A0DESK")
        ended = await wire.socket.receive()
        assert ended.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
        assert socketed.sandbox.apps.connections("A0DESK") == []
