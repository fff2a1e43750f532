"""Commands that copy the database and put a copy back."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.output import tell
from bot.clock import SystemClock
from bot.settings import Settings
from store import backup as copies


def backup(file: Annotated[Path, typer.Argument(help="Where the copy goes; it must not exist.")]) -> None:
    """Copy the database to a file, while `run` works, and verify the copy."""
    size = copies.make(_url(), file)
    tell(f"{file} is a verified copy ({size / 1024**2:.1f} MiB). Put it back with `threadline restore {file}`.")


def restore(file: Annotated[Path, typer.Argument(help="A copy that `backup` made.")]) -> None:
    """Put a copy in the place of the database; what was there is kept beside it."""
    aside = copies.restore(_url(), file, SystemClock().now())
    tell(f"The database is as it was in {file}." + (f" What was there is {aside}." if aside else ""))
    tell("`threadline run` reads what it missed, and looks in Slack for what was sent since before it sends anything.")


def _url() -> str:
    return Settings.load().database_url.get_secret_value()
