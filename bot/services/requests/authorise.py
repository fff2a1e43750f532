"""Who may do what: one function for commands, buttons, modals, reactions, REST and web. The default is "no"."""

from dataclasses import dataclass
from enum import StrEnum

from bot.config.config import Config
from bot.services.inbox.speakers import Speakers
from bot.slack.directory import Person
from sla.ticket import Role

NOT_OF_THE_TEAM = "Only the support team can do that."


class Rank(StrEnum):
    """What somebody is to the desk by name."""

    ADMIN = "admin"
    AGENT = "agent"
    VIEWER = "viewer"
    CUSTOMER = "customer"
    APP = "app"


class Action(StrEnum):
    """What can be asked for."""

    READ_TICKETS = "read_tickets"
    OPEN_TICKET = "open_ticket"
    ASSIGN = "assign"
    SET_STATUS = "set_status"
    SET_PRIORITY = "set_priority"
    NO_REPLY_NEEDED = "no_reply_needed"
    NOT_A_TICKET = "not_a_ticket"
    EXEMPT = "exempt"
    MERGE = "merge"
    SPLIT = "split"
    NOTE = "note"
    SNOOZE = "snooze"
    BE_AWAY = "be_away"
    UPDATE_TICKET = "update_ticket"
    CONFIGURE = "configure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What somebody is to the desk, at the moment of asking.

    Attributes:
        at_home: Whether they are of the installing workspace where its people answer customers of other companies.
            That makes them agents for tickets of shared channels, and for no others: in an internal channel everybody
            is of the home workspace, the customers too.
    """

    rank: Rank
    at_home: bool = False


# Everything by name: what is added to the actions is nobody's before it is added here.
_TEAM = frozenset(
    {
        Action.READ_TICKETS,
        Action.OPEN_TICKET,
        Action.ASSIGN,
        Action.SET_STATUS,
        Action.SET_PRIORITY,
        Action.NO_REPLY_NEEDED,
        Action.NOT_A_TICKET,
        Action.EXEMPT,
        Action.MERGE,
        Action.SPLIT,
        Action.NOTE,
        Action.SNOOZE,
        Action.BE_AWAY,
        Action.UPDATE_TICKET,
    }
)
_ALLOWED: dict[Rank, frozenset[Action]] = {
    Rank.ADMIN: _TEAM | {Action.CONFIGURE},
    Rank.AGENT: _TEAM,
    Rank.VIEWER: frozenset({Action.READ_TICKETS}),
    Rank.CUSTOMER: frozenset(),
    Rank.APP: frozenset(),
}


def may(standing: Standing, action: Action, *, shared: bool = False) -> bool:
    """Whether somebody may do that; ``shared`` when it is about a ticket of a channel with another company in it."""
    answers_there = standing.rank is Rank.CUSTOMER and standing.at_home and shared
    return action in _ALLOWED[Rank.AGENT if answers_there else standing.rank]


def is_of_the_team(standing: Standing) -> bool:
    """Whether tickets may be given to somebody."""
    return standing.at_home or standing.rank in {Rank.ADMIN, Rank.AGENT}


async def standing_of(person: Person, *, speakers: Speakers, config: Config) -> Standing:
    """What a person is to the desk at this moment.

    Where the configuration names no agents at all, the people of the home workspace are the team everywhere.

    Raises:
        SlackUnavailableError: Slack could not be asked.
    """
    at_home = await speakers.role(person, external=True) is Role.AGENT
    match await speakers.role(person, external=False):
        case Role.BOT:
            return Standing(rank=Rank.APP)
        case Role.AGENT:
            return Standing(rank=Rank.ADMIN if person.user in config.admins else Rank.AGENT, at_home=at_home)
        case Role.END_USER:
            alone = at_home and not _names_agents(config)
            return Standing(rank=Rank.AGENT if alone else Rank.CUSTOMER, at_home=at_home)


def _names_agents(config: Config) -> bool:
    return bool(config.agents.users or config.agents.user_groups or config.groups)
