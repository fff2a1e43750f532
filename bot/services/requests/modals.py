"""Modals that were submitted: refused at once where nothing can come of it, else stored, answered, and then done.

Errors can be shown beside a field only in the answer to Slack's request. Whatever can be told from the form alone is
therefore checked before it is stored; what takes the ticket, or the person, is told in the modal afterwards.
"""

from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot.services.home import submissions
from bot.services.inbox.handling import Handled, Read, Request, Result, nothing
from bot.services.requests import actions, merging, notes, waiting
from bot.services.requests.actions import Answer, Asked
from bot.services.requests.naming import take_ticket
from bot.services.requests.opening import update
from bot.services.requests.times import read_until, zone_of
from bot.services.workspace.desk import Desk
from bot.slack.envelopes import Payload, mapping, text_of
from bot.slack.views import forms
from bot.slack.views.forms import CHECKS
from bot.slack.views.frame import filled_in, moment, remembered, said, working
from sla.ticket import Priority, Status

Filled = Mapping[str, str]
Act = Callable[[Connection, Desk, int, Filled, Asked, datetime], Answer]

_TOO_OLD = "This form is too old. Close it and open it again."
_NONSENSE = Answer(text="That is not one of the choices: open the form again.")


async def read_view(request: Request) -> Handled:
    """What to do about a ``view_submission`` or ``view_closed`` request."""
    read = SUBMISSIONS.get(_callback(request.body)) if request.body.get("type") == "view_submission" else None
    return await read(request) if read is not None else nothing("ignored: a view without a meaning")


def refused(body: Payload, now: datetime) -> dict[str, Any] | None:
    """Slack's answer to a submission that cannot be right, which is not stored: a problem beside each field."""
    check = CHECKS.get(_callback(body)) if body.get("type") == "view_submission" else None
    problems = check(filled_in(mapping(body.get("view"))), now) if check is not None else {}
    return {"response_action": "errors", "errors": problems} if problems else None


def acknowledged(body: Payload) -> dict[str, Any] | None:
    """Slack's answer to a submission that is stored: the modal stays, to show what came of it."""
    title = _TITLES.get(_callback(body)) if body.get("type") == "view_submission" else None
    return None if title is None else {"response_action": "update", "view": working(title)}


async def _read_form(request: Request) -> Handled:
    callback, view, now = _callback(request.body), mapping(request.body.get("view")), request.item.received_at
    asked = await request.asked()
    number, filled = remembered(text_of(view.get("private_metadata")), now), filled_in(view)

    def apply(conn: Connection, now: datetime) -> Answer:
        if number is None:
            return Answer(text=_TOO_OLD)
        return _ACTS[callback](conn, request.desk, number, filled, asked, now)

    return Handled(apply=apply, afterwards=partial(_show, request, text_of(view.get("id")), forms.TITLES[callback]))


def _show(request: Request, view_id: str, title: str, result: Result) -> Coroutine[Any, Any, None] | None:
    if not isinstance(result, Answer):
        return None
    return update(request, view_id, said(title, result.text, result.blocks))


def _hold(conn: Connection, desk: Desk, number: int, filled: Filled, asked: Asked, now: datetime) -> Answer:
    why = filled.get("reason", "")[: forms.REASON_LIMIT], moment(filled.get("until", ""))
    return waiting.hold(conn, desk, number, why, asked, now)


def _snooze(conn: Connection, desk: Desk, number: int, filled: Filled, asked: Asked, now: datetime) -> Answer:
    wait = filled.get("wait", "")
    if wait == forms.OFF:
        return waiting.snooze(conn, desk, number, None, asked, now)
    until = read_until(wait.split(), now, zone_of(desk, asked), morning=waiting.MORNING)
    return _NONSENSE if until is None else waiting.snooze(conn, desk, number, until, asked, now)


def _note(conn: Connection, desk: Desk, number: int, filled: Filled, asked: Asked, now: datetime) -> Answer:
    return notes.note(conn, desk, number, filled.get("note", "")[: forms.NOTE_LIMIT], asked, now)


def _priority(conn: Connection, desk: Desk, number: int, filled: Filled, asked: Asked, now: datetime) -> Answer:
    level = filled.get("priority", "")
    if level not in set(Priority):
        return _NONSENSE
    return actions.set_priority(conn, desk, number, Priority(level), asked, now)


def _status(conn: Connection, desk: Desk, number: int, filled: Filled, asked: Asked, now: datetime) -> Answer:
    status = filled.get("status", "")
    if status not in {Status.OPEN, Status.PENDING, Status.HOLD, Status.SOLVED}:
        return _NONSENSE
    return actions.set_status(conn, desk, number, Status(status), asked, now)


def _merge(conn: Connection, desk: Desk, number: int, filled: Filled, asked: Asked, now: datetime) -> Answer:
    into = take_ticket(conn, desk, [filled.get("into", "")], "")
    if into.refusal:
        return Answer(text=into.refusal)
    return merging.merge(conn, desk, number, into.ticket.ticket_id, asked, now)


_ACTS: dict[str, Act] = {
    forms.HOLD: _hold,
    forms.SNOOZE: _snooze,
    forms.NOTE: _note,
    forms.PRIORITY: _priority,
    forms.STATUS: _status,
    forms.MERGE: _merge,
}
_TITLES = {callback: forms.TITLES[callback] for callback in _ACTS} | submissions.TITLES
SUBMISSIONS: dict[str, Read] = {**dict.fromkeys(_ACTS, _read_form), **submissions.SUBMISSIONS}


def _callback(body: Payload) -> str:
    return text_of(mapping(body.get("view")).get("callback_id"))
