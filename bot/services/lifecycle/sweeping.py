"""The regular look for tickets that are due to take a step by themselves, a few at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from bot.clock import Clock
from bot.services.lifecycle.stepping import Step, steps, take_due
from bot.services.workspace.desk import Desk
from store import tickets
from store.engine import Database

_BATCH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """Looks after the tickets of one desk that nobody looks after any more."""

    db: Database
    desk: Callable[[], Desk]
    clock: Clock

    async def drain(self) -> int:
        """Take every step that is due now; how many there were."""
        total = 0
        while (due_at := await self.next_at()) is not None and due_at <= self.clock.now():
            count = await self.db.write(partial(_sweep, self.desk(), self.clock.now()))
            if not count:
                break  # another replica was faster
            total += count
        return total

    async def next_at(self) -> datetime | None:
        """When the next step is due."""
        return await self.db.read(partial(_next_at, self.desk()))


def _next_at(desk: Desk, conn: Connection) -> datetime | None:
    found = ((step, tickets.quietest(conn, desk.workspace, step.of)) for step in steps(desk))
    return min((since + step.after for step, since in found if since is not None), default=None)


def _sweep(desk: Desk, now: datetime, conn: Connection) -> int:
    return sum(take_due(conn, desk, number, now) for step in steps(desk) for number in _due(conn, desk, step, now))


def _due(conn: Connection, desk: Desk, step: Step, now: datetime) -> list[int]:
    return tickets.quiet(conn, desk.workspace, step.of, now - step.after, limit=_BATCH)
