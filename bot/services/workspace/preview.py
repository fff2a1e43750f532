"""What a configuration would change before it is applied: tickets are told again, under the rules now and under it.

Two questions are answered. What would become of the tickets that are open, when the edit reaches them: their story as
it is, with the edit at its end. And how would the tickets of the last days have ended, had the rules been these all
along: their story without any edit, once under the rules in force and once under the new ones.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot.config.config import Config
from bot.config.differences import Difference, differences
from bot.services.lifecycle.undoing import is_own_step
from bot.services.tickets.rules_in_force import rules_of_document
from sla.comparison import Comparison, compare
from sla.engine import History, fold
from sla.events import Apply, Event, RulesChanged, event_from_json
from sla.policy import Rules
from sla.simulate import with_auto_solve
from sla.ticket import Status, Ticket, ticket_from_json
from store import rules as versions
from store import ticket_events, tickets
from store.engine import Database
from store.ticket_events import TicketEvent
from store.tickets import TicketRecord

RECENT = timedelta(days=30)
_BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a configuration would change.

    Attributes:
        differences: What differs in the file; all of it where nothing is in force yet.
        moved: The open tickets whose policy, deadline or outcome would change, by number; the deadlines are those at
            the moment of looking.
        open_tickets: How many are open.
        otherwise: The recent tickets that would have ended otherwise, by number.
        recent_tickets: How many were opened in the last 30 days.
    """

    differences: tuple[Difference, ...]
    moved: tuple[Comparison, ...] = ()
    open_tickets: int = 0
    otherwise: tuple[Comparison, ...] = ()
    recent_tickets: int = 0

    @property
    def would_be_missed(self) -> list[Comparison]:
        """Recent tickets that kept all their promises, and would have missed one."""
        return [each for each in self.otherwise if each.missed == (False, True)]

    @property
    def would_be_met(self) -> list[Comparison]:
        """Recent tickets that missed a promise, and would have missed none."""
        return [each for each in self.otherwise if each.missed == (True, False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The rules in force, and those of the new configuration; `known` are the stored versions met on the way."""

    workspace: str
    before: Config
    after: Config
    now: datetime
    old: Rules
    new: Rules
    known: dict[int, Rules] = field(default_factory=dict)


async def preview(
    db: Database,
    workspace: str,
    config: Config,
    now: datetime,
    *,
    progress: Callable[[int], None] = lambda _done: None,
) -> Preview:
    """What would change if ``config`` were applied now; ``progress`` is told the number of the last ticket looked at.

    Nothing is written. Where no configuration is in force, no ticket can change.
    """
    stored = await db.read(lambda conn: versions.current(conn, workspace))
    found = differences(stored.document if stored is not None else {}, config.document)
    if stored is None or not found:
        return Preview(differences=found)
    sides = Sides(
        workspace=workspace,
        before=Config.from_document(stored.document),
        after=config,
        now=now,
        old=rules_of_document(stored.document),
        new=rules_of_document(config.document),
    )
    seen = Preview(differences=found)
    after = 0
    while batch := await db.read(partial(_next, sides, after)):
        seen = await db.read(partial(_look, sides, batch, seen))
        after = batch[-1].ticket_id
        progress(after)
    return seen


def _next(sides: Sides, after: int, conn: Connection) -> list[TicketRecord]:
    return tickets.open_or_since(conn, sides.workspace, sides.now - RECENT, after=after, limit=_BATCH)


def _look(sides: Sides, batch: list[TicketRecord], seen: Preview, conn: Connection) -> Preview:
    moved, otherwise, is_open, is_recent = list(seen.moved), list(seen.otherwise), 0, 0
    histories = ticket_events.of_tickets(conn, sides.workspace, [ticket.ticket_id for ticket in batch])
    for ticket in batch:
        if ticket.not_a_ticket or "initial" not in ticket.state:
            continue
        told = histories[ticket.ticket_id]
        events = [event_from_json(one.body) for one in told]
        if not Status(ticket.status).ended:
            is_open += 1
            moved += _if(_on_arrival(conn, sides, ticket, events), lambda found: found.differs)
        if ticket.created_at >= sides.now - RECENT:
            is_recent += 1
            otherwise += _if(_all_along(sides, ticket, facts_of(told)), lambda found: found.ends_otherwise)
    return replace(
        seen,
        moved=tuple(moved),
        otherwise=tuple(otherwise),
        open_tickets=seen.open_tickets + is_open,
        recent_tickets=seen.recent_tickets + is_recent,
    )


def _if(found: Comparison, wanted: Callable[[Comparison], bool]) -> list[Comparison]:
    return [found] if wanted(found) else []


def _on_arrival(conn: Connection, sides: Sides, ticket: TicketRecord, events: list[Event]) -> Comparison:
    """An open ticket as it is, and as it will be once the edit has reached it."""
    initial = ticket_from_json(ticket.state["initial"])
    begun_under = _version(conn, sides, ticket.state["rules_version"])
    until = max(sides.now, *(event.at for event in events))
    edit = RulesChanged(at=until, to=sides.new, apply=Apply.NOW)
    return compare(fold(initial, begun_under, events, until), fold(initial, begun_under, [*events, edit], until))


def _version(conn: Connection, sides: Sides, number: int) -> Rules:
    if number not in sides.known:
        stored = versions.load(conn, sides.workspace, number)
        sides.known[number] = sides.old if stored is None else rules_of_document(stored.document)
    return sides.known[number]


def _all_along(sides: Sides, ticket: TicketRecord, facts: list[Event]) -> Comparison:
    """A recent ticket under the rules now, and under the new ones, from its beginning on."""
    initial = ticket_from_json(ticket.state["initial"])
    happened = [event for event in facts if not isinstance(event, RulesChanged)]
    until = max(sides.now, *(event.at for event in facts))

    def told(config: Config, rules: Rules) -> History:
        begun = as_configured(initial, sides.before, config)
        return fold(
            begun, rules, with_auto_solve(begun, rules, happened, config.lifecycle.auto_solve_after, until), until
        )

    return compare(told(sides.before, sides.old), told(sides.after, sides.new))


def facts_of(told: Iterable[TicketEvent]) -> list[Event]:
    """What others did to a ticket: without the steps that it took by itself, which follow from the configuration."""
    return [event_from_json(one.body) for one in told if not is_own_step(one)]


def as_configured(ticket: Ticket, before: Config, after: Config) -> Ticket:
    """A new ticket with what a configuration gives it: its customer's tier and tags, its channel's group."""
    old, new = (config.customers.get(ticket.customer or "") for config in (before, after))
    changed: dict[str, Any] = {}
    if new is not None:
        given = set(old.tags if old is not None else ())
        changed["customer_tier"] = new.tier
        changed["tags"] = tuple(dict.fromkeys((*(tag for tag in ticket.tags if tag not in given), *new.tags)))
    groups = [config.channel(ticket.channel or "").group for config in (before, after)]
    if ticket.group == groups[0]:
        changed["group"] = groups[1]
    return ticket._replace(**changed)
