"""Why a deadline is where it is, for a reader in Slack."""

from datetime import datetime

from sqlalchemy import Connection

from bot.errors import BotError
from bot.services.requests.actions import Answer, Asked
from bot.services.requests.authorise import NOT_OF_THE_TEAM, Action, may
from bot.services.tickets.explaining import Reasons, chosen, metric_named, reasons
from bot.services.tickets.reason_words import KINDS, LocalTimes, came_to, what_became, whole_seconds
from bot.services.tickets.stories import stored_story
from bot.services.workspace.desk import Desk
from bot.slack import rich
from bot.slack.blocks import Block
from bot.slack.text import authored, clip
from bot.slack.wording import exactly, metric_label
from sla.explain import Explanation, Kind
from sla.metrics import Metric
from sla.ticket import ChannelKind
from store import tickets

# Slack: under 13,000 characters over all blocks of a message.
_LONGEST = 9000
_MOST_STRETCHES = 24
_METRICS = list(Metric)


def why(conn: Connection, desk: Desk, ticket_id: int, metric: str, asked: Asked, now: datetime) -> Answer:
    """Every stretch of time behind the ticket's promises, or behind one that is named, with sums that add up."""
    ticket = tickets.get(conn, desk.workspace, ticket_id)
    if ticket is None:
        return Answer(text=f"There is no ticket #{ticket_id}.")
    if not may(asked.standing, Action.READ_TICKETS, shared=ticket.channel_kind == ChannelKind.SHARED):
        return Answer(text=NOT_OF_THE_TEAM)
    try:
        story = stored_story(conn, ticket_id, now, desk.workspace)
        wanted = chosen(story, metric_named(metric) if metric else None)
        found = [reasons(story, one) for one in sorted(wanted, key=lambda one: _METRICS.index(one.metric))]
    except BotError as error:
        return Answer(text=authored(str(error), 500))
    room = _LONGEST // len(found)
    return Answer(
        text="\n".join(_spoken(one) for one in found),
        blocks=tuple(block for one in found for block in _blocks(one, room)),
    )


def _spoken(of: Reasons) -> str:
    times = LocalTimes(of.zone, of)
    number = f" {of.instance.number}" if of.instance.number > 1 else ""
    said = f"{of.story.name} {metric_label(of.instance.metric)}{number}: {came_to(of, times)} {_sum(of.explanation)}."
    return authored(said, 600)


def _blocks(of: Reasons, room: int) -> list[Block]:
    instance = of.instance
    assert instance.target is not None, "only what has a target is explained"
    times = LocalTimes(of.zone, of)
    number = f" {instance.number}" if instance.number > 1 else ""
    hours = "business hours" if instance.target.business_hours else "around the clock"
    schedule = f", schedule {instance.schedule}" if instance.schedule and instance.target.business_hours else ""
    target = f"Target {exactly(instance.target.seconds)}, {hours}; policy {instance.policy}{schedule}"
    heading = rich.line(
        rich.words(f"{of.story.name} {metric_label(instance.metric)}{number}", bold=True),
        rich.words(f"\n{came_to(of, times)}\n{clip(target, 300)}. Times in {times.zone}."),
    )
    parts = [heading, rich.preformatted(clip(_stretches(of.explanation, times), room))]
    if of.overdue:
        late = _stretches(of.overdue, times)
        parts += [rich.line(rich.words("After the deadline")), rich.preformatted(clip(late, room // 2))]
    return [rich.rich(*parts)]


def _stretches(explanation: Explanation, times: LocalTimes) -> str:
    """A line for each stretch, and their sum; of very many, the first and the last."""
    lengths = whole_seconds(explanation.segments)
    rows = [
        (times.shows(segment.start), _end(times.shows(segment.start), times.shows(segment.end)), exactly(seconds))
        for segment, seconds in zip(explanation.segments, lengths, strict=True)
    ]
    until, long = (max((len(row[column]) for row in rows), default=0) for column in (1, 2))
    lines = [
        f"{start} - {end:<{until}}  {length:>{long}}  {clip(what_became(segment), 60)}"
        for (start, end, length), segment in zip(rows, explanation.segments, strict=True)
    ]
    if len(lines) > _MOST_STRETCHES:
        half = _MOST_STRETCHES // 2
        lines = [*lines[:half], f"… {len(lines) - 2 * half} more …", *lines[-half:]]
    return "\n".join([*lines, _sum(explanation)])


def _end(start: str, end: str) -> str:
    """The end, without its date where that is the start's."""
    date, _, time = end.rpartition(" ")
    return time if start.startswith(date) else end


def _sum(explanation: Explanation) -> str:
    sums: dict[Kind, int] = dict.fromkeys(Kind, 0)
    for segment, seconds in zip(explanation.segments, whole_seconds(explanation.segments), strict=True):
        sums[segment.kind] += seconds
    parts = [f"{exactly(seconds)} {KINDS[kind]}" for kind, seconds in sums.items() if seconds]
    return f"Sum: {' + '.join(parts) or '0 s'} = {exactly(sum(sums.values()))}"
