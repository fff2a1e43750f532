"""Closing the rest of today: which deadlines would move, before anything is saved."""

from datetime import datetime

from bot.services.home.changes import checked, with_special_hours
from bot.services.home.hours import hours_until_now, today_of
from bot.services.workspace.desk import Desk
from bot.services.workspace.preview import preview
from bot.slack.home.modals import Moved
from sla.schedule import Schedule
from store.engine import Database

SHOWN = 5


async def what_moves(db: Database, desk: Desk, schedule: Schedule, now: datetime) -> list[Moved]:
    """The deadlines of open tickets that closing now would move, the nearest first."""
    day = today_of(schedule, now)
    closed = with_special_hours(desk.config.document, schedule.name, day.isoformat(), hours_until_now(schedule, now))
    seen = await preview(db, desk.workspace, checked(closed, day), now)
    found = [
        Moved(
            number=int(ticket.ticket),
            metric=flip.metric,
            before=flip.before.breach_at if flip.before else None,
            after=flip.after.breach_at if flip.after else None,
        )
        for ticket in seen.moved
        for flip in ticket.flips
    ]
    moved = [one for one in found if one.before != one.after]
    return sorted(moved, key=lambda one: (one.before is None, one.before or now, one.number))
