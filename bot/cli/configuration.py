"""Commands about the configuration file."""

import asyncio
import getpass
import json
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.errors import NO
from bot.cli.output import progress, progress_done, tell
from bot.cli.previewing import preview_json, preview_lines
from bot.clock import SystemClock
from bot.config.config import Config
from bot.config.export import export_json, export_yaml
from bot.config.load import load_config
from bot.config.problems import ConfigError
from bot.config.ready_made import list_templates, template_text
from bot.errors import BotError
from bot.services.workspace.configuring import apply_config
from bot.services.workspace.preview import Preview, preview
from bot.settings import Settings
from bot.slack.wording import plural
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
    policies = len(config.document.get("policies", []))
    said = "1 policy" if policies == 1 else f"{policies} policies"
    tell(f"{path}: no problems; {said}, {plural(len(config.channels), 'channel')}.")


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


class DiffFormat(StrEnum):
    """How a preview is written."""

    TABLE = "table"
    JSON = "json"


_File = Annotated[Path | None, typer.Argument(help="The configuration; by default THREADLINE_CONFIG.")]
_ToOpen = Annotated[Apply, typer.Option(help="When it reaches the tickets that are open.")]


def diff(
    file: _File = None,
    to_open: _ToOpen = Apply.NEXT_UPDATE,
    format: Annotated[DiffFormat, typer.Option(help="For people, or for a program.")] = DiffFormat.TABLE,  # noqa: A002
) -> None:
    """Show what a configuration file would change: in the rules, for open tickets, and for those of the last month."""
    settings, _, config, now = _to_apply(file)
    seen = asyncio.run(_preview(settings, config, now))
    if format is DiffFormat.JSON:
        tell(json.dumps(preview_json(seen, to_open), indent=2, ensure_ascii=False))
        return
    for line in preview_lines(seen, to_open):
        tell(line)


def apply(
    file: _File = None,
    to_open: _ToOpen = Apply.NEXT_UPDATE,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; nor is asked where nobody could answer.")] = False,
) -> None:
    """Make a configuration file the new version; a bot that runs takes it up within seconds.

    What would change is shown first, as by `diff`.
    """
    settings, path, config, now = _to_apply(file)
    seen = asyncio.run(_preview(settings, config, now))
    for line in preview_lines(seen, to_open) if seen.differences else ():
        tell(line)
    if seen.differences and not yes and sys.stdin.isatty() and sys.stdout.isatty():
        typer.confirm("Apply it?", abort=True)
    version = asyncio.run(_apply(settings, config, to_open, now))
    tell(f"{path} is in force already." if version is None else f"{path} is version {version} now.")


def _to_apply(file: Path | None) -> tuple[Settings, Path, Config, datetime]:
    settings = Settings.load()
    path = file or settings.config_path
    now = SystemClock().now()
    return settings, path, load_config(read_config_text(path), source=str(path), today=now.date()), now


async def _preview(settings: Settings, config: Config, now: datetime) -> Preview:
    async with Database(settings.database_url.get_secret_value()) as db:
        workspace = await only_workspace(db)
        found = await preview(
            db, workspace, config, now, progress=lambda number: progress(f"looked at tickets up to #{number}")
        )
        progress_done()
        return found


def export(
    format: Annotated[ExportFormat, typer.Option(help="YAML or JSON; nothing is lost either way.")] = ExportFormat.YAML,  # noqa: A002
) -> None:
    """Write the configuration in force, in its canonical form."""
    document = asyncio.run(_current(Settings.load()))
    config = Config.from_document(document)
    tell((export_yaml(config) if format is ExportFormat.YAML else export_json(config)).rstrip())


async def _apply(settings: Settings, config: Config, to_open: Apply, now: datetime) -> int | None:
    async with Database(settings.database_url.get_secret_value()) as db:
        workspace = await only_workspace(db)
        who = f"cli:{getpass.getuser()}"

        def told(number: int) -> None:
            progress(f"evaluated up to #{number}")

        version = await apply_config(db, workspace, config, who=who, now=now, to_open=to_open, progress=told)
        progress_done()
        return version


async def _current(settings: Settings) -> dict[str, Any]:
    async with Database(settings.database_url.get_secret_value()) as db:
        workspace = await only_workspace(db)
        stored = await db.read(lambda conn: versions.current(conn, workspace))
        if stored is None:
            raise BotError("No configuration is in force yet: `threadline run` takes up the file at its first start.")
        return stored.document


async def only_workspace(db: Database) -> str:
    """The workspace that a command without a connection to Slack is about.

    Raises:
        BotError: There is none yet, or more than one.
    """
    known = await db.read(workspaces.every)
    if len(known) != 1:
        raise BotError("The database knows no workspace yet: start `threadline run` once, which asks Slack for it.")
    return known[0].workspace
