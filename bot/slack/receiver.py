"""The front door: verify the signature, store the request, and only then tell Slack that it arrived.

Bolt acknowledges an event before its listener runs, so whatever a listener loses is lost for good. Here the request
is answered by the middleware that committed it, which Bolt runs after it has verified the signature; no listener is
ever called, and everything else works from the inbox. When storing fails the request is not acknowledged, and Slack
sends it again.
"""

import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request import payload_utils
from slack_bolt.response import BoltResponse
from slack_sdk.signature import Clock, SignatureVerifier

from bot.slack.envelopes import Envelope, read_envelope

Keep = Callable[[Envelope], Awaitable[None]]
# What Slack is told besides that a request has arrived; None for nothing.
Reply = Callable[[dict[str, Any]], dict[str, Any] | None]

# What Bolt raises about a payload of a shape that it does not expect.
UNEXPECTED_SHAPE = (AttributeError, KeyError, TypeError, ValueError, IndexError)
_PARTS: tuple[Callable[[dict[str, Any]], object], ...] = (
    payload_utils.to_options,
    payload_utils.to_shortcut,
    payload_utils.to_action,
    payload_utils.to_view,
    payload_utils.to_command,
    payload_utils.to_event,
    payload_utils.to_message,
    payload_utils.to_step,
)


def _no_reply(_body: dict[str, Any]) -> dict[str, Any] | None:
    return None


def build_receiver(
    *,
    keep: Keep,
    signing_secret: str | None,
    unix_time: Callable[[], float] | None = None,
    refused: Reply = _no_reply,
    acknowledged: Reply = _no_reply,
) -> AsyncApp:
    """A Bolt app for Socket Mode and signed HTTP alike.

    Args:
        keep: Commits one envelope; raises where that is not possible.
        refused: What is wrong with a form that somebody has filled in; such a one is not kept, for they still have it.
        acknowledged: What a form that is kept shows from now on.
        signing_secret: Verifies HTTP requests; None for Socket Mode, whose connection is authenticated by itself.
        unix_time: By which the age of a signature is told; None for the machine's clock.
    """
    is_signed = _signature_check(signing_secret, unix_time)

    async def store_then_answer(
        req: AsyncBoltRequest,
        body: dict[str, Any],
        next: Callable[[], Awaitable[None]],  # noqa: A002
    ) -> BoltResponse | None:
        if not is_signed(req):
            return BoltResponse(status=401, body=json.dumps({"error": "invalid request"}))
        if body.get("type") == "url_verification":
            await next()
            return None
        problems = refused(body)
        if problems is not None:
            return BoltResponse(status=200, body=problems)
        await keep(read_envelope(body))
        return BoltResponse(status=200, body=acknowledged(body) or "")

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=None)

    quiet = logging.getLogger("threadline.bolt")
    quiet.setLevel(logging.ERROR)
    return AsyncApp(
        logger=quiet,
        authorize=authorize,
        before_authorize=store_then_answer,
        signing_secret=signing_secret or "socket-mode",
        request_verification_enabled=False,  # Bolt's own asks the machine's clock, whoever has set it
    )


def _signature_check(
    signing_secret: str | None, unix_time: Callable[[], float] | None
) -> Callable[[AsyncBoltRequest], bool]:
    """Whether a request is signed by Slack, and not long ago; without a secret there is nothing to check."""
    if signing_secret is None:
        return lambda _request: True
    verifier = SignatureVerifier(signing_secret, clock=_SignatureTime(unix_time) if unix_time else Clock())

    def is_signed(request: AsyncBoltRequest) -> bool:
        headers = {name: values[0] for name, values in request.headers.items() if values}
        return verifier.is_valid_request(request.raw_body, headers)

    return is_signed


class _SignatureTime(Clock):
    """The SDK's clock, which tells somebody else's time."""

    def __init__(self, unix_time: Callable[[], float]) -> None:
        self._unix_time = unix_time

    def now(self) -> float:
        """Unix time."""
        return self._unix_time()


async def dispatch_http(receiver: AsyncApp, *, raw: bytes, headers: dict[str, str], query: str) -> BoltResponse:
    """Answer one HTTP request from Slack.

    A header or body so malformed that the SDK's verifier would raise is an unsigned request: 401, not 500, for
    Slack counts server errors against us.
    """
    stamp = headers.get("x-slack-request-timestamp", "")
    well_formed = stamp.isascii() and stamp.isdigit() and len(stamp) <= 12 and "x-slack-signature" in headers
    try:
        body = raw.decode("utf-8")
    except UnicodeDecodeError:
        well_formed = False
    if not well_formed:
        return BoltResponse(status=401, body=json.dumps({"error": "invalid request"}))
    return await receiver.async_dispatch(_request(body, query, headers))


def _request(body: str, query: str, headers: dict[str, str]) -> AsyncBoltRequest:
    """Bolt's request. A body whose shape Bolt cannot take apart is wrapped, so that it is verified and kept as well."""
    listed: dict[str, str | Sequence[str]] = dict(headers)
    request = AsyncBoltRequest(body="", query=query, headers=listed)
    request.raw_body = body
    try:
        return taken_apart(AsyncBoltRequest(body=body, query=query, headers=listed))
    except UNEXPECTED_SHAPE:
        request.body = {"type": "malformed", "raw": body}
        return request


def taken_apart(request: AsyncBoltRequest) -> AsyncBoltRequest:
    """The request, once Bolt has shown that it can find its parts: it looks for them before our own code runs.

    Raises:
        One of UNEXPECTED_SHAPE: It cannot.
    """
    for part in _PARTS:
        part(request.body)
    return request
