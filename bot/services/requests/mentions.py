"""Commands for a thread: slash commands do not work there, so the team writes ``@threadline claim``.

Such a message is a word to the bot and no reply to the customer. Only what begins with our name and a verb is one, and
only from somebody who may; everything else is a message like any other.
"""

import re
from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot.services.backfill.findings import BACKFILL
from bot.services.inbox.handling import Handled, Request, Result, nothing
from bot.services.requests.actions import Answer, Asked
from bot.services.requests.authorise import is_of_the_team
from bot.services.requests.commands.call import people_in
from bot.services.requests.commands.verbs import NAMES, Typed, run
from bot.services.requests.naming import did_you_mean, of_message
from bot.slack.blocks import Block
from bot.slack.envelopes import mapping
from bot.slack.messages import Message, read_message
from bot.slack.respond import whisper

# What a sweep finds later than this is history; nobody waits for it any more.
_STILL_WANTED = timedelta(hours=1)
_MENTION = re.compile(r"\s*<@(?P<user>[A-Z0-9]+)(?:\|[^>]*)?>[\s,:]*(?P<rest>.*)", re.DOTALL)


async def read_mention(request: Request) -> Handled | None:
    """What to do about a message that is a command; None for every other message.

    Raises:
        SlackUnavailableError: Slack could not be asked who wrote it.
    """
    message = read_message(mapping(request.body.get("event")))
    if not isinstance(message, Message) or message.thread_ts is None or message.bot_id:
        return None
    words = command_in(message.text, request.desk.installation.bot_user)
    if words is None:
        return None
    asked = await request.asked_by(message.user, message.team, message.at)
    if not is_of_the_team(asked.standing):
        return None
    if request.body.get(BACKFILL) is True and request.item.received_at - message.at > _STILL_WANTED:
        return nothing("ignored: a command that was found too late")
    mentioned = {user: await request.standing(user) for user in people_in(words)}
    typed = Typed(command="/sla", text=words, channel="", mentioned=mentioned, name_of=request.names.of)
    apply = partial(_apply, request, message, typed, asked)
    return request.tell(apply, partial(_whisper, request, message))


def command_in(text: str, bot_user: str) -> str | None:
    """The words of a command; None where the text does not begin with our name and a verb, or what is near one."""
    mention = _MENTION.fullmatch(text)
    if mention is None or mention["user"] != bot_user:
        return None
    words = mention["rest"].split()
    verb = words[0].lower() if words else "help"
    meant = verb in NAMES or (len(words) <= 3 and bool(did_you_mean(verb, list(NAMES))))
    return " ".join(words) if meant else None


def _apply(request: Request, message: Message, typed: Typed, asked: Asked, conn: Connection, now: datetime) -> Result:
    here = of_message(conn, request.desk, message.channel, message.ts, message.root_ts)
    if here is None:
        return Answer(text="This thread belongs to no ticket.")
    return run(conn, request.desk, typed, asked, now, here=here)


def _whisper(request: Request, message: Message, text: str, blocks: Sequence[Block]) -> Coroutine[Any, Any, None]:
    return whisper(
        request.slack.client(),
        channel=message.channel,
        user=message.user,
        thread_ts=message.root_ts,
        text=text,
        blocks=blocks,
    )
