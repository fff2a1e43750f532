"""What people type after ``/sla``: words in, an answer out. ``/priority`` is short for ``/sla priority``."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from bot.services.requests import actions, merging
from bot.services.requests.actions import Answer, Asked
from bot.services.requests.authorise import Action, Standing, is_of_the_team, may
from bot.services.requests.naming import Named, did_you_mean, message_key, take_ticket
from bot.services.workspace.desk import Desk
from bot.slack.text import authored, date_token
from bot.slack.wording import plural
from sla.ticket import Priority, Status
from store import tickets
from store.tickets import Filter, TicketRecord

HELP = (
    "*What you can type*\n"
    "• `/sla list` open tickets, the next deadline first; `/sla mine` those that are yours\n"
    "• `/sla show #42` one ticket\n"
    "• `/sla claim #42`, `/sla assign @ana #42`, `/sla assign engineering #42` who works on it\n"
    "• `/sla priority urgent #42` or `/priority urgent #42` low, normal, high or urgent\n"
    "• `/sla status pending #42` open, pending, hold or solved\n"
    "• `/sla noreply #42` no reply is needed; `/sla noreply undo #42`\n"
    "• `/sla exempt #42 spam` out of all figures, with a reason; `/sla exempt undo #42`\n"
    "• `/sla merge #42 into #40`; `/sla merge undo #42`\n"
    "• `/sla split LINK` a message, and what follows it, is a ticket of its own; `/sla split undo #43`\n"
    "• `/sla help` this text\n"
    "Without a number a command means the latest open ticket of the channel. `#42` may also be a link to a message."
)
_LISTED = 15
_USER = re.compile(r"<@(?P<user>[UW][A-Z0-9]+)(?:\|[^>]*)?>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A command: which one, its words, and the channel it was typed in.

    Attributes:
        mentioned: What the people named in it are to the desk.
    """

    command: str
    text: str
    channel: str
    mentioned: Mapping[str, Standing] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A command as it is carried out."""

    conn: Connection
    desk: Desk
    channel: str
    words: list[str]
    asked: Asked
    now: datetime
    mentioned: Mapping[str, Standing]

    @property
    def named(self) -> Named:
        """The ticket that the words name, and the words that are left."""
        return take_ticket(self.conn, self.desk, self.words, self.channel)


def people_in(text: str) -> list[str]:
    """The users that a command names."""
    return [match["user"] for match in _USER.finditer(text)]


def run(conn: Connection, desk: Desk, typed: Typed, asked: Asked, now: datetime) -> Answer:
    """Do what was typed, if the person may."""
    words = typed.text.split()
    if typed.command.lstrip("/") == "priority":
        words = ["priority", *words]
    verb = words[0].lower() if words else "help"
    if verb == "help":
        return Answer(text=HELP)
    if verb not in _VERBS:
        meant = did_you_mean(verb, [*_VERBS, "help"])
        return Answer(text=f"`{authored(verb, 40)}` is not a command. {meant}`/sla help` lists them all.")
    if not may(asked.standing, Action.READ_TICKETS):
        return Answer(text="Only the support team can do that.")
    call = Call(
        conn=conn,
        desk=desk,
        channel=typed.channel,
        words=words[1:],
        asked=asked,
        now=now,
        mentioned=typed.mentioned,
    )
    return _VERBS[verb](call)


def _list(call: Call) -> Answer:
    return _listing(call, Filter(open_only=True), "open ticket")


def _mine(call: Call) -> Answer:
    return _listing(call, Filter(open_only=True, assignee=call.asked.user), "open ticket of yours")


def _listing(call: Call, wanted: Filter, noun: str) -> Answer:
    total = tickets.count(call.conn, call.desk.workspace, wanted)
    if not total:
        return Answer(text=f"There is no {noun}.")
    found = tickets.listing(call.conn, call.desk.workspace, wanted, limit=_LISTED)
    more = f"\n… and {total - _LISTED} more" if total > _LISTED else ""
    return Answer(text=f"*{plural(total, noun)}*\n" + "\n".join(map(_line, found)) + more)


def _show(call: Call) -> Answer:
    found = call.named
    return Answer(text=found.refusal or _line(found.ticket))


def _claim(call: Call) -> Answer:
    return _act(call, lambda number: actions.claim(call.conn, call.desk, number, call.asked, call.now))


def _assign(call: Call) -> Answer:
    found = call.named
    who = " ".join(found.rest)
    if person := _USER.fullmatch(who):
        user = person["user"]
        if user not in call.mentioned or not is_of_the_team(call.mentioned[user]):
            return Answer(text=f"<@{user}> is not of the support team: tickets can only be given to the team.")
        return _act(call, lambda number: actions.assign(call.conn, call.desk, number, user, call.asked, call.now))
    if who in call.desk.config.groups:
        return _act(call, lambda number: actions.assign_group(call.conn, call.desk, number, who, call.asked, call.now))
    groups = sorted(call.desk.config.groups)
    hint = f"a group ({', '.join(groups)})" if groups else "a group of the configuration"
    return Answer(text=f"To whom? {did_you_mean(who, groups)}Name a person such as @ana, or {hint}.")


def _priority(call: Call) -> Answer:
    wanted = _choice(call.named.rest, list(Priority))
    if isinstance(wanted, Answer):
        return wanted
    level = Priority(wanted)
    return _act(call, lambda number: actions.set_priority(call.conn, call.desk, number, level, call.asked, call.now))


def _status(call: Call) -> Answer:
    wanted = _choice(call.named.rest, [Status.OPEN, Status.PENDING, Status.HOLD, Status.SOLVED])
    if isinstance(wanted, Answer):
        return wanted
    status = Status(wanted)
    return _act(call, lambda number: actions.set_status(call.conn, call.desk, number, status, call.asked, call.now))


def _no_reply(call: Call) -> Answer:
    undo = "undo" in call.named.rest
    return _act(
        call, lambda number: actions.no_reply_needed(call.conn, call.desk, number, call.asked, call.now, undo=undo)
    )


def _exempt(call: Call) -> Answer:
    found = take_ticket(call.conn, call.desk, call.words, call.channel, prose=True)
    undo = found.rest[:1] == ["undo"]
    reason = " ".join(found.rest)
    if found.refusal:
        return Answer(text=found.refusal)
    if not reason:
        return Answer(text="Why? Write `/sla exempt #42 spam`, say: the reason is part of the report.")
    number = found.ticket.ticket_id
    return actions.exempt(call.conn, call.desk, number, reason, call.asked, call.now, undo=undo)


def _merge(call: Call) -> Answer:
    words = [word for word in call.words if word.lower() not in {"into", "undo"}]
    undo = "undo" in call.words
    source = take_ticket(call.conn, call.desk, words[:1], call.channel)
    target = take_ticket(call.conn, call.desk, words[1:2], call.channel)
    if source.refusal or (target.refusal and not undo):
        return Answer(text=source.refusal or target.refusal)
    if undo:
        return merging.undo_merge(call.conn, call.desk, source.ticket.ticket_id, call.asked, call.now)
    if len(words) < 2:
        return Answer(text="Into which ticket? Write `/sla merge #42 into #40`, say.")
    return merging.merge(call.conn, call.desk, source.ticket.ticket_id, target.ticket.ticket_id, call.asked, call.now)


def _split(call: Call) -> Answer:
    if "undo" in call.words:
        return _act(call, lambda number: merging.undo_split(call.conn, call.desk, number, call.asked, call.now))
    key = message_key(" ".join(call.words))
    if key is None:
        return Answer(text="Which message? Copy the link to it and write `/sla split LINK`.")
    return merging.split(call.conn, call.desk, key, call.asked, call.now)


_VERBS: dict[str, Callable[[Call], Answer]] = {
    "list": _list,
    "mine": _mine,
    "show": _show,
    "claim": _claim,
    "assign": _assign,
    "priority": _priority,
    "status": _status,
    "noreply": _no_reply,
    "exempt": _exempt,
    "merge": _merge,
    "split": _split,
}


def _act(call: Call, act: Callable[[int], Answer]) -> Answer:
    found = call.named
    return Answer(text=found.refusal) if found.refusal else act(found.ticket.ticket_id)


def _choice(words: list[str], known: list[Priority] | list[Status]) -> str | Answer:
    chosen = next((word for word in words if word.lower() in set(known)), None)
    left = [word for word in words if word != chosen]
    if chosen is not None and left:
        return Answer(text=f"{authored(' '.join(left), 80)} names no ticket: write its number, such as #42, or a link.")
    if chosen is not None:
        return chosen.lower()
    names = [str(name) for name in known]
    meant = did_you_mean(words[0] if words else "", names)
    return Answer(text=f"Which one? {meant}It is {', '.join(names[:-1])} or {names[-1]}.")


def _line(ticket: TicketRecord) -> str:
    number = f"<{ticket.permalink}|#{ticket.ticket_id}>" if ticket.permalink else f"#{ticket.ticket_id}"
    due = f"due {date_token(ticket.next_breach_at)}" if ticket.next_breach_at else "no deadline"
    who = f"<@{ticket.assignee}>" if ticket.assignee else "nobody"
    facts = f"{ticket.status} · {ticket.priority or 'no priority'} · {who} · {due}"
    return f"• {number} {authored(ticket.subject, 80)} · {facts}"
