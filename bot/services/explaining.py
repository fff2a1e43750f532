"""Why a deadline is where it is: a ticket's story told again, and every stretch of time behind one of its promises."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from difflib import get_close_matches

from sqlalchemy import Connection

from bot.config.config import Config
from bot.errors import BotError
from bot.services.happenings import describe
from bot.slack.wording import metric_label
from sla.engine import History, Instance, LogType, MetricEvent, Stage, advance, fold, in_order, start
from sla.events import Created, Event, Merged, MergedIn, event_from_json
from sla.explain import Explanation, explain
from sla.metrics import Metric
from sla.policy import Rules, rules_from_json
from sla.ticket import Ticket, ticket_from_json
from sla.timeline import Timeline, tell_stories
from store import rules as versions
from store import ticket_events, tickets, workspaces
from store.tickets import TicketRecord

Key = tuple[Metric, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A ticket's history, and what it takes to explain it.

    Attributes:
        name: What the ticket is called: "#42", or its id in a timeline file.
        subject: What its first message says.
        rules: The rules under which each instance was last measured; ended instances keep theirs.
        events: What happened, in the order in which it applies.
        until: The instant at which open instances are looked at.
    """

    name: str
    subject: str
    history: History
    rules: Mapping[Key, Rules]
    events: tuple[Event, ...]
    until: datetime

    def rules_of(self, instance: Instance) -> Rules:
        """The rules by which an instance is, or was, measured."""
        return self.rules.get(instance.key, self.history.state.rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of an instance's log, with what brought it about; a deadline that passes needs no reason."""

    logged: MetricEvent
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """Everything behind one promise.

    Attributes:
        zone: The time zone of the schedule in force; UTC without one.
        due_at: The deadline that the sums explain; None while it is paused in time, and when it was cancelled.
        explanation: From activation to the deadline; where there is none, to the end or the present.
        overdue: From a deadline that has passed to the end or the present.
        used: What was counted so far, in the target's own hours.
        left: What is left of the target of an open instance, negative when overdue.
    """

    story: Story
    instance: Instance
    zone: tzinfo
    due_at: datetime | None
    explanation: Explanation
    overdue: Explanation | None
    used: timedelta
    left: timedelta | None
    log: tuple[Entry, ...]


def stored_story(conn: Connection, number: int, now: datetime, workspace: str | None = None) -> Story:
    """The story of a ticket of the database, up to now.

    Raises:
        BotError: There is no such ticket, or several workspaces have one.
    """
    ticket = _find(conn, number, workspace)
    if "initial" not in ticket.state:
        raise BotError(f"Ticket #{number} has not been evaluated yet, so there is nothing to explain.")
    events = [event_from_json(one.body) for one in ticket_events.of_ticket(conn, ticket.workspace, number)]
    begun_under = _rules(conn, ticket.workspace, ticket.state["rules_version"])
    until = max(now, *(event.at for event in events))
    return _tell(f"#{number}", ticket_from_json(ticket.state["initial"]), begun_under, events, until)


def timeline_story(timeline: Timeline, named: str | None) -> Story:
    """The story of one ticket of a timeline file; it need not be named where the file has only one.

    Raises:
        BotError: There is no such ticket, or none was named.
    """
    ids = [each.ticket.id for each in timeline.tickets]
    if named is None and len(ids) != 1:
        which = "no ticket" if not ids else f"{len(ids)} tickets: say which with --ticket, such as --ticket {ids[0]}"
        raise BotError(f"The timeline has {which}.", exit_code=2 if ids else 1)
    wanted = ids[0] if named is None else named
    if wanted not in ids:
        raise BotError(f"The timeline has no ticket {wanted!r}.{_did_you_mean(wanted, ids)}")
    here = timeline.tickets[ids.index(wanted)]
    joined = [other for other in timeline.tickets if any(_merges(event, wanted) for event in other.events)]
    if not joined and not any(isinstance(event, Merged) for event in here.events):
        return _tell(wanted, here.ticket, timeline.rules, here.events, timeline.until)
    # Merged tickets are told together; in a file no edit changes a schedule, so the last rules measure every instance.
    history = next(each for each in tell_stories(timeline) if each.state.ticket.id == wanted)
    events = in_order([*here.events, *(event for other in joined for event in other.events)])
    return Story(
        name=wanted,
        subject=_subject(here.events),
        history=history,
        rules={},
        events=tuple(events),
        until=timeline.until,
    )


def chosen(story: Story, metric: Metric | None = None, number: int | None = None) -> list[Instance]:
    """The instances that somebody asks about: one by its number, else the newest of the metric, or of each metric.

    Raises:
        BotError: None of them has, or had, a target.
    """
    measured = [instance for instance in story.history.instances if instance.target is not None]
    of_metric = [instance for instance in measured if metric in {None, instance.metric}]
    if not of_metric:
        raise BotError(_nothing_to_explain(story, metric, measured))
    if number is None:
        return list({instance.metric: instance for instance in of_metric}.values())
    found = [instance for instance in of_metric if instance.number == number]
    if not found:
        known = ", ".join(str(instance.number) for instance in of_metric)
        raise BotError(f"Ticket {story.name} has no {metric} {number} with a target; it has number {known}.")
    return found


def reasons(story: Story, instance: Instance) -> Reasons:
    """Everything behind the deadline of an instance that has, or had, a target."""
    rules = story.rules_of(instance)
    hours = instance.target_hours(rules)
    schedule = rules.compiled.get(instance.schedule or "")
    stop = instance.ended_at or story.until
    due = instance.run.due if instance.run and instance.stage is not Stage.CANCELLED else None
    elapsed = instance.elapsed(rules, story.until)
    return Reasons(
        story=story,
        instance=instance,
        zone=schedule.schedule.zone if schedule else UTC,
        due_at=due,
        explanation=explain(hours, instance.activated_at, due or stop, instance.pauses),
        overdue=explain(hours, due, stop, instance.pauses) if due and due < stop else None,
        used=elapsed.business if instance.target and instance.target.business_hours else elapsed.calendar,
        left=instance.remaining(rules, story.until),
        log=tuple(_log(story, instance, due)),
    )


def metric_named(given: str) -> Metric:
    """The metric that a person means: "first_reply_time", "first reply time" or "first-reply".

    Raises:
        BotError: There is none of that name.
    """
    name = given.strip().lower().replace("-", "_").replace(" ", "_")
    for metric in Metric:
        if name in {metric.value, metric.value.removesuffix("_time")}:
            return metric
    hint = _did_you_mean(name, list(Metric)) or f" It is one of {', '.join(Metric)}."
    raise BotError(f"{given!r} is not a metric.{hint}", exit_code=2)


def _find(conn: Connection, number: int, workspace: str | None) -> TicketRecord:
    known = [each.workspace for each in workspaces.every(conn)]
    if workspace is not None and workspace not in known:
        raise BotError(f"The database has no workspace {workspace!r}.{_did_you_mean(workspace, known)}")
    asked = known if workspace is None else [workspace]
    found = [ticket for each in asked if (ticket := tickets.get(conn, each, number)) is not None]
    if not found:
        raise BotError(f"There is no ticket #{number}.")
    if len(found) > 1:
        names = ", ".join(ticket.workspace for ticket in found)
        raise BotError(f"Several workspaces have a ticket #{number}: add --workspace with one of {names}.", exit_code=2)
    return found[0]


def _rules(conn: Connection, workspace: str, version: int) -> Rules:
    stored = versions.load(conn, workspace, version)
    if stored is None:
        raise BotError(f"Version {version} of the configuration is missing from the database: restore a backup.")
    return rules_from_json(Config.from_document(stored.document).rules_json())


def _tell(name: str, ticket: Ticket, rules: Rules, events: Iterable[Event], until: datetime) -> Story:
    """Fold a ticket's events, and note under which rules each instance was measured last."""
    ordered = [event for event in in_order(events) if event.at <= until]
    state, measured_under = start(ticket, rules), {}
    for event in ordered:
        before, state = state.rules, advance(state, event)
        for instance in state.changed:  # an update ends instances first, and then takes up edited rules
            measured_under[instance.key] = state.rules if instance.open else before
    return Story(
        name=name,
        subject=_subject(ordered),
        history=fold(ticket, rules, ordered, until),
        rules=measured_under,
        events=tuple(ordered),
        until=until,
    )


def _log(story: Story, instance: Instance, due: datetime | None) -> Iterator[Entry]:
    for logged in story.history.metric_events:
        if (logged.metric, logged.instance) != instance.key:
            continue
        instants = [logged.at]
        if logged.type is LogType.ACTIVATE and instance.activated_at != logged.at:
            instants.append(instance.activated_at)
        by_itself = logged.type is LogType.BREACH and logged.at == due
        because = () if by_itself else tuple(what for at in instants for what in _what_happened(story.events, at))
        yield Entry(logged=logged, because=because)


def _what_happened(events: Sequence[Event], at: datetime) -> Iterator[str]:
    """Yield what happened at an instant; a message that came with a merge is one of the other ticket's."""
    for event in events:
        if event.at == at:
            yield describe(event)
        elif isinstance(event, MergedIn) and any(message.at == at for message in event.messages):
            yield f"message in {event.source}, which was merged into this ticket"


def _merges(event: Event, into: str) -> bool:
    return isinstance(event, Merged) and event.into == into


def _subject(events: Iterable[Event]) -> str:
    return next((event.text for event in events if isinstance(event, Created)), "")


def _nothing_to_explain(story: Story, metric: Metric | None, measured: Sequence[Instance]) -> str:
    if metric is None:
        return f"Ticket {story.name} has no deadline to explain: no policy gave it a target."
    label = metric_label(metric).lower()
    if any(instance.metric is metric for instance in story.history.instances):
        why = "no policy gave it a target"
    else:
        why = "nothing has started its clock"
    others = sorted({instance.metric.value for instance in measured})
    there = f" It has {', '.join(others)}." if others else ""
    return f"Ticket {story.name} has no deadline for the {label}: {why}.{there}"


def _did_you_mean(given: str, known: Sequence[str]) -> str:
    near = get_close_matches(given, known, n=1)
    return f" Did you mean {near[0]}?" if near else ""
