"""Signed HTTP requests to an app's request URL."""

import asyncio
import hashlib
import hmac
import json
import ssl
from collections.abc import Callable
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.deliveries import Answer, Delivery
from bot.sandbox.errors import SandboxError
from bot.sandbox.model import App, Json

ANSWER_BYTES = 1_000_000


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the `v0` signature of a request body."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class HttpEvents:
    """Posts events, interactions and commands to apps; signs with real time, whatever the clock says."""

    def __init__(self, wall: Callable[[], float]) -> None:
        self.wall = wall
        self.answer_seconds = 3.0
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, delivery: Delivery, retry_num: int, retry_reason: str) -> Answer:
        """Make one attempt; anything but a 2xx answer within the limit is a failure."""
        if not delivery.app.request_url:
            return Answer(ok=False, reason="no_request_url", wants_retry=False)
        headers = {}
        if retry_num:
            headers = {"x-slack-retry-num": str(retry_num), "x-slack-retry-reason": retry_reason}
        body, content_type = encode(delivery.kind, delivery.payload)
        return await self._post(delivery.app, body, content_type, headers)

    async def verify(self, app: App) -> None:
        """Make the `url_verification` handshake.

        Raises:
            SandboxError: the URL did not answer with the challenge.
        """
        challenge = hashlib.sha256(f"{app.id}{self.wall()}".encode()).hexdigest()
        payload = {"token": app.verification_token, "challenge": challenge, "type": "url_verification"}
        answer = await self._post(app, json.dumps(payload).encode(), "application/json", {})
        said = answer.body or {}
        if not answer.ok or challenge not in (said.get("challenge"), said.get("_text", "").strip()):
            problem = answer.reason or f"{answer.status} without the challenge"
            raise SandboxError(
                f"Your URL didn't respond with the value of the challenge parameter ({problem}).",
                code="url_verification_failed",
            )

    async def _post(self, app: App, body: bytes, content_type: str, headers: dict[str, str]) -> Answer:
        timestamp = str(int(self.wall()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(app.signing_secret, timestamp, body),
            **headers,
        }
        try:
            async with asyncio.timeout(self.answer_seconds):
                return await self._exchange(app.request_url, body, headers)
        except TimeoutError:
            return Answer(ok=False, reason="http_timeout")
        except aiohttp.TooManyRedirects:
            return Answer(ok=False, reason="too_many_redirects")
        except (ssl.SSLError, aiohttp.ClientSSLError):
            return Answer(ok=False, reason="ssl_error")
        except (aiohttp.ClientConnectionError, OSError):
            return Answer(ok=False, reason="connection_failed")
        except (aiohttp.ClientError, ValueError):
            return Answer(ok=False, reason="unknown_error")

    async def _exchange(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=50, keepalive_timeout=30)
            self._session = aiohttp.ClientSession(connector=connector)
        async with self._session.post(url, data=body, headers=headers, max_redirects=2) as response:
            text = (await response.content.read(ANSWER_BYTES)).decode("utf-8", "replace")
            ok = 200 <= response.status < 300
            return Answer(
                ok=ok,
                status=response.status,
                reason="" if ok else "http_error",
                body=read_answer(text),
                wants_retry=response.headers.get("x-slack-no-retry") != "1",
            )


def encode(kind: str, payload: Json) -> tuple[bytes, str]:
    """Return a payload's body and content type: JSON for events, forms for the rest."""
    if kind == "events_api":
        return json.dumps(payload, separators=(",", ":")).encode(), "application/json"
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload, separators=(",", ":"))}
    return urlencode(form, errors="replace").encode(), "application/x-www-form-urlencoded"


def read_answer(text: str) -> Json | None:
    """Return an answer's JSON object; any other text comes under `_text`, nothing is None."""
    if not text:
        return None
    try:
        said = json.loads(text)
    except ValueError:
        return {"_text": text}
    return said if isinstance(said, dict) else {"_text": text}
