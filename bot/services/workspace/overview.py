"""The figures of the queue and of health, as the dashboard shows them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.http.metrics import Figures
from bot.services.alerting import cards
from bot.services.alerting.alerts import ALERT, DIRECT
from bot.services.workspace.desk import Desk
from bot.slack.text import clip
from bot.slack.wording import metric_label, span
from store import inbox, instances, outbox, tickets, workspaces
from store.instances import InstanceRecord
from store.outbox import OutboxState
from store.tickets import Filter, TicketRecord
from store.workspaces import WorkspaceState

_ROWS = 50
_WAITING = (OutboxState.PENDING, OutboxState.SENDING, OutboxState.UNCERTAIN, OutboxState.RECONCILING)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
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
class StatusView:
    """Everything the page shows, as of ``now``."""

    workspace: str
    now: datetime
    open_tickets: int
    breached_open: int
    met: int
    missed: int
    alerts_sent: int
    alerts_waiting: int
    rows: Sequence[StatusRow]
    more: int
    inbox_pending: int
    inbox_quarantined: int
    outbox_waiting: int
    outbox_failed: int
    tick_age: str

    @property
    def attainment(self) -> str:
        """Met instances of those that ended with a promise kept or broken, open and late ones counted as broken."""
        ended = self.met + self.missed
        return f"{100 * self.met / ended:.0f} %" if ended else "none yet"


def status_view(
    conn: Connection, desk: Desk, now: datetime, *, ticked_at: datetime | None, name_of: Callable[[str], str]
) -> StatusView:
    """Everything that the queue shows; ``name_of`` says what a user is called."""
    running = [one for one in instances.listing_open(conn, desk.workspace, limit=1000) if one.target_seconds]
    of = {ticket.ticket_id: ticket for ticket in tickets.many(conn, desk.workspace, [one.ticket_id for one in running])}
    ended = instances.outcomes(conn, desk.workspace)
    late = [one for one in running if one.breached]
    messages = outbox.counts(conn)
    alerts = outbox.by_kind(conn, desk.workspace, [ALERT, DIRECT])
    waiting_requests = inbox.counts(conn)
    return StatusView(
        workspace=desk.installation.name,
        now=now,
        open_tickets=tickets.count(conn, desk.workspace, Filter(open_only=True)),
        breached_open=len({one.ticket_id for one in late}),
        met=ended.get("met", 0),
        missed=ended.get("missed", 0) + len(late),
        alerts_sent=alerts.get(OutboxState.SENT, 0),
        alerts_waiting=sum(number for state, number in alerts.items() if state in _WAITING),
        rows=[_row(desk, one, of[one.ticket_id], now, name_of) for one in running[:_ROWS]],
        more=max(0, len(running) - _ROWS),
        inbox_pending=waiting_requests["pending"],
        inbox_quarantined=waiting_requests["quarantined"],
        outbox_waiting=sum(messages[state] for state in _WAITING),
        outbox_failed=messages[OutboxState.FAILED],
        tick_age="not yet" if ticked_at is None else f"{span(now - ticked_at)} ago",
    )


def figures(conn: Connection, workspace: str, now: datetime) -> Figures:
    """What the database says of how things go, for Prometheus."""
    due_at = instances.next_due(conn, workspace)
    known = workspaces.get(conn, workspace)
    return Figures(
        inbox=inbox.counts(conn),
        outbox=outbox.counts(conn),
        overdue_seconds=max(0.0, (now - due_at).total_seconds()) if due_at else 0.0,
        workspace_dead=known is not None and known.state == WorkspaceState.DEAD,
    )


def _row(
    desk: Desk, instance: InstanceRecord, ticket: TicketRecord, now: datetime, name_of: Callable[[str], str]
) -> StatusRow:
    customer = desk.config.customers.get(ticket.customer or "")
    return StatusRow(
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
