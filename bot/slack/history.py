"""Reading back what was written: channels, their history and their threads, page by page, at Slack's pace.

Every answer is remembered until :meth:`History.forget`. Whoever has to stop in the middle, because Slack wants to be
left alone for a while, simply starts again from the beginning and is given at once what was answered before.
"""

from collections.abc import Awaitable, Mapping
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.clock import Clock
from bot.errors import BotError
from bot.slack.client import SlackClients, SlackUnavailableError, ask
from bot.slack.envelopes import Payload, mapping, parse_ts, text_of
from bot.slack.sending import NotAccepted, refusal

# Slack gives up to 999; the fewer calls, the sooner we are through.
PAGE = 500
# Slack allows about 50 calls a minute of each of these methods; others of us need some of them.
_AT_ONCE, _PER_MINUTE = 20, 30
# Parts of a call that were waited for add up to one but for rounding.
_NEARLY_ONE = 0.999
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=5)
_MOST_FAILURES = 8
_NO_SUCH_MESSAGE = frozenset({"thread_not_found", "message_not_found"})


class PausedError(BotError):
    """Slack is not to be asked, or does not answer, before the instant ``until``."""

    def __init__(self, reason: str, until: datetime) -> None:
        super().__init__(reason)
        self.until = until


class Pace:
    """So many calls at once and so many a minute, for each method."""

    def __init__(self) -> None:
        self._left: dict[str, tuple[float, datetime]] = {}

    def take(self, method: str, now: datetime) -> None:
        """Count a call.

        Raises:
            PausedError: It is too early for one.
        """
        left, since = self._left.get(method, (float(_AT_ONCE), now))
        left = min(float(_AT_ONCE), left + (now - since).total_seconds() * _PER_MINUTE / 60)
        if left < _NEARLY_ONE:
            raise PausedError(f"{method} has its own pace.", now + timedelta(minutes=1 - left) / _PER_MINUTE)
        self._left[method] = (left - 1, now)


class History:
    """What Slack has kept, read at a pace that leaves room for others."""

    def __init__(self, slack: SlackClients, clock: Clock) -> None:
        self._slack = slack
        self._clock = clock
        self._pace = Pace()
        self._failures = 0
        self._answers: dict[tuple[object, ...], Mapping[str, Any]] = {}

    async def channels(self) -> list[Payload]:
        """The channels that the bot is in, but for archived ones.

        Raises:
            PausedError: Try again later.
            SlackApiError: Slack will not say.
        """
        call = {"types": "public_channel,private_channel", "exclude_archived": True}
        return await self._all("users.conversations", "channels", call)

    async def messages(self, channel: str, oldest: datetime) -> list[Payload]:
        """What was written in a channel after an instant, replies in threads not among it; oldest first.

        Raises:
            PausedError: Try again later.
            SlackApiError: Slack will not say.
        """
        call = {"channel": channel, "oldest": format_ts(oldest)}
        return (await self._all("conversations.history", "messages", call))[::-1]

    async def thread(self, channel: str, ts: str) -> list[Payload] | None:
        """A thread from its first message on, or a reply by itself; None when there is no such message.

        Raises:
            PausedError: Try again later.
            SlackApiError: Slack will not say.
        """
        try:
            return await self._all("conversations.replies", "messages", {"channel": channel, "ts": ts})
        except SlackApiError as error:
            if error.response.get("error") in _NO_SUCH_MESSAGE:
                return None
            raise

    def forget(self) -> None:
        """Let go of what was answered: the work is done."""
        self._answers.clear()

    async def _all(self, method: str, items: str, arguments: dict[str, Any]) -> list[Payload]:
        found: list[Payload] = []
        cursor = ""
        while True:
            page = await self._page(method, arguments | {"limit": PAGE} | ({"cursor": cursor} if cursor else {}))
            listed = page.get(items)
            found += [mapping(item) for item in listed] if isinstance(listed, list) else []
            cursor = text_of(mapping(page.get("response_metadata")).get("next_cursor"))
            if not cursor:
                return found

    async def _page(self, method: str, arguments: dict[str, Any]) -> Mapping[str, Any]:
        key = (method, *sorted(arguments.items()))
        if key not in self._answers:
            self._pace.take(method, self._clock.now())
            call = self._slack.client().api_call(method, params=arguments)
            self._answers[key] = await self._answer(method, call)
        return self._answers[key]

    async def _answer(self, method: str, call: Awaitable[AsyncSlackResponse]) -> Mapping[str, Any]:
        try:
            answer = await ask(method, call)
        except SlackUnavailableError as error:
            refused = error.__cause__
            if isinstance(refused, SlackApiError) and refused.response.status_code == 200 and self._is_stubborn():
                # The same words again and again: whatever they mean, the rest of the history does not wait for it.
                self._failures = 0
                raise refused from error
            raise PausedError(str(error), self._clock.now() + self._wait(error)) from error
        self._failures = 0
        return mapping(answer.data)

    def _is_stubborn(self) -> bool:
        return self._failures >= _MOST_FAILURES

    def _wait(self, error: SlackUnavailableError) -> timedelta:
        """As long as Slack asks for; longer and longer where it says nothing at all."""
        cause = error.__cause__
        outcome = refusal(cause) if isinstance(cause, SlackApiError) else None
        if isinstance(outcome, NotAccepted) and outcome.after is not None:
            return outcome.after
        self._failures += 1
        return min(_FIRST_WAIT * 2.0 ** min(self._failures - 1, 10), _LONGEST_WAIT)


def format_ts(instant: datetime) -> str:
    """An instant as Slack writes it: ``1768212000.000100``."""
    return f"{int(instant.timestamp())}.{instant.microsecond:06d}"


def instant_of(message: Payload, field: str = "ts") -> datetime | None:
    """The instant in a field of a message; None when it is missing or none."""
    return parse_ts(message.get(field))
