"""A ticket's card: when it is posted or edited, and what it shows at that moment."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.services.workspace.desk import Desk
from bot.slack.cards import Badge, CardView, ClockView
from sla.ticket import Status
from store import instances, outbox, tickets
from store.instances import InstanceRecord
from store.outbox import NewMessage, OutboxMessage, OutboxState
from store.tickets import TicketRecord

CARD, CARD_UPDATE = "card", "card_update"
_POST_URGENCY, _UPDATE_URGENCY = 20, 10
_WAITING = (OutboxState.PENDING,)
_ON_ITS_WAY = (OutboxState.PENDING, OutboxState.SENDING, OutboxState.UNCERTAIN, OutboxState.RECONCILING)
# Why a card is not tried again: people of other companies would read it.
_CLOSED = "shared_with_another_company"


def card_key(ticket_id: int) -> str:
    """The outbox key of a ticket's first card, which the alerts in its thread wait for."""
    return f"card:{ticket_id}"


def post(conn: Connection, desk: Desk, ticket_id: int, now: datetime, *, again: bool = False) -> None:
    """Record that the ticket's card is to be posted; ``again`` when the one there was is gone for good.

    The card of a closed ticket is not missed: Slack lets nobody edit a message for ever, and lists would fill with it.
    """
    ticket = tickets.get(conn, desk.workspace, ticket_id)
    channel = alert_channel(desk, ticket) if ticket else None
    if ticket is None or channel is None or desk.is_of_the_past:
        return
    if again and (ticket.status == Status.CLOSED or _is_on_its_way(conn, ticket)):
        return
    key = card_key(ticket_id) + (f":{secrets.token_hex(4)}" if again else "")
    outbox.enqueue(
        conn,
        NewMessage(
            workspace=desk.workspace,
            key=key,
            kind=CARD,
            destination=channel,
            payload={},
            created_at=now,
            urgency=_POST_URGENCY,
            ticket_id=ticket_id,
            in_doubt=desk.doubts(ticket.created_at) and not again,
        ),
    )


def _is_on_its_way(conn: Connection, ticket: TicketRecord) -> bool:
    return bool(outbox.of_ticket(conn, ticket.workspace, ticket.ticket_id, kind=CARD, states=_ON_ITS_WAY))


def refresh(conn: Connection, desk: Desk, ticket_id: int, now: datetime) -> None:
    """Record that the card is to be edited. It is drawn when it is sent, so one edit that waits is enough."""
    ticket = tickets.get(conn, desk.workspace, ticket_id)
    channel = (ticket.card_channel or alert_channel(desk, ticket)) if ticket else None
    if ticket is None or channel is None or desk.is_of_the_past:
        return
    if ticket.card_ts is None:
        posted = outbox.of_ticket(conn, desk.workspace, ticket_id, kind=CARD)
        # An imported ticket has no card until something happens to it.
        if not posted or _has_failed(posted, channel):
            post(conn, desk, ticket_id, now, again=bool(posted))
            return
    for kind in (CARD, CARD_UPDATE):
        if outbox.of_ticket(conn, desk.workspace, ticket_id, kind=kind, states=_WAITING):
            return
    outbox.enqueue(
        conn,
        NewMessage(
            workspace=desk.workspace,
            key=f"{card_key(ticket_id)}:edit:{secrets.token_hex(6)}",
            kind=CARD_UPDATE,
            destination=channel,
            payload={},
            created_at=now,
            urgency=_UPDATE_URGENCY,
            ticket_id=ticket_id,
            depends_on=card_key(ticket_id),
        ),
    )


def _has_failed(posted: Sequence[OutboxMessage], channel: str) -> bool:
    """Whether the last card came to nothing, for a reason that may have passed."""
    if any(one.state in _ON_ITS_WAY for one in posted):
        return False
    last = posted[-1]
    return last.state == OutboxState.FAILED and (last.error != _CLOSED or last.destination != channel)


def alert_channel(desk: Desk, ticket: TicketRecord) -> str | None:
    """Where the ticket's card and alerts go: its channel's own place, its customer's, the default; None without any."""
    config = desk.config
    customer = config.customers.get(ticket.customer or "")
    own = config.channel(ticket.channel_id).alert_channel
    return own or (customer.alert_channel if customer else None) or config.alert_channel


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """What is stored about a ticket, for drawing its card."""

    ticket: TicketRecord
    clocks: tuple[ClockView, ...]
    badge: Badge


