"""Slack's Web API, one client for each call site and one connection pool for all of them."""

import contextlib
import ssl
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import BotError

# Longer than Slack ever takes when it is well, short enough that a stuck call does not hold a delivery slot.
_TIMEOUT_SECONDS = 10

# What the network and the SDK raise when no answer can be had.
UNREACHABLE = (aiohttp.ClientError, TimeoutError, ConnectionError, ssl.SSLError, OSError)


class SlackClients:
    """Builds clients for a workspace at the moment of use, so that a rotated token is in force at once.

    Retries are switched off: the SDK would post a second time after a dropped connection. The outbox is the retry.

    Args:
        heard: Is told what time it is in Slack, in Unix time, with every answer.
    """

    def __init__(self, *, token: str, base_url: str, heard: Callable[[float], None] | None = None) -> None:
        self._token = token
        self._base_url = base_url
        self._heard = heard
        self._session: aiohttp.ClientSession | None = None

    def client(self) -> AsyncWebClient:
        """A client with the workspace's present token on the shared connection pool."""
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS)
            self._session = aiohttp.ClientSession(timeout=timeout, trace_configs=[self._listening()])
        return AsyncWebClient(
            token=self._token,
            base_url=self._base_url,
            session=self._session,
            timeout=_TIMEOUT_SECONDS,
            retry_handlers=[],
        )

    def _listening(self) -> aiohttp.TraceConfig:
        """Listens to what time it is in Slack."""

        async def tell(_session: aiohttp.ClientSession, _context: object, end: aiohttp.TraceRequestEndParams) -> None:
            said = end.response.headers.get("Date", "")
            with contextlib.suppress(ValueError):
                if self._heard is not None:
                    self._heard(parsedate_to_datetime(said).timestamp())

        listening = aiohttp.TraceConfig()
        listening.on_request_end.append(tell)
        return listening

    async def close(self) -> None:
        """Close the connection pool."""
        if self._session is not None:
            await self._session.close()
            self._session = None


# What asked for does not exist, or not for us: nothing that time changes.
_ABSENT = frozenset(
    {
        "channel_not_found",
        "invalid_arguments",
        "is_archived",
        "message_not_found",
        "method_not_supported_for_channel_type",
        "no_such_subteam",
        "not_in_channel",
        "paid_teams_only",
        "plan_upgrade_required",
        "subteam_not_found",
        "thread_not_found",
        "user_not_found",
        "user_not_visible",
        "users_not_found",
    }
)
# Slack has understood the question and will not answer it before somebody changes something.
_REFUSED = frozenset(
    {
        "access_denied",
        "account_inactive",
        "bot_not_found",
        "cannot_dm_bot",
        "deprecated_endpoint",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "forbidden_team",
        "invalid_arg_name",
        "invalid_auth",
        "invalid_cursor",
        "invalid_limit",
        "invalid_ts_latest",
        "invalid_ts_oldest",
        "invalid_users",
        "method_deprecated",
        "missing_argument",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "permission_denied",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
        "unknown_method",
        "user_disabled",
    }
)
_DEFINITE = _ABSENT | _REFUSED


class SlackUnavailableError(BotError):
    """Slack gave no answer, or one that says to come back later."""


async def ask(method: str, call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    """The answer to a question that may be asked again.

    Only codes that are known to be answers count as a "no": Slack also says `internal_error` and the like with
    HTTP 200, which says nothing about what was asked, and nor does a code that it invents tomorrow.

    Raises:
        SlackUnavailableError: There was no answer, or Slack asked us to wait.
        SlackApiError: Slack answered "no"; its ``response["error"]`` says why.
    """
    try:
        return await call
    except SlackApiError as error:
        if error.response.status_code == 429 or error.response.status_code >= 500:
            raise SlackUnavailableError(f"Slack did not answer {method}: HTTP {error.response.status_code}.") from error
        if _code(error) not in _DEFINITE:
            raise SlackUnavailableError(f"Slack did not answer {method}: {_code(error) or 'no reason'}.") from error
        raise
    except UNREACHABLE as error:
        raise SlackUnavailableError(f"Slack did not answer {method}: {str(error) or type(error).__name__}.") from error


async def find(method: str, call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse | None:
    """What Slack says about something that may not exist; None where it says that it does not, or not for us.

    Raises:
        SlackUnavailableError: Slack has not said whether it exists: there was no answer, or it does not take our
            token or lacks a scope. Nothing may be concluded from that.
    """
    try:
        return await ask(method, call)
    except SlackApiError as error:
        if _code(error) in _ABSENT:
            return None
        raise SlackUnavailableError(f"Slack refused {method}: {_code(error)}.") from error


def _code(error: SlackApiError) -> str:
    data = error.response.data
    return str(data.get("error") or "") if isinstance(data, dict) else ""
