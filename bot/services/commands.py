"""What people type after ``/sla`` and ``/priority``: words in, an answer out."""

import re
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from sqlalchemy import Connection

from bot.services import actions
from bot.services.actions import Answer, Asked
from bot.services.authorise import Action, may
from bot.services.desk import Desk
from bot.slack.text import authored, date_token
from bot.slack.wording import plural
from sla.ticket import Priority
from store import tickets
from store.tickets import Filter, TicketRecord

HELP = (
    "*What you can type*\n"
    "• `/sla list` open tickets, the next deadline first\n"
    "• `/sla show #42` one ticket\n"
    "• `/sla priority urgent #42` or `/priority urgent #42` set the priority: low, normal, high or urgent\n"
    "• `/sla help` this text\n"
    "Without a number the command means the latest open ticket of the channel. `#42` may also be a link to a message."
)
_VERBS = ("list", "show", "priority", "help")
_NUMBER = re.compile(r"#?(\d{1,9})")
_LINK = re.compile(r"/archives/(?P<channel>[A-Z0-9]+)/p(?P<ts>\d{16})(?:\?thread_ts=(?P<thread>\d{10}\.\d{6}))?")
_LISTED = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A command: which one, its words, and the channel it was typed in."""

    command: str
    text: str
    channel: str


def run(conn: Connection, desk: Desk, typed: Typed, asked: Asked, now: datetime) -> Answer:
    """Do what was typed, if the person may."""
    words = typed.text.split()
    if typed.command.lstrip("/") == "priority":
        words = ["priority", *words]
    verb = words[0].lower() if words else "help"
    if verb not in _VERBS:
        return Answer(text=_unknown(verb))
    if verb == "help":
        return Answer(text=HELP)
    if not may(asked.standing, Action.READ_TICKETS):
        return Answer(text="Only the support team can do that.")
    if verb == "list":
        return Answer(text=_list(conn, desk))
    if verb == "show":
        found = _named(conn, desk, words[1:], typed.channel)
        return found if isinstance(found, Answer) else Answer(text=_line(found))
    return _priority(conn, desk, words[1:], typed, asked, now)


def _priority(conn: Connection, desk: Desk, words: list[str], typed: Typed, asked: Asked, now: datetime) -> Answer:
    wanted = next((word.lower() for word in words if word.lower() in set(Priority)), None)
    if wanted is None:
        given = next((word for word in words if not _NUMBER.fullmatch(word)), "")
        return Answer(text=f"Which priority? {_did_you_mean(given, list(Priority))}It is low, normal, high or urgent.")
    rest = [word for word in words if word.lower() != wanted]
    found = _named(conn, desk, rest, typed.channel)
    if isinstance(found, Answer):
        return found
    return actions.set_priority(conn, desk, found.ticket_id, Priority(wanted), asked, now)


def _named(conn: Connection, desk: Desk, words: list[str], channel: str) -> TicketRecord | Answer:
    """The ticket that the words name by number or link; without any, the channel's latest open one."""
    text = " ".join(words)
    if link := _LINK.search(text):
        thread = link["thread"] or f"{link['ts'][:10]}.{link['ts'][10:]}"
        found = tickets.of_conversation(conn, desk.workspace, link["channel"], thread)
        return found or Answer(text="That message belongs to no ticket.")
    if number := _NUMBER.fullmatch(text):
        found = tickets.get(conn, desk.workspace, int(number[1]))
        return found or Answer(text=f"There is no ticket #{number[1]}.")
    if text:
        return Answer(text=f"{authored(text, 80)} names no ticket: write its number, such as #42, or a link to it.")
    here = tickets.listing(conn, desk.workspace, Filter(open_only=True, channel_id=channel), limit=1000)
    if not here:
        return Answer(text="There is no open ticket in this channel: write its number, such as #42.")
    return max(here, key=lambda ticket: ticket.created_at)


def _list(conn: Connection, desk: Desk) -> str:
    wanted = Filter(open_only=True)
    total = tickets.count(conn, desk.workspace, wanted)
    if not total:
        return "No ticket is open."
    lines = [_line(ticket) for ticket in tickets.listing(conn, desk.workspace, wanted, limit=_LISTED)]
    more = f"\n… and {total - _LISTED} more" if total > _LISTED else ""
    return f"*{plural(total, 'open ticket')}*\n" + "\n".join(lines) + more


def _line(ticket: TicketRecord) -> str:
    number = f"<{ticket.permalink}|#{ticket.ticket_id}>" if ticket.permalink else f"#{ticket.ticket_id}"
    due = f"due {date_token(ticket.next_breach_at)}" if ticket.next_breach_at else "no deadline"
    who = f"<@{ticket.assignee}>" if ticket.assignee else "nobody"
    facts = f"{ticket.status} · {ticket.priority or 'no priority'} · {who} · {due}"
    return f"• {number} {authored(ticket.subject, 80)} · {facts}"


def _unknown(verb: str) -> str:
    meant = _did_you_mean(verb, list(_VERBS))
    return f"`{authored(verb, 40)}` is not a command. {meant}`/sla help` lists them all."


def _did_you_mean(given: str, known: list[str]) -> str:
    near = get_close_matches(given.lower(), known, n=1)
    return f"Did you mean `{near[0]}`? " if near else ""
