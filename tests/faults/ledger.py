"""What the database of a running bot says, read from outside with plain SQL."""

import json
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

_WAITING = "state IN ('pending', 'sending', 'uncertain', 'reconciling')"
TABLES = ("inbox", "outbox", "ticket", "ticket_event", "metric_instance", "slot", "lease", "workspace")


class Ledger:
    """Looks into the database of other processes; it changes nothing, not even by closing it."""

    def __init__(self, url: str) -> None:
        address = make_url(url)
        if address.get_backend_name() == "sqlite":
            # Read-only, or the last one to close it would tidy up after the crash.
            self._engine = create_engine(f"sqlite:///file:{Path(address.database or '')}?mode=ro&uri=true")
        else:
            self._engine = create_engine(address.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")

    def rows(self, statement: str) -> list[Any]:
        with self._engine.connect() as conn:
            return list(conn.execute(text(statement)))

    def number(self, statement: str) -> int:
        return int(self.rows(statement)[0][0])

    def outbox(self, state: str) -> int:
        """How many messages are in a state; none where the database is not there yet."""
        return self._count(f"SELECT count(*) FROM outbox WHERE state = '{state}'")

    def requests(self) -> int:
        """How many requests of Slack's are stored and not understood."""
        return self._count("SELECT count(*) FROM inbox WHERE state = 'pending'")

    def _count(self, statement: str) -> int:
        try:
            return self.number(statement)
        except DBAPIError:
            return 0

    def due_at(self) -> float | None:
        """When the next look at a target is due, in seconds since 1970; in the past where one is due now."""
        try:
            return _seconds(self.rows("SELECT min(next_at) FROM metric_instance WHERE next_at IS NOT NULL")[0][0])
        except DBAPIError:
            return None

    def is_due(self) -> bool:
        """Whether something is due now."""
        at = self.due_at()
        return at is not None and at <= time.time()

    def doubtful_since(self) -> float | None:
        """Since when the oldest message waits of which nobody knows whether it arrived."""
        try:
            return _seconds(self.rows("SELECT min(not_before) FROM outbox WHERE state = 'uncertain'")[0][0])
        except DBAPIError:
            return None

    def reader(self) -> str | None:
        """Which replica has taken requests from the inbox and is at work on them."""
        try:
            busy = "SELECT holder FROM lease WHERE name = 'inbox' AND EXISTS "
            taken = "(SELECT 1 FROM inbox WHERE state = 'pending' AND attempts > 0)"
            return next((str(row[0]) for row in self.rows(busy + taken)), None)
        except DBAPIError:
            return None

    def swept_at(self) -> float:
        """When the last complete sweep of Slack's history began; 0 before the first."""
        cursor = self.rows("SELECT cursor FROM workspace")
        swept_at = json.loads(cursor[0][0] or "{}").get("swept_at") if cursor else None
        return datetime.fromisoformat(swept_at).timestamp() if swept_at else 0.0

    def unfinished(self) -> list[str]:
        """What waits: requests, messages, deadlines."""
        return [
            *(f"request {key} ({state}: {error})" for key, state, error in self._waiting_in("inbox")),
            *(f"message {key} ({state}: {error})" for key, state, error in self._waiting_in("outbox")),
            *(
                f"deadline of #{number} {metric} {instance}"
                for number, metric, instance in self.rows(
                    "SELECT ticket_id, metric, instance FROM metric_instance WHERE next_at IS NOT NULL"
                )
            ),
        ]

    def _waiting_in(self, table: str) -> list[Any]:
        return self.rows(f"SELECT key, state, error FROM {table} WHERE {_WAITING}")

    def is_idle(self) -> bool:
        """Whether nothing waits: no request, no message, no deadline."""
        return not self.unfinished()

    def dump(self) -> dict[str, list[dict[str, str]]]:
        """Every row, as words: what somebody needs to find out what happened."""
        found = {}
        for table in TABLES:
            with self._engine.connect() as conn:
                listed = conn.execute(text(f"SELECT * FROM {table}")).mappings()
                found[table] = [{name: str(value) for name, value in row.items()} for row in listed]
        return found

    def close(self) -> None:
        self._engine.dispose()


def _seconds(stored: Any) -> float | None:
    """An instant as the two databases give it: microseconds since 1970, or a timestamp."""
    if stored is None:
        return None
    return stored.timestamp() if isinstance(stored, datetime) else int(stored) / 1_000_000
