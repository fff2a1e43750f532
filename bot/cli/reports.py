"""``threadline report``: what became of promises, as a table, CSV, JSON or a picture."""

import asyncio
import io
import json
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from bot.charts import PAPER, chart_of
from bot.cli.configuration import only_workspace
from bot.cli.output import tell
from bot.clock import SystemClock
from bot.config.config import Config
from bot.errors import BotError
from bot.pictures import Kind, draw
from bot.services.reporting.answering import report_of, rows_of
from bot.services.reporting.asking import read_question, zone_of
from bot.services.reporting.sections import Section, section
from bot.services.reporting.spreadsheet import as_csv
from bot.services.reporting.tables import Table, names_of, report_to_json, row_to_json, table_of
from bot.settings import Settings
from sla.report import Measured, Report
from store import rules as versions
from store.engine import Database


class Format(StrEnum):
    """How a report is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PNG = "png"


def report(
    first: Annotated[str, typer.Option("--from", help="The first day, such as 2026-01-01.")] = "",
    last: Annotated[str, typer.Option("--to", help="The last day, which is included.")] = "",
    by: Annotated[
        str,
        typer.Option(
            help="policy, metric, priority, channel, customer, tier, agent, group, week, hour; or several: a,b."
        ),
    ] = "metric",
    where: Annotated[
        list[str] | None, typer.Option("--only", help="Only such rows: agent=U0123, or agent=none. May be repeated.")
    ] = None,
    show: Annotated[
        Section | None, typer.Option(help="A list instead of figures: the rows, or those that somebody should look at.")
    ] = None,
    format: Annotated[Format, typer.Option(help="For a person, a spreadsheet, a program, a slide.")] = Format.TABLE,  # noqa: A002
    output: Annotated[Path | None, typer.Option(help="The file to write; a picture needs one.")] = None,
) -> None:
    """Report what became of promises: instances met and missed, and how long things took."""
    if format is Format.PNG and (output is None or show is not None):
        raise BotError("A picture shows figures and goes into a file: add --output report.png.", exit_code=2)
    written = asyncio.run(_answer((first, last, by), where or (), show, format))
    if output is None:
        tell(written.decode().rstrip("\n"))
        return
    try:
        output.write_bytes(written)
    except OSError as error:
        raise BotError(f"{output} cannot be written: {error.strerror}.", exit_code=2) from None


async def _answer(words: tuple[str, str, str], where: Sequence[str], show: Section | None, format: Format) -> bytes:  # noqa: A002
    async with Database(Settings.load().database_url.get_secret_value()) as db:
        workspace = await only_workspace(db)
        current = await db.read(lambda conn: versions.current(conn, workspace))
        config = Config.from_document(current.document if current else {})
        first, last, by = words
        question = read_question(zone_of(config), first=first, last=last, by=by, where=where)
        now = SystemClock().now()
        if show is None:
            found = await db.read(lambda conn: report_of(conn, workspace, question, now))
            days = " ".join(f"{side} {day}" for side, day in (("from", first), ("to", last)) if day)
            return _picture(found, config, days) if format is Format.PNG else _figures(found, config, format)
        rows = await db.read(lambda conn: rows_of(conn, workspace, question, now))
        return _list(await db.read(lambda conn: section(conn, workspace, show, rows)), rows, show, format)


def _figures(found: Report, config: Config, format: Format) -> bytes:  # noqa: A002
    if format is Format.JSON:
        return json.dumps(report_to_json(found), ensure_ascii=False).encode()
    return _table(table_of(found, names_of(config)), format)


def _picture(found: Report, config: Config, days: str) -> bytes:
    chart = chart_of(found, names_of(config), PAPER, days)
    if chart is None:
        raise BotError("There is nothing to draw: no promise was met or missed.")
    return draw(chart.description, Kind.PNG)


def _list(listed: Table, rows: Sequence[Measured], show: Section, format: Format) -> bytes:  # noqa: A002
    if format is not Format.JSON:
        return _table(listed, format)
    named = [dict(zip(listed.columns, row, strict=True)) for row in listed.rows]
    return json.dumps(list(map(row_to_json, rows)) if show is Section.ROWS else named, ensure_ascii=False).encode()


def _table(table: Table, format: Format) -> bytes:  # noqa: A002
    return (as_csv(table) if format is Format.CSV else as_text(table)).encode()


def as_text(table: Table) -> str:
    """A table for a terminal; columns that say nothing anywhere are left out."""
    told = [
        place for place, name in enumerate(table.columns) if not table.rows or any(row[place] for row in table.rows)
    ]
    drawn = RichTable(*(table.columns[place] for place in told), box=None, pad_edge=False)
    for row in table.rows:
        drawn.add_row(*(Text(row[place]) for place in told))
    out = io.StringIO()
    Console(file=out, width=None if sys.stdout.isatty() else 400).print(drawn)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"
