"""Messages to be sent exactly once: `pending -> sending -> sent | uncertain -> reconciling -> sent | pending`."""

from store.outbox.claims import claim, claim_uncertain, expire_leases, next_expiry, next_send_at
from store.outbox.messages import (
    NewMessage,
    OutboxMessage,
    OutboxState,
    enqueue,
    enqueue_many,
    fold,
    replace_payload,
    retry,
    supersede,
    void,
)
from store.outbox.outcomes import Delivery, Refusal, failed, release, sent, uncertain, withdraw
from store.outbox.queries import Backlog, backlog, by_kind, counts, find, listing, of_kind, of_message, of_ticket, pending, prune

__all__ = [
    "Backlog",
    "Delivery",
    "NewMessage",
    "OutboxMessage",
    "OutboxState",
    "Refusal",
    "backlog",
    "by_kind",
    "claim",
    "claim_uncertain",
    "counts",
    "enqueue",
    "enqueue_many",
    "expire_leases",
    "failed",
    "find",
    "fold",
    "listing",
    "next_expiry",
    "next_send_at",
    "of_kind",
    "of_message",
    "of_ticket",
    "pending",
    "prune",
    "release",
    "replace_payload",
    "retry",
    "sent",
    "supersede",
    "uncertain",
    "void",
    "withdraw",
]
