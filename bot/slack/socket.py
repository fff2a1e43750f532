"""Socket Mode: envelopes over a connection that we opened, acknowledged once they are stored."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import SystemClock
from bot.slack.client import ask
from bot.slack.receiver import UNEXPECTED_SHAPE, taken_apart

# As many as the client waits for before it connects anew.
_PINGS_UNANSWERED = 4
_ADDRESS_LASTS = timedelta(seconds=20)

log = structlog.get_logger()


class _Client(SocketModeClient):
    """The SDK's client, but for one thing: it tries a connection that failed again at the same address, for ever.

    Slack lets an address be used once and for about half a minute, so an old one is forgotten and another asked for.
    """

    _address: str | None = None
    _given_at: datetime | None = None

    @property  # type: ignore[override]
    def wss_uri(self) -> str | None:
        """Where to connect; None when Slack has to be asked."""
        fresh = self._given_at is not None and SystemClock().now() - self._given_at < _ADDRESS_LASTS
        return self._address if fresh else None

    @wss_uri.setter
    def wss_uri(self, address: str | None) -> None:
        self._address, self._given_at = address, SystemClock().now()


class SocketMode:
    """Keeps a connection to Slack and hands every envelope to the receiver.

    An envelope that could not be stored is not acknowledged, and Slack delivers it again. Whenever a connection
    stands, ``on_connect`` is called: what happened before may not have arrived.
    """

    def __init__(
        self,
        receiver: AsyncApp,
        *,
        app_token: str,
        base_url: str,
        on_connect: Callable[[], None] = lambda: None,
        ping_seconds: float = 5.0,
    ) -> None:
        self._receiver = receiver
        self._ping_seconds = ping_seconds
        self._unheard_since = SystemClock().now()
        self._on_connect = on_connect
        self._app_token = app_token
        self._web = AsyncWebClient(token=app_token, base_url=base_url, retry_handlers=[])
        self._client = _Client(
            app_token=app_token, web_client=self._web, auto_reconnect_enabled=True, ping_interval=ping_seconds
        )
        self._client.message_listeners.append(self._notice)
        self._client.socket_mode_request_listeners.append(self._take)

    async def start(self) -> None:
        """Connect; from then on the connection is renewed by itself.

        Raises:
            SlackUnavailableError: Slack does not answer.
            SlackApiError: Slack does not take the token.
        """
        self._client.wss_uri = await self._address()
        await self._client.connect()  # type: ignore[no-untyped-call]

    async def _address(self) -> str:
        answer = await ask("apps.connections.open", self._web.apps_connections_open(app_token=self._app_token))
        return str(answer["url"])

    async def stop(self) -> None:
        """Take nothing more and disconnect."""
        self._client.socket_mode_request_listeners.clear()
        await self._client.close()  # type: ignore[no-untyped-call]

    async def is_healthy(self) -> bool:
        """Whether a connection stands and Slack answers on it: one that looks open may be dead."""
        return self.silence <= _PINGS_UNANSWERED * self._ping_seconds and await self._client.is_connected()

    @property
    def silence(self) -> float:
        """Seconds since the last ping that Slack answered was sent; before the first answer, since there was any."""
        answered = self._client.last_ping_pong_time
        if answered is not None:
            # The client forgets it when it takes a connection for dead; the silence goes on.
            self._unheard_since = max(self._unheard_since, datetime.fromtimestamp(answered, UTC))
        return max(0.0, (SystemClock().now() - self._unheard_since).total_seconds())

    async def _notice(self, _client: AsyncBaseSocketModeClient, message: dict[str, Any], _raw: str | None) -> None:
        """Slack's first word on a connection has no envelope, so that no request is made of it."""
        if message.get("type") == "hello":
            self._on_connect()

    async def _take(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        bolt = AsyncBoltRequest(mode="socket_mode", body=_body(request))
        answer = await self._receiver.async_dispatch(bolt)
        if answer.status != 200:
            log.error("socket.not_stored", envelope=request.envelope_id)
            return
        said = json.loads(answer.body) if answer.body else None
        try:
            await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id, payload=said))
        except ConnectionError:
            # It is stored; over the next connection Slack delivers it again, and is answered then.
            log.warning("socket.not_acknowledged", envelope=request.envelope_id)


def _body(request: SocketModeRequest) -> dict[str, Any]:
    """The payload; one whose shape Bolt cannot take apart is wrapped, so that it is kept as well."""
    payload: Any = request.payload
    try:
        taken_apart(AsyncBoltRequest(mode="socket_mode", body=payload))
    except UNEXPECTED_SHAPE:
        return {"type": "malformed", "raw": payload}
    return payload if isinstance(payload, dict) else {"type": "malformed", "raw": payload}
