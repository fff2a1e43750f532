"""What happens to messages, whoever causes it: posted, edited, deleted, unfurled, reacted to."""

import secrets

from bot.sandbox import notify, render_message
from bot.sandbox.model import Channel, Install, Json, Message, Reaction
from bot.sandbox.slack import Slack
from bot.sandbox.world import insert, remove, replies


def shown(slack: Slack, message: Message, *, team: str = "", metadata: bool = True) -> Json:
    """Return a message as an app in that workspace sees it."""
    return render_message.message(slack.world, message, team_id=team, base=slack.base, metadata=metadata)


def post(slack: Slack, message: Message) -> Message:
    """Add a new message: events, mentions and notifications follow."""
    channel = slack.world.channels[message.channel]
    insert(channel, message)
    notify.record(slack.world, message, slack.clock.now())
    _publish(slack, message)

    def build(install: Install) -> Json:
        readable = install.app_id == message.app_id or "metadata.message:read" in install.scopes
        event = shown(slack, message, team=install.team, metadata=readable)
        return _located(event, channel) | {"event_ts": message.ts}

    slack.emit_in(channel, build, actor_team=message.team)
    _mentions(slack, channel, message)
    if message.metadata is not None:
        _metadata_posted(slack, channel, message)
    if message.broadcast:
        _changed(slack, channel, message, shown(slack, message, team=message.team))
    return message


def _located(event: Json, channel: Channel) -> Json:
    return {**event, "channel": channel.id, "channel_type": channel.kind.value}


def _mentions(slack: Slack, channel: Channel, message: Message) -> None:
    """Send `app_mention` beside `message` to every bot of the channel that is mentioned."""
    if channel.is_direct or "<@" not in message.text:
        return
    for install in slack.world.installs():
        named = f"<@{install.bot_user}>" in message.text or f"<@{install.bot_user}|" in message.text
        if not named or install.bot_user not in channel.members or message.user == install.bot_user:
            continue
        event = shown(slack, message, team=install.team)
        event |= {"type": "app_mention", "channel": channel.id, "event_ts": message.ts}
        slack.emit_to(install, event, channel=channel, actor_team=message.team)


def _metadata_posted(slack: Slack, channel: Channel, message: Message) -> None:
    event: Json = {
        "type": "message_metadata_posted",
        "app_id": message.app_id,
        "bot_id": message.bot_id,
        "user_id": message.user,
        "team_id": message.team,
        "channel_id": channel.id,
        "metadata": message.metadata,
        "message_ts": message.ts,
        "event_ts": message.ts,
    }
    slack.emit_in(channel, lambda _: event, actor_team=message.team)


def edit(slack: Slack, message: Message, *, by: str, **fields: object) -> Message:
    """Change a message's text, blocks and so on; people see that it was edited."""
    before = {team: shown(slack, message, team=team) for team in slack.world.channels[message.channel].teams}
    for name, value in fields.items():
        setattr(message, name, value)
    if by:
        message.edited = {"user": by, "ts": slack.ts()}
    _announce_change(slack, message, before)
    return message


def unfurl(slack: Slack, message: Message, attachments: list[Json]) -> Message:
    """Add link previews: Slack says `message_changed`, though nobody edited anything."""
    return edit(slack, message, by="", attachments=[*message.attachments, *attachments])


def _announce_change(slack: Slack, message: Message, before: dict[str, Json]) -> None:
    channel = slack.world.channels[message.channel]
    _publish(slack, message)
    event_ts = slack.ts()

    def build(install: Install) -> Json:
        event: Json = {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "ts": event_ts,
            "message": shown(slack, message, team=install.team),
            "previous_message": before[install.team],
            "event_ts": event_ts,
        }
        return _located(event, channel)

    slack.emit_in(channel, build, actor_team=message.team)


def _changed(slack: Slack, channel: Channel, message: Message, before: Json) -> None:
    """Announce a change in bookkeeping only: the text is what it was."""
    _announce_change(slack, message, dict.fromkeys(channel.teams, before))


