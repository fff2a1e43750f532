"""Telling whoever waits that there is something to do, once it is committed."""

from enum import StrEnum

from sqlalchemy import Connection, func, select

CHANNEL = "threadline"
_KEY = "threadline.wake"


class Topic(StrEnum):
    """What changed."""

    INBOX = "inbox"
    OUTBOX = "outbox"
    DEADLINES = "deadlines"
    RULES = "rules"
    HOMES = "homes"


def wake(conn: Connection, topic: Topic) -> None:
    """Listeners hear `topic` after this transaction commits; several calls are one."""
    conn.info.setdefault(_KEY, set()).add(topic)


def collect(conn: Connection) -> frozenset[Topic]:
    """The topics of the transaction that is about to end, forgetting them."""
    topics: set[Topic] = conn.info.pop(_KEY, set())
    return frozenset(topics)


def notify(conn: Connection, replica: str, topics: frozenset[Topic]) -> None:
    """Have PostgreSQL tell the other replicas when this transaction commits."""
    conn.execute(select(func.pg_notify(CHANNEL, f"{replica} {' '.join(sorted(topics))}")))


def parse(payload: str) -> tuple[str, frozenset[Topic]]:
    """Who sent a notification, and the topics of it that this version knows."""
    replica, *words = payload.split()
    return replica, frozenset(Topic(word) for word in words if word in set(Topic))
