"""A change of the set-up is saved: as a new version of the configuration, with who and when, and said to the person."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot.config.problems import ConfigError
from bot.errors import BotError
from bot.services.home.changes import checked, problems_of
from bot.services.inbox.handling import Handled, Request, Result
from bot.services.requests.actions import Answer, Asked
from bot.services.requests.authorise import Action, may
from bot.services.requests.opening import update
from bot.services.workspace.configuring import reach_first_open_tickets, reach_open_tickets, save_config
from bot.services.workspace.desk import Desk
from bot.services.workspace.opening import reopen_desk
from bot.slack.envelopes import mapping, text_of
from bot.slack.home.frame import Page
from bot.slack.text import escape
from bot.slack.views.frame import said
from sla.events import Apply
from store import audit, homes, workspaces
from store import rules as versions
from store.audit import AuditEntry

Document = Mapping[str, Any]

ONLY_ADMINS = "Only an admin of Threadline can do that."
NOTHING_CHANGES = "Nothing changes: it is set up like that already."


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of the configuration.

    Attributes:
        what: What was done, as one sentence in our own markup.
        make: Makes the new document of the one in force.
        action: What the audit log calls it, with ``detail``; empty where the version alone says enough.
        to_open: When it reaches the tickets that are open.
        told: Does more in the same transaction once it is saved: telling the team, say.
    """

    what: str
    make: Callable[[Document, datetime], Document]
    action: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    to_open: Apply = Apply.NEXT_UPDATE
    told: Callable[[Connection, Desk, datetime], object] = lambda _conn, _desk, _now: None


def handled(request: Request, asked: Asked, change: Change, *, title: str = "") -> Handled:
    """Save it for somebody who may, in the transaction that marks the request as done; say so in their home.

    With the title of the modal that it was asked for in, it is said there too.
    """
    return Handled(
        apply=partial(_save, request.desk, asked, change), afterwards=partial(_follow, request, change, title)
    )


def refused(request: Request, asked: Asked, why: str, *, title: str = "") -> Handled:
    """Say why nothing was saved."""
    return Handled(
        apply=partial(_say, request.desk, asked, f"⚠️ Not saved: {why}"),
        afterwards=lambda result: _tell(request, title, result),
    )


def _say(desk: Desk, asked: Asked, text: str, conn: Connection, now: datetime) -> Answer:
    if may(asked.standing, Action.CONFIGURE):
        homes.ask(conn, desk.workspace, asked.user, now, page=Page.SETUP, said=text)
    return Answer(text=text)


def _save(desk: Desk, asked: Asked, change: Change, conn: Connection, now: datetime) -> Answer:
    if not may(asked.standing, Action.CONFIGURE):
        return Answer(text=ONLY_ADMINS)
    workspaces.lock(conn, desk.workspace)
    stored = versions.current(conn, desk.workspace)
    try:
        document = change.make(stored.document if stored else {}, now)
        config = checked(document, now.date())
    except ConfigError as error:
        return _say(desk, asked, f"⚠️ Not saved: {escape(problems_of(error))}", conn, now)
    except BotError as error:
        return _say(desk, asked, f"⚠️ Not saved: {escape(str(error))}", conn, now)
    saved = save_config(conn, desk.workspace, config, who=asked.user, now=now)
    if saved is None:
        return _say(desk, asked, NOTHING_CHANGES, conn, now)
    if change.action:
        entry = AuditEntry(
            workspace=desk.workspace, at=now, who=asked.user, action=change.action, detail=dict(change.detail)
        )
        audit.record(conn, entry)
    change.told(conn, saved, now)
    if change.to_open is Apply.NOW:
        reach_first_open_tickets(conn, saved, now)
    return replace(_say(desk, asked, f"✅ {change.what}", conn, now), done=True)


def _follow(request: Request, change: Change, title: str, result: Result) -> Coroutine[Any, Any, None]:
    is_now = isinstance(result, Answer) and result.done and change.to_open is Apply.NOW
    return _tell_and_reach(request, title, result, reach=is_now)


async def _tell_and_reach(request: Request, title: str, result: Result, *, reach: bool) -> None:
    """Plan the other open deadlines anew; whatever a crash leaves out follows at its ticket's next update."""
    await _tell(request, title, result)
    if not reach:
        return
    desk = await reopen_desk(request.db, request.desk)
    stored = await request.db.read(lambda conn: versions.load(conn, desk.workspace, desk.rules_version))
    if stored is not None:
        await reach_open_tickets(request.db, desk, stored.created_at)


async def _tell(request: Request, title: str, result: Result) -> None:
    view_id = text_of(mapping(request.body.get("view")).get("id"))
    if title and isinstance(result, Answer):
        await update(request, view_id, said(title, result.text))
