"""Commands about the configuration file."""

import asyncio
import getpass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.errors import NO
from bot.cli.output import progress, progress_done, tell
from bot.clock import SystemClock
from bot.config.config import Config
from bot.config.export import export_json, export_yaml
from bot.config.load import load_config
from bot.config.problems import ConfigError
from bot.config.ready_made import list_templates, template_text
from bot.errors import BotError
from bot.services.workspace.configuring import apply_config
from bot.settings import Settings
from sla.events import Apply
from store import rules as versions
from store import workspaces
from store.engine import Database


class ExportFormat(StrEnum):
    """How a configuration is written."""

    YAML = "yaml"
    JSON = "json"


def read_config_text(path: Path) -> str:
    """The text of a configuration file.

    Raises:
        BotError: There is none, or it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BotError(f"There is no configuration at {path}: `threadline init` writes one.", exit_code=2) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BotError(f"{path} cannot be read as text: {error}.", exit_code=2) from None


def check(
    file: Annotated[Path | None, typer.Argument(help="The configuration; by default THREADLINE_CONFIG.")] = None,
    templates: Annotated[bool, typer.Option("--templates", help="List the ready-made configurations instead.")] = False,
) -> None:
    """Check a configuration file and print all its problems at once."""
    if templates:
        for template in list_templates():
            tell(f"{template.name:16} {template.summary}")
        return
    path = file or Settings.load().config_path
    try:
        config = load_config(read_config_text(path), source=str(path), today=SystemClock().now().date())
    except ConfigError as error:
        tell(str(error))
        raise typer.Exit(NO) from None
    for warning in config.warnings:
        tell(f"warning: {warning.sentence(str(path))}")
    tell(f"{path}: no problems; {len(config.document.get('policies', []))} policies, {len(config.channels)} channels.")


def init(
    template: Annotated[str, typer.Argument(help="One of those that `check --templates` lists.")] = "standard",
    to: Annotated[Path | None, typer.Option("--to", help="Where to write it.")] = None,
) -> None:
    """Write a configuration from a template; it says what to fill in."""
    text = template_text(template)
    path = to or Settings.load().config_path
    if path.exists():
        raise BotError(f"{path} exists already: move it away, or write elsewhere with --to.", exit_code=2)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BotError(f"{path} cannot be written: {error.strerror}.", exit_code=2) from None
    tell(f"Wrote {path}. Fill in, then run `threadline check`:")
    for placeholder in next(each.placeholders for each in list_templates() if each.name == template):
        tell(f"  line {placeholder.line}: {placeholder.value} - {placeholder.meaning}")


def apply(
    file: Annotated[Path | None, typer.Argument(help="The configuration; by default THREADLINE_CONFIG.")] = None,
    to_open: Annotated[Apply, typer.Option(help="When it reaches the tickets that are open.")] = Apply.NEXT_UPDATE,
) -> None:
    """Make a configuration file the new version; a bot that runs takes it up within seconds."""
    settings = Settings.load()
    path = file or settings.config_path
    now = SystemClock().now()
    config = load_config(read_config_text(path), source=str(path), today=now.date())
    version = asyncio.run(_apply(settings, config, to_open, now))
    tell(f"{path} is in force already." if version is None else f"{path} is version {version} now.")


def export(
    format: Annotated[ExportFormat, typer.Option(help="YAML or JSON; nothing is lost either way.")] = ExportFormat.YAML,  # noqa: A002
) -> None:
    """Write the configuration in force, in its canonical form."""
    document = asyncio.run(_current(Settings.load()))
    config = Config.from_document(document)
    tell((export_yaml(config) if format is ExportFormat.YAML else export_json(config)).rstrip())


async def _apply(settings: Settings, config: Config, to_open: Apply, now: datetime) -> int | None:
    async with Database(settings.database_url.get_secret_value()) as db:
        workspace = await _only_workspace(db)
        who = f"cli:{getpass.getuser()}"

        def told(number: int) -> None:
            progress(f"evaluated up to #{number}")

        version = await apply_config(db, workspace, config, who=who, now=now, to_open=to_open, progress=told)
        progress_done()
        return version


async def _current(settings: Settings) -> dict[str, Any]:
    async with Database(settings.database_url.get_secret_value()) as db:
        workspace = await _only_workspace(db)
        stored = await db.read(lambda conn: versions.current(conn, workspace))
        if stored is None:
            raise BotError("No configuration is in force yet: `threadline run` takes up the file at its first start.")
        return stored.document


async def _only_workspace(db: Database) -> str:
    known = await db.read(workspaces.every)
    if len(known) != 1:
        raise BotError("The database knows no workspace yet: start `threadline run` once, which asks Slack for it.")
    return known[0].workspace
