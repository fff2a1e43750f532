"""What happened to tickets: the history that the engine folds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Connection, Text, bindparam, delete, func, select, type_coerce, update

from store.statements import columns, if_new, insert, records
from store.tables import ticket_event as table


class Source(StrEnum):
    """How we learned of it; of `LOOKUP`, by asking Slack for a message that something else spoke of."""

    LIVE = "live"
    LOOKUP = "lookup"
    BACKFILL = "backfill"
    IMPORT = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketEvent:
    """An event of a ticket. `key` is unique in the workspace; for a message it is `CHANNEL:TS`.

    `thread_ts` names the conversation that a message was written in.
    """

    workspace: str
    key: str
    ticket_id: int
    at: datetime
    type: str
    actor: str | None = None
    body: dict[str, Any]
    recorded_at: datetime
    source: str = Source.LIVE
    thread_ts: str | None = None


_KEYS_AT_ONCE = 1000
_COLUMNS = columns(table, TicketEvent)
_ORDER = (table.c.at, table.c.seq, table.c.key)
# The instant as a value, which no index is in the order of: SQLite would rather go through all of a workspace's events
# in the order of their instants than sort the few of one ticket.
_AT = func.coalesce(table.c.at, table.c.at)
_IN_TICKET = (_AT, table.c.seq, table.c.key)
_MINE = (table.c.workspace == bindparam("of"), table.c.ticket_id == bindparam("id"))
_LIST = select(*_COLUMNS).where(*_MINE).order_by(*_IN_TICKET)
_KEYED = (table.c.workspace == bindparam("of"), table.c.key == bindparam("named"))
_FIND = select(*_COLUMNS).where(*_KEYED)
_SET_BODY = update(table).where(*_KEYED).values(body=bindparam("changed"))


@cache
def _append(dialect: str) -> Any:
    earlier = table.alias("earlier")
    last = select(func.max(earlier.c.seq)).where(
        earlier.c.workspace == bindparam("workspace"), earlier.c.ticket_id == bindparam("ticket_id")
    )
    # Equal numbers, given out by two replicas at once, do no harm: the key decides then.
    statement = insert(dialect, table).values(
        {name: bindparam(name) for name in (column.name for column in _COLUMNS)}
        | {"seq": func.coalesce(last.scalar_subquery(), 0) + 1}
    )
    return if_new(statement, "workspace", "key")


def append(conn: Connection, event: TicketEvent) -> bool:
    """Add an event; False if its key is known, then nothing has to be done."""
    return conn.execute(_append(conn.dialect.name), _row(event)).rowcount == 1


def append_many(conn: Connection, events: Sequence[TicketEvent]) -> int:
    """Add events in the order given; how many were new."""
    return sum(append(conn, event) for event in events)


def _row(event: TicketEvent) -> dict[str, Any]:
    return {column.name: getattr(event, column.name) for column in _COLUMNS}


def of_ticket(conn: Connection, workspace: str, ticket_id: int) -> list[TicketEvent]:
    """The history, by instant; at one instant in the order of arrival."""
    return list(records(TicketEvent, conn.execute(_LIST, {"of": workspace, "id": ticket_id})))


def of_tickets(conn: Connection, workspace: str, ticket_ids: Sequence[int]) -> dict[int, list[TicketEvent]]:
    """The histories of some tickets, by number, each in its order; for passes over many of them."""
    statement = select(*_COLUMNS).where(table.c.workspace == workspace, table.c.ticket_id.in_(ticket_ids))
    found: dict[int, list[TicketEvent]] = {number: [] for number in ticket_ids}
    for event in records(TicketEvent, conn.execute(statement.order_by(*_IN_TICKET))):
        found[event.ticket_id].append(event)
    return found


def find(conn: Connection, workspace: str, key: str) -> TicketEvent | None:
    """The event with a key, so that an edit or deletion finds its ticket."""
    return next(records(TicketEvent, conn.execute(_FIND, {"of": workspace, "named": key})), None)


def known(conn: Connection, workspace: str, keys: Sequence[str]) -> set[str]:
    """Those of the keys that are events of some ticket."""
    found: set[str] = set()
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        some = table.c.key.in_(keys[start : start + _KEYS_AT_ONCE])
        found |= set(conn.execute(select(table.c.key).where(table.c.workspace == workspace, some)).scalars())
    return found


def set_body(conn: Connection, workspace: str, key: str, body: dict[str, Any]) -> None:
    """Replace what is stored of an event: an edited text, or none after a deletion."""
    conn.execute(_SET_BODY, {"of": workspace, "named": key, "changed": body})


def hear(conn: Connection, workspace: str, key: str, body: dict[str, Any], source: Source) -> None:
    """An event that was looked up has come itself, and says more."""
    conn.execute(update(table).where(*_KEYED).values(body=body, source=source), {"of": workspace, "named": key})


def move_in_time(conn: Connection, workspace: str, key: str, at: datetime, body: dict[str, Any]) -> None:
    """An event happened at another instant than was believed."""
    conn.execute(update(table).where(*_KEYED).values(at=at, body=body), {"of": workspace, "named": key})


def remove(conn: Connection, workspace: str, keys: Sequence[str]) -> None:
    """Take back events that a rule had made of others, which no longer call for them."""
    conn.execute(delete(table).where(table.c.workspace == workspace, table.c.key.in_(keys)))


def retype(conn: Connection, workspace: str, key: str, type: str, body: dict[str, Any]) -> None:  # noqa: A002
    """Make an event one of another type: the first message of a ticket that was split off creates it."""
    conn.execute(update(table).where(table.c.workspace == workspace, table.c.key == key).values(type=type, body=body))


def move(conn: Connection, workspace: str, keys: Sequence[str], to_ticket: int) -> None:
    """Give events to another ticket (split)."""
    mine = update(table).where(table.c.workspace == workspace, table.c.key.in_(keys))
    conn.execute(mine.values(ticket_id=to_ticket))


def with_words(
    conn: Connection,
    workspace: str,
    since: datetime,
    before: datetime,
    *,
    recorded_since: datetime | None = None,
    limit: int = 1000,
) -> list[TicketEvent]:
    """Events in `[since, before)` that have a text which is not empty; those recorded at or after an instant, or all.

    Whoever empties what is found, and asks again until nothing is, has gone through all of it.
    """
    # Bodies are kept in one stable spelling, in which no quotation mark within a text stands by itself.
    body = type_coerce(table.c.body, Text())
    has_words = body.contains('"text":"') & body.not_like('%"text":""%')
    mine = (table.c.workspace == workspace, table.c.at >= since, table.c.at < before)
    statement = select(*_COLUMNS).where(*mine, has_words)
    if recorded_since is not None:
        statement = statement.where(table.c.recorded_at >= recorded_since)
    return list(records(TicketEvent, conn.execute(statement.order_by(*_ORDER).limit(limit))))


def recorded(conn: Connection, workspace: str, since: datetime, *, limit: int = 1000) -> list[TicketEvent]:
    """Events that we learned of at or after an instant, in that order, for exports."""
    statement = select(*_COLUMNS).where(table.c.workspace == workspace, table.c.recorded_at >= since)
    ordered = statement.order_by(table.c.recorded_at, table.c.key).limit(limit)
    return list(records(TicketEvent, conn.execute(ordered)))


def everything(conn: Connection, workspace: str) -> Iterator[TicketEvent]:
    """All events, ticket by ticket, each in its order: for simulation over the database."""
    statement = select(*_COLUMNS).where(table.c.workspace == workspace)
    rows = conn.execute(statement.order_by(table.c.ticket_id, *_ORDER).execution_options(yield_per=1000))
    return records(TicketEvent, rows)
