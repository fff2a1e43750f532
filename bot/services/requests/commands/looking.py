"""Verbs that only look: list, mine, show."""

from collections.abc import Sequence
from dataclasses import replace

from bot.services.alerting import cards
from bot.services.requests.actions import Answer
from bot.services.requests.authorise import NOT_OF_THE_TEAM, Action, may
from bot.services.requests.commands.call import USER, Call, Verb
from bot.services.requests.naming import did_you_mean
from bot.services.requests.waiting import is_snoozed
from bot.slack.blocks import section
from bot.slack.cards import clock_line
from bot.slack.text import authored, escape
from bot.slack.ticket_list import ListedTicket, ticket_list
from bot.slack.wording import plural
from sla.ticket import ChannelKind, Priority, Status
from store import tickets
from store.tickets import Filter, TicketRecord

_LISTED = 15
_WORDS = ("late", "mine", "here", "unassigned")


def _list(call: Call) -> Answer:
    wanted, said = Filter(open_only=True), []
    for word in call.words:
        narrowed = _narrowed(call, wanted, word)
        if narrowed is None:
            return Answer(text=_not_a_filter(call, word))
        wanted = narrowed
        said.append(word if not USER.fullmatch(word) else "of one person")
    return _listing(call, wanted, said)


def _mine(call: Call) -> Answer:
    return _listing(call, Filter(open_only=True, assignee=call.asked.user), ["yours"])


def _narrowed(call: Call, wanted: Filter, word: str) -> Filter | None:
    """The filter with one word more; None for a word that means none."""
    named = USER.fullmatch(word)
    if named:
        return replace(wanted, assignee=named["user"])
    lowered, config = word.lower(), call.desk.config
    if lowered in set(Priority):
        return replace(wanted, priority=lowered)
    if lowered in set(Status):
        return replace(wanted, status=lowered, open_only=False)
    if word in config.groups:
        return replace(wanted, group_name=word)
    customer = next((key for key, one in config.customers.items() if word in {key, one.name}), None)
    if customer is not None:
        return replace(wanted, customer=customer)
    return _by_word(call, wanted, lowered)


def _by_word(call: Call, wanted: Filter, word: str) -> Filter | None:
    match word:
        case "late":
            return replace(wanted, late_at=call.now)
        case "mine":
            return replace(wanted, assignee=call.asked.user)
        case "here":
            return replace(wanted, channel_id=call.channel)
        case "unassigned":
            return replace(wanted, unassigned=True)
        case _:
            return None


def _not_a_filter(call: Call, word: str) -> str:
    config = call.desk.config
    known = [*Priority, *Status, *_WORDS, *config.groups, *config.customers]
    example = "`/sla list urgent`, `/sla list late @ana` or `/sla list here`"
    return f"`{authored(word, 40)}` narrows no list. {did_you_mean(word, list(map(str, known)))}Write {example}, say."


def _listing(call: Call, wanted: Filter, said: Sequence[str]) -> Answer:
    total = tickets.count(call.conn, call.desk.workspace, wanted)
    noun = "open ticket" if wanted.open_only else "ticket"
    narrowed = f" ({', '.join(said)})" if said else ""
    if not total:
        return Answer(text=f"There is no {noun}{escape(narrowed)}.")
    found = tickets.listing(call.conn, call.desk.workspace, wanted, limit=_LISTED)
    title = f"{plural(total, noun)}{narrowed}"
    post = ticket_list(title, [_listed(call, one) for one in found], more=max(0, total - _LISTED))
    return Answer(text=post.text, blocks=post.blocks)


def _show(call: Call) -> Answer:
    found = call.named
    if found.refusal:
        return Answer(text=found.refusal)
    ticket = found.ticket
    if not may(call.asked.standing, Action.READ_TICKETS, shared=ticket.channel_kind == ChannelKind.SHARED):
        return Answer(text=NOT_OF_THE_TEAM)
    label = f"#{ticket.ticket_id}" + (f" · policy {ticket.policy}" if ticket.policy else "")
    post = ticket_list(label, [_listed(call, ticket)])
    facts = cards.facts(call.conn, call.desk, ticket.ticket_id)
    clocks = "\n".join(map(clock_line, facts.clocks)) if facts else ""
    if not clocks:
        return Answer(text=post.text, blocks=post.blocks)
    return Answer(text=f"{post.text}\n{clocks}", blocks=(*post.blocks, section(clocks)))


def _listed(call: Call, ticket: TicketRecord) -> ListedTicket:
    due_at = ticket.next_breach_at
    return ListedTicket(
        number=ticket.ticket_id,
        permalink=ticket.permalink or "",
        subject=ticket.subject,
        status=ticket.status,
        priority=ticket.priority or "",
        assignee=ticket.assignee or "",
        due_at=due_at,
        is_late=due_at is not None and due_at < call.now,
        snoozed=is_snoozed(ticket, call.now),
    )


VERBS = (
    Verb(
        name="list",
        run=_list,
        help=(
            "`/sla list` open tickets, the next deadline first; narrowed by words: "
            "`/sla list urgent`, `/sla list late @ana`, `/sla list here unassigned`"
        ),
    ),
    Verb(name="mine", run=_mine, help="`/sla mine` those that are yours"),
    Verb(name="show", run=_show, of_one_ticket=True, help="`/sla show #42` one ticket"),
)
