"""Verbs that only look: list, mine, show."""

from bot.services.requests.actions import Answer
from bot.services.requests.commands.call import Call, Verb
from bot.slack.text import authored, date_token
from bot.slack.wording import plural
from store import tickets
from store.tickets import Filter, TicketRecord

_LISTED = 15


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


def _line(ticket: TicketRecord) -> str:
    number = f"<{ticket.permalink}|#{ticket.ticket_id}>" if ticket.permalink else f"#{ticket.ticket_id}"
    due = f"due {date_token(ticket.next_breach_at)}" if ticket.next_breach_at else "no deadline"
    who = f"<@{ticket.assignee}>" if ticket.assignee else "nobody"
    facts = f"{ticket.status} · {ticket.priority or 'no priority'} · {who} · {due}"
    return f"• {number} {authored(ticket.subject, 80)} · {facts}"


VERBS = (
    Verb(
        name="list",
        run=_list,
        help="`/sla list` open tickets, the next deadline first; `/sla mine` those that are yours",
    ),
    Verb(name="mine", run=_mine),
    Verb(name="show", run=_show, help="`/sla show #42` one ticket"),
)
