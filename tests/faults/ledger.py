"""What the database of a running bot says, read from outside with plain SQL."""

from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError


class Ledger:
    """Looks into the database of another process; it changes nothing, not even by closing it."""

    def __init__(self, url: str) -> None:
        address = make_url(url)
        self._file = Path(address.database or "") if address.get_backend_name() == "sqlite" else None
        if self._file is not None:
            # Read-only, or the last one to close it would tidy up after the crash.
            self._engine = create_engine(f"sqlite:///file:{self._file}?mode=ro&uri=true")
        else:
            self._engine = create_engine(address.set(drivername="postgresql+psycopg"))

    def rows(self, statement: str) -> list[Any]:
        with self._engine.connect() as conn:
            return list(conn.execute(text(statement)))

    def number(self, statement: str) -> int:
        return int(self.rows(statement)[0][0])

    def phase(self) -> str:
        """What a process that has just been killed was doing, as far as it has left traces."""
        try:
            sending = self.number("SELECT count(*) FROM outbox WHERE state = 'sending'")
            reconciling = self.number("SELECT count(*) FROM outbox WHERE state = 'reconciling'")
            reading = self.number("SELECT count(*) FROM inbox WHERE state = 'pending' AND attempts > 0")
            stored = self.number("SELECT count(*) FROM inbox WHERE state = 'pending'")
        except OperationalError:
            return "starting"
        doing = {"sending": sending, "reconciling": reconciling, "understanding": reading, "ingesting": stored}
        return " and ".join(name for name, count in doing.items() if count) or "between two things"

    def is_idle(self) -> bool:
        """Whether nothing waits: no request, no message, no deadline."""
        waiting = "state IN ('pending', 'sending', 'uncertain', 'reconciling')"
        return not (
            self.number(f"SELECT count(*) FROM inbox WHERE {waiting}")
            or self.number(f"SELECT count(*) FROM outbox WHERE {waiting}")
            or self.number("SELECT count(*) FROM metric_instance WHERE next_at IS NOT NULL")
        )

    def close(self) -> None:
        self._engine.dispose()
