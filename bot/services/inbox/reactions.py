"""An agent's reaction on a ticket's message does what the configuration says it means."""

from datetime import datetime

from sqlalchemy import Connection

from bot.config.model import ReactionAction
from bot.services.inbox.beginnings import Said
from bot.services.inbox.intake import UNKNOWN_MESSAGE, Apply, Intake, open_by_reaction
from bot.services.requests import actions, authorise
from bot.services.requests.actions import Asked
from bot.services.requests.authorise import Action
from bot.services.tickets import ticketing
from bot.services.tickets.ticketing import Entry
from bot.services.workspace.desk import Desk
from bot.slack.envelopes import Payload, mapping, parse_ts, text_of
from sla import events
from sla.ticket import Role, Status
from store import ticket_events, tickets

_STATUSES = {
    ReactionAction.PENDING: Status.PENDING,
    ReactionAction.HOLD: Status.HOLD,
    ReactionAction.SOLVED: Status.SOLVED,
}


async def read_reaction(intake: Intake, event: Payload) -> Apply:
    """What to do about a ``reaction_added`` event; a customer's reaction decides nothing.

    Raises:
        SlackUnavailableError: Slack could not be asked who reacted, or to what.
    """
    desk, speakers = intake.desk, intake.speakers
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
    if role is not Role.AGENT:
        return lambda _conn, _now: "ignored: a customer's reaction"
    action = desk.config.intake.reactions.get(name)
    said = await _not_a_ticket_yet(intake, event, message) if action is ReactionAction.OPEN_TICKET else None

    def apply(conn: Connection, now: datetime) -> str:
        outcome = open_by_reaction(desk, said, conn, now) if said is not None else "reaction"
        known = ticket_events.find(conn, desk.workspace, message)
        if known is None:
            return UNKNOWN_MESSAGE
        seen = events.Reaction(at=at, by=role, name=name, user=user)
        entry = Entry(key=f"{asked.key}:seen", event=seen, actor=user, source=intake.source)
        ticketing.record(conn, desk, known.ticket_id, [entry], now)
        if outcome.startswith("ticket opened"):
            actions.write_down(conn, desk, known.ticket_id, asked, Action.OPEN_TICKET)
        else:
            _act(conn, desk, known.ticket_id, action, asked, now)
        return outcome

    return apply


async def _not_a_ticket_yet(intake: Intake, event: Payload, key: str) -> Said | None:
    """The message that somebody reacted to, unless it is part of a ticket already."""
    workspace = intake.desk.workspace
    if await intake.speakers.db.read(lambda conn: ticket_events.find(conn, workspace, key)) is not None:
        return None
    item = mapping(event.get("item"))
    return await intake.reacted(text_of(item.get("channel")), text_of(item.get("ts")))


def _act(
    conn: Connection, desk: Desk, ticket_id: int, action: ReactionAction | None, asked: Asked, now: datetime
) -> None:
    if action is ReactionAction.CLAIM:
        actions.claim(conn, desk, ticket_id, asked, now)
    elif action is ReactionAction.NO_REPLY_NEEDED:
        actions.no_reply_needed(conn, desk, ticket_id, asked, now)
    elif action is ReactionAction.NOT_A_TICKET:
        actions.not_a_ticket(conn, desk, ticket_id, asked, now)
    elif action is ReactionAction.OPEN_TICKET:
        _bring_back(conn, desk, ticket_id, asked, now)
    elif action is not None and action in _STATUSES:
        actions.set_status(conn, desk, ticket_id, _STATUSES[action], asked, now)


def _bring_back(conn: Connection, desk: Desk, ticket_id: int, asked: Asked, now: datetime) -> None:
    """What was taken for no ticket is one after all."""
    ticket = tickets.get(conn, desk.workspace, ticket_id)
    if ticket is not None and ticket.not_a_ticket:
        actions.not_a_ticket(conn, desk, ticket_id, asked, now, undo=True)
