"""What waits: alerts that are snoozed, tickets on hold until a day, people who are away."""

from datetime import datetime, time

from sqlalchemy import Connection

from bot.services.alerting import cards
from bot.services.requests import actions
from bot.services.requests.actions import Answer, Asked, refuse, write_down
from bot.services.requests.authorise import NOT_OF_THE_TEAM, Action, may
from bot.services.tickets import evaluation
from bot.services.tickets.watching import look_anew
from bot.services.workspace.desk import Desk
from bot.slack.text import date_token
from sla.instants import format_instant
from sla.ticket import Status
from store import absences, tickets
from store.tickets import TicketRecord

MORNING = time(9)
"""When a day begins for whoever puts something off until then."""


def snooze(conn: Connection, desk: Desk, ticket_id: int, until: datetime | None, asked: Asked, now: datetime) -> Answer:
    """Let the ticket's alerts wait until an instant; its deadlines stand. None lets them be told at once again."""
    ticket = refuse(conn, desk, ticket_id, asked, Action.SNOOZE)
    if isinstance(ticket, Answer):
        return ticket
    if until is None and ticket.snoozed_until is None:
        return Answer(text=f"#{ticket_id} is not snoozed.")
    by = asked.user if until else None
    tickets.update_columns(conn, desk.workspace, ticket_id, snoozed_until=until, snoozed_by=by)
    changed = tickets.lock(conn, desk.workspace, ticket_id)
    assert changed is not None, "it was there a moment ago"
    look_anew(conn, desk, changed, evaluation.load_state(conn, desk, changed), now)
    cards.refresh(conn, desk, ticket_id, now)
    write_down(conn, desk, ticket_id, asked, Action.SNOOZE, until=until and format_instant(until))
    if until is None:
        return Answer(text=f"#{ticket_id}: Its alerts are told again.", done=True)
    kept = "its deadlines stand. `/sla snooze off` undoes it."
    return Answer(text=f"#{ticket_id}: No alerts until {date_token(until)}; {kept}", done=True)


def hold(
    conn: Connection,
    desk: Desk,
    ticket_id: int,
    why: tuple[str, datetime | None],
    asked: Asked,
    now: datetime,
) -> Answer:
    """Put a ticket on hold, for a reason and perhaps until an instant, at which it is opened again."""
    reason, until = why
    answer = actions.set_status(conn, desk, ticket_id, Status.HOLD, asked, now)
    if not answer.done:
        return answer
    tickets.update_columns(conn, desk.workspace, ticket_id, hold_reason=reason or None, hold_until=until)
    again = f" It is opened again {date_token(until)}." if until else ""
    return Answer(text=f"#{ticket_id}: It is on hold.{again}", done=True)


def away(conn: Connection, desk: Desk, until: datetime | None, asked: Asked) -> Answer:
    """Somebody is out of office: what would be told them goes to their colleagues meanwhile."""
    if not may(asked.standing, Action.BE_AWAY):
        return Answer(text=NOT_OF_THE_TEAM)
    if until is None:
        was_away = absences.come_back(conn, desk.workspace, asked.user)
        said = "Welcome back: alerts come to you again." if was_away else "You are not away."
        return Answer(text=said, done=was_away)
    absences.leave(conn, desk.workspace, asked.user, until)
    said = f"You are away until {date_token(until)}. Alerts for you go to the ticket's group, in the alert channel."
    return Answer(text=f"{said} `/sla away off` ends it.", done=True)


def is_snoozed(ticket: TicketRecord, now: datetime) -> bool:
    """Whether its alerts wait."""
    return ticket.snoozed_until is not None and now < ticket.snoozed_until
