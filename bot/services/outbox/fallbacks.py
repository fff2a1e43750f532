"""Where an alert goes that cannot reach its destination: nothing is lost in silence."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.services.alerting import cards
from bot.services.alerting.alerts import (
    ALERT,
    COMMENT,
    DIGEST,
    DIGEST_PAGE,
    DIGESTS,
    DIRECT,
    DIRECT_DIGEST,
    DIRECT_DIGEST_PAGE,
    DIRECT_NOTICE,
    DIRECT_REGULAR,
    NOTICE,
    REGULAR,
    SINGLE,
)
from bot.services.alerting.digests import Member, digest_rows, members_of
from bot.services.api import comments
from bot.services.workspace import notices
from bot.services.workspace.desk import Desk
from store import tickets
from store.outbox import NewMessage, OutboxMessage

# As they were; the pages of a digest find their root under its own new key.
_TO_AN_ADMIN = {DIGEST: DIRECT_DIGEST, DIGEST_PAGE: DIRECT_DIGEST_PAGE, REGULAR: DIRECT_REGULAR}


def fallbacks(conn: Connection, desk: Desk, message: OutboxMessage, now: datetime) -> list[NewMessage]:
    """What is to be sent in place of a message that has failed; nothing once an admin could not be told either.

    A letter, a call and a direct message go to the ticket's alert channel; what fails there, to an admin.
    """
    admin = min(desk.config.admins, default="")
    if message.kind in {NOTICE, DIRECT_NOTICE}:
        return notices.for_an_admin(desk, message, now)
    if message.kind in SINGLE:
        return _single(conn, desk, message, now, admin)
    if message.kind == COMMENT:
        return comments.not_posted(conn, desk, message, now)
    if message.kind in _TO_AN_ADMIN:
        return [_again(message, _TO_AN_ADMIN[message.kind], admin, now)] if admin else []
    if message.kind not in DIGESTS or message.kind == DIRECT_DIGEST or message.fallback_of is not None:
        return []  # the pages of a direct digest, which name everything, go their own way
    return _spread(conn, desk, message, now, admin)


def _single(conn: Connection, desk: Desk, message: OutboxMessage, now: datetime, admin: str) -> list[NewMessage]:
    if message.kind == ALERT:
        return [_again(message, DIRECT, admin, now)] if admin else []
    if message.fallback_of is not None:
        return []
    channel = _alert_channel(conn, desk, message.ticket_id)
    payload = {**message.payload, "instead_of": _named(message)}
    if channel is not None:
        return [_again(message, ALERT, channel, now, payload)]
    return [_again(message, DIRECT, admin, now, payload)] if admin and admin != message.destination else []


def _again(
    message: OutboxMessage, kind: str, to: str, now: datetime, payload: Mapping[str, Any] | None = None
) -> NewMessage:
    return NewMessage(
        workspace=message.workspace,
        key=f"{message.key}:fallback",
        kind=kind,
        destination=to,
        payload=dict(message.payload if payload is None else payload),
        created_at=now,
        urgency=message.urgency,
        ticket_id=message.ticket_id,
        metric=message.metric,
        instance=message.instance,
        depends_on=f"{message.depends_on}:fallback" if message.kind == DIGEST_PAGE else None,
        fallback_of=message.key,
    )


def _spread(conn: Connection, desk: Desk, message: OutboxMessage, now: datetime, admin: str) -> list[NewMessage]:
    """A digest in each alert channel of the tickets that a failed one named."""
    by_place: dict[tuple[str, str], list[Member]] = {}
    for member in members_of(message):
        channel = _alert_channel(conn, desk, member.ticket_id)
        by_place.setdefault((DIGEST, channel) if channel else (DIRECT_DIGEST, admin), []).append(member)
    return [
        row
        for (kind, to), members in by_place.items()
        if to
        for row in digest_rows(
            workspace=message.workspace,
            kind=kind,
            destination=to,
            key=f"{message.key}:fallback:{to}",
            members=members,
            urgency=message.urgency,
            now=now,
            fallback_of=message.key,
        )
    ]


def _alert_channel(conn: Connection, desk: Desk, ticket_id: int | None) -> str | None:
    ticket = tickets.get(conn, desk.workspace, ticket_id or 0)
    return None if ticket is None else cards.alert_channel(desk, ticket)


def _named(message: OutboxMessage) -> str:
    """The destination as its readers know it."""
    return "somebody's direct messages" if message.kind == DIRECT else message.destination
