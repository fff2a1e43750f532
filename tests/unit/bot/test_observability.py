"""What the program says about itself: one event per line on stderr, and no secrets in it."""

import json
import logging

import pytest
import structlog

from bot.observability import set_up_logging


@pytest.fixture(autouse=True)
def _as_before():
    """Leaves logging as it was found."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


def test_each_event_is_one_line_of_json(capsys):
    set_up_logging("json")
    structlog.get_logger().info("instance.breached", ticket=42)
    said = capsys.readouterr()
    entry = json.loads(said.err)
    assert (entry["event"], entry["level"], entry["ticket"]) == ("instance.breached", "info", 42)
    assert entry["timestamp"].endswith("Z")
    assert (said.out, said.err.count("\n")) == ("", 1)


@pytest.mark.parametrize("style", ["json", "console"])
def test_a_traceback_tells_no_values(capsys, style):
    set_up_logging(style)
    token = "xoxb-sesame"
    try:
        [][len(token)]
    except IndexError:
        structlog.get_logger().exception("worker.failed")
    said = capsys.readouterr().err
    assert "IndexError: list index out of range" in said
    assert "sesame" not in said


def test_what_is_below_the_level_is_not_said(capsys):
    set_up_logging("console", level=logging.WARNING)
    structlog.get_logger().info("started")
    structlog.get_logger().warning("response.failed")
    said = capsys.readouterr().err
    assert "started" not in said
    assert "response.failed" in said


def test_a_line_for_a_person_has_no_colours_in_a_pipe(capsys):
    set_up_logging("console")
    structlog.get_logger().info("started", address="http://127.0.0.1:3000")
    assert "\x1b" not in capsys.readouterr().err
