"""Channels: what is open in one, and ids that change when one becomes shared."""

from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, exists, func, literal, select, update

from store import rollups, sweeps
from store.tables import conversation, outbox, ticket, ticket_event

_PLACES: tuple[Column[Any], ...] = (
    ticket.c.channel_id,
    ticket.c.card_channel,
    outbox.c.destination,
    outbox.c.channel_id,
)


def open_tickets(conn: Connection, workspace: str, channel: str) -> list[int]:
    """The numbers of a channel's tickets that are neither solved nor closed."""
    statement = select(ticket.c.ticket_id).where(
        ticket.c.workspace == workspace,
        ticket.c.channel_id == channel,
        ticket.c.status.not_in(["solved", "closed"]),
        ticket.c.not_a_ticket.is_(False),
    )
    return list(conn.execute(statement.order_by(ticket.c.ticket_id)).scalars())


def change_id(conn: Connection, workspace: str, old: str, new: str) -> int:
    """Let everything that is about the channel `old` be about `new` (Slack: channel_id_changed).

    Keys of events that begin with the id follow, so that a later edit or deletion still finds its message. What
    arrived under the new id before this was known stays as it is, and so does its old counterpart. Returns how many
    conversations moved; doing it twice does no harm.
    """
    for column in _PLACES:
        rows = update(column.table).where(column.table.c.workspace == workspace, column == old)
        conn.execute(rows.values({column: new}))
    key = ticket_event.c.key
    following = literal(new) + func.substr(key, len(old) + 1)
    events = update(ticket_event).where(
        ticket_event.c.workspace == workspace,
        key.startswith(f"{old}:", autoescape=True),
        _is_free(ticket_event, key=following),
    )
    conn.execute(events.values(key=following))
    threads = update(conversation).where(
        conversation.c.workspace == workspace,
        conversation.c.channel_id == old,
        _is_free(conversation, channel_id=literal(new), thread_ts=conversation.c.thread_ts),
    )
    sweeps.move_channel(conn, workspace, old, new)
    rollups.forget(conn, workspace)
    return conn.execute(threads.values(channel_id=new)).rowcount


def _is_free(table: Any, **key: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether no row of the same workspace has that key."""
    taken = table.alias("taken")
    same = [taken.c[name] == value for name, value in key.items()]
    return ~exists().where(taken.c.workspace == table.c.workspace, *same)
