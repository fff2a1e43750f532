"""A workspace and a plain receiver: what the contract tests drive the sandbox with."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from aiohttp import web
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import ManualClock, Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

NOON = 1_700_000_000.0


async def until(condition: Callable[[], object]) -> None:
    """Let the loop turn until something has happened; the test's own timeout ends a wait in vain."""
    while not condition():  # noqa: ASYNC110 - what is waited for is on the other side of a socket
        await asyncio.sleep(0)


@dataclass
class Received:
    """One request that the sandbox made."""

    headers: dict[str, str]
    body: bytes
    genuine: bool

    @property
    def payload(self) -> dict[str, Any]:
        if self.headers["Content-Type"].startswith("application/json"):
            return json.loads(self.body)
        form = dict(parse_qsl(self.body.decode(), keep_blank_values=True))
        return json.loads(form["payload"]) if "payload" in form else form

    @property
    def event(self) -> dict[str, Any]:
        return self.payload.get("event", {})


class Receiver:
    """An app's request URL: checks signatures, remembers, answers as told."""

    def __init__(self) -> None:
        self.requests: list[Received] = []
        self.secret = ""
        self.url = ""
        self.answer: Callable[[Received], web.StreamResponse | None] = lambda _: None
        self.gate: asyncio.Event | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        headers = dict(request.headers)
        genuine = SignatureVerifier(self.secret).is_valid_request(body, headers)
        received = Received(headers=headers, body=body, genuine=genuine)
        self.requests.append(received)
        if received.payload.get("type") == "url_verification":
            return web.json_response({"challenge": received.payload["challenge"]})
        if self.gate is not None:
            await self.gate.wait()
        return self.answer(received) or web.Response()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [one.event for one in self.requests if one.payload.get("type") == "event_callback"]

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]

    def forget(self) -> None:
        self.requests.clear()


@contextlib.asynccontextmanager
async def listening() -> AsyncIterator[Receiver]:
    """A receiver on a port of its own."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/slack/events", receiver.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    try:
        yield receiver
    finally:
        await runner.cleanup()


ALL_SCOPES = [
    *("app_mentions:read", "channels:history", "channels:join", "channels:manage", "channels:read", "chat:write"),
    *("commands", "files:read", "files:write", "groups:history", "groups:read", "groups:write", "im:history"),
    *("im:read", "im:write", "mpim:history", "mpim:read", "mpim:write", "reactions:read", "reactions:write"),
    *("team:read", "usergroups:read", "users:read", "users:read.email", "metadata.message:read"),
]


@dataclass
class Scene:
    """Helpful Ltd with Ada and Ben, Acme Inc with Carl, one app in Helpful, and its clock."""

    sandbox: Sandbox
    clock: ManualClock
    base: str
    bot: dict[str, Any]
    wall: list[float]
    clients: list[AsyncWebClient] = field(default_factory=list)

    @property
    def client(self) -> AsyncWebClient:
        return self.client_for(self.bot["bot_token"])

    def client_for(self, token: str) -> AsyncWebClient:
        client = AsyncWebClient(token=token, base_url=f"{self.base}/api/", retry_handlers=[])
        self.clients.append(client)
        return client

    def post(self, text: str = "It is broken", *, user: str = "U0ADA", channel: str = "C0HELP", **more: Any) -> Any:
        return self.sandbox.act.post(channel, user, text, **more)

    async def listen(self, receiver: Receiver) -> None:
        receiver.secret = self.bot["signing_secret"]
        await self.sandbox.build.request_url(self.bot["id"], receiver.url)
        receiver.forget()


@contextlib.asynccontextmanager
async def opened(*, rate_limits: bool = False) -> AsyncIterator[Scene]:
    """A running sandbox with its people, channels and app; the wall clock can be moved on by hand."""
    import time

    clock, ahead = ManualClock(NOON - 1), [0.0]
    sandbox = Sandbox(clock, rate_limits=rate_limits, wall=lambda: time.time() + ahead[0])
    base = await sandbox.start()
    build = sandbox.build
    build.workspace("Helpful Ltd", id="T0HOME", domain="helpful")
    build.workspace("Acme Inc", id="T0ACME", domain="acme")
    build.user("T0HOME", "ada", id="U0ADA", real_name="Ada Agent", email="ada@helpful.example", admin=True)
    build.user("T0HOME", "ben", id="U0BEN", real_name="Ben Agent", email="ben@helpful.example")
    build.user("T0ACME", "carl", id="U0CARL", real_name="Carl Customer", email="carl@acme.example")
    shortcuts = [
        {"name": "Claim", "callback_id": "claim"},
        {"name": "New ticket", "callback_id": "new", "type": "global"},
    ]
    app = build.app("Desk", id="A0DESK", scopes=ALL_SCOPES, commands=["/sla"], shortcuts=shortcuts)
    bot = build.install(app["id"], "T0HOME", bot_user="U0DESK")
    build.channel("T0HOME", "help", id="C0HELP", members=["U0ADA", "U0BEN", "U0DESK"])
    build.channel("T0HOME", "acme", id="C0ACME", shared_with=["T0ACME"], members=["U0ADA", "U0CARL", "U0DESK"])
    clock.set(NOON)
    scene = Scene(sandbox=sandbox, clock=clock, base=base, bot=bot, wall=ahead)
    try:
        yield scene
    finally:
        await sandbox.stop()