def facts(conn: Connection, desk: Desk, ticket_id: int) -> CardFacts | None:
    """Read what a card shows."""
    ticket = tickets.get(conn, desk.workspace, ticket_id)
    if ticket is None:
        return None
    shown = latest_of_each_metric(instances.of_ticket(conn, desk.workspace, ticket_id))
    return CardFacts(ticket=ticket, clocks=tuple(map(_clock_view, shown)), badge=badge_of(shown))


def view(desk: Desk, facts: CardFacts, *, requester: str, now: datetime) -> CardView:
    """The card's contents; ``requester`` is the display name. A snooze that is over is not told any more."""
    ticket = facts.ticket
    is_snoozed = ticket.snoozed_until is not None and now < ticket.snoozed_until
    customer = desk.config.customers.get(ticket.customer or "")
    return CardView(
        number=ticket.ticket_id,
        badge=facts.badge,
        customer=customer.name if customer else requester,
        tier=ticket.customer_tier or "",
        channel=ticket.channel_id,
        requester=requester,
        text=ticket.subject,
        file_names=(),
        status=ticket.status,
        priority=ticket.priority or "",
        assignee=ticket.assignee or "",
        policy=ticket.policy or "",
        permalink=ticket.permalink or "",
        clocks=facts.clocks,
        not_a_ticket=ticket.not_a_ticket,
        snoozed_until=ticket.snoozed_until if is_snoozed else None,
        snoozed_by=ticket.snoozed_by or "",
        hold_reason=ticket.hold_reason or "",
        hold_until=ticket.hold_until,
    )


def badge_of(shown: Sequence[InstanceRecord]) -> Badge:
    """The worst of what the instances say: an open breach, a warning, a pause; then how the last ones ended."""
    running = [instance for instance in shown if instance.outcome == "open"]
    if any(instance.breached for instance in running):
        return Badge.BREACHED
    if any(instance.sent for instance in running):
        return Badge.DUE_SOON
    if running:
        return Badge.PAUSED if all(instance.stage == "paused" for instance in running) else Badge.ACTIVE
    ended = {instance.outcome for instance in shown}
    if "missed" in ended:
        return Badge.BREACHED
    return Badge.MET if "met" in ended else Badge.NO_SLA


def latest_of_each_metric(of_ticket: Sequence[InstanceRecord]) -> list[InstanceRecord]:
    """The newest instance with a target of every metric; the stored order is by metric and number."""
    newest = {instance.metric: instance for instance in of_ticket if instance.target_seconds is not None}
    return sorted(newest.values(), key=lambda instance: (instance.activated_at, instance.metric))


def _clock_view(instance: InstanceRecord) -> ClockView:
    remaining = instance.elapsed.get("remaining_seconds")
    unit = "business_seconds" if instance.business_hours else "calendar_seconds"
    return ClockView(
        metric=instance.metric,
        stage=instance.stage,
        outcome=instance.outcome,
        breached=instance.breached,
        business_hours=instance.business_hours,
        breach_at=instance.breach_at,
        remaining=None if remaining is None else timedelta(seconds=remaining),
        elapsed=timedelta(seconds=instance.elapsed.get(unit, 0)),
        late=overdue(instance),
        late_by_calendar=overdue_by_calendar(instance),
    )


def overdue(instance: InstanceRecord) -> timedelta | None:
    """By how much an ended instance was late, in its target's own hours; None for one that was not."""
    if instance.outcome != "missed" or instance.target_seconds is None:
        return None
    unit = "business_seconds" if instance.business_hours else "calendar_seconds"
    return max(timedelta(seconds=instance.elapsed.get(unit, 0) - instance.target_seconds), timedelta())


def overdue_by_calendar(instance: InstanceRecord) -> timedelta | None:
    """How long after its deadline an instance ended that was late."""
    if instance.outcome != "missed" or instance.fulfilled_at is None or instance.breach_at is None:
        return None
    return max(instance.fulfilled_at - instance.breach_at, timedelta())
