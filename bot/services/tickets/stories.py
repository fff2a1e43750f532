"""A ticket's whole story, told again from its events: of the database, or of a timeline file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.config.config import Config
from bot.errors import BotError
from sla.engine import History, Instance, advance, fold, in_order, start
from sla.events import Created, Event, Merged, event_from_json
from sla.metrics import Metric
from sla.policy import Rules, rules_from_json
from sla.spelling import nearest
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
    return tell_story(f"#{number}", ticket_from_json(ticket.state["initial"]), begun_under, events, until)


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
        hint = did_you_mean(wanted, ids) or f" It has {', '.join(ids[:10])}{', ...' if len(ids) > 10 else ''}."
        raise BotError(f"The timeline has no ticket {wanted!r}.{hint}")
    here = timeline.tickets[ids.index(wanted)]
    joined = [other for other in timeline.tickets if any(_merges(event, wanted) for event in other.events)]
    if not joined and not any(isinstance(event, Merged) for event in here.events):
        return tell_story(wanted, here.ticket, timeline.rules, here.events, timeline.until)
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


def tell_story(name: str, ticket: Ticket, rules: Rules, events: Iterable[Event], until: datetime) -> Story:
    """The story that a ticket's events make under the rules in force at first; later ones than `until` do not count."""
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


def did_you_mean(given: str, known: Sequence[str]) -> str:
    """A sentence that names the nearest known word, if one is near."""
    near = nearest(given, known)
    return f" Did you mean {near}?" if near else ""


def _find(conn: Connection, number: int, workspace: str | None) -> TicketRecord:
    known = [each.workspace for each in workspaces.every(conn)]
    if workspace is not None and workspace not in known:
        raise BotError(f"The database has no workspace {workspace!r}.{did_you_mean(workspace, known)}")
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


def _merges(event: Event, into: str) -> bool:
    return isinstance(event, Merged) and event.into == into


def _subject(events: Iterable[Event]) -> str:
    return next((event.text for event in events if isinstance(event, Created)), "")
