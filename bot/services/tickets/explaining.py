"""Why a deadline is where it is: every stretch of time behind one of a ticket's promises."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from bot.errors import BotError
from bot.services.tickets.happenings import describe
from bot.services.tickets.stories import Story, did_you_mean
from bot.slack.wording import metric_label
from sla.engine import Instance, LogType, MetricEvent, Stage
from sla.events import Event, MergedIn
from sla.explain import Explanation, explain
from sla.metrics import Metric


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
    hint = did_you_mean(name, list(Metric)) or f" It is one of {', '.join(Metric)}."
    raise BotError(f"{given!r} is not a metric.{hint}", exit_code=2)


def _log(story: Story, instance: Instance, due: datetime | None) -> Iterator[Entry]:
    own = [logged for logged in story.history.metric_events if (logged.metric, logged.instance) == instance.key]
    for logged in sorted(own, key=lambda logged: _in_its_life(instance, logged)):
        instants = [logged.at]
        if logged.type is LogType.ACTIVATE and instance.activated_at != logged.at:
            instants.append(instance.activated_at)
        by_itself = logged.type is LogType.BREACH and logged.at == due
        because = () if by_itself else tuple(what for at in instants for what in _what_happened(story.events, at))
        yield Entry(logged=logged, because=because)


def _in_its_life(instance: Instance, logged: MetricEvent) -> tuple[datetime, bool, bool]:
    """Where an entry stands in an instance's own log: even in a single instant it begins first and ends last."""
    ends = logged.type in {LogType.FULFILL, LogType.CANCEL} and logged.at == instance.ended_at
    return logged.at, logged.type is not LogType.ACTIVATE, ends


def _what_happened(events: Sequence[Event], at: datetime) -> Iterator[str]:
    """Yield what happened at an instant; a message that came with a merge is one of the other ticket's."""
    for event in events:
        if event.at == at:
            yield describe(event)
        elif isinstance(event, MergedIn) and any(message.at == at for message in event.messages):
            yield f"message in {event.source}, which was merged into this ticket"


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
