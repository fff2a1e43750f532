"""SQLite, which does not know how much there is, finds the few rows asked for by the index that is made for them."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.event import listen

from store import outbox, reports, ticket_events
from store.engine import Database


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[Database]:
    """A new database in a file."""
    db = Database(f"sqlite:///{tmp_path}/empty.db")
    await db.open(migrate=True)
    yield db
    await db.close()


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda conn: ticket_events.of_ticket(conn, "T1", 1), "ix_ticket_event_ticket (workspace=? AND ticket_id=?)"),
        (
            lambda conn: ticket_events.of_tickets(conn, "T1", [1, 2]),
            "ix_ticket_event_ticket (workspace=? AND ticket_id",
        ),
        (lambda conn: list(reports.comments(conn, "T1", [1, 2])), "ix_ticket_event_ticket (workspace=? AND ticket_id"),
        (lambda conn: reports.exemptions(conn, "T1", [1, 2]), "ix_ticket_event_ticket (workspace=? AND ticket_id"),
        (lambda conn: outbox.oldest_waiting(conn, "T1", "alert"), "ix_outbox_pending (workspace=?)"),
    ],
    ids=[
        "the history of a ticket",
        "the histories of some tickets",
        "comments",
        "exemptions",
        "what waits in the outbox",
    ],
)
async def test_nobody_goes_through_everything(empty: Database, ask: Callable[[Connection], object], index: str) -> None:
    def plan(conn: Connection) -> str:
        asked: list[tuple[str, Any]] = []
        listen(conn, "before_cursor_execute", lambda *said: asked.append((said[2], said[3])))
        ask(conn)
        ((query, values),) = [(query, values) for query, values in asked if query.startswith("SELECT")]
        return str(conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values).all())

    assert index in await empty.read(plan)
