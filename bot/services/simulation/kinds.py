"""What kind of history a file or folder holds, as its contents tell."""

import json
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from zipfile import is_zipfile

from bot.errors import BotError
from bot.importers.archive import open_archive
from bot.importers.slack_export import CHANNELS
from bot.importers.zendesk_export import holds_zendesk_lists

MOST_BYTES = 64 * 1024 * 1024


class HistoryKind(Enum):
    """Where history can be read from, as sentences name it."""

    DATABASE = "The database"
    SLACK_EXPORT = "A Slack export"
    ZENDESK_EXPORT = "A Zendesk export"
    TIMELINE = "A timeline"


def kind_of(path: Path) -> HistoryKind:
    """The kind of a file or folder: Slack's exports list channels, Zendesk's name their lists, all else is a timeline.

    Raises:
        BotError: There is nothing there, or a folder or zip file is neither of the two exports.
    """
    if path.is_fifo():
        return HistoryKind.TIMELINE  # it can be read once only
    if path.is_dir() or path.suffix.lower() == ".zip" or is_zipfile(path):
        return _kind_of_archive(path)
    try:
        document = json.loads(_read(path))
    except (ValueError, RecursionError):
        return HistoryKind.TIMELINE  # one on each line, perhaps
    return HistoryKind.ZENDESK_EXPORT if _is_zendesks(document) else HistoryKind.TIMELINE


def _kind_of_archive(path: Path) -> HistoryKind:
    with open_archive(path) as archive:
        names = archive.names()
        if CHANNELS in names:
            return HistoryKind.SLACK_EXPORT
        for name in names:
            try:
                if holds_zendesk_lists(archive.read(name)):
                    return HistoryKind.ZENDESK_EXPORT
            except BotError:
                continue  # whoever reads the rest of it tells of that
    raise BotError(
        f"{path} is neither a Slack export (it has no {CHANNELS}) nor a Zendesk export (no file in it holds tickets as "
        "Zendesk's API gives them)."
    )


def _is_zendesks(document: object) -> bool:
    """Timelines have tickets and schedules, too, but end at an instant and tell what happened in events."""
    if not holds_zendesk_lists(document):
        return False
    assert isinstance(document, Mapping)
    tickets = document.get("tickets")
    told = tickets if isinstance(tickets, list) else ()
    return "until" not in document and not any(isinstance(one, Mapping) and "events" in one for one in told)


def read_history_text(path: Path) -> str:
    """The text of a file that holds history.

    Raises:
        BotError: There is none, it is no text, or it is too large.
    """
    try:
        return _read(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BotError(f"{path} cannot be read as text: {error}.", exit_code=2) from None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise BotError(f"There is no history at {path}.", exit_code=2) from None
    except OSError as error:
        raise BotError(f"{path} cannot be read: {error.strerror}.", exit_code=2) from None
    if len(raw) > MOST_BYTES:
        raise BotError(f"{path} is larger than {MOST_BYTES // 1024**2} MiB.")
    return raw
