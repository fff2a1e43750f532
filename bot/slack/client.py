"""Slack's Web API, one client for each call site and one connection pool for all of them."""

import ssl
from collections.abc import Awaitable

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
    """

    def __init__(self, *, token: str, base_url: str) -> None:
        self._token = token
        self._base_url = base_url
        self._session: aiohttp.ClientSession | None = None

    def client(self) -> AsyncWebClient:
        """A client with the workspace's present token on the shared connection pool."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS))
        return AsyncWebClient(
            token=self._token,
            base_url=self._base_url,
            session=self._session,
            timeout=_TIMEOUT_SECONDS,
            retry_handlers=[],
        )

    async def close(self) -> None:
        """Close the connection pool."""
        if self._session is not None:
            await self._session.close()
            self._session = None


class SlackUnavailableError(BotError):
    """Slack gave no answer, or one that says to come back later."""


async def ask(method: str, call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    """The answer to a question that may be asked again.

    Raises:
        SlackUnavailableError: There was no answer, or Slack asked us to wait.
        SlackApiError: Slack answered "no"; its ``response["error"]`` says why.
    """
    try:
        return await call
    except SlackApiError as error:
        if error.response.status_code == 429 or error.response.status_code >= 500:
            raise SlackUnavailableError(f"Slack did not answer {method}: HTTP {error.response.status_code}.") from error
        raise
    except UNREACHABLE as error:
        raise SlackUnavailableError(f"Slack did not answer {method}: {str(error) or type(error).__name__}.") from error
