"""Who is alerted of what, as far as it still holds: the facts behind every way in which an alert is put."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.services.alerting.alerts import SINGLE, Alerted
from bot.services.alerting.audience import messages
from bot.services.tickets import evaluation
from bot.services.tickets.watching import route_of, watch
from bot.services.workspace.desk import Desk
from bot.slack.alert_posts import AlertView
from bot.slack.client import SlackUnavailableError
from bot.slack.directory import Directory
from sla.alert_log import AlertKey, alert_log_from_json
from sla.alerts import due, overtaken, still_holds
from sla.engine import Instance, Stage, TicketState, settle
from store import absences, instances, outbox, tickets
from store.instances import InstanceRecord
from store.outbox import NewMessage, OutboxMessage
from store.tickets import TicketRecord

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads a row of the outbox.

    Attributes:
        told: What else they are told of the same tickets, by ticket, metric and instance.
        away: Those who are not to be told of anything at present.
    """

    destination: str
    told: Mapping[tuple[int, str, int], Sequence[Alerted]]
    away: Collection[str]


def held(desk: Desk, message: OutboxMessage, now: datetime, conn: Connection) -> tuple[TicketRecord, Alerted] | None:
    """The ticket and the alert of a row as it is now, unless what it is about has ended or has another target."""
    ticket = tickets.get(conn, desk.workspace, message.ticket_id or 0)
    record = instances.get(conn, desk.workspace, message.ticket_id or 0, message.metric or "", message.instance or 0)
    if ticket is None or record is None or record.outcome != "open":
        return None
    state = evaluation.load_state(conn, desk, ticket)
    reader = reader_of(conn, message, [ticket.ticket_id], now)
    alerted = as_of(desk, ticket, state, record, Alerted.from_payload(message.payload), reader, now=now)
    return None if alerted is None else (ticket, alerted)


def reader_of(conn: Connection, message: OutboxMessage, numbers: Sequence[int], now: datetime) -> Reader:
    """The reader of a row about these tickets."""
    told = defaultdict[tuple[int, str, int], list[Alerted]](list)
    for other in outbox.alerts_to(conn, message.workspace, message.destination, numbers):
        if other.kind in SINGLE and other.ticket_id is not None and other.metric and other.instance:
            told[other.ticket_id, other.metric, other.instance].append(Alerted.from_payload(other.payload))
    away = absences.away(conn, message.workspace, now)
    return Reader(destination=message.destination, told=told, away=away)


def as_of(
    desk: Desk,
    ticket: TicketRecord,
    state: TicketState,
    record: InstanceRecord,
    alerted: Alerted,
    reader: Reader,
    *,
    now: datetime,
) -> Alerted | None:
    """An alert with the figures of this moment; None when it must not be sent any more.

    A pause takes nothing back: what was promised was in danger, or broken, and nobody has heard of it yet. But where
    the reader is told of a nearer threshold, or will be as soon as the tick looks, this one would only repeat it.
    """
    named = (record.metric, record.instance)
    state = settle(state, now)  # in a storm, an alert may be on its way before its deadline is stamped
    instance = next((one for one in state.open_instances if (str(one.metric), one.number) == named), None)
    if instance is None:
        return None
    others = reader.told.get((record.ticket_id, *named), ())
    key, *nearer = (
        AlertKey(str(ticket.ticket_id), *named, one.threshold, one.arming, "") for one in (alerted, *others)
    )
    known = watch(ticket, state, instance), route_of(desk, state, instance), alert_log_from_json(record.sent), now
    coming = due(*known, enforced_from=desk.enforce_from).alerts
    if coming and reader.destination in _destinations(messages(desk, ticket, coming, alerted, now, away=reader.away)):
        nearer += [alert.key for alert in coming]
    if not still_holds(key, *known) or overtaken(key, nearer, *known):
        return None
    return replace(
        alerted,
        breach=instance.breached,
        breach_at=instance.breach_at or alerted.breach_at,
        offset=_offset(state, instance, now),
        paused=instance.stage is Stage.PAUSED,
    )


def _destinations(recorded: Iterable[NewMessage]) -> set[str]:
    return {message.destination for message in recorded}


def _offset(state: TicketState, instance: Instance, now: datetime) -> timedelta:
    """What is left, or over. An alert that takes a second on its way has not lost a minute: whole ones are told."""
    left = instance.remaining(state.rules, now) or timedelta()
    shown = abs(left)
    if shown >= _MINUTE:
        return round(shown / _MINUTE) * _MINUTE
    # The first minute after a deadline is "missed" and no figure; the last second before it is still time.
    return timedelta() if instance.breached or left < timedelta() else shown


async def alert_view(desk: Desk, directory: Directory, ticket: TicketRecord, alerted: Alerted) -> AlertView:
    """An alert as its reader sees it; the customer goes by the name that the configuration gives."""
    customer = desk.config.customers.get(ticket.customer or "")
    return AlertView(
        number=ticket.ticket_id,
        customer=customer.name if customer else await display_name(directory, ticket.requester),
        tier=ticket.customer_tier or "",
        text=ticket.subject,
        priority=ticket.priority or "",
        status=ticket.status,
        metric=alerted.metric,
        breach=alerted.breach,
        breach_at=alerted.breach_at,
        offset=alerted.offset,
        business_hours=alerted.business_hours,
        mentions=alerted.mentions,
        permalink=ticket.permalink or "",
        instead_of=alerted.instead_of,
        unverified=alerted.unverified,
        paused=alerted.paused,
        absent=await display_name(directory, alerted.absent),
    )


async def display_name(directory: Directory, user: str | None) -> str:
    """What somebody is called; the id where Slack does not say: a name must never hold up an alert."""
    if not user:
        return ""
    try:
        return (await directory.person(user)).name
    except SlackUnavailableError:
        return user
