"""A ticket on a few lines of rich text, in which a customer's words can neither ping nor link nor be set in bold."""

from dataclasses import dataclass
from datetime import datetime

from bot.slack.blocks import Block
from bot.slack.cards import BADGE_ICONS, Badge
from bot.slack.text import clip
from bot.slack.wording import customer_label, metric_label

_SUBJECT_LIMIT = 150
_DATE = "{date_short_pretty} {time}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketLine:
    """A ticket of a list; all texts are plain.

    Attributes:
        metric: What the next deadline is about; empty when there is none.
        thread_url: The customer's thread; empty where its address is not known.
        card_url: The ticket's card; empty while it has none.
    """

    number: int
    badge: Badge
    subject: str
    customer: str
    tier: str
    priority: str
    status: str
    assignee: str
    metric: str
    breach_at: datetime | None
    thread_url: str
    card_url: str


def ticket_line(line: TicketLine) -> Block:
    """What it is and whose, in the customer's own words, and until when."""
    name = f"#{line.number} {customer_label(line.customer, line.tier)}"
    heading = _link(line.thread_url, name, bold=True) if line.thread_url else _text(name, bold=True)
    facts = f" · {line.priority or 'no priority'} · {line.status} · "
    who = {"type": "user", "user_id": line.assignee} if line.assignee else _text("nobody yet")
    card = [_text(" · "), _link(line.card_url, "card")] if line.card_url else []
    elements = [
        _text(f"{BADGE_ICONS[line.badge]} "),
        heading,
        _text(facts),
        who,
        _text(f"\n{clip(' '.join(line.subject.split()), _SUBJECT_LIMIT) or '(no text)'}\n"),
        *_deadline(line),
        *card,
    ]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _deadline(line: TicketLine) -> list[Block]:
    label = metric_label(line.metric)
    if line.breach_at is not None:
        is_late = line.badge is Badge.BREACHED
        verb = "missed, was due" if is_late else "due"
        return [_text(f"{label} {verb} ", bold=is_late), _date(line.breach_at)]
    return [_text("paused" if line.badge is Badge.PAUSED else "no deadline", italic=True)]


def _text(text: str, **style: bool) -> Block:
    return {"type": "text", "text": text} | _style(style)


def _link(url: str, text: str, **style: bool) -> Block:
    return {"type": "link", "url": url, "text": text} | _style(style)


def _style(style: dict[str, bool]) -> Block:
    wanted = {name: True for name, is_on in style.items() if is_on}
    return {"style": wanted} if wanted else {}


def _date(instant: datetime) -> Block:
    fallback = f"{instant:%Y-%m-%d %H:%M} UTC"
    return {"type": "date", "timestamp": int(instant.timestamp()), "format": _DATE, "fallback": fallback}
