"""The week's figures and the list of what was forgotten, as posts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.slack import blocks
from bot.slack.blocks import SECTION_LIMIT, Block, Post
from bot.slack.text import authored, date_token
from bot.slack.wording import plural

# Escaping may make a character five: eight lines of this length in each list stay within what Slack takes.
_NAME_LIMIT = 40
_REMARK_LIMIT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Attained:
    """How often a promise was kept, this week and the one before; None where none ended.

    Attributes:
        name: What was promised, or under which policy.
    """

    name: str
    met: int
    counted: int
    share: float | None
    before: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketLink:
    """A ticket in a list.

    Attributes:
        permalink: Where its conversation is; empty where that is not known.
        customer: Who is served; empty where nobody has said so, then the channel stands for them.
        remark: What there is to say about it, as plain text.
    """

    number: int
    permalink: str
    customer: str
    channel: str
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekView:
    """A week's figures.

    Attributes:
        period: "5 to 11 January".
        total: All promises together.
        worst: The tickets that were missed by most; of so many in all.
        exempt: The tickets that are in no figure, and why; of so many in all.
        due_at: When the post was due, where it comes late.
    """

    period: str
    total: Attained
    metrics: Sequence[Attained]
    policies: Sequence[Attained]
    worst: Sequence[TicketLink]
    worst_of: int
    exempt: Sequence[TicketLink]
    exempt_of: int
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgottenView:
    """Open tickets that nobody waits for by the clock, and nobody has touched; of so many in all."""

    tickets: Sequence[TicketLink]
    of: int
    due_at: datetime | None = None


def week(view: WeekView) -> Post:
    """The weekly post."""
    title = f"Service levels, {view.period}"
    built: list[Block] = [
        blocks.header(title),
        blocks.section(f"*{_share(view.total)}*{_counts(view.total)}{_change(view.total)}"),
        *_list("By promise", [_attained(each) for each in view.metrics]),
        *_list("By policy", [_attained(each) for each in view.policies] if len(view.policies) > 1 else []),
        *_list(_of("Missed by most", view.worst, view.worst_of), [_link(each) for each in view.worst]),
        *_list(_of("Exempt, and in no figure", view.exempt, view.exempt_of), [_link(each) for each in view.exempt]),
        blocks.context(f"`/sla report` tells more. {_late(view.due_at)}".strip()),
    ]
    said = f"{title}: {_share(view.total)}{_counts(view.total)}{_change(view.total)}."
    if view.worst:
        said += f" Missed by most: {', '.join(f'#{each.number}' for each in view.worst)}."
    return Post(text=said, blocks=tuple(built))


def forgotten(view: ForgottenView) -> Post:
    """The list of what may have been forgotten."""
    title = f"{plural(view.of, 'open ticket')} without a running clock and without news for a day"
    more = view.of - len(view.tickets)
    built: list[Block] = [
        blocks.section(f"*{title}*"),
        *_list("", [_link(each) for each in view.tickets]),
        blocks.context(
            f"{f'And {more} more. ' if more else ''}Solve them, answer, or put them on hold until a day. "
            f"{_late(view.due_at)}".strip()
        ),
    ]
    named = ", ".join(f"#{each.number}" for each in view.tickets)
    return Post(text=f"{title}: {named}{f' and {more} more' if more else ''}.", blocks=tuple(built))


def _list(title: str, lines: Sequence[str]) -> list[Block]:
    """Lines in as few sections as hold them whole: a link that is cut reads badly. Nothing for none."""
    texts: list[str] = []
    for line in (f"*{title}*", *lines) if lines and title else lines:
        if texts and len(texts[-1]) + len(line) < SECTION_LIMIT:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
    return [blocks.section(text) for text in texts]


def _of(title: str, shown: Sequence[TicketLink], total: int) -> str:
    return title if len(shown) == total else f"{title} ({len(shown)} of {total})"


def _attained(of: Attained) -> str:
    return f"{authored(of.name, _NAME_LIMIT)}  {_share(of)}{_counts(of)}{_change(of)}"


def _share(of: Attained) -> str:
    return "nothing to count" if of.share is None else f"{100 * of.share:.1f} % in time"


def _counts(of: Attained) -> str:
    return f" ({of.met} of {of.counted})" if of.counted else ""


def _change(of: Attained) -> str:
    if of.before is None:
        return ""
    if of.share is None:
        return f", the week before {100 * of.before:.1f} %"
    points = 100 * (of.share - of.before)
    sign = "→" if abs(points) < 0.05 else "↑" if points > 0 else "↓"
    return f", the week before {100 * of.before:.1f} % {sign}"


def _link(of: TicketLink) -> str:
    name = f"<{of.permalink}|#{of.number}>" if of.permalink else f"#{of.number}"
    whose = authored(of.customer, _NAME_LIMIT) or f"<#{of.channel}>"
    return f"{name}  {whose}: {authored(of.remark, _REMARK_LIMIT)}"


def _late(due_at: datetime | None) -> str:
    return f"This was due {date_token(due_at)}, when Threadline was not at work." if due_at else ""
