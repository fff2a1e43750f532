"""The customer sees that a message has become a ticket: the bot reacts to it."""

import structlog
from sqlalchemy import Connection

from bot.config.model import Acknowledge
from bot.services.workspace.desk import Desk
from bot.slack.client import SlackClients
from bot.slack.sending import Accepted, attempt, describe
from sla.ticket import Role
from store import ticket_events
from store.engine import Database

# Says that somebody has seen it, and promises nothing.
EMOJI = "eyes"
_WRITTEN = frozenset({"created", "comment"})

log = structlog.get_logger()


async def acknowledge(db: Database, desk: Desk, slack: SlackClients, *, channel: str, ts: str) -> None:
    """React to the first message that a customer wrote for the ticket to which a message belongs.

    It is a courtesy: one that fails is not tried again.
    """
    if desk.config.channel(channel).acknowledge is not Acknowledge.REACTION:
        return
    first = await db.read(lambda conn: _first_message(conn, desk.workspace, f"{channel}:{ts}"))
    if first is None:
        return
    place, _, timestamp = first.partition(":")
    outcome = await attempt(slack.client().reactions_add(channel=place, timestamp=timestamp, name=EMOJI))
    if not isinstance(outcome, Accepted):
        log.info("acknowledgement.failed", channel=place, ts=timestamp, reason=describe(outcome))


def _first_message(conn: Connection, workspace: str, key: str) -> str | None:
    """The key of the first public message of a customer in the ticket that a message is part of."""
    known = ticket_events.find(conn, workspace, key)
    story = ticket_events.of_ticket(conn, workspace, known.ticket_id) if known is not None else ()
    by_customer = (
        event.key
        for event in story
        if event.type in _WRITTEN and event.body.get("by") == Role.END_USER and event.body.get("public") is True
    )
    return next(by_customer, None)
