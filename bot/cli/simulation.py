"""``threadline simulate``: what another configuration would have made of history."""

import asyncio
import json
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from bot.cli.configuration import only_workspace, read_config_text
from bot.cli.importing import agents_from, say_what_was_left_out, take_in
from bot.cli.output import tell
from bot.cli.reports import as_text
from bot.clock import SystemClock
from bot.config.load import load_config
from bot.errors import BotError
from bot.importers.slack_export import open_slack_export
from bot.services.simulation.histories import stored_history, timeline_history, timelines
from bot.services.simulation.page import page_of
from bot.services.simulation.simulating import Setup, Simulation, simulate
from bot.services.simulation.words import figures_table, flips_table, simulation_to_json, summary, targets_table
from bot.settings import Settings
from store.engine import Database

_MOST_FLIPS = 40
DATABASE = "db"


class Format(StrEnum):
    """How a simulation is written."""

    TABLE = "table"
    JSON = "json"
    HTML = "html"


def simulation(
    history: Annotated[
        str, typer.Option(help="A Slack export (zip or folder), a timeline file, or db for what is stored.")
    ],
    config: Annotated[Path, typer.Option(help="The configuration to try.")],
    baseline: Annotated[Path | None, typer.Option(help="The one to compare it with.")] = None,
    agents: Annotated[str, typer.Option(help="Who answers in an export: U1,U2 or top:10.")] = "",
    agents_file: Annotated[Path | None, typer.Option(help="The same, one id on each line.")] = None,
    format: Annotated[Format, typer.Option(help="For a terminal, a program, or a manager.")] = Format.TABLE,  # noqa: A002
    output: Annotated[Path | None, typer.Option(help="The file to write.")] = None,
) -> None:
    """Simulate: what a configuration would have made of history, and which promises would have ended otherwise."""
    now = SystemClock().now()
    path = Path(history)
    if history == DATABASE:
        found = asyncio.run(_stored(_setups(config, baseline, now.date()), now))
    elif path.is_dir() or path.suffix.lower() == ".zip":
        found = asyncio.run(_of_export(path, config, baseline, agents_from(agents, agents_file), now))
    else:
        found = _of_timelines(path, config, baseline)
    written = _write(found, format)
    if output is None:
        tell(written.rstrip("\n"))
        return
    try:
        output.write_text(written, encoding="utf-8")
    except OSError as error:
        raise BotError(f"{output} cannot be written: {error.strerror}.", exit_code=2) from None


async def _stored(setups: tuple[Setup, Setup | None], now: datetime) -> Simulation:
    async with Database(Settings.load().database_url.get_secret_value()) as db:
        return await _of_database(db, DATABASE, setups, now)


def _of_timelines(path: Path, config: Path, baseline: Path | None) -> Simulation:
    found = timelines(path)
    until = max(timeline.until for timeline in found)
    happened = (event.at for one in found for each in one.tickets for event in each.events)
    candidate, other = _setups(config, baseline, min(happened, default=until).date())
    return simulate(path.name, timeline_history(found), until, candidate, other)


async def _of_export(path: Path, config: Path, baseline: Path | None, agents: str, now: datetime) -> Simulation:
    """An export is imported into a database of its own, under the configuration to try, and told from there."""
    with open_slack_export(path) as reader:
        begins_on = (reader.begins_at() or now).date()
    setups = _setups(config, baseline, begins_on)
    with TemporaryDirectory(prefix="threadline-simulation-") as folder:
        url = f"sqlite:///{folder}/history.db"
        imported = await take_in(url, path, agents, config)
        say_what_was_left_out(imported.problems)
        async with Database(url) as db:
            return await _of_database(db, path.name, setups, now)


async def _of_database(db: Database, name: str, setups: tuple[Setup, Setup | None], now: datetime) -> Simulation:
    workspace = await only_workspace(db)
    candidate, baseline = setups
    return await db.read(lambda conn: simulate(name, stored_history(conn, workspace, now), now, candidate, baseline))


def _setups(config: Path, baseline: Path | None, begins_on: date) -> tuple[Setup, Setup | None]:
    """The configurations, with the public holidays of the history's own years."""

    def load(file: Path) -> Setup:
        return Setup.of(str(file), load_config(read_config_text(file), source=str(file), today=begins_on))

    return load(config), None if baseline is None else load(baseline)


def _write(found: Simulation, format: Format) -> str:  # noqa: A002
    match format:
        case Format.JSON:
            return json.dumps(simulation_to_json(found), ensure_ascii=False)
        case Format.HTML:
            return page_of(found)
        case Format.TABLE:
            return _as_text(found)


def _as_text(found: Simulation) -> str:
    parts = [f"{found.tickets} tickets of {found.history}. {summary(found)}\n"]
    parts += [as_text(table) for table in figures_table(found)]
    parts.append("The least targets that 95 % would have met:\n" + as_text(targets_table(found.candidate)))
    if found.flips:
        table = flips_table(found)
        more = len(table.rows) - _MOST_FLIPS
        shown = type(table)(title=table.title, columns=table.columns, rows=table.rows[:_MOST_FLIPS])
        rest = f"... and {more} more: --format json lists them all\n" if more > 0 else ""
        parts.append(f"{table.title}:\n{as_text(shown)}{rest}")
    return "\n".join(parts)
