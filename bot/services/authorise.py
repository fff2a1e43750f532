"""Who may do what: one function for commands, buttons, modals, reactions, REST and web. The default is "no"."""

from enum import StrEnum

from bot.config.config import Config
from bot.services.speakers import Speakers
from bot.slack.directory import Person
from sla.ticket import Role


class Standing(StrEnum):
    """What somebody is to the desk."""

    ADMIN = "admin"
    AGENT = "agent"
    CUSTOMER = "customer"
    APP = "app"


class Action(StrEnum):
    """What can be asked for."""

    READ_TICKETS = "read_tickets"
    ASSIGN = "assign"
    SET_STATUS = "set_status"
    SET_PRIORITY = "set_priority"
    NO_REPLY_NEEDED = "no_reply_needed"
    NOT_A_TICKET = "not_a_ticket"
    EXEMPT = "exempt"
    MERGE = "merge"
    SPLIT = "split"
    CONFIGURE = "configure"


_ALLOWED: dict[Standing, frozenset[Action]] = {
    Standing.ADMIN: frozenset(Action),
    Standing.AGENT: frozenset(Action) - {Action.CONFIGURE},
    Standing.CUSTOMER: frozenset(),
    Standing.APP: frozenset(),
}


def may(standing: Standing, action: Action) -> bool:
    """Whether somebody of that standing may do that."""
    return action in _ALLOWED[standing]


async def standing_of(person: Person, *, speakers: Speakers, config: Config) -> Standing:
    """What a person is to the desk at this moment.

    A button in a shared channel can be clicked by people of other companies: being an agent by belonging to the home
    workspace is therefore asked as in an external channel, where guests and strangers never are.

    Raises:
        SlackUnavailableError: Slack could not be asked.
    """
    match await speakers.role(person, external=True):
        case Role.BOT:
            return Standing.APP
        case Role.AGENT:
            return Standing.ADMIN if person.user in config.admins else Standing.AGENT
        case Role.END_USER:
            return Standing.CUSTOMER
