"""A changed schedule moves the deadlines of open tickets at once; their states follow, one by one.

A holiday that is added moves every deadline that lies behind it, and to evaluate a ticket takes milliseconds. So that
nobody is alarmed, or hears too late, while hundreds of thousands of tickets are gone through, their deadlines go ahead:
in a few seconds, where the schedule is the only thing that has changed, and nothing of it before now. A ticket that
becomes due before its turn is evaluated under the new version first, which the version of its instances tells.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import Connection

from bot.services.tickets.rules_in_force import rules_of
from bot.services.workspace.desk import Desk
from sla.policy import Rules
from sla.replanning import Move, moves
from store import replanning
from store.engine import Database

# Thousands of deadlines in one transaction take as long as an alert may wait for it.
_TICKETS_AT_ONCE = 250

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """Where the deadlines go that were reckoned in one version of a schedule."""

    schedule: str
    version: int
    moves: tuple[Move, ...]
    last_ticket: int


async def replan(db: Database, desk: Desk, now: datetime) -> int:
    """Move the deadlines that the desk's version changes from now on; how many there were."""
    moved = 0
    for plan in await db.read(lambda conn: list(_plans(conn, desk, now))):
        for first in range(1, plan.last_ticket + 1, _TICKETS_AT_ONCE):
            moved += await db.write(partial(_move, desk, plan, first))
        log.info("deadlines.moved", schedule=plan.schedule, number=moved)
    return moved


def _move(desk: Desk, plan: _Plan, first: int, conn: Connection) -> int:
    reckoned = replanning.Reckoned(workspace=desk.workspace, schedule=plan.schedule, version=plan.version)
    return replanning.move(conn, reckoned, plan.moves, desk.rules_version, (first, first + _TICKETS_AT_ONCE))


def _plans(conn: Connection, desk: Desk, now: datetime) -> Iterator[_Plan]:
    for version in replanning.versions_running(conn, desk.workspace):
        before = rules_of(conn, desk, version)
        if version < desk.rules_version and _only_schedules_differ(before, desk.rules):
            for schedule in before.schedules:
                reckoned = replanning.Reckoned(workspace=desk.workspace, schedule=schedule.name, version=version)
                running = replanning.running(conn, reckoned)
                if running is not None and schedule not in desk.rules.schedules:
                    old, new = before.hours(schedule.name), desk.rules.hours(schedule.name)
                    by = moves(old, new, now, since=running.since, until=running.until)
                    if by and any(move.by for move in by):
                        yield _Plan(schedule=schedule.name, version=version, moves=by, last_ticket=running.last_ticket)


def _only_schedules_differ(before: Rules, after: Rules) -> bool:
    names = {each.name for each in before.schedules} == {each.name for each in after.schedules}
    return names and replace(after, schedules=before.schedules) == before
