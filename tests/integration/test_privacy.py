"""What customers write stands nowhere but where it has to, and no longer than it has to."""

import traceback
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from store import inbox
from store.engine import Database
from store.inbox import Envelope

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
SECRET = "the password is hunter2"


def envelope(key: str, *, body: str = SECRET, received_at: datetime | None = NOON) -> Envelope:
    return Envelope(
        workspace="T0HOME",
        key=key,
        kind="event",
        body=body,
        event_at=NOON,
        received_at=received_at,  # type: ignore[arg-type]
    )


async def test_an_error_of_the_database_does_not_say_what_was_to_be_stored(db: Database):
    await db.write(lambda conn: conn.execute(text("ALTER TABLE inbox RENAME TO inbox_gone")))
    with pytest.raises(Exception, match=r"inbox|no Threadline tables") as failure:
        await db.write(lambda conn: inbox.put(conn, envelope("k")))
    assert "hunter2" not in "".join(traceback.format_exception(failure.value))


async def test_an_error_while_reading_does_not_say_what_was_asked_for(db: Database):
    with pytest.raises(Exception, match=r"nowhere|no Threadline tables") as failure:
        await db.read(lambda conn: conn.execute(text("SELECT 1 FROM nowhere WHERE body = :it"), {"it": SECRET}))
    assert "hunter2" not in "".join(traceback.format_exception(failure.value))


async def test_a_row_that_breaks_a_rule_is_not_shown_in_the_error(db: Database):
    with pytest.raises(Exception, match=r"(?i)not.null") as failure:
        await db.write(lambda conn: inbox.put(conn, envelope("k", received_at=None)))
    assert "hunter2" not in "".join(traceback.format_exception(failure.value))
