"""Answers that only the person who asked sees, over Slack's ``response_url``."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.slack.blocks import Block
from bot.slack.client import UNREACHABLE
from bot.slack.sending import Accepted, attempt, describe

log = structlog.get_logger()


async def whisper(
    client: AsyncWebClient, *, channel: str, user: str, thread_ts: str, text: str, blocks: Sequence[Block] = ()
) -> None:
    """Tell somebody in a thread what nobody else sees; it may be missed, and is kept nowhere."""
    shown: dict[str, Any] = {"blocks": list(blocks)} if blocks else {}
    call = client.chat_postEphemeral(channel=channel, user=user, thread_ts=thread_ts, text=text, **shown)
    outcome = await attempt(call)
    if not isinstance(outcome, Accepted):
        log.warning("whisper.failed", reason=describe(outcome))


async def respond(url: str, text: str, blocks: Sequence[Block] = ()) -> None:
    """Tell the person, if they can still be told; what they asked for is done either way.

    The address comes from Slack in a verified request. It works five times and for half an hour.
    """
    if urlsplit(url).scheme not in {"https", "http"}:
        return
    try:
        answer = await AsyncWebhookClient(url, timeout=5, retry_handlers=[]).send(
            text=text, blocks=list(blocks) or None, response_type="ephemeral", replace_original=False
        )
    except UNREACHABLE as error:
        log.warning("response.failed", reason=type(error).__name__)
        return
    if answer.status_code != 200:
        log.warning("response.refused", status=answer.status_code)
