"""Who wrote a message, in which role."""

from dataclasses import dataclass

from bot.config.config import Config
from bot.services.workspace.desk import Desk
from bot.slack.directory import Directory, Person, role_of
from bot.slack.messages import Message
from bot.slack.text import mentioned
from sla.ticket import Role
from store.engine import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """A person and the role in which they spoke; a later change of role rewrites nothing."""

    person: Person
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Speakers:
    """Finds out who spoke."""

    desk: Desk
    directory: Directory
    db: Database

    async def of(self, message: Message, *, external: bool) -> Speaker:
        """The author of a message in a channel that is, or is not, shared with another company.

        Raises:
            SlackUnavailableError: Slack could not be asked.
        """
        if message.bot_id:
            return await self._app(message)
        person = await self.directory.person(message.user, team=message.team)
        return Speaker(person=person, role=await self.role(person, external=external))

    async def _app(self, message: Message) -> Speaker:
        """A form that asks speaks for the person it names first, as a customer; a bot that may reply, by its bot id."""
        intake = self.desk.config.intake
        if message.bot_id in intake.bots_that_ask:
            named = next(iter(mentioned(message.text)), None)
            person = await self.directory.person(named, team=message.team) if named else None
            return Speaker(person=person or _app_person(message, message.user), role=Role.END_USER)
        replies = message.bot_id in intake.bots_that_reply
        return Speaker(person=_app_person(message, message.bot_id if replies else message.user), role=Role.BOT)

    async def role(self, person: Person, *, external: bool) -> Role:
        """The role of somebody in a channel that is, or is not, shared with another company."""
        config = self.desk.config
        agents = await agent_users(config, self.directory)
        home = self.desk.workspace if config.agents.home_workspace else None
        return role_of(person, agents=agents, home=home, external=external)


def _app_person(message: Message, user: str) -> Person:
    return Person(user=user, name=user, team=message.team, is_bot=True)


async def agent_users(config: Config, directory: Directory) -> frozenset[str]:
    """Everybody who is an agent by name, by user group, by being an admin, or by being in a group."""
    users = set(config.agents.users | config.admins)
    for group in sorted(config.agents.user_groups):
        users |= await directory.members(group)
    for named in config.groups.values():
        users |= set(named.users)
        users |= await directory.members(named.user_group) if named.user_group else frozenset()
    return frozenset(users)
