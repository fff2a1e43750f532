"""What an import has to know of what is there already."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from store.tables import ticket_event as table
from store.ticket_events import Source


def first_live_at(conn: Connection, workspace: str) -> datetime | None:
    """When the first ticket was opened that came from Slack itself; None where there is none."""
    statement = select(func.min(table.c.at)).where(
        table.c.workspace == workspace, table.c.type == "created", table.c.source != Source.IMPORT
    )
    return conn.execute(statement).scalar()
