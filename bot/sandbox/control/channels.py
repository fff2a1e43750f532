"""What happens to channels: joins, leaves, archive, rename, sharing."""

from bot.sandbox import conversations
from bot.sandbox.errors import SandboxError
from bot.sandbox.model import Json
from bot.sandbox.slack import Slack


class Channels:
    """Changes channels and who is in them; every method returns the channel as it is then."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    def join(self, channel: str, user: str) -> Json:
        """Join a channel (also a bot, as when somebody adds the app)."""
        return self._join(channel, user, "")

    def invite(self, channel: str, user: str, by: str) -> Json:
        """Add somebody to a channel."""
        self._slack.world.user(by)
        return self._join(channel, user, by)

    def _join(self, channel: str, user: str, inviter: str) -> Json:
        place, person = self._slack.world.channel(channel), self._slack.world.user(user)
        if person.team not in place.teams:
            raise SandboxError(f"{user}'s workspace does not have {channel}.", code="not_in_channel")
        if not conversations.join(self._slack, place, user, inviter=inviter):
            raise SandboxError(f"{user} is in {channel} already.", code="already_in_channel")
        return conversations.snapshot(place)

    def leave(self, channel: str, user: str) -> Json:
        """Leave a channel, or be removed from it."""
        place = self._slack.world.channel(channel)
        if not conversations.leave(self._slack, place, user):
            raise SandboxError(f"{user} is not in {channel}.", code="not_in_channel")
        return conversations.snapshot(place)

    def archive(self, channel: str, user: str) -> Json:
        """Archive a channel."""
        return self._archive(channel, user, archived=True)

    def unarchive(self, channel: str, user: str) -> Json:
        """Bring an archived channel back."""
        return self._archive(channel, user, archived=False)

    def _archive(self, channel: str, user: str, *, archived: bool) -> Json:
        place = self._slack.world.channel(channel)
        if place.is_archived is archived:
            raise SandboxError(f"{channel} is so already.", code="already_archived" if archived else "not_archived")
        conversations.archive(self._slack, place, self._slack.world.user(user).id, archived=archived)
        return conversations.snapshot(place)

    def rename(self, channel: str, name: str) -> Json:
        """Rename a channel."""
        place = self._slack.world.channel(channel)
        if not name or place.is_direct:
            raise SandboxError("A channel has a name, a direct conversation has none.")
        conversations.rename(self._slack, place, name)
        return conversations.snapshot(place)

    def delete_channel(self, channel: str, user: str) -> Json:
        """Delete a channel."""
        conversations.remove(self._slack, self._slack.world.channel(channel), self._slack.world.user(user).id)
        return {"channel": channel}

    def change_id(self, channel: str, new_id: str = "") -> Json:
        """Give a channel another id, as happens when one is shared."""
        place = self._slack.world.channel(channel)
        wanted = new_id or self._slack.world.ids.new("C")
        if wanted in self._slack.world.channels:
            raise SandboxError(f"{wanted} exists already.", code="id_taken")
        conversations.change_id(self._slack, place, wanted)
        return conversations.snapshot(place)

    def share(self, channel: str, team: str) -> Json:
        """Share a channel with another workspace."""
        place = self._slack.world.channel(channel)
        if self._slack.world.team(team).id in place.teams:
            raise SandboxError(f"{team} has {channel} already.", code="already_shared")
        conversations.share(self._slack, place, team)
        return conversations.snapshot(place)

    def unshare(self, channel: str, team: str) -> Json:
        """End the sharing of a channel with a workspace."""
        place = self._slack.world.channel(channel)
        if team not in place.teams[1:]:
            raise SandboxError(f"{channel} is not shared with {team}.", code="not_shared")
        conversations.unshare(self._slack, place, team)
        return conversations.snapshot(place)

    def open_direct(self, users: list[str]) -> Json:
        """Open the direct message conversation of these people."""
        wanted = [self._slack.world.user(user).id for user in dict.fromkeys(users)]
        if len(wanted) < 2:
            raise SandboxError("A direct conversation has at least two people.")
        return conversations.snapshot(conversations.open_direct(self._slack, wanted)[0])
