"""A Slack app as small as can be, for driving the sandbox: it answers what the test tells it to answer."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

Json = dict[str, Any]
Answer = Callable[[Json], Awaitable[Json | None]]


class TinyApp:
    """Keeps what it receives; `on` maps a command, an action id or a payload type to what answers it."""

    def __init__(self) -> None:
        self.received: list[Json] = []
        self.on: dict[str, Answer] = {}
        self.client = AsyncWebClient()
        self._runner: web.AppRunner | None = None

    async def start(self) -> str:
        """Listen on loopback and return the request URL."""
        server = web.Application()
        server.router.add_post("/slack/events", self._handle)
        self._runner = web.AppRunner(server, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/slack/events"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.Response:
        payload = await self._payload(request)
        if "challenge" in payload:
            return web.json_response({"challenge": payload["challenge"]})
        self.received.append(payload)
        answer = self.on.get(_name(payload))
        if answer is None:
            return web.Response()
        said = await answer(payload)
        return web.Response() if said is None else web.json_response(said)

    async def _payload(self, request: web.Request) -> Json:
        if request.content_type == "application/json":
            envelope: Json = await request.json()
            event: Json = envelope.get("event", envelope)
            return event
        form: Json = dict(await request.post())
        interaction: Json = json.loads(form["payload"]) if "payload" in form else form
        return interaction


def _name(payload: Json) -> str:
    if payload.get("type") == "block_actions":
        return str(payload["actions"][0]["action_id"])
    return str(payload.get("command") or payload.get("callback_id") or payload["type"])
