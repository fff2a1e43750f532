"""The table of verbs, the help that is made of it, and how a typed line finds its verb.

A new verb is a file of its own with a ``VERBS``, and a name in the table here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from bot.services.requests.actions import Answer, Asked, Inquiry
from bot.services.requests.authorise import NOT_OF_THE_TEAM, Action, Standing, is_of_the_team, may
from bot.services.requests.commands import changing, explaining, joining, looking, reading_along, reporting, waiting
from bot.services.requests.commands.call import Call, Verb
from bot.services.requests.naming import did_you_mean
from bot.services.workspace.desk import Desk
from bot.slack.text import authored
from store.tickets import TicketRecord

_TABLE: tuple[Verb, ...] = (
    *looking.VERBS,
    *changing.VERBS,
    *joining.VERBS,
    *waiting.VERBS,
    *explaining.VERBS,
    *reporting.VERBS,
    *reading_along.VERBS,
)
_VERBS = {verb.name: verb for verb in _TABLE}
NAMES = (*_VERBS, "help")
"""Every word that can be typed first."""

HELP = "\n".join(
    [
        "*What you can type*",
        *(f"• {verb.help}" for verb in _TABLE if verb.help),
        "• `/sla help` this text",
        "Without a number a command means the latest open ticket of the channel. `#42` may also be a link.",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A command: which one, its words, and the channel it was typed in.

    Attributes:
        mentioned: What the people named in it are to the desk.
        name_of: What a person or a channel is called.
    """

    command: str
    text: str
    channel: str
    mentioned: Mapping[str, Standing] = field(default_factory=dict)
    name_of: Callable[[str], str] = str


def run(
    conn: Connection,
    desk: Desk,
    typed: Typed,
    asked: Asked,
    now: datetime,
    *,
    here: TicketRecord | None = None,
) -> Answer | Inquiry:
    """Do what was typed, if the person may; ``here`` is the ticket that is meant where none is named."""
    words = typed.text.split()
    # `/priority urgent` and `/ticket ...` are other names for the same; another app may own `/sla`.
    if typed.command.lstrip("/") == "priority":
        words = ["priority", *words]
    verb = words[0].lower() if words else "help"
    if verb == "help":
        return Answer(text=HELP)
    if verb not in _VERBS:
        meant = did_you_mean(verb, list(NAMES))
        return Answer(text=f"`{authored(verb, 40)}` is not a command. {meant}`/sla help` lists them all.")
    of_the_team = _VERBS[verb].of_one_ticket and is_of_the_team(asked.standing)
    if not (of_the_team or may(asked.standing, Action.READ_TICKETS)):
        return Answer(text=NOT_OF_THE_TEAM)
    call = Call(
        conn=conn,
        desk=desk,
        channel=typed.channel,
        words=words[1:],
        asked=asked,
        now=now,
        mentioned=typed.mentioned,
        name_of=typed.name_of,
        here=here,
    )
    if _VERBS[verb].takes_long:
        return Inquiry(answer=lambda reading: _VERBS[verb].run(replace(call, conn=reading)), asked=asked)
    return _VERBS[verb].run(call)
