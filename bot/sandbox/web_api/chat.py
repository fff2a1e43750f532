"""chat.*: what the bot says."""

from bot.sandbox import messages
from bot.sandbox.conversations import open_direct
from bot.sandbox.errors import SlackError
from bot.sandbox.kit.content import Content, read_content
from bot.sandbox.model import Channel, Json, Message
from bot.sandbox.rate_limits import POSTING, SPECIAL, TIER_3, TIER_4
from bot.sandbox.web_api.call import Call, invalid_arguments
from bot.sandbox.web_api.registry import method

UPDATE_TEXT_CHARS = 4_000


@method("chat.postMessage", "chat:write", limit=POSTING, per_channel=True)
def post_message(call: Call) -> Json:
    """Post to a channel, a thread or a person."""
    channel = _target(call)
    content = read_content(call)
    message = Message(
        ts=call.slack.ts(),
        channel=channel.id,
        user=call.install.bot_user,
        team=call.team,
        bot_id=call.install.bot_id,
        app_id=call.app.id,
        text=content.text,
        blocks=content.blocks,
        attachments=content.attachments,
        metadata=content.metadata,
    )
    _thread(call, channel, message)
    _persona(call, message)
    messages.post(call.slack, message)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "message": messages.shown(call.slack, message, team=call.team),
    }


def _target(call: Call) -> Channel:
    world = call.slack.world
    text = call.text("channel")
    if text in world.users and text != call.install.bot_user:
        return open_person(call, [text])
    channel = call.find_channel()
    if channel.is_archived:
        raise SlackError("is_archived")
    if not call.is_member(channel) and not (call.has("chat:write.public") and not channel.is_private):
        raise SlackError("not_in_channel")
    return channel


def open_person(call: Call, users: list[str]) -> Channel:
    """Return the direct conversation of the bot with these people; strangers cannot be reached."""
    for user in users:
        person = call.find_user(user)
        if person.deleted:
            raise SlackError("user_disabled")
        if person.is_bot:
            raise SlackError("cannot_dm_bot")
        if not call.slack.world.shares_channel(call.bot, person):
            raise SlackError("user_not_visible")
    return open_direct(call.slack, [call.install.bot_user, *users])[0]


def _thread(call: Call, channel: Channel, message: Message) -> None:
    thread_ts = call.text("thread_ts")
    if not thread_ts:
        return
    call.micros("thread_ts", "invalid_thread_ts")
    parent = channel.messages.get(thread_ts)
    if parent is None:
        raise SlackError("thread_not_found")
    message.thread_ts = parent.thread_ts or parent.ts
    if call.flag("reply_broadcast"):
        message.broadcast = True
        message.subtype = "thread_broadcast"


def _persona(call: Call, message: Message) -> None:
    custom = {name: call.text(name) for name in ("username", "icon_emoji", "icon_url") if call.text(name)}
    if not custom:
        return
    call.need("chat:write.customize")
    message.username = custom.pop("username", "")
    message.icons = {name.removeprefix("icon_"): value for name, value in custom.items()}
    if not message.subtype:
        message.subtype = "bot_message"
        message.user = ""


@method("chat.update", "chat:write", limit=TIER_3)
def update(call: Call) -> Json:
    """Change one of the bot's own messages."""
    channel = call.find_channel()
    message = call.find_message(channel)
    if message.app_id != call.app.id or message.team != call.team:
        raise SlackError("cant_update_message")
    if channel.is_archived:
        raise SlackError("is_inactive")
    content = read_content(call, existing=message)
    if len(content.text) > UPDATE_TEXT_CHARS:
        raise SlackError("msg_too_long")
    _apply(call, message, content)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": messages.shown(call.slack, message, team=call.team),
    }


def _apply(call: Call, message: Message, content: Content) -> None:
    messages.edit(
        call.slack,
        message,
        by=call.install.bot_user,
        text=content.text,
        blocks=content.blocks,
        attachments=content.attachments,
        metadata=content.metadata,
    )


@method("chat.delete", "chat:write", limit=TIER_3)
def delete(call: Call) -> Json:
    """Delete one of the bot's own messages."""
    channel = call.find_channel()
    message = call.find_message(channel)
    if message.app_id != call.app.id or message.team != call.team:
        raise SlackError("cant_delete_message")
    messages.delete(call.slack, message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.postEphemeral", "chat:write", limit=TIER_4)
def post_ephemeral(call: Call) -> Json:
    """Show something to one member of a channel; it is kept nowhere and may be missed."""
    channel = call.find_channel()
    user = call.text("user")
    if not user:
        raise invalid_arguments("missing required field: user")
    if channel.is_archived:
        raise SlackError("is_archived")
    if not call.is_member(channel):
        raise SlackError("not_in_channel")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    content = read_content(call)
    ts = call.slack.ts()
    entry = {
        "ts": ts,
        "channel": channel.id,
        "user": user,
        "team": call.team,
        "app_id": call.app.id,
        "bot_id": call.install.bot_id,
        "text": content.text,
        "blocks": content.blocks,
        "thread_ts": call.text("thread_ts"),
        "deleted": False,
    }
    messages.ephemeral(call.slack, entry)
    return {"message_ts": ts}


@method("chat.getPermalink", limit=SPECIAL)
def permalink(call: Call) -> Json:
    """Return a message's web address."""
    channel = call.find_channel()
    message = call.find_message(channel, "message_ts")
    domain = call.slack.world.teams[call.team].domain
    link = f"https://{domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}
