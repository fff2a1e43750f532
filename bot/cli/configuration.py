"""Commands about the configuration file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.errors import NO
from bot.cli.output import tell
from bot.config.load import load_config
from bot.config.problems import ConfigError
from bot.config.ready_made import list_templates, template_text
from bot.errors import BotError
from bot.settings import Settings


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
        config = load_config(read_config_text(path), source=str(path), today=datetime.now(UTC).date())
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
    path.write_text(text, encoding="utf-8")
    tell(f"Wrote {path}. Fill in, then run `threadline check`:")
    for placeholder in next(each.placeholders for each in list_templates() if each.name == template):
        tell(f"  line {placeholder.line}: {placeholder.value} - {placeholder.meaning}")
