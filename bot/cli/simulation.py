"""``threadline simulate``: what another configuration would have made of history."""

import asyncio
import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, assert_never

import typer

from bot.cli.configuration import only_workspace, read_config_text
from bot.cli.importing import agents_from, say_what_was_left_out, take_in
from bot.cli.output import progress, progress_done, tell
from bot.cli.reports import as_text
from bot.clock import SystemClock
from bot.config.load import load_config
from bot.errors import BotError
from bot.importers.slack_export import open_slack_export
from bot.importers.zendesk_export import open_zendesk_export
from bot.services.simulation.as_json import simulation_to_json
from bot.services.simulation.histories import stored_history, timeline_history, timelines
from bot.services.simulation.kinds import HistoryKind, kind_of
from bot.services.simulation.page import page_of
from bot.services.simulation.simulating import Setup, Simulation, Tell, simulate
from bot.services.simulation.words import figures_table, flips_table, summary, targets_table
from bot.services.simulation.zendesk import zendesk_history
from bot.settings import Settings
from bot.slack.wording import plural
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
        str,
        typer.Option(
            help="An export of Slack's or Zendesk's (zip, folder or JSON), a timeline file, or db for what is stored."
        ),
    ],
    config: Annotated[Path, typer.Option(help="The configuration to try.")],
    baseline: Annotated[Path | None, typer.Option(help="The one to compare it with.")] = None,
    agents: Annotated[str, typer.Option(help="Who answers in a Slack export: U1,U2 or top:10.")] = "",
    agents_file: Annotated[Path | None, typer.Option(help="The same, one id on each line.")] = None,
    format: Annotated[Format, typer.Option(help="For a terminal, a program, or a manager.")] = Format.TABLE,  # noqa: A002
    output: Annotated[Path | None, typer.Option(help="The file to write.")] = None,
) -> None:
    """Simulate: what a configuration would have made of history, and which promises would have ended otherwise."""
    path = Path(history)
    kind = HistoryKind.DATABASE if history == DATABASE else kind_of(path)
    if (agents or agents_file) and kind is not HistoryKind.SLACK_EXPORT:
        raise BotError(f"{kind.value} says itself who answers: leave --agents and --agents-file out.", exit_code=2)
    asked = Asked(path=path, config=config, baseline=baseline, now=SystemClock().now())
    match kind:
        case HistoryKind.DATABASE:
            found = asyncio.run(_stored(asked))
        case HistoryKind.SLACK_EXPORT:
            found = asyncio.run(_of_slack_export(asked, agents_from(agents, agents_file)))
        case HistoryKind.ZENDESK_EXPORT:
            found = _of_zendesk_export(asked)
        case HistoryKind.TIMELINE:
            found = _of_timelines(asked)
        case unreachable:
            assert_never(unreachable)
    written = _write(found, format)
    if output is None:
        tell(written.rstrip("\n"))
        return
    try:
        output.write_text(written, encoding="utf-8")
    except OSError as error:
        raise BotError(f"{output} cannot be written: {error.strerror}.", exit_code=2) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be simulated: a history, under which configurations, looked at when."""

    path: Path
    config: Path
    baseline: Path | None
    now: datetime

    def setups(self, begins_on: date) -> tuple[Setup, Setup | None]:
        """The configurations, with the public holidays of the history's own years."""
        one_name = self.baseline is not None and self.baseline.name == self.config.name

        def load(file: Path) -> Setup:
            config = load_config(read_config_text(file), source=str(file), today=begins_on)
            return Setup.of(str(file) if one_name else file.name, config)

        return load(self.config), None if self.baseline is None else load(self.baseline)

    def replay(self, history: Tell, until: datetime, candidate: Setup, baseline: Setup | None) -> Simulation:
        """Replay a history under the configurations, telling on a terminal how far that is."""

        def told(done: int) -> None:
            progress(f"{done} tickets replayed")

        try:
            return simulate(self.path.name, history, until, candidate, baseline, progress=told)
        finally:
            progress_done()


async def _stored(asked: Asked) -> Simulation:
    async with Database(Settings.load().database_url.get_secret_value()) as db:
        return await _of_database(db, asked, asked.now.date())


def _of_timelines(asked: Asked) -> Simulation:
    found = timelines(asked.path)
    until = max(timeline.until for timeline in found)
    happened = (event.at for one in found for each in one.tickets for event in each.events)
    setups = asked.setups(min(happened, default=until).date())
    return asked.replay(timeline_history(found), until, *setups)


def _of_zendesk_export(asked: Asked) -> Simulation:
    with open_zendesk_export(asked.path) as export:
        begins_at = export.begins_at()
        if begins_at is None:
            raise BotError(f"{asked.path} has no tickets that can be read.")
        found = asked.replay(zendesk_history(export, asked.now), asked.now, *asked.setups(begins_at.date()))
    say_what_was_left_out(list(dict.fromkeys(export.problems)))
    return found


async def _of_slack_export(asked: Asked, agents: str) -> Simulation:
    """An export is imported into a database of its own, under the configuration to try, and told from there."""
    with open_slack_export(asked.path) as reader:
        begins_on = (reader.begins_at() or asked.now).date()
    with TemporaryDirectory(prefix="threadline-simulation-") as folder:
        url = f"sqlite:///{folder}/history.db"
        imported = await take_in(url, asked.path, agents, asked.config)
        say_what_was_left_out(imported.problems)
        async with Database(url) as db:
            return await _of_database(db, asked, begins_on)


async def _of_database(db: Database, asked: Asked, begins_on: date) -> Simulation:
    workspace = await only_workspace(db)
    setups = asked.setups(begins_on)
    return await db.read(lambda conn: asked.replay(stored_history(conn, workspace, asked.now), asked.now, *setups))


def _write(found: Simulation, format: Format) -> str:  # noqa: A002
    match format:
        case Format.JSON:
            return json.dumps(simulation_to_json(found), ensure_ascii=False)
        case Format.HTML:
            return page_of(found)
        case Format.TABLE:
            return _as_text(found)


def _as_text(found: Simulation) -> str:
    parts = [f"{plural(found.tickets, 'ticket')} of {found.history}. {summary(found)}\n"]
    parts += [as_text(table) for table in figures_table(found)]
    parts.append("The least targets that 95 % would have met:\n" + as_text(targets_table(found.candidate)))
    if found.flips:
        table = flips_table(found)
        more = len(table.rows) - _MOST_FLIPS
        shown = type(table)(title=table.title, columns=table.columns, rows=table.rows[:_MOST_FLIPS])
        rest = f"... and {more} more: --format json lists them all\n" if more > 0 else ""
        parts.append(f"{table.title}:\n{as_text(shown)}{rest}")
    return "\n".join(parts)
