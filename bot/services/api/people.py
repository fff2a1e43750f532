"""Who is meant by a user's number, and what they are to a ticket."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from bot.services.api.numbers import Kind, name_of
from bot.services.api.refusals import whole_number
from bot.services.inbox.speakers import Speakers
from bot.services.requests.authorise import is_of_the_team, standing_of
from bot.services.workspace.desk import Desk
from bot.slack.client import SlackUnavailableError
from bot.slack.directory import Directory
from sla.ticket import Role
from store.engine import Database

TOKEN_USER = "api:"  # noqa: S105 - what the users of tokens are called


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Somebody: the Slack id, whether tickets may be given to them, and their role in channels of either kind."""

    name: str
    of_the_team: bool
    role: Role
    role_in_shared: Role


async def known_people(
    numbers: Iterable[object], *, desk: Desk, directory: Directory, db: Database
) -> dict[int, Known]:
    """Those of the numbers that are somebody's; Slack may be asked about them."""
    speakers = Speakers(desk=desk, directory=directory, db=db)
    found: dict[int, Known] = {}
    for written in numbers:
        number = whole_number(written)
        if number is None or number in found:
            continue
        name = await db.read(partial(name_of, workspace=desk.workspace, kind=Kind.USER, number=number))
        if name is not None:
            found[number] = await _known(name, speakers)
    return found


async def _known(name: str, speakers: Speakers) -> Known:
    if name.startswith(TOKEN_USER):
        return Known(name=name, of_the_team=False, role=Role.AGENT, role_in_shared=Role.AGENT)
    try:
        person = await speakers.directory.person(name)
        standing = await standing_of(person, speakers=speakers, config=speakers.desk.config)
        return Known(
            name=name,
            of_the_team=is_of_the_team(standing),
            role=await speakers.role(person, external=False),
            role_in_shared=await speakers.role(person, external=True),
        )
    except SlackUnavailableError:
        return Known(name=name, of_the_team=False, role=Role.END_USER, role_in_shared=Role.END_USER)
