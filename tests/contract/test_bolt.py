"""Bolt, as a stranger would set it up, works against the sandbox both ways."""

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.contract.scene import Scene, until


@pytest.fixture
def bolt(scene: Scene) -> AsyncApp:
    client = AsyncWebClient(token=scene.bot["bot_token"], base_url=f"{scene.base}/api/")
    app = AsyncApp(client=client, signing_secret=scene.bot["signing_secret"])

    @app.event("message")
    async def on_message(event: dict, say) -> None:
        if "bot_id" not in event:
            await say(text=f"Heard: {event['text']}", thread_ts=event["ts"])

    @app.command("/sla")
    async def on_command(ack, command: dict, client: AsyncWebClient) -> None:
        await ack(f"You said {command['text']}")
        field = {"type": "plain_text_input", "action_id": "note"}
        label = {"type": "plain_text", "text": "Note"}
        await client.views_open(
            trigger_id=command["trigger_id"],
            view={
                "type": "modal",
                "callback_id": "note",
                "title": {"type": "plain_text", "text": "Note"},
                "submit": {"type": "plain_text", "text": "Save"},
                "blocks": [{"type": "input", "block_id": "note", "label": label, "element": field}],
            },
        )

    @app.view("note")
    async def on_note(ack, view: dict, say) -> None:
        note = view["state"]["values"]["note"]["note"]["value"]
        await (ack(response_action="errors", errors={"note": "Say more."}) if len(note) < 3 else ack())

    return app


async def reply_to(scene: Scene, ts: str) -> str:
    """Wait for the bot's reply to a message."""
    await until(lambda: len(scene.sandbox.read.thread("C0HELP", ts)) == 2)
    return scene.sandbox.read.thread("C0HELP", ts)[1]["text"]


async def converse(scene: Scene) -> None:
    posted = scene.post("It is broken")
    assert await reply_to(scene, posted["ts"]) == "Heard: It is broken"
    said = await scene.sandbox.ui.command("U0ADA", "C0HELP", "/sla hello")
    assert said["acked"]
    assert [one["text"] for one in scene.sandbox.read.ephemerals(user="U0ADA")] == ["You said hello"]
    await until(lambda: scene.sandbox.read.views(user="U0ADA"))
    views = scene.sandbox.read.views(user="U0ADA")
    refused = await scene.sandbox.ui.submit("U0ADA", views[0]["id"], values={"note": "x"})
    assert refused["errors"] == {"note": "Say more."}
    done = await scene.sandbox.ui.submit("U0ADA", views[0]["id"], values={"note": "long enough"})
    assert (done["acked"], done["closed"]) == (True, True)
    await scene.sandbox.drained()


async def test_bolt_answers_over_http(scene: Scene, bolt: AsyncApp):
    runner = web.AppRunner(bolt.web_app("/slack/events"), shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        scene.sandbox.build.configure("A0DESK", events=["message.channels"])
        await scene.sandbox.build.request_url("A0DESK", url)
        await converse(scene)
    finally:
        await runner.cleanup()


async def test_bolt_answers_over_socket_mode(scene: Scene, bolt: AsyncApp):
    scene.sandbox.build.configure("A0DESK", socket_mode=True, events=["message.channels"])
    handler = AsyncSocketModeHandler(bolt, scene.bot["app_token"])
    await handler.connect_async()
    try:
        await converse(scene)
    finally:
        await handler.close_async()
