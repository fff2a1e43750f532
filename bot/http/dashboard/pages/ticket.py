"""A ticket: what happened, its clocks, and each deadline drawn as the time that it is made of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from sqlalchemy import Connection

from bot.errors import BotError
from bot.http.dashboard.templating import local
from bot.http.dashboard.visit import Shown, Visit
from bot.services.reporting.tables import duration
from bot.services.tickets.explaining import Reasons, reasons
from bot.services.tickets.happenings import describe
from bot.services.tickets.stories import Story, stored_story
from bot.slack.wording import metric_label, span
from sla.engine import Instance
from sla.explain import Kind
from sla.ticket import Status
from store import tickets

# The drawing's width, and the most of it that what came after a passed deadline gets: the deadline is to be explained.
_WIDTH, _MOST_OVERDUE = 1000.0, 0.5
_LEAST_WIDTH, _MARK = 0.5, 4.0
# Somebody who did something, or whom a ticket was given.
_ID = re.compile(r"(?<=\b(?:by|to) )[UW][A-Z0-9]{3,}\b")
_WORDS = {
    Kind.COUNTED: "counted",
    Kind.CLOSED: "closed",
    Kind.HOLIDAY: "holiday",
    Kind.SPECIAL_HOURS: "special hours",
    Kind.PAUSED: "paused",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of the drawing; `kind` is its class in the stylesheet."""

    x: float
    width: float
    kind: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A promise with its deadline, and why that is where it is."""

    name: str
    outcome: str
    policy: str
    target: str
    started_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    used: str
    left: str
    sums: list[tuple[str, str]]
    stretches: list[Stretch]
    ends: tuple[str, ...]
    told: str
    log: list[tuple[datetime, str]]


def draw(conn: Connection, visit: Visit) -> Shown:
    """The page; one that says so where there is no such ticket."""
    try:
        story = stored_story(conn, visit.number, visit.now, visit.desk.workspace)
    except BotError as error:
        return Shown("message.html", {"title": "No such ticket", "text": str(error)}, 404)
    record = tickets.get(conn, visit.desk.workspace, visit.number)
    assert record is not None, "its story was just told"
    customer = visit.desk.config.customers.get(record.customer or "")
    facts = [
        ("Status", record.status),
        ("Priority", record.priority or "none"),
        ("Customer", customer.name if customer else visit.name_of(record.requester or "") or "unknown"),
        ("Requester", visit.name_of(record.requester) if record.requester else "unknown"),
        ("Assignee", visit.name_of(record.assignee) if record.assignee else "nobody"),
        ("Group", record.group_name or "none"),
        ("Policy", record.policy or "none"),
        ("Channel", visit.name_of(record.channel_id)),
    ]
    if Status(record.status).ended and record.solved_at:
        facts.append(("Solved", local(record.solved_at, visit.zone)))
    return Shown(
        "ticket.html",
        {
            "ticket": record,
            "facts": facts,
            "clocks": [_clock(story, each, visit) for each in story.history.instances if each.target is not None],
            "events": [(event.at, _named(describe(event), visit)) for event in story.events],
            "problems": story.history.problems,
        },
    )


def _named(told: str, visit: Visit) -> str:
    """What happened, with the names of people in place of their ids."""
    return _ID.sub(lambda found: visit.name_of(found[0]), told)


def _clock(story: Story, instance: Instance, visit: Visit) -> Clock:
    found = reasons(story, instance)
    assert instance.target is not None, "only those with a target are explained"
    unit = "business" if instance.target.business_hours else "calendar"
    number = f" {instance.number}" if instance.number > 1 else ""
    sums = [(_WORDS[kind], duration(found.explanation.total(kind))) for kind in Kind if found.explanation.total(kind)]
    if found.overdue is not None:
        sums.append(("late", duration(found.overdue.total(Kind.COUNTED))))
    stretches = list(_stretches(found, visit.zone))
    return Clock(
        name=metric_label(instance.metric) + number,
        outcome=_outcome(instance),
        policy=instance.policy or "none",
        target=f"{duration(timedelta(seconds=instance.target.seconds))} {unit}",
        started_at=instance.activated_at,
        due_at=found.due_at,
        ended_at=instance.ended_at,
        used=duration(found.used),
        left=_left(found),
        sums=sums,
        stretches=stretches,
        ends=tuple(_ends(found, visit.zone)),
        told="Of the time until the deadline: " + ", ".join(f"{length} {kind}" for kind, length in sums),
        log=[(entry.logged.at, _named(_logged(entry.logged.type.value, entry.because), visit)) for entry in found.log],
    )


def _outcome(instance: Instance) -> str:
    if instance.open:
        return "late" if instance.breached else instance.stage.value
    return instance.outcome.value


def _left(found: Reasons) -> str:
    if found.left is None:
        return "-"
    return f"{span(found.left)} late" if found.left < timedelta() else f"{span(found.left)} left"


def _logged(kind: str, because: tuple[str, ...]) -> str:
    what = kind.replace("_", " ").replace("sla", "target")
    return f"{what}: {'; '.join(because)}" if because else what


def _stretches(found: Reasons, zone: tzinfo) -> Iterator[Stretch]:
    """The time until the deadline, when it ended or the present, and what came after the deadline."""
    explained, late = found.explanation, found.overdue
    whole, overdue = explained.end - explained.start, late.end - late.start if late is not None else timedelta()
    if not whole + overdue:
        return  # it ended when it began
    room = _WIDTH * (1 - min(overdue / (whole + overdue), _MOST_OVERDUE))
    for segment in explained.segments:
        name = f" ({segment.name})" if segment.name else ""
        yield Stretch(
            x=round(room * ((segment.start - explained.start) / whole), 2),
            width=round(max(_LEAST_WIDTH, room * ((segment.end - segment.start) / whole)), 2),
            kind=segment.kind.value,
            told=f"{_WORDS[segment.kind]}{name}: {local(segment.start, zone)} to {local(segment.end, zone)}",
        )
    if late is not None:
        yield Stretch(
            x=round(room, 2), width=round(_WIDTH - room, 2), kind="late", told=f"after the deadline: {span(overdue)}"
        )
    elif found.due_at is not None:
        x = room * ((_stop(found) - explained.start) / whole)
        yield Stretch(x=round(min(x, room - _MARK), 2), width=_MARK, kind="moment", told=_stopped(found, zone))


def _ends(found: Reasons, zone: tzinfo) -> Iterator[str]:
    """What stands below the drawing, from left to right."""
    yield f"began {local(found.explanation.start, zone)}"
    if found.overdue is None:
        yield _stopped(found, zone)
    if found.due_at is not None:
        yield f"due {local(found.due_at, zone)}"
    if found.overdue is not None:
        yield _stopped(found, zone)


def _stop(found: Reasons) -> datetime:
    return found.instance.ended_at or found.story.until


def _stopped(found: Reasons, zone: tzinfo) -> str:
    return f"{'now' if found.instance.ended_at is None else 'ended'} {local(_stop(found), zone)}"