def delete(slack: Slack, message: Message) -> None:
    """Delete a message; a parent whose thread has replies leaves a tombstone."""
    channel = slack.world.channels[message.channel]
    if replies(channel, message.ts):
        _bury(slack, message)
        return
    before = {team: shown(slack, message, team=team) for team in channel.teams}
    parent = channel.messages.get(message.thread_ts) if message.is_reply else None
    remove(channel, message)
    slack.changes.publish("message_removed", channel=channel.id, ts=message.ts)
    event_ts = slack.ts()

    def build(install: Install) -> Json:
        event: Json = {
            "type": "message",
            "subtype": "message_deleted",
            "hidden": True,
            "ts": event_ts,
            "deleted_ts": message.ts,
            "previous_message": before[install.team],
            "event_ts": event_ts,
        }
        return _located(event, channel)

    slack.emit_in(channel, build, actor_team=message.team)
    if parent is not None and parent.subtype == "tombstone" and not replies(channel, parent.ts):
        delete(slack, parent)


def _bury(slack: Slack, message: Message) -> None:
    edit(
        slack,
        message,
        by="",
        subtype="tombstone",
        text="This message was deleted.",
        user="USLACKBOT",
        blocks=[],
        attachments=[],
        files=[],
        bot_id="",
        app_id="",
        metadata=None,
        edited=None,
        reactions=[],
        client_msg_id="",
        extra={"hidden": True},
    )


def react(slack: Slack, message: Message, user: str, name: str) -> bool:
    """Add a reaction; tells whether it was new."""
    entry = next((one for one in message.reactions if one.name == name), None)
    if entry is None:
        entry = Reaction(name=name, users=[])
        message.reactions.append(entry)
    if user in entry.users:
        return False
    entry.users.append(user)
    _reaction(slack, "reaction_added", message, user, name)
    return True


def unreact(slack: Slack, message: Message, user: str, name: str) -> bool:
    """Take a reaction back; tells whether it was there."""
    entry = next((one for one in message.reactions if one.name == name), None)
    if entry is None or user not in entry.users:
        return False
    entry.users.remove(user)
    if not entry.users:
        message.reactions.remove(entry)
    _reaction(slack, "reaction_removed", message, user, name)
    return True


def _reaction(slack: Slack, kind: str, message: Message, user: str, name: str) -> None:
    channel = slack.world.channels[message.channel]
    _publish(slack, message)
    event: Json = {
        "type": kind,
        "user": user,
        "reaction": name,
        "item": {"type": "message", "channel": channel.id, "ts": message.ts},
        "item_user": message.user,
        "event_ts": slack.ts(),
    }
    team = slack.world.users[user].team
    if channel.is_ext_shared:
        event["user_team"] = team
    slack.emit_in(channel, lambda _: event, actor_team=team)


def ephemeral(slack: Slack, entry: Json) -> Json:
    """Show a message to one person only; it is in no history."""
    slack.world.ephemerals.append(entry)
    slack.changes.publish("ephemeral", ephemeral=entry)
    return entry


def find_ephemeral(slack: Slack, ts: str) -> Json | None:
    """Return an ephemeral that has not been dismissed."""
    return next((one for one in slack.world.ephemerals if one["ts"] == ts and not one["deleted"]), None)


def client_msg_id() -> str:
    """Return an id as clients give their messages."""
    text = secrets.token_hex(16)
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _publish(slack: Slack, message: Message) -> None:
    if not slack.changes.watched:
        slack.changes.publish("message")
        return
    slack.changes.publish("message", channel=message.channel, message=shown(slack, message, team=message.team))
    if message.is_reply and (parent := slack.world.channels[message.channel].messages.get(message.thread_ts)):
        slack.changes.publish("message", channel=parent.channel, message=shown(slack, parent, team=parent.team))
