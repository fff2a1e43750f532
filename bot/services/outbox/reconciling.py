"""Looking in Slack for a message that may or may not have been sent."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.services.workspace.desk import Desk
from bot.slack.client import SlackClients, ask
from bot.slack.envelopes import Payload, mapping, text_of
from bot.slack.sending import MessageGone, refusal

# Slack's clock and ours need not agree to the second.
_MARGIN = timedelta(minutes=5)
_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class OurPost:
    """A message of ours in Slack: the signed key in its metadata, its ts, and what it says."""

    key: str
    ts: str
    contents: tuple[Any, Any]


async def was_sent(
    slack: SlackClients, *, desk: Desk, channel: str, thread_ts: str | None, since: datetime, key: str
) -> str | None:
    """The ts of our message with that key in its metadata, written at or after ``since``; None without one.

    Replies are not part of a channel's history, so a message meant for a thread is looked for there as well.

    Raises:
        SlackUnavailableError: Slack did not answer.
        SlackApiError: Slack will not say.
    """
    for thread in dict.fromkeys((thread_ts, None)):
        async for post in our_posts(slack, desk=desk, channel=channel, thread_ts=thread, since=since):
            if post.key == key:
                return post.ts
    return None


async def our_posts(
    slack: SlackClients, *, desk: Desk, channel: str, thread_ts: str | None, since: datetime
) -> AsyncIterator[OurPost]:
    """Our messages in a channel, or in a thread of it, that carry a key.

    Raises:
        SlackUnavailableError: Slack did not answer.
        SlackApiError: Slack will not say.
    """
    client = slack.client()
    wanted: dict[str, Any] = {
        "channel": channel,
        "oldest": f"{(since - _MARGIN).timestamp():.6f}",
        "limit": _PAGE,
        "include_all_metadata": True,
    }
    if thread_ts is None:
        history = lambda cursor: client.conversations_history(cursor=cursor, **wanted)  # noqa: E731
        pages = _pages("conversations.history", history)
    else:
        replies = lambda cursor: client.conversations_replies(ts=thread_ts, cursor=cursor, **wanted)  # noqa: E731
        pages = _pages("conversations.replies", replies)
    async for message in _if_there(pages, thread_ts):
        key = text_of(mapping(mapping(message.get("metadata")).get("event_payload")).get("key"))
        if key and _is_ours(message, desk):
            contents = (message.get("text"), message.get("blocks"))
            yield OurPost(key=key, ts=text_of(message.get("ts")), contents=contents)


async def _if_there(pages: AsyncIterator[Payload], thread_ts: str | None) -> AsyncIterator[Payload]:
    """Nothing of ours is in a thread that is gone; it may still be in the channel."""
    try:
        async for message in pages:
            yield message
    except SlackApiError as error:
        if thread_ts is None or not isinstance(refusal(error), MessageGone):
            raise


async def _pages(method: str, call: Callable[[str | None], Awaitable[AsyncSlackResponse]]) -> AsyncIterator[Payload]:
    cursor: str | None = None
    while True:
        page = await ask(method, call(cursor))
        for message in page.get("messages") or ():
            yield mapping(message)
        cursor = text_of(mapping(page.get("response_metadata")).get("next_cursor")) or None
        if cursor is None:
            return


def _is_ours(message: Payload, desk: Desk) -> bool:
    """A customer can copy a key out of a message's metadata, but cannot post as our bot."""
    ours = desk.installation
    return message.get("bot_id") == ours.bot_id or message.get("user") == ours.bot_user
