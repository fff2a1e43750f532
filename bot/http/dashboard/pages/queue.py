"""The queue: running clocks, the next deadline first."""

from sqlalchemy import Connection

from bot.http.dashboard.visit import Shown, Visit
from bot.services.reporting.asking import DAYS
from bot.services.workspace import overview

_EVERY_SECONDS = 60


def draw(conn: Connection, visit: Visit) -> Shown:
    """The page; it is read anew only where the address asks for that: a screen on a wall does, a screen reader not."""
    view = overview.queue_view(conn, visit.desk, visit.now, name_of=visit.name_of)
    refresh = _EVERY_SECONDS if visit.asked("refresh") == str(_EVERY_SECONDS) else 0
    return Shown("queue.html", {"view": view, "days": DAYS, "refresh": refresh}, refresh=refresh)
