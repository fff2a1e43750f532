"""Slack's side of P5: signed events over a few connections that stay open, each sent once the last was acknowledged."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from typing import Any

_MESSAGES = count(1)


def messages(number: int, *, began: float) -> list[dict[str, Any]]:
    """Return conversations of five as Slack tells them: a question, then four messages in its thread."""
    told = []
    while len(told) < number:
        question = _ts(began)
        customer, channel = f"U0CUST{next(_MESSAGES) % 10}", f"C0DESK{next(_MESSAGES) % 8}"
        told.append(_event(channel, customer, question))
        told += [
            _event(channel, user, _ts(began), thread_ts=question) for user in ("U0ADA", customer, "U0ADA", customer)
        ]
    return told[:number]


def _ts(began: float) -> str:
    return f"{began + next(_MESSAGES) / 1_000:.6f}"


def _event(channel: str, user: str, ts: str, **more: str) -> dict[str, Any]:
    message = {"type": "message", "channel": channel, "user": user, "ts": ts, "event_ts": ts, "channel_type": "channel"}
    text = "The export of last month's invoices stops halfway, and the customer is waiting for it. " * 2
    return {
        "type": "event_callback",
        "token": "none",
        "team_id": "T0HOME",
        "api_app_id": "A0SLA",
        "event_id": f"Ev{ts.replace('.', '')}",
        "event_time": int(float(ts)),
        "authorizations": [{"team_id": "T0HOME", "user_id": "U0BOT", "is_bot": True}],
        "event": message | {"team": "T0HOME", "text": text} | more,
    }


def signed(body: dict[str, Any], secret: str) -> bytes:
    """Return an event as the bytes of an HTTP request, signed now."""
    content, stamp = json.dumps(body), str(int(time.time()))
    signature = hmac.new(secret.encode(), f"v0:{stamp}:{content}".encode(), hashlib.sha256).hexdigest()
    return (
        "POST /slack/events HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        "user-agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\naccept: */*\r\n"
        f"x-slack-signature: v0={signature}\r\nx-slack-request-timestamp: {stamp}\r\n"
        f"content-length: {len(content.encode())}\r\n\r\n{content}"
    ).encode()


class _Connection(asyncio.Protocol):
    """Sends the next request when the last one was answered."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self._requests = requests
        self._answer = b""
        self._sent_at = 0.0
        self.ended = asyncio.get_running_loop().create_future()
        self.seconds: list[float] = []

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if not found or len(body) < int(head.lower().partition(b"content-length: ")[2].split(b"\r\n", 1)[0] or 0):
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self.ended.set_exception(RuntimeError(f"It answered {self._answer!r}."))
            self._transport.abort()
            return
        self._answer = b""
        self.seconds.append(time.perf_counter() - self._sent_at)
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(error or ConnectionError("It hung up."))

    def _next(self) -> None:
        request = next(self._requests, None)
        self._sent_at = time.perf_counter()
        if request is None:
            self.ended.set_result(None)
        else:
            self._transport.write(request)


async def send(port: int, requests: list[bytes], *, in_flight: int) -> tuple[float, list[float]]:
    """Return the seconds until all were acknowledged, and those that each took."""
    waiting, loop = iter(requests), asyncio.get_running_loop()
    with ExitStack() as stack:
        begin = time.perf_counter()
        made = [await loop.create_connection(lambda: _Connection(waiting), "127.0.0.1", port) for _ in range(in_flight)]
        for transport, _ in made:
            stack.callback(transport.close)
        await asyncio.gather(*(connection.ended for _, connection in made))
        took = time.perf_counter() - begin
    return took, [seconds for _, connection in made for seconds in connection.seconds]
