"""Whom Slack would have notified of a message: the record behind "nobody is pinged"."""

import re
from collections.abc import Iterator

from bot.sandbox.model import Channel, Json, Message
from bot.sandbox.world import World

_USER = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
_GROUP = re.compile(r"<!subteam\^(S[A-Z0-9]+)(?:\|[^<>]*)?>")
_BROADCAST = re.compile(r"<!(channel|here|everyone)(?:\|[^<>]*)?>")


def record(world: World, message: Message, at: float) -> None:
    """Note who is notified of a new message: mentions of members, broadcasts, direct messages."""
    channel = world.channels[message.channel]
    seen: set[str] = {message.user}
    for reason, via, user in _reached(world, channel, message):
        if user in seen or user not in channel.members:
            continue
        seen.add(user)
        world.notifications.append(
            {"user": user, "channel": channel.id, "ts": message.ts, "reason": reason, "via": via, "at": at}
        )


def _reached(world: World, channel: Channel, message: Message) -> Iterator[tuple[str, str, str]]:
    if channel.is_direct:
        yield from (("direct_message", "text", member) for member in channel.members)
    authored = bool(message.blocks and message.app_id)
    if not authored:
        yield from _tokens(world, channel, message.text, "text")
    for block in message.blocks:
        for text in live_texts(block):
            yield from _tokens(world, channel, text, "blocks")
    if authored:
        yield from _tokens(world, channel, message.text, "fallback_text")


def _tokens(world: World, channel: Channel, text: str, via: str) -> Iterator[tuple[str, str, str]]:
    for user in _USER.findall(text):
        yield "mention", via, user
    for group in _GROUP.findall(text):
        if group in world.groups:
            yield from (("user_group", via, user) for user in world.groups[group].users)
    for word in _BROADCAST.findall(text):
        yield from ((word, via, user) for user in channel.members)


def live_texts(block: Json) -> Iterator[str]:
    """Yield the strings of a block in which tokens are live; plain text and rich text's text are not."""
    kind = block.get("type")
    if kind == "mrkdwn" or (kind == "markdown" and isinstance(block.get("text"), str)):
        yield str(block.get("text", ""))
        return
    match kind:
        case "user":
            yield f"<@{block.get('user_id', '')}>"
        case "usergroup":
            yield f"<!subteam^{block.get('usergroup_id', '')}>"
        case "broadcast":
            yield f"<!{block.get('range', '')}>"
    for value in block.values():
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, dict):
                yield from live_texts(child)
