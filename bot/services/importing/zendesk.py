"""A Zendesk account, taken into a workspace: first what its tickets refer to, then the tickets."""

import getpass
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from bot.config.config import Config
from bot.errors import BotError
from bot.importers.zendesk_export import ZendeskExport
from bot.services.api.editing import Editor
from bot.services.importing.places import UNKNOWN_TEAM, known_workspace, of_the_past
from bot.services.importing.zendesk_history import Taken, ZendeskHistory
from bot.services.importing.zendesk_structure import Structure
from bot.services.workspace.desk import Desk
from store import rules as versions
from store import workspaces
from store.engine import Database
from store.workspaces import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class ZendeskImported:
    """What came of an import: how many were new of each kind, the tickets, and what could not be taken over."""

    counts: dict[str, int]
    tickets: Taken
    problems: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """The account of it, line by line."""
        for name, count in self.counts.items():
            if count:
                yield f"{count} {name.replace('_', ' ')} added."
        taken = self.tickets
        yield f"{taken.opened} tickets opened, {taken.known} known from before, {taken.events} events added."
        if taken.agreeing or taken.differing:
            both = f"agree on {taken.agreeing} clocks and differ on {taken.differing}"
            yield f"Zendesk's metric events and the engine {both}."


async def take_zendesk_in(
    db: Database,
    export: ZendeskExport,
    now: datetime,
    *,
    load: Callable[[date], Config] = lambda _begins_on: Config.from_document({}),
    rules: bool = True,
    progress: Callable[[int], None] = lambda _done: None,
) -> ZendeskImported:
    """Take an export into the one workspace of a database.

    An empty database gets a workspace, and the configuration that ``load`` reads, with public holidays from the day of
    the first ticket on. Without ``rules`` the account's schedules and policies are left out.

    Raises:
        BotError: The database has several workspaces, or the configuration cannot be used.
    """
    home = await known_workspace(db) or Workspace(workspace=UNKNOWN_TEAM, name="Imported")
    if await db.read(lambda conn: versions.current(conn, home.workspace)) is None:
        config = load((export.begins_at() or now).date())
        await db.write(lambda conn: versions.save_version(conn, home.workspace, dict(config.document), now, "import"))
    await db.write(lambda conn: _prepare(conn, home, now))
    editor = Editor(workspace=home.workspace, who=f"cli:{getpass.getuser()}", now=now)
    counts = await Structure(db=db, editor=editor).take_in(export, rules=rules)
    desk = await db.read(lambda conn: _desk(conn, home, now))
    taken = await ZendeskHistory(db=db, desk=desk, export=export).take_in(now, progress=progress)
    return ZendeskImported(counts=counts, tickets=taken, problems=tuple(export.problems))


def _prepare(conn: Connection, home: Workspace, now: datetime) -> None:
    """A workspace where nothing of the past raises an alert later either."""
    if workspaces.get(conn, home.workspace) is None:
        workspaces.save(conn, replace(home, enforce_from=now + timedelta(microseconds=1)))


def _desk(conn: Connection, home: Workspace, now: datetime) -> Desk:
    stored = versions.current(conn, home.workspace)
    if stored is None:
        raise BotError("The configuration is missing from the database: restore a backup.")
    return of_the_past(home, stored, now)
