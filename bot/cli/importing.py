"""``threadline import``: history from elsewhere into the database."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.configuration import read_config_text
from bot.cli.errors import say
from bot.cli.output import progress, progress_done, tell
from bot.clock import SystemClock
from bot.config.config import Config
from bot.config.load import load_config
from bot.errors import BotError
from bot.importers.slack_export import open_slack_export
from bot.importers.zendesk_export import open_zendesk_export
from bot.services.importing.places import open_history
from bot.services.importing.slack_history import Imported
from bot.services.importing.zendesk import ZendeskImported, take_zendesk_in
from bot.settings import Settings
from store.engine import Database

_MOST_REASONS = 20
_LONGEST_AGENTS_FILE = 1_000_000

import_commands = typer.Typer(no_args_is_help=True, help="Take history from elsewhere into the database.")


@import_commands.callback()
def import_history() -> None:
    """Take history from elsewhere into the database."""


@import_commands.command("slack-export", short_help="Take a Slack export: tickets and figures, no alerts.")
def slack_export(
    path: Annotated[Path, typer.Argument(help="The zip file, or the folder that it was unpacked into.")],
    agents: Annotated[
        str, typer.Option(help="Who answers: U1,U2, or top:10 for those who answer most. Default: the configuration's.")
    ] = "",
    agents_file: Annotated[Path | None, typer.Option(help="The same, one id on each line.")] = None,
    config: Annotated[
        Path | None, typer.Option(help="The policies, for a database without any; by default THREADLINE_CONFIG.")
    ] = None,
) -> None:
    """Take a Slack export into the database: tickets, clocks and figures, but neither cards nor alerts.

    Doing it again goes on where it was interrupted, and doubles nothing.
    """
    settings = Settings.load()
    url = settings.database_url.get_secret_value()
    imported = asyncio.run(take_in(url, path, agents_from(agents, agents_file), config or settings.config_path))
    say_what_was_left_out(imported.problems)
    tell(f"{imported.messages} messages read, {imported.tickets} tickets opened.")
    for fate, count in sorted(imported.fates.items(), key=lambda item: (-item[1], item[0])):
        tell(f"  {count:6} {fate}")


def agents_from(agents: str, agents_file: Path | None) -> str:
    """Who answers, as an option or a file says; empty when neither does.

    Raises:
        BotError: (exit code 2) both are given, or the file cannot be read.
    """
    if agents_file is None:
        return agents
    if agents:
        raise BotError("Say who answers with --agents or with --agents-file, not with both.", exit_code=2)
    try:
        with agents_file.open(encoding="utf-8") as stream:
            return ",".join(stream.read(_LONGEST_AGENTS_FILE).split()) or ","
    except (OSError, UnicodeDecodeError) as error:
        raise BotError(f"{agents_file} cannot be read: {error}.", exit_code=2) from None


async def take_in(url: str, path: Path, agents: str, config: Path) -> Imported:
    """Take an export into a database, telling on a terminal how far that is.

    Raises:
        BotError: It is no export, or nothing in it can be used.
    """
    now = SystemClock().now()
    with open_slack_export(path) as reader:
        async with _filled(url, path) as db:
            history, found = await open_history(db, reader, agents, load=partial(_load, config), now=now)
            return await history.take_in(
                reader, now, progress=lambda done: progress(f"{done} of {found.messages} messages")
            )


@asynccontextmanager
async def _filled(url: str, path: Path) -> AsyncIterator[Database]:
    """The database that an export is taken into; on PostgreSQL its tables have to be there."""
    db = Database(url)
    try:
        await db.open(migrate=not db.is_postgresql)
        progress(f"reading {path}")
        yield db
    finally:
        progress_done()
        await db.close()


def say_what_was_left_out(problems: Sequence[str]) -> None:
    """Tell what could not be used, the first of it in full."""
    for problem in problems[:_MOST_REASONS]:
        say(f"Left out: {problem}")
    if len(problems) > _MOST_REASONS:
        say(f"Left out: {len(problems) - _MOST_REASONS} more.")


@import_commands.command("zendesk", short_help="Take tickets, customers and policies of a Zendesk account.")
def zendesk(
    path: Annotated[
        Path, typer.Argument(help="A JSON file, or a folder or zip file of them, as Zendesk's API gives it.")
    ],
    config: Annotated[
        Path | None,
        typer.Option(
            help="The configuration, for a database without any; by default THREADLINE_CONFIG if there is such a file."
        ),
    ] = None,
    tickets_only: Annotated[
        bool,
        typer.Option(
            "--tickets-only",
            help="Leave out the account's schedules and policies: your configuration judges its tickets.",
        ),
    ] = False,
) -> None:
    """Take policies, schedules, customers and tickets of a Zendesk account into the database, without any alert.

    Doing it again adds what is new, and doubles nothing.
    """
    settings = Settings.load()
    usual = settings.config_path
    source = config or (usual if usual.exists() else None)
    imported = asyncio.run(_take_account_in(settings.database_url.get_secret_value(), path, source, tickets_only))
    say_what_was_left_out(imported.problems)
    for line in imported.lines():
        tell(line)


async def _take_account_in(url: str, path: Path, config: Path | None, tickets_only: bool) -> ZendeskImported:
    now = SystemClock().now()
    with open_zendesk_export(path) as export:
        async with _filled(url, path) as db:
            return await take_zendesk_in(
                db,
                export,
                now,
                load=partial(_load, config),
                rules=not tickets_only,
                progress=lambda done: progress(f"{done} tickets"),
            )


def _load(config: Path | None, begins_on: date) -> Config:
    """A configuration with the public holidays from a day on; without a file one that says nothing."""
    if config is None:
        return Config.from_document({})
    return load_config(read_config_text(config), source=str(config), today=begins_on)
