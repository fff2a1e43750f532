"""Tokens of the REST API: 256 bits, shown once, of which only a hash is kept."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from store import counters
from store.statements import columns, records, values
from store.tables import token as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token. `user_id` is the Slack user that it acts as; None where it acts as nobody in particular."""

    workspace: str
    token_id: int = 0
    digest: str
    name: str
    role: str
    user_id: str | None = None
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it opens anything at that moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


_COLUMNS = columns(table, Token)


def digest_of(secret: str) -> str:
    """What is kept of a secret. It is random and long: a plain hash is as good as a slow one."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def create(conn: Connection, token: Token) -> int:
    """Keep a token; returns its number."""
    (number,) = counters.allocate(conn, token.workspace, "token")
    conn.execute(insert(table), values(token) | {"token_id": number})
    return number


def find(conn: Connection, workspace: str, digest: str) -> Token | None:
    """The token whose secret has that hash."""
    statement = select(*_COLUMNS).where(table.c.workspace == workspace, table.c.digest == digest)
    return next(records(Token, conn.execute(statement)), None)


def listing(conn: Connection, workspace: str) -> list[Token]:
    """All tokens, oldest first."""
    statement = select(*_COLUMNS).where(table.c.workspace == workspace).order_by(table.c.token_id)
    return list(records(Token, conn.execute(statement)))


def revoke(conn: Connection, workspace: str, token_id: int, now: datetime) -> bool:
    """Let a token open nothing from now on; False if there is none, or it was revoked before."""
    mine = update(table).where(
        table.c.workspace == workspace, table.c.token_id == token_id, table.c.revoked_at.is_(None)
    )
    return conn.execute(mine.values(revoked_at=now)).rowcount == 1


def used(conn: Connection, workspace: str, token_id: int, now: datetime) -> None:
    """Note when a token was last used."""
    mine = update(table).where(table.c.workspace == workspace, table.c.token_id == token_id)
    conn.execute(mine.values(last_used_at=now))
