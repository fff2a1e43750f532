"""What rules make of a ticket's messages: the first agent who replies becomes the assignee, thanks need no reply.

As long as news come in order, intake writes these down with the message. When something older arrives, what follows
from the messages may be another thing than was written down, and is worked out again from all of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot.services.workspace.desk import Desk
from sla import events
from sla.engine import advance, in_order, start
from sla.events import Comment, Event, FieldChanged, event_from_json, event_to_json
from sla.instants import instant
from sla.pleasantries import Pleasantry, pleasantry
from sla.policy import Rules
from sla.ticket import Role, Status, Ticket
from store import ticket_events
from store.ticket_events import Source, TicketEvent

ASSIGNEE, THANKS, STILL = ":assignee", ":thanks", ":still"
RULE = "rule:pleasantry"
# "Thanks!" opens none of these again.
PARKED = frozenset({Status.PENDING, Status.HOLD, Status.SOLVED})


def renewed(
    conn: Connection, desk: Desk, begun: tuple[Ticket, Rules], history: list[TicketEvent], now: datetime
) -> list[TicketEvent]:
    """The history of a ticket with what follows from it, brought up to date in the store.

    Args:
        conn: In a transaction that has locked the ticket.
        desk: Says where thanks count.
        begun: The ticket before its first event, and the rules in force then.
        history: Everything that is stored of the ticket.
        now: The present instant.
    """
    stored = {event.key: event for event in history if event.key.endswith((ASSIGNEE, THANKS, STILL))}
    facts = [event for event in history if event.key not in stored]
    wanted = {event.key: event for event in _consequences(desk, begun, facts, stored, now)}
    gone = [key for key, event in stored.items() if key not in wanted or wanted[key].body != event.body]
    new = [event for key, event in wanted.items() if key not in stored or key in gone]
    if not gone and not new:
        return history
    ticket_events.remove(conn, desk.workspace, gone)
    ticket_events.append_many(conn, new)
    return ticket_events.of_ticket(conn, desk.workspace, history[0].ticket_id)


def thanks_for(body: Mapping[str, object], replied_at: datetime | None) -> Pleasantry | None:
    """Whether a customer's message only says thanks for a reply; ``body`` is what is stored of it."""
    said = body.get("text") if body.get("meant") is None else body.get("meant")
    return pleasantry(str(said or ""), instant(body["at"]), replied_at)


def _consequences(
    desk: Desk,
    begun: tuple[Ticket, Rules],
    facts: Sequence[TicketEvent],
    stored: Mapping[str, TicketEvent],
    now: datetime,
) -> Iterator[TicketEvent]:
    yield from _assignments(begun[0], facts, now)
    thanked = list(_thanks(desk, facts, stored))
    if thanked:
        yield from _dismissals(begun, facts, thanked, now)


def _assignments(ticket: Ticket, facts: Sequence[TicketEvent], now: datetime) -> Iterator[TicketEvent]:
    assignee = ticket.assignee
    for event in facts:
        if event.type == "field" and event.body["field"] == "assignee":
            assignee = event.body["to"]
        elif event.type == "comment" and is_reply(event) and not assignee and not _is_from_elsewhere(event):
            assignee = event.body["user"]
            taken = FieldChanged(at=event.at, field="assignee", to=assignee)
            yield _made(event, ASSIGNEE, taken, assignee, now)


def _thanks(desk: Desk, facts: Sequence[TicketEvent], stored: Mapping[str, TicketEvent]) -> Iterator[TicketEvent]:
    """The messages that need no reply. A setting that was changed since takes nothing back."""
    replied_at = None
    for event in facts:
        if is_reply(event):
            replied_at = event.at
        elif _may_thank(event) and thanks_for(event.body, replied_at) is not None:
            channel = event.key.partition(":")[0]
            if f"{event.key}{THANKS}" in stored or desk.config.channel(channel).pleasantries:
                yield event


def _dismissals(
    begun: tuple[Ticket, Rules], facts: Sequence[TicketEvent], thanked: Sequence[TicketEvent], now: datetime
) -> Iterator[TicketEvent]:
    """What leaves the ticket as it was before each thanks; for that, its history is gone through once."""
    by_id = {event.key: event for event in thanked}
    state = start(*begun)
    for event in in_order(event_from_json(fact.body) for fact in facts):
        status = state.ticket.status
        state = advance(state, event)
        source = by_id.get(event.id or "") if isinstance(event, Comment) else None
        if source is None:
            continue
        follow: list[tuple[str, Event]] = [(THANKS, events.NoReplyNeeded(at=event.at))]
        if status in PARKED:
            follow.append((STILL, events.StatusChanged(at=event.at, to=status)))
        for suffix, consequence in follow:
            state = advance(state, consequence)
            yield _made(source, suffix, consequence, RULE, now)


def is_reply(event: TicketEvent) -> bool:
    """Whether somebody of the support team wrote it in public."""
    body = event.body
    return event.type in {"comment", "created"} and body.get("by") == Role.AGENT and body.get("public") is True


def _is_from_elsewhere(event: TicketEvent) -> bool:
    """Whether it was imported from where it is told what followed from a message."""
    return event.source == Source.IMPORT and event.thread_ts is None


def _may_thank(event: TicketEvent) -> bool:
    """Whether it is a customer's, in a thread of Slack's: what begins a thread is a matter of its own."""
    is_customers = event.body.get("by") == Role.END_USER and event.body.get("public") is True
    in_thread = event.thread_ts is not None and not event.key.endswith(f":{event.thread_ts}")
    return event.type == "comment" and is_customers and in_thread


def _made(source: TicketEvent, suffix: str, event: Event, actor: str | None, now: datetime) -> TicketEvent:
    body = event_to_json(event)
    return TicketEvent(
        workspace=source.workspace,
        key=f"{source.key}{suffix}",
        ticket_id=source.ticket_id,
        at=event.at,
        type=str(body["type"]),
        actor=actor,
        body=body,
        recorded_at=now,
        source=source.source,
    )
