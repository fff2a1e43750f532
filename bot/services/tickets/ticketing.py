"""Events of a ticket: written down once, folded by the engine, shown on the card; all in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.services.alerting import cards
from bot.services.lifecycle import undoing
from bot.services.tickets import evaluation
from bot.services.tickets.rules_in_force import change_key, is_news, may_be_put_in_force, rules_of, versions_met
from bot.services.tickets.words import meaning
from bot.services.workspace.desk import Desk
from sla.events import Apply, Event, Exempted, RulesChanged, event_to_json
from sla.instants import format_instant
from store import rules as versions
from store import ticket_events, tickets
from store.ticket_events import Source, TicketEvent
from store.tickets import TicketRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event of a ticket, by what it is remembered, who did it, in which conversation, and how we learned of it."""

    key: str
    event: Event
    actor: str | None = None
    thread_ts: str | None = None
    source: Source = Source.LIVE


def open_ticket(conn: Connection, desk: Desk, ticket: TicketRecord, first: Entry, now: datetime) -> int:
    """Create the ticket with its first event, its clocks and its card; its number."""
    created = tickets.create(conn, replace(ticket, rules_version=desk.rules_version))
    body = event_to_json(first.event)
    ticket_events.append(conn, _row(desk, created.ticket_id, first, body, now))
    evaluation.begin(conn, desk, created, first.event, now)
    cards.post(conn, desk, created.ticket_id, now)
    return created.ticket_id


def record(conn: Connection, desk: Desk, ticket_id: int, entries: Sequence[Entry], now: datetime) -> bool:
    """Add events to a ticket; what is known already is left out. Whether anything was new.

    An event older than the newest known one is late: the whole history is folded again, so that the result is the
    one that the right order would have given. So it is for an exemption, which changes what has ended, too.
    """
    ticket = tickets.lock(conn, desk.workspace, ticket_id)
    if ticket is None:
        return False
    entries = [entry for entry in entries if _still_holds(desk, ticket, entry.event)]
    candidates = [*_catching_up(conn, desk, ticket, entries), *entries]
    new = [
        entry
        for entry in sorted(candidates, key=lambda entry: entry.event.at)
        if ticket_events.append(conn, _row(desk, ticket_id, entry, event_to_json(entry.event), now))
    ]
    if not new:
        return False
    if evaluation.is_late(ticket, new[0].event.at) or any(isinstance(entry.event, Exempted) for entry in new):
        undoing.withdraw(conn, desk.workspace, ticket_id, [entry.event for entry in new], now)
        evaluation.replay(conn, desk, ticket, now)
    else:
        evaluation.continue_with(conn, desk, ticket, [entry.event for entry in new], now)
    cards.refresh(conn, desk, ticket_id, now)
    return True


def reach(conn: Connection, desk: Desk, ticket_id: int, at: datetime, now: datetime) -> None:
    """Put the desk's version of the rules in force for an open ticket; ``at`` is when that was decided."""
    change = RulesChanged(at=at, to=desk.rules, apply=Apply.NOW)
    record(conn, desk, ticket_id, [Entry(key=change_key(desk, ticket_id, at_once=True), event=change)], now)


def begin_earlier(
    conn: Connection, desk: Desk, opening: TicketEvent, first: Entry, fields: Mapping[str, Any], now: datetime
) -> None:
    """Let a ticket begin with a message that came after the one that opened it, and is older; that one is a comment.

    ``fields`` are the ticket's that its first message gives it.
    """
    comment = {name: value for name, value in opening.body.items() if name != "status"} | {"type": "comment"}
    ticket_events.retype(conn, desk.workspace, opening.key, "comment", comment)
    ticket_events.append(conn, _row(desk, opening.ticket_id, first, event_to_json(first.event), now))
    tickets.update_columns(conn, desk.workspace, opening.ticket_id, **fields)
    ticket = tickets.lock(conn, desk.workspace, opening.ticket_id)
    assert ticket is not None, "an event belongs to a ticket"
    evaluation.replay(conn, desk, ticket, now)
    cards.refresh(conn, desk, opening.ticket_id, now)


