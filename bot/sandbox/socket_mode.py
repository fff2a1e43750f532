"""Socket Mode: WebSocket connections that carry envelopes, each to exactly one of them."""

import asyncio
import contextlib
import itertools
import json
import secrets
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from bot.sandbox.clock import Clock
from bot.sandbox.deliveries import Answer, Delivery
from bot.sandbox.errors import SandboxError
from bot.sandbox.model import App, Json

MOST_CONNECTIONS = 10
TICKET_SECONDS = 30.0
LIFETIME_SECONDS = 18_060


@dataclass(slots=True, kw_only=True)
class Connection:
    """One open WebSocket of an app."""

    id: str
    app: App
    socket: web.WebSocketResponse
    transport: asyncio.Transport | None = None
    open: bool = True
    silent: bool = False
    pending: set[str] = field(default_factory=set)

    async def say(self, message: Json) -> bool:
        """Send a message; tells whether the connection took it."""
        if self.silent:
            return True
        with contextlib.suppress(ConnectionError, RuntimeError):
            await self.socket.send_str(json.dumps(message, separators=(",", ":")))
            return True
        return False


class SocketMode:
    """Hands out connection URLs, keeps the connections, delivers and waits for acknowledgements."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.answer_seconds = 3.0
        self.base = ""
        self._tickets: dict[str, tuple[App, float]] = {}
        self._connections: dict[str, list[Connection]] = {}
        self._waiting: dict[str, asyncio.Future[Answer]] = {}
        self._turn = itertools.count()
        self._serial = itertools.count(1)

    def open_url(self, app: App) -> str:
        """Return a fresh WebSocket URL for `apps.connections.open`; it works once, for a while."""
        ticket = secrets.token_hex(16)
        self._tickets[ticket] = (app, self._clock.now() + TICKET_SECONDS)
        return f"ws{self.base.removeprefix('http')}/link/?ticket={ticket}&app_id={app.id}"

    def connections(self, app_id: str) -> list[Connection]:
        """Return an app's open connections, oldest first."""
        return list(self._connections.get(app_id, []))

    async def send(self, delivery: Delivery, retry_num: int, retry_reason: str) -> Answer:
        """Send an envelope to one connection, in turn, and wait for its acknowledgement."""
        candidates = self._connections.get(delivery.app.id, [])
        if not candidates:
            return Answer(ok=False, reason="no_connection")
        connection = candidates[next(self._turn) % len(candidates)]
        envelope_id = f"{delivery.id}-{next(self._serial)}"
        envelope: Json = {
            "envelope_id": envelope_id,
            "payload": delivery.payload,
            "type": delivery.kind,
            "accepts_response_payload": delivery.kind != "events_api",
        }
        if delivery.kind == "events_api":
            envelope |= {"retry_attempt": retry_num, "retry_reason": retry_reason}
        return await self._exchange(connection, envelope_id, envelope)

    async def _exchange(self, connection: Connection, envelope_id: str, envelope: Json) -> Answer:
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = answer
        connection.pending.add(envelope_id)
        try:
            if not await connection.say(envelope):
                return Answer(ok=False, reason="connection_failed")
            async with asyncio.timeout(self.answer_seconds):
                return await answer
        except TimeoutError:
            return Answer(ok=False, reason="timeout")
        finally:
            self._waiting.pop(envelope_id, None)
            connection.pending.discard(envelope_id)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one WebSocket from hello to close."""
        app, expires = self._tickets.pop(request.query.get("ticket", ""), (None, 0.0))
        if app is None or expires < self._clock.now():
            return web.json_response({"ok": False, "error": "invalid_auth"}, status=401)
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return web.json_response({"ok": False, "error": "websocket_required"}, status=426)
        socket = web.WebSocketResponse(autoping=False, max_msg_size=1_000_000, timeout=1.0)
        await socket.prepare(request)
        siblings = self._connections.setdefault(app.id, [])
        connection = Connection(id=f"ws{next(self._serial)}", app=app, socket=socket, transport=request.transport)
        if len(siblings) >= MOST_CONNECTIONS:
            await connection.say(_disconnect("too_many_websockets"))
            await socket.close()
            return socket
        siblings.append(connection)
        try:
            await connection.say(_hello(app, len(siblings)))
            await self._listen(connection)
        finally:
            self._forget(connection)
        return socket

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            if connection.silent:
                continue
            if message.type is WSMsgType.PING:
                with contextlib.suppress(ConnectionError):
                    await connection.socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                self._acknowledge(connection, message.data)

    def _acknowledge(self, connection: Connection, text: str) -> None:
        try:
            said = json.loads(text)
        except ValueError:
            return
        envelope_id = said.get("envelope_id") if isinstance(said, dict) else None
        waiting = self._waiting.get(envelope_id) if isinstance(envelope_id, str) else None
        if waiting is None or waiting.done() or envelope_id not in connection.pending:
            return
        payload = said.get("payload")
        waiting.set_result(Answer(ok=True, status=200, body=payload if isinstance(payload, dict) else None))

    def _forget(self, connection: Connection) -> None:
        connection.open = False
        siblings = self._connections.get(connection.app.id, [])
        if connection in siblings:
            siblings.remove(connection)
        for envelope_id in connection.pending:
            waiting = self._waiting.get(envelope_id)
            if waiting is not None and not waiting.done():
                waiting.set_result(Answer(ok=False, reason="connection_failed"))

    def _chosen(self, app_id: str, connection: str) -> list[Connection]:
        chosen = [one for one in self.connections(app_id) if connection in ("", one.id)]
        if not chosen:
            raise SandboxError(f"App {app_id} has no such connection.", code="connection_not_found")
        return chosen

    async def disconnect(self, app_id: str, reason: str, connection: str = "") -> None:
        """Announce a disconnect; a `warning` leaves the connection open, anything else closes it."""
        for one in self._chosen(app_id, connection):
            await one.say(_disconnect(reason))
            if reason != "warning":
                self._forget(one)
                await one.socket.close()

    def cut(self, app_id: str, connection: str = "") -> None:
        """Drop connections without a word, as a broken network does."""
        for one in self._chosen(app_id, connection):
            self._forget(one)
            if one.transport is not None:
                one.transport.abort()

    def silence(self, app_id: str, connection: str = "") -> None:
        """Leave connections open but dead: no pongs, and what is sent to them vanishes."""
        for one in self._chosen(app_id, connection):
            one.silent = True

    def abandon(self) -> None:
        """Drop every connection of every app."""
        for app_id in [app_id for app_id, siblings in self._connections.items() if siblings]:
            self.cut(app_id)

    async def close(self) -> None:
        """Close every connection."""
        for siblings in list(self._connections.values()):
            for one in list(siblings):
                await one.socket.close()


def _hello(app: App, count: int) -> Json:
    return {
        "type": "hello",
        "num_connections": count,
        "debug_info": {
            "host": "applink-sandbox",
            "started": "",
            "build_number": 1,
            "approximate_connection_time": LIFETIME_SECONDS,
        },
        "connection_info": {"app_id": app.id},
    }


def _disconnect(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-sandbox"}}
