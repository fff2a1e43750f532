"""Commands about the engine alone: a file in, values out; neither Slack nor a database."""

import json
import sys
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot.cli.errors import NO, say
from bot.cli.output import tell
from bot.errors import BotError
from bot.slack.wording import metric_label, span
from sla.timeline import evaluate_text

_MOST_BYTES = 64 * 1024 * 1024


class Format(StrEnum):
    """How a result is written."""

    TABLE = "table"
    JSON = "json"


def evaluate(
    file: Annotated[Path, typer.Argument(help="A timeline: one JSON object, or JSONL; - for standard input.")],
    format: Annotated[Format, typer.Option(help="For a person, or for a program.")] = Format.TABLE,  # noqa: A002
) -> None:
    """Evaluate a timeline file: what became of every ticket's promises."""
    evaluation = evaluate_text(_read(file))
    for answer in evaluation.answers:
        if format is Format.JSON:
            tell(json.dumps(answer, ensure_ascii=False))
        elif "tickets" in answer:
            _print_table(answer)
    for problem in evaluation.problems:
        say(problem)
    if evaluation.problems:
        raise typer.Exit(NO)


def _read(file: Path) -> str:
    try:
        raw = sys.stdin.buffer.read(_MOST_BYTES + 1) if str(file) == "-" else file.read_bytes()
        if len(raw) > _MOST_BYTES:
            raise BotError(f"{file} is larger than {_MOST_BYTES // 1024**2} MiB.")
        return raw.decode("utf-8-sig")
    except FileNotFoundError:
        raise BotError(f"There is no timeline at {file}.", exit_code=2) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BotError(f"{file} cannot be read as text: {error}.", exit_code=2) from None


def _print_table(answer: Mapping[str, Any]) -> None:
    table = Table("Ticket", "Policy", "Metric", "Stage", "Outcome", "Due", "Elapsed", "Left", box=None, pad_edge=False)
    for ticket in answer["tickets"]:
        for metric in ticket["metrics"] or [None]:
            table.add_row(ticket["id"], ticket["policy"] or "none", *(_cells(metric) if metric else ()))
        for problem in ticket["problems"]:
            say(f"{ticket['id']}: {problem}")
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def _cells(metric: Mapping[str, Any]) -> tuple[str, ...]:
    unit = "business" if metric["business_hours"] else "calendar"
    number = f" {metric['instance']}" if metric["instance"] > 1 else ""
    elapsed = timedelta(seconds=metric["elapsed"][f"{unit}_seconds"])
    left = metric["remaining"] and timedelta(seconds=metric["remaining"]["seconds"])
    late = "late by " if left is not None and left < timedelta(0) else ""
    return (
        metric_label(metric["metric"]) + number,
        metric["stage"],
        metric["outcome"] + (" (breached)" if metric["breached"] and metric["outcome"] == "open" else ""),
        metric["breach_at"] or "-",
        f"{span(elapsed)} {unit}",
        f"{late}{span(left)}" if left is not None else "-",
    )
