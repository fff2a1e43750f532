"""The way from the text of a file to a configuration."""

from datetime import date
from typing import Any

from bot.config.checks import (
    check_channels,
    check_reaction_that_opens,
    check_references,
    warn_of_gaps,
)
from bot.config.config import Config
from bot.config.document import parse_document
from bot.config.expand import expand
from bot.config.problems import ConfigError, in_order
from bot.config.reading import Cursor, Notes, TooManyProblemsError
from sla.errors import SlaError
from sla.policy import rules_from_json
from sla.schedule_json import schedule_from_json


def load_config(text: str, *, source: str, today: date) -> Config:
    """The configuration that `text` (YAML or JSON) describes.

    Args:
        text: The file's content.
        source: What problems call the file, such as `threadline.yml`.
        today: The local date on which public holidays are copied in, for its year and the next five. To compare a
            file with a stored version, give the date on which that version was saved.

    Raises:
        ConfigError: With all problems at once (the first 500). Text that is not YAML at all has one.
    """
    notes = Notes()
    cursor = Cursor(node=parse_document(text, source=source), path="", notes=notes)
    try:
        document = expand(cursor, today=today, check_schedule=schedule_from_json)
        _check(cursor, document)
    except TooManyProblemsError:
        document = {}
    if notes.problems:
        raise ConfigError(source, notes.problems)
    config = Config.from_document(document, warnings=in_order(notes.warnings))
    _check_rules(cursor, config, source)
    return config


def _check(cursor: Cursor, document: dict[str, Any]) -> None:
    """Checks across the file; gaps are only looked for in a file that can be used."""
    check_references(cursor, document)
    check_channels(cursor, document)
    check_reaction_that_opens(cursor, document)
    if not cursor.notes.problems:
        warn_of_gaps(cursor, document)


def _check_rules(cursor: Cursor, config: Config, source: str) -> None:
    """The engine has the last word on its rules, so that a file that loads is one that runs."""
    try:
        rules_from_json(config.rules_json(), "")
    except SlaError as error:
        cursor.problems_of(error)
        raise ConfigError(source, cursor.notes.problems) from None
