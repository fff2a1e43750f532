"""A new version of the configuration, and how it reaches the tickets that are open."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from bot.config.config import Config
from bot.services.tickets import ticketing
from bot.services.tickets.replanning import replan
from bot.services.workspace.desk import Desk
from bot.services.workspace.opening import desk_of, installation_of
from sla.events import Apply
from store import audit, tickets, workspaces
from store import rules as versions
from store.audit import AuditEntry
from store.engine import Database
from store.workspaces import Workspace

_BATCH = 200


async def apply_config(
    db: Database,
    workspace: str,
    config: Config,
    *,
    who: str,
    now: datetime,
    to_open: Apply,
    progress: Callable[[int], None] = lambda _done: None,
) -> int | None:
    """Save a configuration as the next version; its number, or None when it is the one in force already.

    With ``Apply.NOW`` every open ticket is evaluated under it at once, in batches; otherwise at its next update.
    """
    desk = await db.write(lambda conn: save_config(conn, workspace, config, who=who, now=now))
    if desk is None:
        return None
    if to_open is Apply.NOW:
        await reach_open_tickets(db, desk, now, progress=progress)
    return desk.rules_version


async def reach_open_tickets(
    db: Database, desk: Desk, now: datetime, *, progress: Callable[[int], None] = lambda _done: None
) -> None:
    """Evaluate every open ticket under the desk's configuration at once, in batches; deadlines go ahead."""
    await replan(db, desk, now)
    after = 0
    while batch := await db.read(partial(_open_after, workspace=desk.workspace, after=after)):
        await db.write(partial(_reach, desk=desk, ticket_ids=batch, now=now))
        after = batch[-1]
        progress(after)


def reach_first_open_tickets(conn: Connection, desk: Desk, now: datetime) -> None:
    """Evaluate the first open tickets, which on most desks are all of them, in the transaction that saves."""
    _reach(conn, desk, _open_after(conn, desk.workspace, 0), now)


def save_config(conn: Connection, workspace: str, config: Config, *, who: str, now: datetime) -> Desk | None:
    """Save a configuration as the next version; the desk under it, or None when it is the one in force already."""
    known = workspaces.get(conn, workspace)
    current = versions.current(conn, workspace)
    if current is not None and Config.from_document(current.document) == config:
        return None
    number = versions.save_version(conn, workspace, dict(config.document), now, who)
    entry = AuditEntry(workspace=workspace, at=now, who=who, action="configure", detail={"version": number})
    audit.record(conn, entry)
    stored = versions.load(conn, workspace, number)
    assert stored is not None, "it was saved in this transaction"
    installation = installation_of(known or Workspace(workspace=workspace))
    return desk_of(installation, stored, known.enforce_from if known else None)


def _open_after(conn: Connection, workspace: str, after: int) -> list[int]:
    """The next open tickets by number."""
    found = tickets.by_number(conn, workspace, after=after, limit=_BATCH)
    while found and not (still_open := [each.ticket_id for each in found if each.status not in {"solved", "closed"}]):
        found = tickets.by_number(conn, workspace, after=found[-1].ticket_id, limit=_BATCH)
    return still_open if found else []


def _reach(conn: Connection, desk: Desk, ticket_ids: list[int], now: datetime) -> None:
    for ticket_id in ticket_ids:
        ticketing.reach(conn, desk, ticket_id, now, now)
