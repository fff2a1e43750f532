"""What a row of a digest says at the moment it is sent: its members as far as they still hold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from bot.notify.calls import call
from bot.notify.letters import Letter, letter
from bot.notify.webhook import Call
from bot.services.alerting import lateness
from bot.services.alerting.alert_views import alert_view, as_of, reader_of
from bot.services.alerting.alerts import MAIL_DIGEST, PAGES, WEBHOOK_DIGEST, Alerted
from bot.services.alerting.digests import members_of
from bot.services.outbox.drawn import Drawn, Void
from bot.services.tickets import evaluation
from bot.services.workspace.desk import Desk
from bot.slack.alert_posts import AlertView
from bot.slack.digest_blocks import DigestView, TicketLine, page, root
from bot.slack.directory import Directory
from bot.slack.wording import span
from store import instances, outbox, tickets
from store.engine import Database
from store.outbox import OutboxMessage
from store.tickets import TicketRecord

Held = list[tuple[TicketRecord, Alerted]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """From where a digest is drawn.

    Attributes:
        link: Where everything is to be seen; empty without such an address.
        started_at: When this process began.
    """

    link: str
    started_at: datetime | None
    now: datetime


async def draw_digest(
    message: OutboxMessage, *, db: Database, desk: Desk, directory: Directory, sight: Sight
) -> Drawn | Letter | Call | Void:
    """The contents of a digest's root or page, of its letter or its call."""
    held = await db.read(partial(_held, desk, message, sight.now))
    if not held:
        return Void(reason="none of it holds any more")
    delayed = lateness.on_the_way(message, started_at=sight.started_at)
    told = [(await _view(desk, directory, ticket, alerted, delayed, sight.now), alerted) for ticket, alerted in held]
    views = [view for view, _ in told]
    if message.kind == MAIL_DIGEST:
        return letter(message.destination.partition(":")[2], views)
    if message.kind == WEBHOOK_DIGEST:
        return call(message.destination.partition(":")[2], told, digest=True)
    lines = _lines(views)
    pages = int(message.payload["pages"])
    if message.kind not in PAGES:
        seen = DigestView(lines=lines, pages=pages, link=sight.link, remark=_remark(views))
        return Drawn(channel=message.destination, post=root(seen))
    drawn = Drawn(channel=message.destination, post=page(lines, int(message.payload["number"]), pages))
    return replace(drawn, thread_ts=await db.read(partial(root_ts, message)))


def root_ts(message: OutboxMessage, conn: Connection) -> str | None:
    """The thread that a page belongs into; None where its root never came to be."""
    found = outbox.find(conn, message.workspace, message.depends_on or "")
    return None if found is None else found.message_ts


def _held(desk: Desk, message: OutboxMessage, now: datetime, conn: Connection) -> Held:
    """Those members that still hold, each as it is now."""
    members = members_of(message)
    numbers = sorted({member.ticket_id for member in members})
    of_ticket = {ticket.ticket_id: ticket for ticket in tickets.many(conn, desk.workspace, numbers)}
    states = {number: evaluation.load_state(conn, desk, ticket) for number, ticket in of_ticket.items()}
    running = {
        (one.ticket_id, one.metric, one.instance): one
        for one in instances.of_tickets(conn, desk.workspace, numbers)
        if one.outcome == "open"
    }
    reader = reader_of(conn, message, numbers, now)
    held: Held = []
    for member in members:
        ticket = of_ticket.get(member.ticket_id)
        record = running.get((member.ticket_id, member.metric, member.instance))
        if ticket is not None and record is not None:
            alerted = as_of(desk, ticket, states[ticket.ticket_id], record, member.alerted, reader, now=now)
            held += [] if alerted is None else [(ticket, alerted)]
    return held


async def _view(
    desk: Desk, directory: Directory, ticket: TicketRecord, alerted: Alerted, delayed: str, now: datetime
) -> AlertView:
    late = now - alerted.due_at
    return replace(
        await alert_view(desk, directory, ticket, alerted),
        late=late if late > lateness.LATE else None,
        late_because=alerted.late_because or delayed,
    )


def _lines(views: Sequence[AlertView]) -> list[TicketLine]:
    by_ticket: dict[int, list[AlertView]] = {}
    for view in views:
        by_ticket.setdefault(view.number, []).append(view)
    return [TicketLine(alerts=tuple(of_ticket)) for of_ticket in by_ticket.values()]


def _remark(views: Sequence[AlertView]) -> str:
    """How late the latest of them is, and why as far as that is known of it."""
    late = [(view.late, view.late_because) for view in views if view.late is not None]
    if not late:
        return ""
    longest, because = max(late)
    return f"sent up to {span(longest)} late" + (f": {because}" if because else "")
