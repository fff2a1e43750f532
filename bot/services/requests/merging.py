"""Two tickets that are one matter, and one ticket that is two; both can be undone.

A merge leaves every event where it is: the source ends, the target takes over its unanswered messages and its
conversations. A split moves events, and both tickets are evaluated anew.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.services.alerting import cards
from bot.services.requests.actions import Answer, Asked, refuse, write_down
from bot.services.requests.authorise import Action
from bot.services.tickets import evaluation, ticketing
from bot.services.tickets.ticketing import Entry
from bot.services.workspace.desk import Desk
from sla.events import Merged, MergedIn
from store import audit, conversations, ticket_events, tickets
from store.ticket_events import TicketEvent
from store.tickets import TicketRecord


def merge(conn: Connection, desk: Desk, source_id: int, target_id: int, asked: Asked, now: datetime) -> Answer:
    """Let ``target_id`` take over: its reply clock counts from the oldest unanswered message of both."""
    if source_id == target_id:
        return Answer(text=f"#{source_id} cannot be merged into itself.")
    locked = {number: refuse(conn, desk, number, asked, Action.MERGE) for number in sorted({source_id, target_id})}
    for found in locked.values():
        if isinstance(found, Answer):
            return found
    source = locked[source_id]
    assert isinstance(source, TicketRecord)
    waiting = evaluation.load_state(conn, desk, source).waiting
    threads = [(each.channel_id, each.thread_ts) for each in conversations.of_ticket(conn, desk.workspace, source_id)]
    _record(conn, desk, source_id, Merged(at=asked.at, into=str(target_id)), asked, now)
    _record(conn, desk, target_id, MergedIn(at=asked.at, source=str(source_id), messages=waiting), asked, now)
    conversations.move(conn, desk.workspace, source_id, target_id)
    write_down(conn, desk, source_id, asked, Action.MERGE, into=target_id, threads=threads)
    return Answer(text=f"#{source_id} is merged into #{target_id}, where its customer is answered now.", done=True)


def undo_merge(conn: Connection, desk: Desk, source_id: int, asked: Asked, now: datetime) -> Answer:
    """Make the source a ticket of its own again, with the conversations that it came with."""
    last = _last(conn, desk, source_id, Action.MERGE)
    if last is None:
        return Answer(text=f"#{source_id} is not merged into another ticket.")
    target_id = int(last["into"])
    for number in sorted({source_id, target_id}):
        found = refuse(conn, desk, number, asked, Action.MERGE)
        if isinstance(found, Answer):
            return found
    _record(conn, desk, source_id, Merged(at=asked.at, into=str(target_id), undo=True), asked, now)
    _record(conn, desk, target_id, MergedIn(at=asked.at, source=str(source_id), undo=True), asked, now)
    threads = [(channel, thread_ts) for channel, thread_ts in last["threads"]]
    conversations.assign(conn, desk.workspace, threads, source_id)
    write_down(conn, desk, source_id, asked, Action.MERGE, into=target_id, undone=True)
    return Answer(text=f"#{source_id} is a ticket of its own again.", done=True)


def split(conn: Connection, desk: Desk, key: str, asked: Asked, now: datetime) -> Answer:
    """Make a message, and what follows it in its conversation, a new ticket.

    Of a conversation's first message that is the whole conversation. The message that opened the ticket stays: there is
    nothing to split it from.
    """
    first = ticket_events.find(conn, desk.workspace, key)
    if first is None or first.type not in {"created", "comment"}:
        return Answer(text="That message belongs to no ticket.")
    source = refuse(conn, desk, first.ticket_id, asked, Action.SPLIT)
    if isinstance(source, Answer):
        return source
    if first.type == "created":
        return Answer(text=f"That message opened #{source.ticket_id}: there is nothing to split it from.")
    history = ticket_events.of_ticket(conn, desk.workspace, source.ticket_id)
    going = [event for event in history if event.thread_ts == first.thread_ts and event.at >= first.at]
    created = tickets.create(conn, _like(desk, source, first, now))
    ticket_events.move(conn, desk.workspace, [event.key for event in going], created.ticket_id)
    ticket_events.retype(conn, desk.workspace, key, "created", first.body | {"type": "created", "status": "new"})
    thread = (key.partition(":")[0], first.thread_ts or "")
    conversations.assign(conn, desk.workspace, [thread], created.ticket_id)
    evaluation.adopt(conn, desk, created, now)
    evaluation.replay(conn, desk, source, now)
    cards.post(conn, desk, created.ticket_id, now)
    cards.refresh(conn, desk, source.ticket_id, now)
    write_down(conn, desk, created.ticket_id, asked, Action.SPLIT, of=source.ticket_id, first=key, thread=thread)
    return Answer(text=f"That message, and what follows it, is #{created.ticket_id} now.", done=True)


def undo_split(conn: Connection, desk: Desk, ticket_id: int, asked: Asked, now: datetime) -> Answer:
    """Give everything back to the ticket that it was split from; the number stays used, as not a ticket."""
    last = _last(conn, desk, ticket_id, Action.SPLIT)
    if last is None:
        return Answer(text=f"#{ticket_id} was not split from another ticket.")
    locked = {number: refuse(conn, desk, number, asked, Action.SPLIT) for number in sorted({ticket_id, last["of"]})}
    source, ours = locked[last["of"]], locked[ticket_id]
    if isinstance(source, Answer):
        return source
    if isinstance(ours, Answer):
        return ours
    first = ticket_events.find(conn, desk.workspace, last["first"])
    assert first is not None, "the first message of a split ticket stays with it"
    body = {name: value for name, value in first.body.items() if name != "status"} | {"type": "comment"}
    history = ticket_events.of_ticket(conn, desk.workspace, ticket_id)
    ticket_events.retype(conn, desk.workspace, first.key, "comment", body)
    ticket_events.move(conn, desk.workspace, [event.key for event in history], source.ticket_id)
    channel, thread_ts = last["thread"]
    conversations.assign(conn, desk.workspace, [(channel, thread_ts)], source.ticket_id)
    evaluation.empty(conn, desk, ours, now)
    evaluation.replay(conn, desk, source, now)
    for number in (source.ticket_id, ticket_id):
        cards.refresh(conn, desk, number, now)
    write_down(conn, desk, ticket_id, asked, Action.SPLIT, undone=True)
    return Answer(text=f"#{ticket_id} is part of #{source.ticket_id} again.", done=True)


def _record(
    conn: Connection, desk: Desk, ticket_id: int, event: Merged | MergedIn, asked: Asked, now: datetime
) -> None:
    ticketing.record(conn, desk, ticket_id, [Entry(key=f"{asked.key}:{ticket_id}", event=event, actor=asked.user)], now)


def _last(conn: Connection, desk: Desk, ticket_id: int, action: Action) -> dict[str, Any] | None:
    """What was written down of the last merge or split of a ticket; None when there was none, or it was undone."""
    written = audit.listing(conn, desk.workspace, ticket_id=ticket_id)
    last = next((entry.detail for entry in written if entry.action == action), None)
    return None if last is None or last.get("undone") else last


def _like(desk: Desk, source: TicketRecord, first: TicketEvent, now: datetime) -> TicketRecord:
    """A new ticket of the same customer and channel, opened by the message that was split off."""
    channel, _, ts = first.key.partition(":")
    return TicketRecord(
        workspace=desk.workspace,
        channel_id=channel,
        thread_ts=first.thread_ts or ts,
        channel_kind=source.channel_kind,
        customer=source.customer,
        customer_tier=source.customer_tier,
        requester=source.requester,
        requester_tags=source.requester_tags,
        subject=str(first.body.get("text") or ""),
        group_name=desk.config.channel(channel).group,
        permalink=desk.installation.permalink(channel, ts),
        rules_version=desk.rules_version,
        last_event_at=first.at,
        created_at=first.at,
        updated_at=now,
    )
