"""The audit log: every change that a person made, newest first."""

import json

from sqlalchemy import Connection

from bot.http.dashboard.visit import Shown, Visit
from store import audit

_MOST = 200


def draw(conn: Connection, visit: Visit) -> Shown:
    """The page."""
    entries = [
        (entry, visit.name_of(entry.who), json.dumps(entry.detail, ensure_ascii=False) if entry.detail else "")
        for entry in audit.listing(conn, visit.desk.workspace, limit=_MOST)
    ]
    return Shown("audit.html", {"entries": entries, "most": _MOST})
