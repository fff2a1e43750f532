"""Plain sentences for the alert channel: what the team has to know about the bot itself."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.services.alerting.alerts import DIRECT_NOTICE, NOTICE
from bot.services.workspace.desk import Desk
from bot.slack.blocks import Post, actions, button, section
from bot.slack.home.setup import EDIT_CHANNEL
from store import outbox
from store.outbox import NewMessage, OutboxMessage

_URGENCY = 40


def say(conn: Connection, desk: Desk, key: str, text: str, now: datetime, *, channel: str, **about: Any) -> bool:
    """Record a notice for the alert channel of ``channel``, or for an admin where there is none; False if known."""
    kind, to = NOTICE, desk.config.alert_channel_for(channel)
    if to is None or to == channel:
        kind, to = DIRECT_NOTICE, min(desk.config.admins, default=None)
    if to is None:
        return False
    return outbox.enqueue(
        conn,
        NewMessage(
            workspace=desk.workspace,
            key=f"notice:{key}",
            kind=kind,
            destination=to,
            payload={"text": text} | about,
            created_at=now,
            urgency=_URGENCY,
        ),
    )


def post(notice: OutboxMessage) -> Post:
    """A notice as it is read; about a channel that nobody has set up, with a button to do so."""
    text, channel = str(notice.payload["text"]), notice.payload.get("set_up")
    if not channel:
        return Post(text=text, blocks=(section(text),))
    row = [button("Set up this channel", action=EDIT_CHANNEL, value=str(channel), style="primary")]
    return Post(text=text, blocks=(section(text), actions(row, block_id=f"set_up:{channel}")))


def for_an_admin(desk: Desk, notice: OutboxMessage, now: datetime) -> list[NewMessage]:
    """The same for an admin, when the alert channel does not take it."""
    admin = min(desk.config.admins, default=None)
    if admin is None or notice.kind == DIRECT_NOTICE:
        return []
    instead = NewMessage(
        workspace=notice.workspace,
        key=f"{notice.key}:fallback",
        kind=DIRECT_NOTICE,
        destination=admin,
        payload=notice.payload,
        created_at=now,
        urgency=notice.urgency,
        fallback_of=notice.key,
    )
    return [instead]
