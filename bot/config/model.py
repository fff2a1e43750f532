"""The values the bot works with; made once from a canonical document that has been checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase

PROMISE = "Thank you, we have it. We answer by {deadline}, your time."
"""What a customer is promised when `promise` is just true."""

RECEIPT = "Thank you, we have it."
"""What a customer is told where acknowledgements are replies."""


class OpenBy(StrEnum):
    """What opens a ticket in a channel."""

    MESSAGE = "message"
    MENTION = "mention"
    REACTION = "reaction"


class Acknowledge(StrEnum):
    """How a customer sees that a message became a ticket."""

    REACTION = "reaction"
    REPLY = "reply"
    OFF = "off"


class ReactionAction(StrEnum):
    """What an agent's reaction to a message does."""

    CLAIM = "claim"
    OPEN_TICKET = "open_ticket"
    PENDING = "pending"
    HOLD = "hold"
    SOLVED = "solved"
    NO_REPLY_NEEDED = "no_reply_needed"
    NOT_A_TICKET = "not_a_ticket"


class DestinationKind(StrEnum):
    """Who or what an alert is for."""

    ALERT_CHANNEL = "alert_channel"
    ASSIGNEE = "assignee"
    OWNER = "owner"
    GROUP = "group"
    MAIL = "mail"
    WEBHOOK = "webhook"
    USER = "user"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agents:
    """Who is an agent; `home_workspace` adds everyone of the installing workspace who is not a guest."""

    user_groups: frozenset[str]
    users: frozenset[str]
    home_workspace: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People who share tickets."""

    name: str
    users: tuple[str, ...]
    user_group: str | None
    route: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Someone served (Zendesk: an organization), by channel or by Slack workspace."""

    key: str
    name: str
    tier: str | None
    slack_teams: tuple[str, ...]
    channels: tuple[str, ...]
    schedule: str | None
    owner: str | None
    alert_channel: str | None
    tags: tuple[str, ...]
    route: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """How the bot behaves in one channel, defaults filled in.

    `schedule`, `group` and `alert_channel` are the channel's own, None where it has none. `promise` is the wording,
    with `{deadline}` in it, or None. `acknowledge_emoji` and `acknowledge_text` are how a reaction and a reply say that
    a message became a ticket. `group_messages_within` is zero and `unthreaded_replies` None when off.
    """

    channel: str
    open_by: OpenBy
    acknowledge: Acknowledge
    acknowledge_emoji: str
    acknowledge_text: str
    promise: str | None
    group_messages_within: timedelta
    unthreaded_replies: timedelta | None
    pleasantries: bool
    schedule: str | None
    group: str | None
    alert_channel: str | None
    customer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What becomes a ticket and what does not."""

    bots_that_ask: frozenset[str]
    bots_that_reply: frozenset[str]
    ignore: tuple[str, ...]
    reactions: Mapping[str, ReactionAction]

    def ignores(self, user: str, text: str) -> bool:
        """Whether a message never opens a ticket: by its author's id, or by a pattern over its whole text.

        In a pattern `*` stands for anything and `?` for one character; case does not matter.
        """
        lowered = text.strip().lower()
        return any(entry == user or fnmatchcase(lowered, entry.lower()) for entry in self.ignore)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """What happens to a ticket by itself; None is off."""

    auto_solve_after: timedelta | None
    auto_close_after: timedelta | None
    retention: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Who or what hears; `name` is the group, address, webhook or Slack id, empty for the other kinds."""

    kind: DestinationKind
    name: str = ""

    def __str__(self) -> str:
        """The destination as it is written in the file."""
        match self.kind:
            case DestinationKind.GROUP | DestinationKind.MAIL | DestinationKind.WEBHOOK:
                return f"{self.kind}:{self.name}"
            case _:
                return self.name or str(self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Quiet hours: outside `schedule` an alert waits, or goes to `on_call`; urgent tickets may override both."""

    schedule: str
    on_call: Destination | None
    urgent_overrides: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Who hears what when: destinations by threshold as written (`-30m`, `80%`, `0`, `+30m`)."""

    name: str
    thresholds: Mapping[str, tuple[Destination, ...]]
    quiet: Quiet | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An outgoing webhook; `secret_env` names the environment variable with its signing secret."""

    name: str
    url: str
    secret_env: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestEntry:
    """A regular message: `weekday` is 0 for Monday and None for every day, `at` is local time in `time_zone`."""

    weekday: int | None
    at: time
    time_zone: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The two regular messages; None is off."""

    weekly: DigestEntry | None
    forgotten: DigestEntry | None
