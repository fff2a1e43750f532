"""The figures of the queue and of health, as the dashboard shows them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.http import metrics
from bot.services.alerting import cards
from bot.services.alerting.alerts import ALERT, DIRECT
from bot.services.reporting.answering import report_of
from bot.services.reporting.asking import DAYS, Question, zone_of
from bot.services.workspace.desk import Desk
from bot.slack.text import clip
from bot.slack.wording import metric_label, span
from sla.report import Figures
from store import inbox, instances, outbox, tickets, workspaces
from store.instances import InstanceRecord
from store.outbox import OutboxState
from store.tickets import Filter, TicketRecord
from store.workspaces import WorkspaceState

_ROWS, _COUNTED = 50, 1000
WAITING = (OutboxState.PENDING, OutboxState.SENDING, OutboxState.UNCERTAIN, OutboxState.RECONCILING)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One running clock; ``left`` says what is left, or how late it is, in words."""

    number: int
    subject: str
    customer: str
    metric: str
    breach_at: datetime | None
    left: str
    badge: str
    priority: str
    status: str
    assignee: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """Everything that the queue shows.

    Attributes:
        breached_open: How many tickets have a clock that runs and has passed its deadline.
        lately: What became of the promises of the last `DAYS` days.
        more: How many clocks run besides those of `rows`.
        is_more_than_that: Whether even more do, which nobody counted.
    """

    open_tickets: int
    breached_open: int
    lately: Figures
    alerts_sent: int
    alerts_waiting: int
    rows: Sequence[QueueRow]
    more: int
    is_more_than_that: bool


def queue_view(conn: Connection, desk: Desk, now: datetime, *, name_of: Callable[[str], str]) -> QueueView:
    """The running clocks, the next deadline first; ``name_of`` says what a user is called."""
    listed = instances.listing_open(conn, desk.workspace, limit=_COUNTED)
    running = [one for one in listed if one.target_seconds]
    of = {ticket.ticket_id: ticket for ticket in tickets.many(conn, desk.workspace, [one.ticket_id for one in running])}
    question = Question(zone=zone_of(desk.config)).last_days(DAYS, now)
    alerts = outbox.by_kind(conn, desk.workspace, [ALERT, DIRECT])
    return QueueView(
        open_tickets=tickets.count(conn, desk.workspace, Filter(open_only=True)),
        breached_open=instances.count_breached_tickets(conn, desk.workspace),
        lately=report_of(conn, desk.workspace, question, now).total,
        alerts_sent=alerts.get(OutboxState.SENT, 0),
        alerts_waiting=sum(number for state, number in alerts.items() if state in WAITING),
        rows=[_row(desk, one, of[one.ticket_id], now, name_of) for one in running[:_ROWS]],
        more=max(0, len(running) - _ROWS),
        is_more_than_that=len(listed) == _COUNTED,
    )


def figures(conn: Connection, workspace: str, now: datetime) -> metrics.Figures:
    """What the database says of how things go, for Prometheus."""
    due_at = instances.next_due(conn, workspace)
    known = workspaces.get(conn, workspace)
    return metrics.Figures(
        inbox=inbox.counts(conn),
        outbox=outbox.counts(conn),
        overdue_seconds=max(0.0, (now - due_at).total_seconds()) if due_at else 0.0,
        workspace_dead=known is not None and known.state == WorkspaceState.DEAD,
    )


def _row(
    desk: Desk, instance: InstanceRecord, ticket: TicketRecord, now: datetime, name_of: Callable[[str], str]
) -> QueueRow:
    customer = desk.config.customers.get(ticket.customer or "")
    return QueueRow(
        number=ticket.ticket_id,
        subject=clip(ticket.subject, 90),
        customer=customer.name if customer else name_of(ticket.requester or ""),
        metric=metric_label(instance.metric),
        breach_at=instance.breach_at,
        left=_left(instance, now),
        badge=cards.badge_of([instance]),
        priority=ticket.priority or "",
        status=ticket.status,
        assignee=name_of(ticket.assignee) if ticket.assignee else "nobody",
    )


def _left(instance: InstanceRecord, now: datetime) -> str:
    if instance.breach_at is None:
        return "paused"
    left = instance.breach_at - now
    return f"{span(left)} late" if left < timedelta(0) else f"in {span(left)}"
