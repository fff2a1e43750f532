"""Tickets that are open, have no clock running, and of which nobody has heard for a day."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.services.regular.listing import link_of
from bot.services.workspace.desk import Desk
from bot.slack.regular_posts import ForgottenView
from bot.slack.wording import span
from store import tickets
from store.tickets import TicketRecord

SILENT = timedelta(days=1)
_MOST = 20


def forgotten_view(conn: Connection, desk: Desk, at: datetime, now: datetime, *, late: bool) -> ForgottenView | None:
    """What may have been forgotten, the longest silence first; None when nothing was: then nobody is told so."""
    found = [each for each in tickets.silent(conn, desk.workspace, now - SILENT) if not _is_taken_care_of(each, now)]
    if not found:
        return None
    return ForgottenView(
        tickets=[link_of(desk, each, _remark(each, now)) for each in found[:_MOST]],
        of=len(found),
        due_at=at if late else None,
    )


def _is_taken_care_of(ticket: TicketRecord, now: datetime) -> bool:
    """Whether it comes back by itself, or is part of another ticket by now."""
    is_held = ticket.hold_until is not None and ticket.hold_until > now
    return is_held or ticket.state.get("engine", {}).get("void") is not None


def _remark(ticket: TicketRecord, now: datetime) -> str:
    nobody = "" if ticket.assignee else ", assigned to nobody"
    return f"{ticket.status}{nobody}, silent for {span(now - ticket.last_event_at)}"
