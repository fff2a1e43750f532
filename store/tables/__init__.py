"""Every table. Primary keys and unique keys begin with `workspace`, so that the schema can be distributed by it."""

from store.tables.api import resource, subscription, token
from store.tables.base import Base
from store.tables.delivery import inbox, lease, outbox, slot
from store.tables.metrics import metric_event, metric_instance
from store.tables.reading import day_figures, rolled_up, session
from store.tables.rules import policy, rules, schedule
from store.tables.tickets import conversation, ticket, ticket_event
from store.tables.workspaces import absence, audit, counter, home, occurrence, workspace

metadata = Base.metadata

__all__ = [
    "absence",
    "audit",
    "conversation",
    "counter",
    "day_figures",
    "home",
    "inbox",
    "lease",
    "metadata",
    "metric_event",
    "metric_instance",
    "occurrence",
    "outbox",
    "policy",
    "resource",
    "rolled_up",
    "rules",
    "schedule",
    "session",
    "slot",
    "subscription",
    "ticket",
    "ticket_event",
    "token",
    "workspace",
]
