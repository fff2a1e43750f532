"""Webhooks that want to be told of events, and how far each was told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from store.statements import columns, records, values
from store.tables import metric_event
from store.tables import subscription as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A webhook.

    `metric_cursor` is the last entry of the metric log that it was told of, `ticket_cursor` the instant up to which it
    was told of what happened to tickets.
    """

    workspace: str
    subscription_id: str
    document: dict[str, Any]
    metric_cursor: int = 0
    ticket_cursor: datetime
    created_at: datetime
    updated_at: datetime


_COLUMNS = columns(table, Subscription)


def listing(conn: Connection, workspace: str) -> list[Subscription]:
    """All of them, oldest first."""
    statement = select(*_COLUMNS).where(table.c.workspace == workspace)
    ordered = statement.order_by(table.c.created_at, table.c.subscription_id)
    return list(records(Subscription, conn.execute(ordered)))


def find(conn: Connection, workspace: str, subscription_id: str) -> Subscription | None:
    """The one with that id."""
    mine = select(*_COLUMNS).where(table.c.workspace == workspace, table.c.subscription_id == subscription_id)
    return next(records(Subscription, conn.execute(mine)), None)


def create(conn: Connection, subscription: Subscription) -> None:
    """Keep one; it is told of what happens from now on."""
    newest = select(func.coalesce(func.max(metric_event.c.event_id), 0))
    cursor = conn.execute(newest.where(metric_event.c.workspace == subscription.workspace)).scalar_one()
    conn.execute(insert(table), values(subscription) | {"metric_cursor": cursor})


def change(conn: Connection, workspace: str, subscription_id: str, **changed: Any) -> None:
    """Set columns."""
    mine = update(table).where(table.c.workspace == workspace, table.c.subscription_id == subscription_id)
    conn.execute(mine.values(changed))


def remove(conn: Connection, workspace: str, subscription_id: str) -> bool:
    """Forget one; False if there is none."""
    mine = delete(table).where(table.c.workspace == workspace, table.c.subscription_id == subscription_id)
    return conn.execute(mine).rowcount == 1
