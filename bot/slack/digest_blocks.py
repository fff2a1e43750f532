"""A storm of alerts as posts: a root that says how bad it is, and pages in its thread that name every ticket once."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.slack import blocks
from bot.slack.alert_posts import AlertView, mention
from bot.slack.blocks import Block, Post
from bot.slack.text import authored, clip, escape
from bot.slack.wording import customer_label, metric_label, plural

_WORST = 10
_MOST_CUSTOMERS = 8
_MOST_MENTIONS = 20
# Slack takes under 13,000 characters of blocks as JSON; a page has 40 lines and a little around them.
_LINE_LIMIT = 300
_LINES_PER_SECTION = 8
_PRIORITIES = ("urgent", "high", "normal", "low", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketLine:
    """One ticket of a storm with everything that it is alerted for."""

    alerts: tuple[AlertView, ...]

    @property
    def first(self) -> AlertView:
        """What stands for the ticket: the worst."""
        return min(self.alerts, key=_badness)


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestView:
    """A storm as its root shows it.

    Attributes:
        lines: Every ticket once.
        pages: How many pages follow in the thread.
        link: The address where all is to be seen; empty without one.
        remark: Why it is late, where it is.
    """

    lines: Sequence[TicketLine]
    pages: int
    link: str = ""
    remark: str = ""


def root(view: DigestView) -> Post:
    """The post that notifies."""
    alerts = [alert for line in view.lines for alert in line.alerts]
    missed = sum(alert.breach for alert in alerts)
    title = f"{plural(len(view.lines), 'ticket')}: {_counted(missed, len(alerts) - missed)}"
    by_priority = Counter(line.first.priority for line in view.lines)
    by_customer = Counter(customer_label(line.first.customer, line.first.tier) for line in view.lines)
    mentions = " ".join(
        map(mention, list(dict.fromkeys(who for one in alerts for who in one.mentions))[:_MOST_MENTIONS])
    )
    priorities = ", ".join(
        f"{by_priority[name]} {name or 'without priority'}" for name in _PRIORITIES if by_priority[name]
    )
    worst = [_line(line) for line in worst_first(view.lines)[:_WORST]]
    built: list[Block] = [
        blocks.header(f"🚨 {title}"),
        *([blocks.section(mentions)] if mentions else []),
        blocks.section(f"*By priority*  {priorities}\n*By customer*  {_customers(by_customer)}"),
        blocks.section("*The worst*\n" + "\n".join(worst[:5])),
        *([blocks.section("\n".join(worst[5:]))] if worst[5:] else []),
        blocks.context(_footer(view)),
    ]
    spoken = f"{title} ({priorities}). {_footer(view)} {mentions}"
    return Post(text=spoken.strip(), blocks=tuple(built))


def page(lines: Sequence[TicketLine], number: int, pages: int) -> Post:
    """One page: at most 40 tickets, a line for each."""
    said = [_line(line) for line in lines]
    built = [
        blocks.section("\n".join(said[start : start + _LINES_PER_SECTION]))
        for start in range(0, len(said), _LINES_PER_SECTION)
    ]
    spoken = "; ".join(_spoken(line) for line in lines)
    return Post(text=f"{number}/{pages}: {spoken}", blocks=(*built, blocks.context(f"Page {number} of {pages}")))


def worst_first(lines: Iterable[TicketLine]) -> list[TicketLine]:
    """Missed before due soon, then by priority, then the one that waits longest."""
    return sorted(lines, key=lambda line: _badness(line.first))


def _badness(alert: AlertView) -> tuple[bool, int, float, int]:
    rank = _PRIORITIES.index(alert.priority) if alert.priority in _PRIORITIES else len(_PRIORITIES)
    return (not alert.breach, rank, alert.breach_at.timestamp(), alert.number)


def _counted(missed: int, soon: int) -> str:
    parts = [f"{missed} missed" if missed else "", f"{soon} due soon" if soon else ""]
    return ", ".join(part for part in parts if part)


def _customers(by_customer: Counter[str]) -> str:
    shown = [f"{count} {authored(name, 60)}" for name, count in by_customer.most_common(_MOST_CUSTOMERS)]
    more = len(by_customer) - len(shown)
    return ", ".join(shown) + (f" and {plural(more, 'other')}" if more else "")


def _footer(view: DigestView) -> str:
    where = f"Every ticket is named in the thread ({plural(view.pages, 'page')})"
    link = f"<{view.link}|open the dashboard>" if view.link else ""
    return " · ".join(part for part in (where, link, authored(view.remark, 200)) if part)


def _line(line: TicketLine) -> str:
    """A ticket's line, short enough that 40 of them fit; at worst without its link and its customer."""
    first = line.first
    number = f"<{first.permalink}|#{first.number}>" if first.permalink else f"#{first.number}"
    icon, facts = "🔴" if first.breach else "🟠", f"{first.priority or 'no priority'} · {_facts(line)}"
    long = f"{icon} {number} {escape(clip(customer_label(first.customer, first.tier), 50))} · {facts}"
    return long if len(json.dumps(long, ensure_ascii=False)) <= _LINE_LIMIT else f"{icon} #{first.number} · {facts}"


def _facts(line: TicketLine) -> str:
    said = (
        f"{metric_label(one.metric)} {one.reached}{' (unverified)' if one.unverified else ''}" for one in line.alerts
    )
    return clip(", ".join(said), 110)


def _spoken(line: TicketLine) -> str:
    first = line.first
    return f"#{first.number} {authored(customer_label(first.customer, first.tier), 50)}: {_facts(line)}"
