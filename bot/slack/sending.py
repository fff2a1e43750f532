"""One attempt to write to Slack, and which class of outcome it had.

The class decides what the outbox does next. The dividing line is whether Slack can have accepted the message: after
the first byte of a request has left, silence is not a "no".
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_slack_response import AsyncSlackResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Slack has it."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAccepted:
    """Slack certainly does not have it; try again, not before ``after`` where Slack said so."""

    reason: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguous:
    """Slack may have it: look before trying again; ``refused`` where it said "no" for a reason that we do not know."""

    reason: str
    refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceDead:
    """The token no longer works: nothing can be sent to this workspace."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationDead:
    """This destination cannot be written to; others can."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """Slack refuses this content: once more as plain text."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageGone:
    """The message to be edited cannot be edited any more, for good."""

    reason: str


Outcome = Accepted | NotAccepted | Ambiguous | WorkspaceDead | DestinationDead | Unfit | MessageGone

_NOT_ACCEPTED = frozenset({"ratelimited", "rate_limited"})
_WORKSPACE_DEAD = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})
_DESTINATION_DEAD = frozenset(
    {
        "channel_not_found",
        "is_archived",
        "not_in_channel",
        "missing_scope",
        "user_not_found",
        "user_disabled",
        "cannot_dm_bot",
        "no_permission",
    }
)
_UNFIT = frozenset(
    {
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_too_long",
        "metadata_too_large",
        "no_text",
        "invalid_arguments",
    }
)
_IN_TROUBLE = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
_MESSAGE_GONE = frozenset({"message_not_found", "edit_window_closed", "cant_update_message", "thread_not_found"})


async def attempt(call: Awaitable[AsyncSlackResponse]) -> Outcome:
    """Make one call that writes and classify how it ended. Never raises for what Slack or the network do."""
    try:
        answer = await call
    except SlackApiError as error:
        return refusal(error)
    except aiohttp.ClientConnectorError as error:
        # Refused, no such host, or TLS failed: not a byte of the request was sent.
        return NotAccepted(reason=f"no connection ({type(error).__name__})")
    except (aiohttp.ClientError, SlackRequestError, TimeoutError, OSError, ValueError) as error:
        return Ambiguous(reason=type(error).__name__)
    return Accepted(channel=str(answer.get("channel") or ""), ts=str(answer.get("ts") or ""))


def refusal(error: SlackApiError) -> Outcome:
    """The class of Slack's "no"."""
    response = error.response
    code = str(response.get("error") or "") if isinstance(response.data, dict) else ""
    if response.status_code == 429 or code in _NOT_ACCEPTED:
        return NotAccepted(reason="ratelimited", after=_retry_after(response.headers))
    if code in _WORKSPACE_DEAD:
        return WorkspaceDead(reason=code)
    if code in _DESTINATION_DEAD or code.startswith("restricted_action"):
        return DestinationDead(reason=code)
    if code in _UNFIT:
        return Unfit(reason=code)
    if code in _MESSAGE_GONE:
        return MessageGone(reason=code)
    # Slack in trouble with itself, and whatever it invents next.
    is_refused = bool(code) and code not in _IN_TROUBLE and response.status_code < 500
    return Ambiguous(reason=code or f"HTTP {response.status_code}", refused=is_refused)


def _retry_after(headers: dict[str, str]) -> timedelta:
    """Slack's Retry-After in whole seconds; half a minute where it is missing or nonsense."""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return (
        timedelta(seconds=int(value))
        if value.isascii() and value.isdigit() and len(value) < 6
        else timedelta(seconds=30)
    )


def describe(outcome: Outcome) -> str:
    """The outcome in a few words, for a log or a list of what failed."""
    match outcome:
        case Accepted():
            return "accepted"
        case NotAccepted() | Ambiguous() | WorkspaceDead() | DestinationDead() | Unfit() | MessageGone():
            return outcome.reason
        case _:
            assert_never(outcome)
