"""The state of the sandbox and the questions that everything else asks of it."""

import bisect
from collections import deque
from dataclasses import dataclass, field

from bot.sandbox.errors import SandboxError
from bot.sandbox.ids import Ids, Timestamps, ts_micros
from bot.sandbox.model import App, Channel, File, Install, Json, Kind, Message, Team, User, UserGroup

CALLS_KEPT = 100_000


@dataclass(slots=True, kw_only=True)
class World:
    """Everything that exists, in memory only."""

    ids: Ids = field(default_factory=Ids)
    stamps: Timestamps = field(default_factory=Timestamps)
    teams: dict[str, Team] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    groups: dict[str, UserGroup] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    apps: dict[str, App] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    tokens: dict[str, Install] = field(default_factory=dict)
    app_tokens: dict[str, App] = field(default_factory=dict)
    ephemerals: list[Json] = field(default_factory=list)
    notifications: list[Json] = field(default_factory=list)
    calls: deque[Json] = field(default_factory=lambda: deque(maxlen=CALLS_KEPT))
    homes: dict[tuple[str, str], Json] = field(default_factory=dict)

    def team(self, team: str) -> Team:
        """Return a workspace, or complain to whoever drives the sandbox."""
        if team not in self.teams:
            raise SandboxError(f"There is no workspace {team!r}.", code="team_not_found")
        return self.teams[team]

    def user(self, user: str) -> User:
        """Return a person or bot, or complain to whoever drives the sandbox."""
        if user not in self.users:
            raise SandboxError(f"There is no user {user!r}.", code="user_not_found")
        return self.users[user]

    def channel(self, channel: str) -> Channel:
        """Return a conversation, or complain to whoever drives the sandbox."""
        if channel not in self.channels:
            raise SandboxError(f"There is no channel {channel!r}.", code="channel_not_found")
        return self.channels[channel]

    def message(self, channel: str, ts: str) -> Message:
        """Return a message, or complain to whoever drives the sandbox."""
        found = self.channel(channel).messages.get(ts)
        if found is None:
            raise SandboxError(f"There is no message {ts} in {channel}.", code="message_not_found")
        return found

    def file(self, file: str) -> File:
        """Return a file, or complain to whoever drives the sandbox."""
        if file not in self.files:
            raise SandboxError(f"There is no file {file!r}.", code="file_not_found")
        return self.files[file]

    def app(self, app: str) -> App:
        """Return an app, or complain to whoever drives the sandbox."""
        if app not in self.apps:
            raise SandboxError(f"There is no app {app!r}.", code="app_not_found")
        return self.apps[app]

    def group(self, group: str) -> UserGroup:
        """Return a user group, or complain to whoever drives the sandbox."""
        if group not in self.groups:
            raise SandboxError(f"There is no user group {group!r}.", code="subteam_not_found")
        return self.groups[group]

    def installs(self) -> list[Install]:
        """Return every app's every installation that still receives events."""
        return [install for app in self.apps.values() for install in app.installs.values() if install.is_live]

    def direct_channel(self, users: list[str]) -> Channel | None:
        """Return the direct message channel of exactly these people, if it was ever opened."""
        wanted = set(users)
        for channel in self.channels.values():
            if channel.is_direct and set(channel.members) == wanted:
                return channel
        return None

    def shares_channel(self, one: User, other: User) -> bool:
        """Tell whether two people are in a channel together, or in one workspace."""
        return one.team == other.team or any(
            one.id in channel.members and other.id in channel.members for channel in self.channels.values()
        )

    def sees(self, team: str, channel: Channel, user: str) -> bool:
        """Tell whether that user of that workspace can find the channel at all."""
        if channel.is_private:
            return user in channel.members
        return team in channel.teams


def insert(channel: Channel, message: Message) -> None:
    """Add a message in ts order, and to its thread when it is a reply."""
    channel.messages[message.ts] = message
    bisect.insort(channel.order, message.ts, key=ts_micros)
    if message.is_reply:
        bisect.insort(channel.threads.setdefault(message.thread_ts, []), message.ts, key=ts_micros)


def remove(channel: Channel, message: Message) -> None:
    """Take a message out of its channel and thread."""
    del channel.messages[message.ts]
    channel.order.remove(message.ts)
    if message.is_reply:
        replies = channel.threads[message.thread_ts]
        replies.remove(message.ts)
        if not replies:
            del channel.threads[message.thread_ts]


def replies(channel: Channel, thread_ts: str) -> list[Message]:
    """Return a thread's replies in order, its parent not among them."""
    return [channel.messages[ts] for ts in channel.threads.get(thread_ts, [])]


def kind_of_direct(members: int) -> Kind:
    """Return what a direct conversation of that many people is."""
    return Kind.IM if members <= 2 else Kind.MPIM
