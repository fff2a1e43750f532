"""Who is who and what is where: people, user groups and channels of a workspace, as Slack describes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from bot.clock import Clock, SystemClock
from bot.slack.client import SlackClients, SlackUnavailableError, find
from bot.slack.envelopes import mapping, text_of
from bot.slack.text import plain
from sla.ticket import ChannelKind, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What Slack says about a user.

    Attributes:
        is_guest: A single- or multi-channel guest of the installing workspace.
        is_stranger: Somebody of another company with whom the workspace has no direct connection.
        time_zone: Where they are, by its IANA name; empty where Slack does not say.
    """

    user: str
    name: str
    team: str
    is_bot: bool = False
    is_guest: bool = False
    is_stranger: bool = False
    time_zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What Slack says about a channel, as seen by the bot; ``kind`` is None for direct messages."""

    channel: str
    name: str
    kind: ChannelKind | None
    is_member: bool = False
    is_archived: bool = False

    @property
    def is_external(self) -> bool:
        """Whether people of other companies read along."""
        return self.kind is ChannelKind.SHARED


def role_of(person: Person, *, agents: frozenset[str], home: str | None, external: bool) -> Role:
    """The role of ``person`` in a channel: agent, bot, or the customer's side, which is everybody else.

    ``agents`` are agents by name or by user group. ``home`` is the installing workspace where its people are agents by
    default, else None; that holds only in ``external`` channels, since in an internal one everybody is of the home
    workspace. Guests and strangers are customers wherever they are.
    """
    if person.is_bot:
        return Role.BOT
    if person.user in agents:
        return Role.AGENT
    at_home = home is not None and person.team == home and not (person.is_guest or person.is_stranger)
    return Role.AGENT if external and at_home else Role.END_USER


T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known(Generic[T]):
    """What Slack said, and when."""

    value: T
    since: datetime


# An event that says so may be lost. Who reads along decides what may be posted, so that is asked most often.
_CHANNELS_FOR, _PEOPLE_FOR = timedelta(seconds=60), timedelta(minutes=5)


class Directory:
    """Remembers what Slack said until an event says that it changed, and at most for some minutes."""

    def __init__(self, slack: SlackClients, clock: Clock | None = None) -> None:
        self._slack = slack
        self._clock = clock or SystemClock()
        self._people: dict[str, _Known[Person]] = {}
        self._channels: dict[str, _Known[Channel]] = {}
        self._group_members: dict[str, _Known[frozenset[str]]] = {}

    async def person(self, user: str, *, team: str = "") -> Person:
        """What Slack says about ``user``; somebody it will not tell us about is a stranger.

        Raises:
            SlackUnavailableError: Ask again later.
        """
        known = self._people.get(user)
        if known is None or self._is_old(known, _PEOPLE_FOR):
            try:
                answer = await find("users.info", self._slack.client().users_info(user=user))
            except SlackUnavailableError:
                if known is None:
                    raise
                return known.value  # people rarely change, and their answers must count meanwhile
            if answer is None:
                self._people.pop(user, None)
                return Person(user=user, name=user, team=team, is_bot=user.startswith("B"), is_stranger=True)
            known = self._people[user] = self._now(person_from(mapping(answer.get("user")), user=user))
        return known.value

    def known(self, user: str) -> Person | None:
        """What Slack has told us of somebody already."""
        found = self._people.get(user)
        return found.value if found else None

    async def channel(self, channel: str) -> Channel | None:
        """What Slack says about ``channel``; None for one that the bot cannot see.

        Raises:
            SlackUnavailableError: Ask again later.
        """
        known = self._channels.get(channel)
        if known is None or self._is_old(known, _CHANNELS_FOR):
            answer = await find("conversations.info", self._slack.client().conversations_info(channel=channel))
            if answer is None:
                self._channels.pop(channel, None)
                return None
            known = self._channels[channel] = self._now(channel_from(mapping(answer.get("channel")), channel=channel))
        return known.value

    def known_channel(self, channel: str) -> Channel | None:
        """What Slack has told us of a channel already."""
        found = self._channels.get(channel)
        return found.value if found else None

    async def members(self, user_group: str) -> frozenset[str]:
        """The people of a user group; nobody where it does not exist.

        Raises:
            SlackUnavailableError: Ask again later.
        """
        known = self._group_members.get(user_group)
        if known is None or self._is_old(known, _PEOPLE_FOR):
            client = self._slack.client()
            try:
                answer = await find("usergroups.users.list", client.usergroups_users_list(usergroup=user_group))
            except SlackUnavailableError:
                if known is None:
                    raise
                return known.value
            if answer is None:
                self._group_members.pop(user_group, None)
                return frozenset()
            known = self._group_members[user_group] = self._now(frozenset(map(str, answer.get("users") or ())))
        return known.value

    def _now(self, value: T) -> _Known[T]:
        return _Known(value=value, since=self._clock.now())

    def _is_old(self, known: _Known[Any], lasting: timedelta) -> bool:
        """Whether it was learned long ago, or in a future that a clock set back has not reached yet."""
        return not timedelta() <= self._clock.now() - known.since < lasting

    def notice(self, event: Mapping[str, Any]) -> None:
        """Take in an event that says something changed; the next question asks Slack anew."""
        kind = text_of(event.get("type"))
        if kind in {"user_change", "team_join"}:
            self._people.pop(text_of(mapping(event.get("user")).get("id")), None)
        elif kind.startswith("subteam_"):
            group = text_of(event.get("subteam_id")) or text_of(mapping(event.get("subteam")).get("id"))
            self._group_members.pop(group, None)
        elif kind == "channel_id_changed":
            for field in ("old_channel_id", "new_channel_id"):
                self._channels.pop(text_of(event.get(field)), None)
        elif kind.startswith(("channel_", "group_", "member_")):
            named = event.get("channel")
            self._channels.pop(text_of(mapping(named).get("id")) or text_of(named), None)


def person_from(raw: Mapping[str, Any], *, user: str) -> Person:
    """A user object of ``users.info``; blanked fields are false."""
    profile = mapping(raw.get("profile"))
    names = (profile.get("display_name"), profile.get("real_name"), raw.get("real_name"), raw.get("name"))
    return Person(
        user=user,
        name=next((name for name in map(_name, names) if name), user),
        team=text_of(raw.get("team_id")),
        is_bot=raw.get("is_bot") is True or user == "USLACKBOT",
        is_guest=raw.get("is_restricted") is True or raw.get("is_ultra_restricted") is True,
        is_stranger=raw.get("is_stranger") is True,
        time_zone=text_of(raw.get("tz")),
    )


def channel_from(raw: Mapping[str, Any], *, channel: str) -> Channel:
    """A channel object of ``conversations.info``. ``is_shared`` alone may be one company's own grid: not external."""
    kind: ChannelKind | None
    if raw.get("is_im") is True or raw.get("is_mpim") is True:
        kind = None
    elif raw.get("is_ext_shared") is True:
        kind = ChannelKind.SHARED
    else:
        kind = ChannelKind.PRIVATE if raw.get("is_private") is True else ChannelKind.PUBLIC
    return Channel(
        channel=channel,
        name=_name(raw.get("name")) or channel,
        kind=kind,
        is_member=raw.get("is_member") is True,
        is_archived=raw.get("is_archived") is True,
    )


def _name(value: object) -> str:
    """A name on one line, without characters that nobody sees: people choose their own, customers too."""
    return " ".join(plain(text_of(value)).split())
