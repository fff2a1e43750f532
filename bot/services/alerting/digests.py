"""Storms of alerts: when a destination would hear too much at once, it hears one digest.

The members of a digest are fixed before it is first sent, in the transaction that takes their own rows out of the
outbox: a root that notifies, and pages in its thread that name every ticket once. All of them are rows with keys that
follow from their members, so that a digest is sent, looked for and given up like any other message.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

import structlog
from sqlalchemy import Connection

from bot.services.alerting import lateness
from bot.services.alerting.alerts import (
    ALERT,
    DIGEST,
    DIGEST_PAGE,
    DIRECT,
    DIRECT_DIGEST,
    DIRECT_DIGEST_PAGE,
    MAIL,
    MAIL_DIGEST,
    SINGLE,
    WEBHOOK,
    WEBHOOK_DIGEST,
    Alerted,
)
from sla.alert_log import AlertKey
from sla.alerts import Alert
from sla.storms import MOST_SINGLE_ALERTS, STORM_WINDOW, Told, fold
from store import outbox
from store.outbox import NewMessage, OutboxMessage

TICKETS_PER_PAGE = 40
TICKETS_PER_LETTER = 500
_ROOT_URGENCY, _PAGE_URGENCY = 20, 10
_KINDS = {ALERT: DIGEST, DIRECT: DIRECT_DIGEST, MAIL: MAIL_DIGEST, WEBHOOK: WEBHOOK_DIGEST}
_PAGE_KINDS = {DIGEST: DIGEST_PAGE, DIRECT_DIGEST: DIRECT_DIGEST_PAGE}

log = structlog.get_logger()


@dataclass(slots=True)
class Recent:
    """What this process has told whom in the last minute; another replica's alerts are not known here."""

    told: list[Told] = field(default_factory=list)

    def add(self, told: Iterable[Told], now: datetime) -> None:
        """Remember, and forget what is older than a storm can be."""
        self.told = [one for one in (*self.told, *told) if one.at > now - STORM_WINDOW]

    def took(self, claimed: Iterable[OutboxMessage], now: datetime) -> None:
        """Remember the alerts that are about to be sent for the first time."""
        first = (one for one in claimed if one.kind in SINGLE and one.attempts == 1)
        self.add((Told(to=_place(one.workspace, one.destination), at=now) for one in first), now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One alert of a digest."""

    ticket_id: int
    metric: str
    instance: int
    alerted: Alerted

    def payload(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "ticket_id": self.ticket_id,
            "metric": self.metric,
            "instance": self.instance,
            "alert": self.alerted.payload(),
        }

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """From the JSON that :meth:`payload` made."""
        return cls(
            ticket_id=payload["ticket_id"],
            metric=payload["metric"],
            instance=payload["instance"],
            alerted=Alerted.from_payload(payload["alert"]),
        )


def members_of(message: OutboxMessage) -> list[Member]:
    """The alerts that a row of a digest speaks for."""
    return [Member.from_payload(one) for one in message.payload["members"]]


def fold_storms(
    conn: Connection, workspace: str, told: Sequence[Told], now: datetime, *, started_at: datetime | None
) -> list[Told]:
    """Fold what is too much for its destination, within the transaction in which it would be claimed.

    Only alerts that certainly have not been sent are folded; what may have arrived is looked for first.

    Args:
        conn: Within that transaction.
        workspace: Whose alerts they are.
        told: What the destinations had in the last minute.
        now: The moment of sending.
        started_at: When this process began, to tell why an alert is late.

    Returns:
        What the destinations are told by the new digests.
    """
    new: list[Told] = []
    for storm in outbox.backlog(conn, workspace, now, kinds=SINGLE):
        to = _place(storm.workspace, storm.destination)
        past = [one for one in told if one.to == to]
        if len(past) + storm.waiting <= MOST_SINGLE_ALERTS:
            continue
        if not outbox.lock_destination(conn, storm.workspace, storm.destination, now):
            continue  # another replica is at work on it
        waiting = outbox.pending(conn, storm.workspace, storm.destination, now, kinds=SINGLE)
        by_alert = {_as_alert(one, to): one for one in waiting}
        folded = fold(list(by_alert), past, now)
        for digest in folded.digests:
            rows = [by_alert[alert] for alert in digest.alerts]
            count = _record(conn, rows, now, started_at=started_at)
            new += [Told(to=to, at=now, in_digest=True)] * count
        for until in {until for _, until in folded.held}:
            held = [by_alert[alert].key for alert, held_until in folded.held if held_until == until]
            outbox.postpone(conn, storm.workspace, held, until)
    return new


def digest_rows(
    *,
    workspace: str,
    kind: str,
    destination: str,
    key: str,
    members: Sequence[Member],
    urgency: int,
    now: datetime,
    fallback_of: str | None = None,
) -> list[NewMessage]:
    """The rows of a digest; outside Slack it has no root, and its letters or calls are long."""

    def row(name: str, row_kind: str, payload: dict[str, Any], *, plus: int, after: str | None = None) -> NewMessage:
        return NewMessage(
            workspace=workspace,
            key=name,
            kind=row_kind,
            destination=destination,
            payload=payload,
            created_at=now,
            urgency=urgency + plus,
            depends_on=after,
            fallback_of=fallback_of,
        )

    page_kind = _PAGE_KINDS.get(kind)
    pages = _pages(members, TICKETS_PER_PAGE if page_kind else TICKETS_PER_LETTER)
    contents = [
        {"members": [one.payload() for one in page], "number": number, "pages": len(pages)}
        for number, page in enumerate(pages, start=1)
    ]
    if page_kind is None:
        return [row(f"{key}:{one['number']:04}", kind, one, plus=_ROOT_URGENCY) for one in contents]
    everything = {"members": [one.payload() for one in members], "pages": len(pages)}
    root = row(key, kind, everything, plus=_ROOT_URGENCY)
    return [
        root,
        *(row(f"{key}:{one['number']:04}", page_kind, one, plus=_PAGE_URGENCY, after=key) for one in contents),
    ]


def _record(conn: Connection, rows: Sequence[OutboxMessage], now: datetime, *, started_at: datetime | None) -> int:
    """Write the digest of those rows that still wait; how many it speaks for."""
    first, keys = rows[0], [row.key for row in rows]
    name = hashlib.sha256("\n".join(sorted(keys)).encode()).hexdigest()[:16]
    key = f"digest:{first.destination}:{name}"
    folded = frozenset(outbox.fold(conn, first.workspace, keys, key))
    if not folded:
        return 0
    members = [_member(row, started_at) for row in rows if row.key in folded]
    members.sort(key=lambda one: (not one.alerted.breach, one.alerted.breach_at, one.ticket_id))
    written = digest_rows(
        workspace=first.workspace,
        kind=_KINDS[first.kind],
        destination=first.destination,
        key=key,
        members=members,
        urgency=first.urgency,
        now=now,
    )
    outbox.enqueue_many(conn, written)
    log.info("digest.recorded", destination=first.destination, alerts=len(members), pages=len(written) - 1)
    return len(members)


def _member(row: OutboxMessage, started_at: datetime | None) -> Member:
    alerted = Alerted.from_payload(row.payload)
    because = alerted.late_because or lateness.on_the_way(row, started_at=started_at)
    return Member(
        ticket_id=row.ticket_id or 0,
        metric=row.metric or "",
        instance=row.instance or 0,
        alerted=replace(alerted, late_because=because),
    )


def _pages(members: Sequence[Member], size: int) -> list[list[Member]]:
    """The members, so many tickets at a time; whatever is said of one ticket stays together."""
    by_ticket: dict[int, list[Member]] = {}
    for member in members:
        by_ticket.setdefault(member.ticket_id, []).append(member)
    tickets = list(by_ticket.values())
    return [
        [member for ticket in tickets[start : start + size] for member in ticket]
        for start in range(0, len(tickets), size)
    ]


def _as_alert(row: OutboxMessage, to: str) -> Alert:
    """A row as the rule for storms reads it; its own key tells it from every other."""
    key = AlertKey(
        ticket=str(row.ticket_id),
        metric=row.metric or "",
        instance=row.instance or 0,
        threshold=str(row.payload["threshold"]),
        arming=1,
        destination=row.key,
    )
    return Alert(key, to)


def _place(workspace: str, destination: str) -> str:
    return f"{workspace} {destination}"
