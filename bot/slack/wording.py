"""How figures and terms read in a sentence to a person."""

import re
from datetime import timedelta

from bot.slack.text import clip

# The configuration allows longer ones, but a name must not push out what else a message has to say.
_NAME_LIMIT = 80

# Slack's markup in a name that somebody has chosen: characters that look alike and do nothing.
_MARKUP = str.maketrans({"*": "\u2217", "~": "\u223c", "`": "\u02cb"})
_EDGE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")

METRIC_LABELS = {
    "first_reply_time": "First reply",
    "next_reply_time": "Next reply",
    "periodic_update_time": "Periodic update",
    "pausable_update_time": "Pausable update",
    "requester_wait_time": "Requester wait time",
    "agent_work_time": "Agent work time",
    "total_resolution_time": "Total resolution time",
    "group_ownership_time": "Group ownership",
}


def metric_label(metric: str) -> str:
    """A metric as people say it."""
    return METRIC_LABELS.get(metric, metric.replace("_", " "))


def span(duration: timedelta) -> str:
    """A duration in its two largest units, of whole seconds rounded down: "2 d 3 h", "1 h 5 min", "40 s"."""
    seconds = round(abs(duration.total_seconds()))
    units = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    parts = []
    for name, size in units:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}")
    if len(parts) > 1 and parts[-1].endswith(" s"):
        parts.pop()
    return " ".join(parts[:2]) or "0 s"


def lateness(late: timedelta, by_calendar: timedelta, *, business_hours: bool) -> str:
    """How late something was: "7 min late (12 min by the calendar)"; around the clock both are the same.

    A deadline at closing time can be missed by no time at all: nobody was there to count.
    """
    if not business_hours:
        return f"{span(by_calendar)} late"
    if span(late) == span(by_calendar):
        return f"{span(late)} late"
    if late <= timedelta():
        return f"late (outside support hours, {span(by_calendar)} by the calendar)"
    return f"{span(late)} late ({span(by_calendar)} by the calendar)"


def exactly(seconds: int) -> str:
    """A number of seconds with nothing rounded away: "26 h 5 min", "40 s", "0 s".

    Hours do not become days, because a day of business hours is not 24 of them.
    """
    minutes, rest = divmod(abs(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{count} {unit}" for count, unit in ((hours, "h"), (minutes, "min"), (rest, "s")) if count]
    return ("-" if seconds < 0 else "") + (" ".join(parts) or "0 s")


def plural(count: int, noun: str) -> str:
    """A count with its noun: "1 ticket", "2 tickets"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def sentence(text: str) -> str:
    """The same with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def customer_label(name: str, tier: str) -> str:
    """Who is served, on one line: "Acme Inc (enterprise)"."""
    name = clip(" ".join(tamed(name).split()), _NAME_LIMIT) or "Unknown customer"
    return f"{name} ({clip(tamed(tier), _NAME_LIMIT)})" if tier else name


def tamed(name: str) -> str:
    """A name that sets nothing in bold and opens no code: people choose their own, customers too."""
    return _EDGE.sub("\u02cd", name.translate(_MARKUP))
