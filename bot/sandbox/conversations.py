"""What happens to channels, whoever causes it: joins, leaves, archive, rename, sharing."""

from bot.sandbox import render
from bot.sandbox.messages import post
from bot.sandbox.model import Channel, Install, Json, Kind, Message
from bot.sandbox.slack import Slack
from bot.sandbox.world import kind_of_direct


def publish(slack: Slack, channel: Channel) -> None:
    """Tell the page how the channel is now."""
    slack.changes.publish("channel", channel=snapshot(channel))


def snapshot(channel: Channel) -> Json:
    """Return a channel as the control interface shows it."""
    shown = render.channel(channel, team_id=channel.teams[0])
    return {
        **shown,
        "name": channel.name,
        "kind": channel.kind.value,
        "team_ids": list(channel.teams),
        "members": list(channel.members),
        "is_ext_shared": channel.is_ext_shared,
        "is_private": channel.is_private,
    }


def join(slack: Slack, channel: Channel, user: str, *, inviter: str = "") -> bool:
    """Add a member; tells whether they were not one before."""
    if user in channel.members:
        return False
    channel.members[user] = None
    person = slack.world.users[user]
    event: Json = {
        "type": "member_joined_channel",
        "user": user,
        "channel": channel.id,
        "channel_type": "G" if channel.is_private else "C",
        "team": person.team,
        "event_ts": slack.ts(),
    }
    if inviter:
        event["inviter"] = inviter
    slack.emit_in(channel, lambda _: event, actor_team=person.team)
    if not channel.is_direct:
        word = "group" if channel.is_private else "channel"
        _notice(slack, channel, user, f"{word}_join", f"<@{user}> has joined the {word}")
    publish(slack, channel)
    return True


def leave(slack: Slack, channel: Channel, user: str) -> bool:
    """Remove a member; tells whether they were one. A bot that goes hears `channel_left`."""
    if user not in channel.members:
        return False
    word = "group" if channel.is_private else "channel"
    if not channel.is_direct:
        _notice(slack, channel, user, f"{word}_leave", f"<@{user}> has left the {word}")
    team = slack.world.users[user].team
    event: Json = {
        "type": "member_left_channel",
        "user": user,
        "channel": channel.id,
        "channel_type": "G" if channel.is_private else "C",
        "team": team,
        "event_ts": slack.ts(),
    }
    slack.emit_in(channel, lambda _: event, actor_team=team)
    del channel.members[user]
    for install in slack.world.installs():
        if install.bot_user == user:
            left = {"type": f"{word}_left", "channel": channel.id, "actor_id": user, "event_ts": event["event_ts"]}
            slack.emit_to(install, left, channel=channel)
    publish(slack, channel)
    return True


def _notice(slack: Slack, channel: Channel, user: str, subtype: str, text: str) -> None:
    team = slack.world.users[user].team
    post(slack, Message(ts=slack.ts(), channel=channel.id, user=user, team=team, text=text, subtype=subtype))


def archive(slack: Slack, channel: Channel, user: str, *, archived: bool) -> None:
    """Archive a channel or bring it back."""
    channel.is_archived = archived
    _lifecycle(slack, channel, "archive" if archived else "unarchive", {"user": user, "is_moved": 0})


def rename(slack: Slack, channel: Channel, name: str) -> None:
    """Give a channel another name; its id stays."""
    channel.name = name
    changed = {"id": channel.id, "name": name, "name_normalized": name, "created": channel.created}
    _lifecycle(slack, channel, "rename", {"channel": changed})


def remove(slack: Slack, channel: Channel, user: str) -> None:
    """Delete a channel with everything in it."""
    _lifecycle(slack, channel, "deleted", {"actor_id": user})
    del slack.world.channels[channel.id]
    slack.changes.publish("channel_removed", channel=channel.id)


def _lifecycle(slack: Slack, channel: Channel, what: str, fields: Json) -> None:
    word = "group" if channel.kind is Kind.PRIVATE else "channel"
    event = {"type": f"{word}_{what}", "channel": channel.id, "event_ts": slack.ts(), **fields}
    slack.emit_in(channel, lambda _: event, only_members=False)
    publish(slack, channel)


def change_id(slack: Slack, channel: Channel, new_id: str) -> None:
    """Give a channel another id, as Slack does when one is shared; messages move along."""
    old_id = channel.id
    del slack.world.channels[old_id]
    channel.previous_ids.append(old_id)
    channel.id = new_id
    slack.world.channels[new_id] = channel
    for message in channel.messages.values():
        message.channel = new_id
    event = {
        "type": "channel_id_changed",
        "old_channel_id": old_id,
        "new_channel_id": new_id,
        "event_ts": slack.ts(),
    }
    slack.emit_in(channel, lambda _: event, only_members=False)
    slack.changes.publish("channel_removed", channel=old_id)
    publish(slack, channel)


def share(slack: Slack, channel: Channel, team: str) -> None:
    """Share a channel with another workspace (Slack Connect)."""
    channel.teams.append(team)

    def build(install: Install) -> Json:
        other = next(one for one in channel.teams if one != install.team)
        return {
            "type": "channel_shared",
            "channel": channel.id,
            "connected_team_id": team if install.team != team else other,
            "event_ts": slack.ts(),
        }

    slack.emit_in(channel, build, only_members=False)
    publish(slack, channel)


def unshare(slack: Slack, channel: Channel, team: str) -> None:
    """End the sharing with a workspace; its people are no longer members."""
    event = {
        "type": "channel_unshared",
        "channel": channel.id,
        "previously_connected_team_id": team,
        "is_ext_shared": len(channel.teams) > 2,
        "event_ts": slack.ts(),
    }
    slack.emit_in(channel, lambda _: event, only_members=False)
    channel.teams.remove(team)
    for member in [one for one in channel.members if slack.world.users[one].team == team]:
        del channel.members[member]
    publish(slack, channel)


def open_direct(slack: Slack, users: list[str]) -> tuple[Channel, bool]:
    """Return the direct conversation of these people, and whether it had been opened before."""
    found = slack.world.direct_channel(users)
    if found is not None:
        return found, True
    kind = kind_of_direct(len(set(users)))
    channel = Channel(
        id=slack.world.ids.new("D" if kind is Kind.IM else "G"),
        name="" if kind is Kind.IM else "mpdm-" + "--".join(slack.world.users[user].name for user in users) + "-1",
        kind=kind,
        teams=list(dict.fromkeys(slack.world.users[user].team for user in users)),
        created=int(slack.clock.now()),
        members=dict.fromkeys(users),
    )
    slack.world.channels[channel.id] = channel
    publish(slack, channel)
    return channel, False
