"""Where history goes: the workspace and the rules that it is read under, and from when on alerts are meant."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from bot.config.config import Config
from bot.errors import BotError
from bot.importers.slack_export import Answerers, ExportedChannel, SlackExportReader, nothing_to_read
from bot.services.importing.slack_history import SlackHistory
from bot.services.workspace.desk import Desk
from bot.services.workspace.opening import desk_of, installation_of
from bot.slack.directory import Channel, Person
from bot.slack.envelopes import parse_ts
from store import imports, workspaces
from store import rules as versions
from store.engine import Database
from store.rules import RulesVersion
from store.workspaces import Workspace

UNKNOWN_TEAM = "T0IMPORT"
"""The workspace of an export that does not say which one it is of, in a database that knows none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a first reading of an export finds.

    Attributes:
        team: The workspace that most of its people are of.
        last_at: When the last message was written.
    """

    answerers: Answerers
    messages: int
    last_at: datetime | None
    team: str


def survey(reader: SlackExportReader, channels: Iterable[str]) -> Survey:
    """Read through an export once: who writes in these channels, how much, and until when."""
    answerers, wanted, messages = Answerers(), frozenset(channels), 0
    last_at: datetime | None = None
    for day in reader.days():
        for message in day:
            if message.channel in wanted:
                answerers.note(message)
                messages += 1
                at = parse_ts(message.ts)
                last_at = at if last_at is None or (at is not None and at > last_at) else last_at
    return Survey(answerers=answerers, messages=messages, last_at=last_at, team=_team(reader.people.values()))


def _team(people: Iterable[Person]) -> str:
    teams = Counter(person.team for person in people if person.team and not person.is_stranger)
    return min(teams, key=lambda team: (-teams[team], team), default=UNKNOWN_TEAM)


def wanted_channels(config: Config, exported: Iterable[ExportedChannel]) -> dict[str, Channel]:
    """The channels of an export that history is taken from: those that the configuration lists, or all of them.

    Alert channels are never among them.
    """
    usable = [each for each in exported if each.channel not in config.alert_channels]
    listed = [each for each in usable if config.lists(each.channel)]
    return {
        each.channel: Channel(channel=each.channel, name=each.name, kind=each.kind, is_member=True)
        for each in listed or usable
    }


def agents_of(config: Config) -> frozenset[str]:
    """The people whom a configuration names as agents; who is in a user group only Slack knows."""
    grouped = (user for group in config.groups.values() for user in group.users)
    return config.agents.users | config.admins | frozenset(grouped)


async def known_workspace(db: Database) -> Workspace | None:
    """The one workspace of the database; None in an empty one.

    Raises:
        BotError: There are several.
    """
    known = await db.read(workspaces.every)
    if len(known) > 1:
        raise BotError("The database has several workspaces; an import needs one of its own.")
    return known[0] if known else None


async def open_history(
    db: Database, reader: SlackExportReader, choice: str, *, load: Callable[[date], Config], now: datetime
) -> tuple[SlackHistory, Survey]:
    """An export on its way into a database, and what a first reading has found in it.

    An empty database takes the export's workspace, and the configuration that ``load`` reads, with public holidays from
    the beginning of the export on. ``choice`` says who answers; without it those do whom the configuration names.

    Raises:
        BotError: Nothing in it can be read, nobody answers, or the database has several workspaces.
    """
    known = await known_workspace(db)
    stored = await db.read(lambda conn: versions.current(conn, known.workspace)) if known else None
    config = load((reader.begins_at() or now).date()) if stored is None else Config.from_document(stored.document)
    channels = wanted_channels(config, reader.channels)
    found = survey(reader, channels)
    if not found.messages:
        raise nothing_to_read(reader.path, reader.problems)
    agents = frozenset(found.answerers.chosen(choice)) if choice else agents_of(config)
    if not agents:
        raise BotError(
            "Who answers? Say it with --agents, such as --agents top:10, or name agents in the file.", exit_code=2
        )
    home = known or Workspace(workspace=found.team, name="Imported")
    desk = await db.write(partial(_prepare, home, stored, config, found, now))
    history = SlackHistory(db=db, desk=desk, agents=agents, people=reader.people, channels=channels)
    return history, found


def _prepare(
    home: Workspace, stored: RulesVersion | None, config: Config, found: Survey, now: datetime, conn: Connection
) -> Desk:
    """The desk that history is recorded at, in a workspace that has some configuration and alerts for the future."""
    version = stored
    if version is None:
        document = dict(config.document)
        number = versions.save_version(conn, home.workspace, document, now, "import")
        version = RulesVersion(workspace=home.workspace, version=number, document=document, created_at=now)
    workspaces.save(conn, replace(home, enforce_from=_enforced_from(conn, home, found.last_at)))
    return of_the_past(home, version, now)


def of_the_past(home: Workspace, version: RulesVersion, now: datetime) -> Desk:
    """The desk that history is recorded at: nothing of it is on a card, and none of it raises an alert."""
    return replace(desk_of(installation_of(home), version), enforce_from=now, is_of_the_past=True)


def _enforced_from(conn: Connection, known: Workspace, last_at: datetime | None) -> datetime | None:
    """From when on tickets raise alerts: after the last message, but not after what we saw ourselves."""
    instants = [at for at in (last_at, imports.first_live_at(conn, known.workspace)) if at is not None]
    until = min(instants, default=None)
    given = known.enforce_from
    if until is None:
        return given
    after = until + timedelta(microseconds=1) if until == last_at else until
    return after if given is None else max(given, after)
