"""The command line: one file for each group of commands."""

from bot.cli.commands import app

__all__ = ["app"]
