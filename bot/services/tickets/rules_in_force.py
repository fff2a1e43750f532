"""Which version of the configuration a ticket is under, and when the next one reaches it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from bot.config.config import Config
from bot.services.workspace.desk import Desk
from sla.engine import TicketState, advance, in_order, start
from sla.events import Event, RulesChanged
from sla.metrics import Metric
from sla.policy import Rules, rules_from_json
from sla.ticket import Ticket
from store import rules as versions
from store.ticket_events import TicketEvent
from store.tickets import TicketRecord

Key = tuple[Metric, int]

_AWAITED = "awaited_version"


@dataclass(slots=True)
class Versions:
    """The versions that a ticket's steps went through.

    Attributes:
        in_force: The version that the state was computed under.
        awaited: The version that waits for the ticket's next update.
        of_instances: The version of each instance that a step has changed: one that ended keeps the version that it
            was judged under, which is the one before the update that ended it.
    """

    in_force: int
    awaited: int | None = None
    of_instances: dict[Key, int] = field(default_factory=dict)

    def announce(self, version: int) -> None:
        """A version waits for the ticket's next update, or is about to be put in force at once."""
        self.awaited = version

    def follow(self, state: TicketState) -> None:
        """Take note of a step's result."""
        before = self.in_force
        if self.awaited is not None and state.edit is None:
            self.in_force, self.awaited = self.awaited, None
        moved = state.open_instances if self.in_force != before else ()
        self.of_instances |= {each.key: self.in_force if each.open else before for each in (*moved, *state.changed)}

    def of(self, key: Key) -> int:
        """The version of an instance."""
        return self.of_instances.get(key, self.in_force)

    def remembered(self, memory: Mapping[str, Any]) -> dict[str, Any]:
        """What is kept beside the ticket, with the version that waits."""
        kept = {name: value for name, value in memory.items() if name != _AWAITED}
        return kept if self.awaited is None else kept | {_AWAITED: self.awaited}


def versions_of(desk: Desk, ticket: TicketRecord) -> Versions:
    """Where a ticket stands."""
    return Versions(ticket.rules_version or desk.rules_version, ticket.state.get(_AWAITED))


def versions_met(ticket: TicketRecord) -> set[int]:
    """The versions under which a ticket's messages were read: the first and the present one."""
    return {version for version in (ticket.state.get("rules_version"), ticket.rules_version) if version is not None}


def is_news(desk: Desk, ticket: TicketRecord) -> bool:
    """Whether the desk's version is newer than all that have reached the ticket.

    A desk that is behind, in a process that has not yet heard of an edit, takes nothing back.
    """
    known = versions_of(desk, ticket)
    return desk.rules_version > max(known.in_force, known.awaited or 0)


def may_be_put_in_force(desk: Desk, ticket: TicketRecord) -> bool:
    """Whether the desk's version can reach the ticket at once: it is news, or waits already."""
    return is_news(desk, ticket) or versions_of(desk, ticket).awaited == desk.rules_version


def versions_through(
    begun_under: tuple[int, Rules], initial: Ticket, history: Sequence[TicketEvent], events: Sequence[Event]
) -> Versions:
    """The versions that a whole history went through; ``events`` are those of ``history``."""
    number, rules = begun_under
    came = Versions(number)
    announced = {
        id(event): version_named(stored.key)
        for stored, event in zip(history, events, strict=True)
        if isinstance(event, RulesChanged)
    }
    if not announced:
        return came
    state = start(initial, rules)
    for event in in_order(events):
        if id(event) in announced:
            came.announce(announced[id(event)])
        state = advance(state, event)
        came.follow(state)
    return came


def change_key(desk: Desk, ticket_id: int, *, at_once: bool = False) -> str:
    """By what it is remembered that the desk's version reached a ticket."""
    return f"rules:{desk.rules_version}:{ticket_id}{':now' if at_once else ''}"


def version_named(key: str) -> int:
    """The version of which such a key tells."""
    return int(key.split(":")[1])


def rules_of(conn: Connection, desk: Desk, version: int) -> Rules:
    """The rules of a stored version."""
    if version == desk.rules_version:
        return desk.rules
    stored = versions.load(conn, desk.workspace, version)
    return desk.rules if stored is None else rules_of_document(stored.document)


def rules_of_document(document: Mapping[str, Any]) -> Rules:
    """The rules of a configuration's canonical document; the last few are remembered."""
    return _compiled(json.dumps(document, sort_keys=True))


@lru_cache(maxsize=8)
def _compiled(document: str) -> Rules:
    """Rules made from a document; many tickets are under the same one, and making them takes milliseconds."""
    return rules_from_json(Config.from_document(json.loads(document)).rules_json())
