"""Setting the scene: workspaces, people, user groups, channels, apps."""

from bot.sandbox import conversations, render
from bot.sandbox.control.app_setup import AppSetup, slug
from bot.sandbox.errors import SandboxError
from bot.sandbox.model import Channel, Json, Kind, Team, User, UserGroup


class Build(AppSetup):
    """Creates things; nothing here is announced to apps except what Slack would announce."""

    def workspace(self, name: str, *, id: str = "", domain: str = "") -> Json:  # noqa: A002
        """Create a workspace."""
        world = self._slack.world
        team = Team(id=self._id(id, "T", world.teams), name=name, domain=domain or slug(name))
        world.teams[team.id] = team
        self._slack.changes.publish("team", team=render.team(team))
        return render.team(team)

    def user(  # noqa: PLR0913
        self,
        team: str,
        name: str,
        *,
        id: str = "",  # noqa: A002
        real_name: str = "",
        email: str = "",
        tz: str = "Europe/Amsterdam",
        admin: bool = False,
        guest: str = "",
        bot: bool = False,
    ) -> Json:
        """Create a person, or a bot of some other app; `guest` is `multi` or `single` (channel)."""
        world = self._slack.world
        world.team(team)
        if guest not in ("", "multi", "single"):
            raise SandboxError("guest is 'multi' or 'single'.")
        person = User(
            id=self._id(id, "U", world.users),
            team=team,
            name=name,
            real_name=real_name or name,
            email=email,
            tz=tz,
            is_admin=admin,
            is_restricted=bool(guest),
            is_ultra_restricted=guest == "single",
            is_bot=bot,
            bot_id=world.ids.new("B") if bot else "",
            updated=int(self._slack.clock.now()),
        )
        world.users[person.id] = person
        shown = render.user(world, person)
        self._slack.emit_team(team, {"type": "team_join", "user": shown, "event_ts": self._slack.ts()})
        self._slack.changes.publish("user", user=shown)
        return shown

    def user_group(
        self,
        team: str,
        handle: str,
        *,
        users: list[str] | None = None,
        id: str = "",  # noqa: A002
        name: str = "",
    ) -> Json:
        """Create a user group."""
        world = self._slack.world
        world.team(team)
        entry = UserGroup(
            id=self._id(id, "S", world.groups),
            team=team,
            handle=handle,
            name=name or handle,
            users=[world.user(user).id for user in users or []],
            date_update=int(self._slack.clock.now()),
        )
        world.groups[entry.id] = entry
        shown = render.group(entry, include_users=True)
        self._slack.emit_team(team, {"type": "subteam_created", "subteam": shown, "event_ts": self._slack.ts()})
        self._slack.changes.publish("user_group", user_group=shown)
        return shown

    def channel(  # noqa: PLR0913
        self,
        team: str,
        name: str,
        *,
        id: str = "",  # noqa: A002
        private: bool = False,
        shared_with: list[str] | None = None,
        members: list[str] | None = None,
        topic: str = "",
        purpose: str = "",
        org_shared: bool = False,
    ) -> Json:
        """Create a channel, shared with other workspaces if they are named; members are in it silently.

        `org_shared` is one shared within the own organisation: `is_shared`, but not `is_ext_shared`.
        """
        if not name:
            raise SandboxError("A channel has a name.")
        world = self._slack.world
        teams = [world.team(one).id for one in dict.fromkeys([team, *(shared_with or [])])]
        joining = [world.user(user) for user in members or []]
        strangers = [person.id for person in joining if person.team not in teams]
        if strangers:
            raise SandboxError(f"{', '.join(strangers)}: not of a workspace that has the channel.")
        if any(one.name == name and one.teams[0] == team for one in world.channels.values()):
            raise SandboxError(f"#{name} exists already.", code="name_taken")
        channel = Channel(
            id=self._id(id, "C", world.channels),
            name=name,
            kind=Kind.PRIVATE if private else Kind.PUBLIC,
            teams=teams,
            creator=joining[0].id if joining else "",
            created=int(self._slack.clock.now()),
            members=dict.fromkeys(person.id for person in joining),
            topic=topic,
            purpose=purpose,
            is_org_shared=org_shared,
        )
        world.channels[channel.id] = channel
        if not private:
            made = {"id": channel.id, "name": name, "created": channel.created, "creator": channel.creator}
            event = {"type": "channel_created", "channel": made, "event_ts": self._slack.ts()}
            self._slack.emit_in(channel, lambda _: event, only_members=False)
        conversations.publish(self._slack, channel)
        return conversations.snapshot(channel)
