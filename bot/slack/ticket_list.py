"""Tickets on a line each, as an answer that one person reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.slack import rich
from bot.slack.blocks import Block, Post
from bot.slack.text import authored, clip, date_token

_SUBJECT_LIMIT = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTicket:
    """A ticket of a list; the subject is plain text, the assignee a user id, empty without one."""

    number: int
    permalink: str
    subject: str
    status: str
    priority: str
    assignee: str
    due_at: datetime | None
    is_late: bool
    snoozed: bool = False


def ticket_list(title: str, listed: Sequence[ListedTicket], *, more: int = 0) -> Post:
    """The list, which says how many it leaves out."""
    rest = f"… and {more} more" if more else ""
    text = "\n".join(part for part in (f"*{authored(title, 200)}*", *map(_spoken, listed), rest) if part)
    parts = [rich.line(rich.words(title, bold=True)), rich.bullets([_line(one) for one in listed])]
    if rest:
        parts.append(rich.line(rich.words(rest)))
    return Post(text=text, blocks=(rich.rich(*parts),))


def _line(ticket: ListedTicket) -> Block:
    facts = f" · {ticket.status} · {ticket.priority or 'no priority'} · "
    due = [rich.words("was due " if ticket.is_late else "due "), rich.date(ticket.due_at)] if ticket.due_at else []
    return rich.line(
        rich.link(ticket.permalink, f"#{ticket.number}"),
        rich.words(f" {_subject(ticket)}{facts}"),
        rich.person(ticket.assignee) if ticket.assignee else rich.words("nobody"),
        rich.words(" · "),
        *(due or [rich.words("no deadline")]),
        *([rich.words(" · late", bold=True)] if ticket.is_late else []),
        *([rich.words(" · snoozed")] if ticket.snoozed else []),
    )


def _subject(ticket: ListedTicket) -> str:
    return clip(" ".join(ticket.subject.split()), _SUBJECT_LIMIT) or "(no text)"


def _spoken(ticket: ListedTicket) -> str:
    number = f"<{ticket.permalink}|#{ticket.number}>" if ticket.permalink else f"#{ticket.number}"
    verb = "was due" if ticket.is_late else "due"
    due = f"{verb} {date_token(ticket.due_at)}" if ticket.due_at else "no deadline"
    who = f"<@{ticket.assignee}>" if ticket.assignee else "nobody"
    facts = f"{ticket.status} · {ticket.priority or 'no priority'} · {who} · {due}"
    return f"• {number} {authored(_subject(ticket), _SUBJECT_LIMIT)} · {facts}"
