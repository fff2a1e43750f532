"""Where history to simulate comes from: the database, or a timeline file."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from bot.errors import BotError
from bot.services.simulation.kinds import read_history_text
from bot.services.simulation.simulating import Setup, Tell
from bot.services.workspace.preview import RECENT, facts_of
from sla.engine import History, fold
from sla.errors import SlaError
from sla.simulate import under
from sla.ticket import ticket_from_json
from sla.timeline import Timeline, TimelineTicket, parse_timeline, tell_stories
from store import ticket_events, tickets

# Tickets are told again one by one: enough of them for a judgement, and no more than a person waits for.
MOST_RECENT = 5000
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """The tickets of the last 30 days, or where there are very many of them the last 5,000.

    Attributes:
        since: Since when they were opened.
        is_cut: Whether there were more.
    """

    tell: Tell
    since: datetime
    is_cut: bool


def recent_history(conn: Connection, workspace: str, now: datetime) -> Recent:
    """The latest tickets of the database, as they are told while somebody waits."""
    since = tickets.opened_since(conn, workspace, now - RECENT, most=MOST_RECENT)
    told = stored_history(conn, workspace, now, since=since)
    return Recent(tell=told, since=since, is_cut=since > now - RECENT)


def stored_history(conn: Connection, workspace: str, until: datetime, since: datetime | None = None) -> Tell:
    """The tickets of the database, those opened since an instant if one is given."""

    def tell(setup: Setup) -> Iterator[tuple[History, datetime]]:
        after = 0
        while batch := tickets.by_number(conn, workspace, after=after, limit=_AT_ONCE, since=since):
            after = batch[-1].ticket_id
            told = ticket_events.of_tickets(conn, workspace, [ticket.ticket_id for ticket in batch])
            for ticket in batch:
                if "initial" not in ticket.state:
                    continue
                initial = setup.begin(under(ticket_from_json(ticket.state["initial"]), setup.rules))
                events = setup.story(initial, facts_of(told[ticket.ticket_id]), until)
                yield fold(initial, setup.rules, events, max([until, *(event.at for event in events)])), until

    return tell


def timelines(path: Path) -> list[Timeline]:
    """The timelines of a file: one JSON object, or JSONL with one on each line.

    Raises:
        BotError: There is no such file, or it is none of the two.
    """
    text = read_history_text(path)
    try:
        return [parse_timeline(text)]
    except SlaError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2 or not all(line.lstrip().startswith("{") for line in lines):
            raise BotError(f"{path} is neither a timeline nor an export of Slack or Zendesk. {error}") from None
    return [_line(path, number, line) for number, line in enumerate(lines, start=1)]


def _line(path: Path, number: int, line: str) -> Timeline:
    try:
        return parse_timeline(line)
    except SlaError as error:
        raise BotError(f"Line {number} of {path} is no timeline. {error}") from None


def timeline_history(found: list[Timeline]) -> Tell:
    """The tickets of timelines; those of several lines are told apart by the line's number."""

    def tell(setup: Setup) -> Iterator[tuple[History, datetime]]:
        for number, timeline in enumerate(found, start=1):
            prefix = f"{number}:" if len(found) > 1 else ""
            for history in tell_stories(_under(timeline, setup)):
                yield _named(history, prefix), timeline.until

    return tell


def _under(timeline: Timeline, setup: Setup) -> Timeline:
    retold = tuple(_retold(each, setup, timeline.until) for each in timeline.tickets)
    return replace(timeline, rules=setup.rules, tickets=retold)


def _retold(told: TimelineTicket, setup: Setup, until: datetime) -> TimelineTicket:
    begun = setup.begin(under(told.ticket, setup.rules))
    return TimelineTicket(ticket=begun, events=tuple(setup.story(begun, told.events, until)))


def _named(history: History, prefix: str) -> History:
    ticket = history.state.ticket
    return replace(history, state=history.state._replace(ticket=ticket._replace(id=f"{prefix}{ticket.id}")))
