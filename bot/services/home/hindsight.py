"""What each policy would have done with the tickets of the last days, had the rules been the present ones all along."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from bot.services.workspace.desk import Desk
from bot.services.workspace.preview import RECENT
from bot.slack.home.setup import PolicyLine, PolicyList
from sla.engine import History, Outcome, fold
from sla.events import RulesChanged, event_from_json
from sla.metrics import GROUP_METRICS
from sla.policy import Policy
from sla.ticket import ticket_from_json
from store import ticket_events, tickets
from store.engine import Database
from store.tickets import TicketRecord

# Tickets are told again one by one: enough of them for a judgement, and no more.
_MOST = 2000
_BATCH = 50
_FRESH_FOR = timedelta(hours=1)


@dataclass(slots=True)
class _Tally:
    tickets: int = 0
    met: int = 0
    missed: int = 0


@dataclass(slots=True)
class Hindsight:
    """Looks back, and remembers what it saw for an hour or until the rules are others.

    Attributes:
        looks: How often it has looked.
    """

    looks: int = 0
    _seen: tuple[tuple[str, int], datetime, PolicyList] | None = field(default=None)

    async def look(self, db: Database, desk: Desk, now: datetime) -> PolicyList:
        """The policies in the order in which they are tried, each with what it would have done."""
        about = (desk.workspace, desk.rules_version)
        if self._seen is not None and self._seen[0] == about and now - self._seen[1] < _FRESH_FOR:
            return self._seen[2]
        self.looks += 1
        found = await _look_back(db, desk, now)
        self._seen = about, now, found
        return found


async def _look_back(db: Database, desk: Desk, now: datetime) -> PolicyList:
    since = now - RECENT
    policies = desk.rules.policies
    tallies = {id(policy): _Tally() for policy in policies}
    nobody = _Tally()
    newest = await db.read(lambda conn: tickets.highest_number(conn, desk.workspace))
    after = max(0, newest - _MOST)
    while batch := await db.read(partial(_next, desk.workspace, since, after)):
        for applied, story in await db.read(partial(_retell, desk, [one for one in batch if _is_one(one, since)], now)):
            _count(tallies[id(applied)] if applied is not None else nobody, story)
        after = batch[-1].ticket_id
    return PolicyList(
        lines=[_line(policy, tallies[id(policy)]) for policy in policies],
        looked_at=nobody.tickets + sum(tally.tickets for tally in tallies.values()),
        unmatched=nobody.tickets,
        clipped=newest > _MOST,
    )


def _next(workspace: str, since: datetime, after: int, conn: Connection) -> list[TicketRecord]:
    return tickets.open_or_since(conn, workspace, since, after=after, limit=_BATCH)


def _is_one(ticket: TicketRecord, since: datetime) -> bool:
    return ticket.created_at >= since and not ticket.not_a_ticket and "initial" in ticket.state


def _retell(
    desk: Desk, batch: list[TicketRecord], now: datetime, conn: Connection
) -> list[tuple[Policy | None, History]]:
    """Each ticket's story under the present rules, without the edits of its time."""
    told = []
    for ticket in batch:
        stored = ticket_events.of_ticket(conn, desk.workspace, ticket.ticket_id)
        events = [event_from_json(one.body) for one in stored]
        story = [event for event in events if not isinstance(event, RulesChanged)]
        until = max(now, *(event.at for event in events))
        history = fold(ticket_from_json(ticket.state["initial"]), desk.rules, story, until)
        told.append((history.state.applied, history))
    return told


def _count(tally: _Tally, story: History) -> None:
    tally.tickets += 1
    for one in story.instances:
        if one.target is None or one.metric in GROUP_METRICS:
            continue
        is_late = one.breached and one.outcome is Outcome.OPEN  # counts as missed, as in every report
        tally.met += one.outcome is Outcome.MET
        tally.missed += one.outcome is Outcome.MISSED or is_late


def _line(policy: Policy, tally: _Tally) -> PolicyLine:
    return PolicyLine(title=policy.title, tickets=tally.tickets, met=tally.met, missed=tally.missed)
