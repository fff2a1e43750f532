"""An alert as a post: in the thread of the ticket's card, or in a direct message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.slack import blocks
from bot.slack.blocks import Post
from bot.slack.text import authored, clip, date_token, escape
from bot.slack.wording import customer_label, metric_label, span

_MOST_MENTIONS = 100
_REMARK_LIMIT = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView:
    """One threshold of one instance, reached.

    Attributes:
        mentions: User ids, and user group ids as ``subteam^ID``, who are to be notified by the post.
        breach: Whether the deadline has passed.
        offset: Time left in the target's own hours, or time over, when the alert was sent.
        paused: Whether the clock stands still, so that there is no deadline yet.
        late: How long after it was due the alert is sent, when that needs saying.
        late_because: What kept it, where that is known.
        instead_of: The destination that could not be reached, for an alert that comes here in its place.
        unverified: Whether Slack could not be asked in time if the answer is already there.
        absent: The name of the assignee for whom the alert comes here, because they are away.
        ending: How the matter ended, for a post that is edited afterwards; mentions are dropped then.
    """

    number: int
    customer: str
    tier: str
    text: str
    priority: str
    status: str
    metric: str
    breach: bool
    breach_at: datetime
    offset: timedelta
    business_hours: bool
    mentions: tuple[str, ...]
    permalink: str
    late: timedelta | None = None
    late_because: str = ""
    instead_of: str = ""
    unverified: bool = False
    paused: bool = False
    absent: str = ""
    ending: str = ""

    @property
    def reached(self) -> str:
        """What happened to the promise: "due in 12 min", "missed"."""
        if not self.breach and self.paused:
            return f"paused with {span(self.offset)} left"
        if not self.breach:
            return f"due in {span(self.offset)}"
        return f"missed {span(self.offset)} ago" if self.offset else "missed"

    @property
    def remarks(self) -> tuple[str, ...]:
        """What has to be said about this alert's own journey, as plain text."""
        late = "" if self.late is None else f"sent {span(self.late)} late"
        if late and self.late_because:
            late = f"{late}: {self.late_because}"
        misled = f"could not be sent to {self.instead_of}" if self.instead_of else ""
        doubt = "unverified: Slack did not say in time whether it was answered" if self.unverified else ""
        away = f"here because {self.absent} is away" if self.absent and not self.ending else ""
        return tuple(remark for remark in (late, misled, away, "" if self.ending else doubt) if remark)


def alert(view: AlertView) -> Post:
    """A post that notifies: what is about to be missed or was missed, by whom, and where to answer.

    Edited afterwards, the same post says how it ended.
    """
    label = metric_label(view.metric)
    who = escape(customer_label(view.customer, view.tier))
    mentions = "" if view.ending else _mentions(view.mentions)
    line = f"{icon(view)} *{label} {view.reached}* · {ticket_link(view)} {who} · {view.priority or 'no priority'}"
    detail = _detail(view)
    built = [
        blocks.section("\n".join(part for part in (line, view.ending, mentions) if part)),
        blocks.quote(clip(view.text, 300)),
        blocks.context(detail),
    ]
    spoken = f"{label} {view.reached}: #{view.number} {who} ({detail}). {view.ending} {mentions}"
    return Post(text=spoken.strip(), blocks=tuple(built))


def icon(view: AlertView) -> str:
    """Red for what is missed, orange for what is about to be."""
    return "🔴" if view.breach else "🟠"


def ticket_link(view: AlertView) -> str:
    """The ticket's number, leading to its thread."""
    return f"<{view.permalink}|#{view.number}>" if view.permalink else f"#{view.number}"


def mention(whom: str) -> str:
    """A person, or a user group, so that Slack notifies them."""
    return f"<!{whom}>" if whom.startswith("subteam^") else f"<@{whom}>"


def _mentions(whom: Sequence[str]) -> str:
    """As many as fit: a mention that is cut in two notifies nobody and reads badly."""
    more = len(whom) - _MOST_MENTIONS
    return " ".join((*map(mention, whom[:_MOST_MENTIONS]), *([f"and {more} more"] if more > 0 else ())))


def _detail(view: AlertView) -> str:
    hours = "business hours" if view.business_hours else "24x7"
    due = f"{'Was due' if view.breach else 'Due'} {date_token(view.breach_at)} ({hours})"
    if view.paused and not view.breach:
        due = f"No deadline while paused ({hours})"
    return " · ".join((due, view.status, *(authored(remark, _REMARK_LIMIT) for remark in view.remarks)))