def reword(
    conn: Connection, desk: Desk, known: TicketEvent, text: str, now: datetime, *, edited_at: datetime | None = None
) -> None:
    """Replace the words of a comment, which were edited or, where no instant is given, deleted; no clock moves.

    What the rules read in the words as they were first is kept, for the day on which the history is folded again.
    """
    body = {name: value for name, value in known.body.items() if name != "edited_at"}
    body |= {"edited_at": format_instant(edited_at)} if edited_at else {}
    if known.body.get("text") != text:
        meant = known.body.get("meant")
        body |= {"text": text, "meant": _meaning(conn, desk, known) if meant is None else meant}
    ticket_events.set_body(conn, desk.workspace, known.key, body)
    _reworded(conn, desk, known, text, now)


def hear(conn: Connection, desk: Desk, known: TicketEvent, said: Entry, now: datetime) -> None:
    """A message has come itself that had only been looked up: as it was then, edited or deleted, or without its words.

    The words that it had at first count for the rules; what it says now is still the newer version.
    """
    first = event_to_json(said.event)
    is_gone = ticket_events.find(conn, desk.workspace, f"{known.key}:deleted") is not None
    void = {"meant", "edited_at"} if is_gone else {"meant"}
    body = {name: value for name, value in known.body.items() if name not in void}
    if (is_gone or "edited_at" in body) and body.get("text") != first["text"]:
        heard = replace(known, body=body | {"text": first["text"]})
        body |= {"meant": first["meant"] if "meant" in first else _meaning(conn, desk, heard)}
    else:
        body |= {name: first[name] for name in ("text", "meant") if name in first}
    ticket_events.hear(conn, desk.workspace, known.key, body, said.source)
    ticket = tickets.lock(conn, desk.workspace, known.ticket_id)
    assert ticket is not None, "an event belongs to a ticket"
    evaluation.replay(conn, desk, ticket, now)
    _reworded(conn, desk, known, body["text"], now)


def happened_earlier(conn: Connection, desk: Desk, entry: Entry, now: datetime) -> None:
    """What is known happened at that instant already, if that is earlier: Slack tells of some deletions twice."""
    known = ticket_events.find(conn, desk.workspace, entry.key)
    if known is None or known.at <= entry.event.at:
        return
    ticket_events.move_in_time(conn, desk.workspace, known.key, entry.event.at, event_to_json(entry.event))
    ticket = tickets.lock(conn, desk.workspace, known.ticket_id)
    assert ticket is not None, "an event belongs to a ticket"
    evaluation.replay(conn, desk, ticket, now)


def _meaning(conn: Connection, desk: Desk, known: TicketEvent) -> str:
    ticket = tickets.get(conn, desk.workspace, known.ticket_id)
    gone_through = versions_met(ticket) if ticket else ()
    versions = {desk.rules_version, *gone_through}
    return meaning(str(known.body.get("text") or ""), [rules_of(conn, desk, version) for version in versions])


def _reworded(conn: Connection, desk: Desk, known: TicketEvent, text: str, now: datetime) -> None:
    if known.type == "created":
        tickets.update_columns(conn, desk.workspace, known.ticket_id, subject=text, updated_at=now)
    cards.refresh(conn, desk, known.ticket_id, now)


def _still_holds(desk: Desk, ticket: TicketRecord, event: Event) -> bool:
    """Whether an event is no edit that a newer one has overtaken."""
    return not isinstance(event, RulesChanged) or may_be_put_in_force(desk, ticket)


def _catching_up(conn: Connection, desk: Desk, ticket: TicketRecord, entries: Sequence[Entry]) -> list[Entry]:
    """New rules reach a ticket with its next update, which cannot have been before they were saved."""
    if not entries or not is_news(desk, ticket) or any(isinstance(entry.event, RulesChanged) for entry in entries):
        return []
    saved = versions.load(conn, desk.workspace, desk.rules_version)
    instants = [min(entry.event.at for entry in entries), ticket.last_event_at]
    at = max(instants if saved is None else [*instants, saved.created_at])
    return [Entry(key=change_key(desk, ticket.ticket_id), event=RulesChanged(at=at, to=desk.rules))]


def _row(desk: Desk, ticket_id: int, entry: Entry, body: dict[str, object], now: datetime) -> TicketEvent:
    return TicketEvent(
        workspace=desk.workspace,
        key=entry.key,
        ticket_id=ticket_id,
        at=entry.event.at,
        type=str(body["type"]),
        actor=entry.actor,
        body=body,
        recorded_at=now,
        thread_ts=entry.thread_ts,
        source=entry.source,
    )
