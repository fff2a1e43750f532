"""reactions.*."""

import re

from bot.sandbox import messages
from bot.sandbox.errors import SlackError
from bot.sandbox.model import Channel, Json, Message
from bot.sandbox.rate_limits import TIER_2, TIER_3
from bot.sandbox.web_api.call import Call, invalid_arguments
from bot.sandbox.web_api.registry import method

_NAME = re.compile(r"[a-z0-9_'+-]+(?:::skin-tone-[2-6])?")
MOST_BY_ONE = 23


def _target(call: Call) -> tuple[Channel, Message]:
    if not call.text("channel") or not call.text("timestamp"):
        raise SlackError("no_item_specified")
    channel = call.find_channel()
    call.micros("timestamp", "bad_timestamp")
    return channel, call.find_message(channel, "timestamp")


def _writable(call: Call) -> tuple[Message, str]:
    name = call.text("name").strip(":")
    if not name:
        raise invalid_arguments("missing required field: name")
    if not _NAME.fullmatch(name):
        raise SlackError("invalid_name")
    channel, message = _target(call)
    if channel.is_archived:
        raise SlackError("is_archived")
    if not call.is_member(channel):
        raise SlackError("not_in_channel")
    if message.subtype == "tombstone":
        raise SlackError("message_not_found")
    return message, name


@method("reactions.add", "reactions:write", limit=TIER_3)
def add(call: Call) -> Json:
    """React as the bot."""
    message, name = _writable(call)
    own = sum(call.install.bot_user in reaction.users for reaction in message.reactions)
    if own >= MOST_BY_ONE:
        raise SlackError("too_many_reactions")
    if not messages.react(call.slack, message, call.install.bot_user, name):
        raise SlackError("already_reacted")
    return {}


@method("reactions.remove", "reactions:write", limit=TIER_2)
def remove(call: Call) -> Json:
    """Take the bot's reaction back."""
    message, name = _writable(call)
    if not messages.unreact(call.slack, message, call.install.bot_user, name):
        raise SlackError("no_reaction")
    return {}


@method("reactions.get", "reactions:read", limit=TIER_3)
def get(call: Call) -> Json:
    """Return a message with its reactions."""
    channel, message = _target(call)
    return {
        "type": "message",
        "channel": channel.id,
        "message": messages.shown(call.slack, message, team=call.team),
    }
