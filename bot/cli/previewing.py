"""What a configuration would change, for a person to read and for a program."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from bot.services.workspace.preview import RECENT, Preview
from bot.slack.wording import metric_label, plural, span
from sla.comparison import Comparison, Flip, Promise
from sla.events import Apply
from sla.instants import format_instant

_MOST_NAMED = 20
_MOST_TICKETS = 50
_REACHES = {
    Apply.NEXT_UPDATE: "with its next update",
    Apply.NOW: "at once",
}


def preview_lines(of: Preview, to_open: Apply) -> Iterator[str]:
    """The preview as lines: by section, then the open tickets that move, then those that would have ended otherwise."""
    if not of.differences:
        yield "Nothing would change: this is the configuration in force."
        return
    for section, found in groupby(of.differences, key=lambda each: each.section):
        yield section
        yield from (f"  {each.sentence()}" for each in found)
    yield ""
    yield from _open_lines(of, to_open)
    yield ""
    yield from _recent_lines(of)


def preview_json(of: Preview, to_open: Apply) -> dict[str, Any]:
    """The preview as one JSON object; `before` and `after` are null where there is nothing on that side."""
    return {
        "changes": [
            {"section": each.section, "what": each.what, "before": each.before, "after": each.after}
            for each in of.differences
        ],
        "open_tickets": {
            "total": of.open_tickets,
            "to_open": to_open.value,
            "changed": [_ticket_json(each) for each in of.moved],
        },
        "recent_tickets": {
            "days": RECENT.days,
            "total": of.recent_tickets,
            "would_be_missed": _numbers(of.would_be_missed),
            "would_be_met": _numbers(of.would_be_met),
            "changed": [_ticket_json(each) for each in of.otherwise],
        },
    }


def _open_lines(of: Preview, to_open: Apply) -> Iterator[str]:
    count = f"{len(of.moved)} of {plural(of.open_tickets, 'open ticket')}"
    if not of.moved:
        yield f"{count} would change."
        return
    yield f"{count} would change, each {_REACHES[to_open]}:"
    for each in of.moved[:_MOST_TICKETS]:
        yield f"  #{each.ticket}: {'; '.join(_changes(each))}"
    if len(of.moved) > _MOST_TICKETS:
        yield f"  and {len(of.moved) - _MOST_TICKETS} more: see --format json"


def _recent_lines(of: Preview) -> Iterator[str]:
    of_all = f"of {plural(of.recent_tickets, 'ticket')} of the last {RECENT.days} days would"
    if not of.otherwise:
        yield f"0 {of_all} have ended otherwise."
        return
    missed, met = of.would_be_missed, of.would_be_met
    others = [each for each in of.otherwise if each not in missed and each not in met]
    for found, how in (
        (missed, "have been missed"),
        (met, "have been met"),
        (others, "have promises with another outcome"),
    ):
        if found:
            yield f"{len(found)} {of_all} {how}: {_named(found)}"


def _named(found: Sequence[Comparison]) -> str:
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    return ", ".join(f"#{each.ticket}" for each in found[:_MOST_NAMED]) + more


def _changes(of: Comparison) -> Iterator[str]:
    for name, (before, after) in (("policy", of.policy), ("group policy", of.group_policy)):
        if before != after:
            yield f"{name} {before or 'none'} -> {after or 'none'}"
    for flip in of.flips:
        number = f" {flip.number}" if flip.number > 1 else ""
        yield f"{metric_label(flip.metric)}{number} {_say(flip, flip.before)} -> {_say(flip, flip.after)}"


def _say(flip: Flip, promise: Promise | None) -> str:
    """One side of what differs, as briefly as the other side allows."""
    if promise is None:
        return "not promised"
    if promise.remaining is not None and not flip.ends_otherwise:
        return f"paused with {span(promise.remaining)} left"
    if promise.breach_at is not None and promise.outcome == "open":
        return f"due {_at(promise.breach_at)}"
    late = f" (was due {_at(promise.breach_at)})" if promise.breach_at is not None else ""
    return f"{promise.outcome}{late}"


def _at(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def _numbers(found: Sequence[Comparison]) -> list[int]:
    return [int(each.ticket) for each in found]


def _ticket_json(of: Comparison) -> dict[str, Any]:
    return {
        "ticket": int(of.ticket),
        "policy": {"before": of.policy[0], "after": of.policy[1]},
        "group_policy": {"before": of.group_policy[0], "after": of.group_policy[1]},
        "missed": {"before": of.missed[0], "after": of.missed[1]},
        "instances": [
            {
                "metric": flip.metric.value,
                "instance": flip.number,
                "before": _promise_json(flip.before),
                "after": _promise_json(flip.after),
            }
            for flip in of.flips
        ],
    }


def _promise_json(promise: Promise | None) -> dict[str, Any] | None:
    if promise is None:
        return None
    return {
        "policy": promise.policy,
        "outcome": promise.outcome.value,
        "breach_at": None if promise.breach_at is None else format_instant(promise.breach_at),
        "remaining_seconds": None if promise.remaining is None else promise.remaining.total_seconds(),
    }
