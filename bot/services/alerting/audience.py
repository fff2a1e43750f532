"""Who hears of an alert: destinations as the configuration writes them become rows of the outbox."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never

import structlog
from sqlalchemy import Connection

from bot.config.build import destination_from
from bot.config.model import DestinationKind
from bot.services.alerting import cards
from bot.services.alerting.alerts import ALERT, DIRECT, MAIL, WEBHOOK, Alerted, alert_key
from bot.services.workspace.desk import Desk
from sla import alerts
from sla.alert_log import AlertKey
from store import absences, outbox
from store.outbox import NewMessage
from store.tickets import TicketRecord

_URGENCY = 50
# As an alert says it that could not be sent to them: these may be nobody.
_NOBODY = {
    DestinationKind.ALERT_CHANNEL: "an alert channel",
    DestinationKind.GROUP: "an alert channel",
    DestinationKind.ASSIGNEE: "an assignee",
    DestinationKind.OWNER: "an owner",
}

log = structlog.get_logger()


def enqueue(
    conn: Connection,
    desk: Desk,
    ticket: TicketRecord,
    together: Iterable[alerts.Alert],
    alerted: Alerted,
    now: datetime,
) -> None:
    """Record one post in each channel, mentioning the groups, a direct message to every person, letters and calls."""
    away = absences.away(conn, desk.workspace, now)
    for message in messages(desk, ticket, together, alerted, now, away=away):
        if outbox.enqueue(conn, message):
            threshold, sort = alerted.threshold, message.kind
            log.info("alert.recorded", ticket=ticket.ticket_id, metric=message.metric, threshold=threshold, to=sort)


def messages(
    desk: Desk,
    ticket: TicketRecord,
    together: Iterable[alerts.Alert],
    alerted: Alerted,
    now: datetime,
    *,
    away: Collection[str],
) -> Iterator[NewMessage]:
    """What is to be recorded of one threshold of one instance; `away` are those who are not to be told."""
    wanted = list(together)
    audience = _audience(desk, ticket, wanted, away)
    if not (audience.channels or audience.people or audience.elsewhere):
        alerted = replace(alerted, instead_of=_instead(audience, desk, ticket, wanted))
    in_channel = alerted
    if audience.mentions or audience.absent:
        in_channel = replace(alerted, mentions=tuple(dict.fromkeys(audience.mentions)), absent=audience.absent)
    for channel, key in audience.channels.items():
        yield _message(desk, ticket, key, Sending(kind=ALERT, to=channel, alerted=in_channel), now)
    for person, key in audience.people.items():
        yield _message(desk, ticket, key, Sending(kind=DIRECT, to=person, alerted=alerted), now)
    for elsewhere, key in audience.elsewhere.items():
        kind = MAIL if elsewhere.startswith(f"{DestinationKind.MAIL}:") else WEBHOOK
        yield _message(desk, ticket, key, Sending(kind=kind, to=elsewhere, alerted=alerted), now)


@dataclass(slots=True)
class Audience:
    """Whom one threshold of one instance is told.

    Attributes:
        channels: By id.
        people: By id.
        elsewhere: Addresses and webhooks, as the configuration writes them: ``mail:lead@example.com``.
        mentions: Who is mentioned in the channels.
        absent: The assignee whom the channels stand in for.
    """

    channels: dict[str, AlertKey] = field(default_factory=dict)
    people: dict[str, AlertKey] = field(default_factory=dict)
    elsewhere: dict[str, AlertKey] = field(default_factory=dict)
    mentions: list[str] = field(default_factory=list)
    absent: str = ""


def _audience(desk: Desk, ticket: TicketRecord, together: Iterable[alerts.Alert], away: Collection[str]) -> Audience:
    audience = Audience()
    channel = cards.alert_channel(desk, ticket) or ""
    for alert in together:
        to = destination_from(alert.to)
        match to.kind:
            case DestinationKind.ALERT_CHANNEL | DestinationKind.GROUP:
                audience.mentions += _mentions(desk, to.name, away)
                audience.channels.setdefault(channel, alert.key)
            case DestinationKind.CHANNEL:
                audience.channels.setdefault(to.name, alert.key)
            case DestinationKind.ASSIGNEE if ticket.assignee in away and channel:
                audience.mentions += _mentions(desk, ticket.group_name or "", away)
                audience.channels.setdefault(channel, alert.key)
                audience.absent = ticket.assignee or ""
            case DestinationKind.ASSIGNEE:
                audience.people.setdefault(ticket.assignee or "", alert.key)
            case DestinationKind.OWNER:
                customer = desk.config.customers.get(ticket.customer or "")
                audience.people.setdefault((customer.owner if customer else None) or "", alert.key)
            case DestinationKind.USER:
                audience.people.setdefault(to.name, alert.key)
            case DestinationKind.MAIL | DestinationKind.WEBHOOK:
                audience.elsewhere.setdefault(str(to), alert.key)
            case unreachable:
                assert_never(unreachable)
    # Nobody is the assignee yet, or no channel is named: then there is nobody to tell.
    audience.channels.pop("", None)
    audience.people.pop("", None)
    return audience


def _instead(audience: Audience, desk: Desk, ticket: TicketRecord, wanted: Sequence[alerts.Alert]) -> str:
    """Where a route leads to nobody, the alert channel hears of it, or an admin; whom it was meant for."""
    channel, admin = cards.alert_channel(desk, ticket), min(desk.config.admins, default=None)
    if channel is not None:
        audience.channels[channel] = wanted[0].key
    elif admin is not None:
        audience.people[admin] = wanted[0].key
    else:
        log.error("alert.nobody_to_tell", ticket=ticket.ticket_id)
    return " or ".join(dict.fromkeys(_NOBODY[destination_from(alert.to).kind] for alert in wanted))


def _mentions(desk: Desk, group: str, away: Collection[str]) -> list[str]:
    named = desk.config.groups.get(group)
    if named is None:
        return []
    return [f"subteam^{named.user_group}"] if named.user_group else [one for one in named.users if one not in away]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """An alert on its way to somebody."""

    kind: str
    to: str
    alerted: Alerted


def _message(desk: Desk, ticket: TicketRecord, key: AlertKey, sending: Sending, now: datetime) -> NewMessage:
    return NewMessage(
        workspace=ticket.workspace,
        key=alert_key(ticket.ticket_id, key.metric, key.instance, key.threshold, key.arming, sending.to),
        kind=sending.kind,
        destination=sending.to,
        payload=sending.alerted.payload() | {"arming": key.arming},
        created_at=now,
        urgency=_URGENCY + (10 if sending.alerted.breach else 0),
        ticket_id=ticket.ticket_id,
        metric=key.metric,
        instance=key.instance,
        in_doubt=desk.doubts(sending.alerted.due_at),
        depends_on=cards.card_key(ticket.ticket_id) if sending.kind == ALERT else None,
    )
