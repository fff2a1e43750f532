"""The queue: running clocks, the next deadline first."""

from sqlalchemy import Connection

from bot.http.dashboard.visit import Shown, Visit
from bot.services.workspace import overview

REFRESH_SECONDS = 10


def draw(conn: Connection, visit: Visit) -> Shown:
    """The page; it renews itself only where the reader has asked for that."""
    view = overview.status_view(conn, visit.desk, visit.now, ticked_at=None, name_of=visit.name_of)
    return Shown("queue.html", {"view": view, "live": visit.asked("live") == "1", "refresh_seconds": REFRESH_SECONDS})
