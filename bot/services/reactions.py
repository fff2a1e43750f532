"""An agent's reaction on a ticket's message does what the configuration says it means."""

from datetime import datetime

from sqlalchemy import Connection

from bot.config.model import ReactionAction
from bot.services import actions, authorise, ticketing
from bot.services.actions import Asked
from bot.services.desk import Desk
from bot.services.intake import UNKNOWN_MESSAGE, Apply
from bot.services.speakers import Speakers
from bot.services.ticketing import Entry
from bot.slack.envelopes import Payload, mapping, parse_ts, text_of
from sla import events
from sla.ticket import Role, Status
from store import ticket_events
from store.ticket_events import Source

_STATUSES = {
    ReactionAction.PENDING: Status.PENDING,
    ReactionAction.HOLD: Status.HOLD,
    ReactionAction.SOLVED: Status.SOLVED,
}


async def read_reaction(desk: Desk, speakers: Speakers, event: Payload, source: Source) -> Apply:
    """What to do about a ``reaction_added`` event; a customer's reaction decides nothing.

    Raises:
        SlackUnavailableError: Slack could not be asked who reacted.
    """
    item, user, at = mapping(event.get("item")), text_of(event.get("user")), parse_ts(event.get("event_ts"))
    if user == desk.installation.bot_user or at is None:
        return lambda _conn, _now: "ignored: our own reaction"
    person = await speakers.directory.person(user)
    channel = await speakers.directory.channel(text_of(item.get("channel")))
    role = await speakers.role(person, external=channel is not None and channel.is_external)
    standing = await authorise.standing_of(person, speakers=speakers, config=desk.config)
    name = text_of(event.get("reaction"))
    message = f"{item.get('channel')}:{item.get('ts')}"
    asked = Asked(user=user, standing=standing, at=at, key=f"reaction:{message}:{user}:{name}:{event.get('event_ts')}")

    def apply(conn: Connection, now: datetime) -> str:
        known = ticket_events.find(conn, desk.workspace, message)
        if role is not Role.AGENT:
            return "ignored: a customer's reaction"
        if known is None:
            return UNKNOWN_MESSAGE
        seen = events.Reaction(at=at, by=role, name=name, user=user)
        entry = Entry(key=f"{asked.key}:seen", event=seen, actor=user, source=source)
        ticketing.record(conn, desk, known.ticket_id, [entry], now)
        _act(conn, desk, known.ticket_id, desk.config.intake.reactions.get(name), asked, now)
        return "reaction"

    return apply


def _act(
    conn: Connection, desk: Desk, ticket_id: int, action: ReactionAction | None, asked: Asked, now: datetime
) -> None:
    if action is ReactionAction.CLAIM:
        actions.claim(conn, desk, ticket_id, asked, now)
    elif action is not None and action in _STATUSES:
        actions.set_status(conn, desk, ticket_id, _STATUSES[action], asked, now)
