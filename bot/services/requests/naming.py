"""Which ticket somebody means: by number, by a link to a message, or the channel's latest open one."""

import re
from dataclasses import dataclass, field

from sqlalchemy import Connection

from bot.services.workspace.desk import Desk
from sla.spelling import nearest
from store import ticket_events, tickets
from store.tickets import Filter, TicketRecord

_NUMBER = re.compile(r"#?([0-9]{1,9})")
_SURE = re.compile(r"#[0-9]{1,9}")
_LINK = re.compile(
    r"<?https?://[^\s|>]+/archives/(?P<channel>[A-Z0-9]+)/p(?P<ts>\d{16})"
    r"(?:\?\S*?thread_ts=(?P<thread>\d{10}\.\d{6}))?[^\s>]*>?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A ticket, or why none was found, and the words that do not name it."""

    found: TicketRecord | None = None
    refusal: str = ""
    rest: list[str] = field(default_factory=list)

    @property
    def ticket(self) -> TicketRecord:
        """The ticket; ask for ``refusal`` first."""
        assert self.found is not None, "no ticket was named"
        return self.found


def take_ticket(
    conn: Connection, desk: Desk, words: list[str], place: str | TicketRecord, *, prose: bool = False
) -> Named:
    """The ticket that one of the words names; without any, that of a thread, or the latest open one of a channel.

    ``prose`` names a ticket only by how it begins: "#42 same as #40" is about #42, and "same as #40" may not be about
    #40 at all.
    """
    first = 1 if prose and words[:1] == ["undo"] else 0
    for position, word in enumerate(words):
        if prose and position > first:
            break
        named = _named_by(conn, desk, word)
        if named is not None:
            rest = words[:position] + words[position + 1 :]
            return Named(found=named.found, refusal=named.refusal, rest=rest)
    if prose and isinstance(place, str) and any(_SURE.fullmatch(word) or _LINK.fullmatch(word) for word in words):
        return Named(refusal="Which ticket is this about? Begin with its number, such as #42.", rest=list(words))
    if isinstance(place, TicketRecord):
        return Named(found=place, rest=list(words))
    here = tickets.listing(conn, desk.workspace, Filter(open_only=True, channel_id=place), limit=1000)
    if not here:
        refusal = "There is no open ticket in this channel: write its number, such as #42."
        return Named(refusal=refusal, rest=list(words))
    return Named(found=max(here, key=lambda ticket: ticket.created_at), rest=list(words))


def _named_by(conn: Connection, desk: Desk, word: str) -> Named | None:
    """The ticket that a word names, or that it names one which does not exist; None for any other word."""
    if link := _LINK.fullmatch(word):
        ts = f"{link['ts'][:10]}.{link['ts'][10:]}"
        found = of_message(conn, desk, link["channel"], ts, link["thread"] or ts)
        return Named(found=found, refusal="" if found else "That message belongs to no ticket.")
    number = _NUMBER.fullmatch(word)
    if number is None:
        return None
    found = tickets.get(conn, desk.workspace, int(number[1]))
    return Named(found=found, refusal="" if found else f"There is no ticket #{int(number[1])}.")


def message_key(text: str) -> str | None:
    """The key of the message that a link leads to; None for what is no link to a message."""
    link = _LINK.fullmatch(text.strip())
    return None if link is None else f"{link['channel']}:{link['ts'][:10]}.{link['ts'][10:]}"


def did_you_mean(given: str, known: list[str]) -> str:
    """A question with a space after it when a known word is near, else nothing."""
    near = nearest(given, known)
    return f"Did you mean `{near}`? " if near else ""


def of_message(conn: Connection, desk: Desk, channel: str, ts: str, thread_ts: str) -> TicketRecord | None:
    """The ticket that a message belongs to, by itself or by its thread: a customer's, or the one of a card."""
    event = ticket_events.find(conn, desk.workspace, f"{channel}:{ts}")
    if event is not None:
        return tickets.get(conn, desk.workspace, event.ticket_id)
    return tickets.of_card(conn, desk.workspace, channel, thread_ts) or tickets.of_conversation(
        conn, desk.workspace, channel, thread_ts
    )
