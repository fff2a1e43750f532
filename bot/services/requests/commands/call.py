"""A command on its way: its words, who typed it and where; and what every verb needs."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.services.requests.actions import Answer, Asked
from bot.services.requests.authorise import Standing
from bot.services.requests.naming import Named, did_you_mean, take_ticket
from bot.services.workspace.desk import Desk
from bot.slack.text import authored
from sla.ticket import Priority, Status
from store.tickets import TicketRecord

USER = re.compile(r"<@(?P<user>[UW][A-Z0-9]+)(?:\|[^>]*)?>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A command as it is carried out.

    Attributes:
        words: What follows the verb.
        mentioned: What the people named in it are to the desk.
        name_of: What a person or a channel is called.
        here: The ticket of the thread that it was written in, which is meant where none is named.
    """

    conn: Connection
    desk: Desk
    channel: str
    words: list[str]
    asked: Asked
    now: datetime
    mentioned: Mapping[str, Standing]
    name_of: Callable[[str], str]
    here: TicketRecord | None = None

    @property
    def named(self) -> Named:
        """The ticket that the words name, and the words that are left."""
        return self.take(self.words)

    def take(self, words: list[str], *, prose: bool = False) -> Named:
        """The ticket that some of the words name; see :func:`take_ticket`."""
        return take_ticket(self.conn, self.desk, words, self.here or self.channel, prose=prose)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A word that can be typed after ``/sla``.

    Attributes:
        of_one_ticket: Whether it does or tells something of one ticket only, for which it authorises by itself: then
            whoever may do that to some tickets may type it.
        takes_long: Whether it reads for so long that nobody should wait for it; it changes nothing then.
        help: Its line in the answer to ``/sla help``; verbs that are explained together share one.
    """

    name: str
    run: Callable[[Call], Answer]
    help: str = ""
    of_one_ticket: bool = False
    takes_long: bool = False


def people_in(text: str) -> list[str]:
    """The users that a command names."""
    return [match["user"] for match in USER.finditer(text)]


def act(call: Call, do: Callable[[int], Answer]) -> Answer:
    """Do something to the ticket that is named, or say why there is none."""
    found = call.named
    return Answer(text=found.refusal) if found.refusal else do(found.ticket.ticket_id)


def choice(words: list[str], known: list[Priority] | list[Status]) -> str | Answer:
    """The one word of ``words`` that is known, or a question."""
    chosen = next((word for word in words if word.lower() in set(known)), None)
    left = [word for word in words if word != chosen]
    if chosen is not None and left:
        return Answer(text=f"{authored(' '.join(left), 80)} names no ticket: write its number, such as #42, or a link.")
    if chosen is not None:
        return chosen.lower()
    names = [str(name) for name in known]
    meant = did_you_mean(words[0] if words else "", names)
    return Answer(text=f"Which one? {meant}It is {', '.join(names[:-1])} or {names[-1]}.")
