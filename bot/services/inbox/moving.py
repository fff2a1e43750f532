"""Threads and their messages change tickets, because something older has come that says where they belong."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.services.alerting import cards
from bot.services.tickets import evaluation
from bot.services.workspace.desk import Desk
from sla.ticket import ticket_from_json
from store import conversations, ticket_events, tickets
from store.conversations import ConversationRecord
from store.ticket_events import TicketEvent
from store.tickets import TicketRecord


def absorb(conn: Connection, desk: Desk, source_id: int, target_id: int, now: datetime) -> None:
    """Everything of a ticket belongs to another; its number stays used, and nothing is left of it."""
    source, target = _locked(conn, desk, source_id, target_id)
    history = ticket_events.of_ticket(conn, desk.workspace, source_id)
    for event in history:
        if event.type == "created":
            ticket_events.retype(conn, desk.workspace, event.key, "comment", as_comment(event.body))
    going = [event.key for event in history if event.type != "rules"]
    ticket_events.move(conn, desk.workspace, going, target_id)
    conversations.move(conn, desk.workspace, source_id, target_id)
    evaluation.empty(conn, desk, source, now)
    evaluation.replay(conn, desk, target, now)
    for number in (source_id, target_id):
        cards.refresh(conn, desk, number, now)


def move_thread(conn: Connection, desk: Desk, row: ConversationRecord, target_id: int, now: datetime) -> None:
    """A thread that is not the first of its ticket belongs to another."""
    source, target = _locked(conn, desk, row.ticket_id, target_id)
    _move(conn, desk, source, [row], target_id)
    evaluation.replay(conn, desk, source, now)  # first, for it lets go of what followed from the messages
    evaluation.replay(conn, desk, target, now)
    for number in (source.ticket_id, target_id):
        cards.refresh(conn, desk, number, now)


def split_off(conn: Connection, desk: Desk, rows: Sequence[ConversationRecord], now: datetime) -> None:
    """Threads of a ticket, the first of which begins a ticket of its own."""
    source = tickets.lock(conn, desk.workspace, rows[0].ticket_id)
    first = ticket_events.find(conn, desk.workspace, f"{rows[0].channel_id}:{rows[0].thread_ts}")
    assert source is not None, "a thread belongs to a ticket"
    assert first is not None, "a thread begins with a message"
    created = tickets.create(conn, _like(desk, source, first, now))
    _move(conn, desk, source, rows, created.ticket_id)
    ticket_events.retype(conn, desk.workspace, first.key, "created", first.body | {"type": "created", "status": "new"})
    evaluation.replay(conn, desk, source, now)
    evaluation.replay(conn, desk, created, now)
    cards.post(conn, desk, created.ticket_id, now)
    cards.refresh(conn, desk, source.ticket_id, now)


def as_comment(body: dict[str, Any]) -> dict[str, Any]:
    """The first message of a ticket, as one that comes later says it."""
    return {name: value for name, value in body.items() if name != "status"} | {"type": "comment"}


def _locked(conn: Connection, desk: Desk, *numbers: int) -> list[TicketRecord]:
    found = {number: tickets.lock(conn, desk.workspace, number) for number in sorted(numbers)}
    assert all(found.values()), "a thread belongs to a ticket"
    return [ticket for ticket in (found[number] for number in numbers) if ticket is not None]


def _move(
    conn: Connection, desk: Desk, source: TicketRecord, rows: Sequence[ConversationRecord], target_id: int
) -> None:
    threads = {(row.channel_id, row.thread_ts) for row in rows}
    history = ticket_events.of_ticket(conn, desk.workspace, source.ticket_id)
    written = {event.key for event in history if (event.key.partition(":")[0], event.thread_ts) in threads}
    reactions = tuple(f"reaction:{key}:" for key in written)
    going = [event.key for event in history if event.key in written or event.key.startswith(reactions)]
    ticket_events.move(conn, desk.workspace, going, target_id)
    conversations.assign(conn, desk.workspace, sorted(threads), target_id)


def _like(desk: Desk, source: TicketRecord, first: TicketEvent, now: datetime) -> TicketRecord:
    """A ticket with the fields that another had before its first event, opened by one of its messages."""
    channel, _, ts = first.key.partition(":")
    before = ticket_from_json(source.state["initial"])
    return TicketRecord(
        workspace=desk.workspace,
        channel_id=channel,
        thread_ts=first.thread_ts or ts,
        channel_kind=source.channel_kind,
        customer=before.customer,
        customer_tier=before.customer_tier,
        requester=first.actor,
        requester_tags=list(before.requester_tags),
        tags=list(before.tags),
        group_name=before.group,
        subject=str(first.body.get("text") or ""),
        permalink=desk.installation.permalink(channel, ts),
        rules_version=source.state["rules_version"],
        state={
            "initial": source.state["initial"] | {"requester": first.actor},
            "rules_version": source.state["rules_version"],
        },
        last_event_at=first.at,
        created_at=first.at,
        updated_at=now,
    )
