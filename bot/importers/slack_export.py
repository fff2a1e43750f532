"""A Slack export: ``channels.json``, ``users.json`` and one JSON file of messages per channel and day."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any

from bot.errors import BotError
from bot.importers.archive import Archive, open_archive
from bot.slack.directory import Person, person_from
from bot.slack.envelopes import Payload, mapping, parse_ts, text_of
from sla.ticket import ChannelKind

CHANNELS = "channels.json"
"""What every export of Slack's has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedChannel:
    """A channel of the export; its folder is named like it."""

    channel: str
    name: str
    kind: ChannelKind = ChannelKind.PUBLIC


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedMessage:
    """A message as Slack exported it, with the channel that its file belongs to."""

    channel: str
    ts: str
    user: str
    thread_ts: str | None
    raw: Mapping[str, Any]

    @property
    def is_top_level(self) -> bool:
        """Whether it starts a conversation rather than answers in one."""
        return self.thread_ts is None


class SlackExportReader:
    """An export that is open: its channels and people, and its messages day by day.

    Attributes:
        people: By user id; empty where the export has no ``users.json``.
        problems: Files and messages that could not be used so far, one sentence each.
    """

    def __init__(self, archive: Archive, path: Path) -> None:
        self._archive = archive
        self.path = path
        names = archive.names()
        if CHANNELS not in names:
            raise BotError(f"{path} is not a Slack export: it has no {CHANNELS}.")
        self.channels = _channels(archive, path)
        if "groups.json" in names:
            self.channels += _private_channels(archive)
        self.people = _people(archive, names)
        self.problems: list[str] = []
        self._ids = {channel.name: channel.channel for channel in self.channels}
        own = (name for name in names if PurePosixPath(name).parent.name in self._ids)
        # A day's file is named like the day in every channel's folder.
        self._names = sorted(own, key=lambda name: (PurePosixPath(name).name, name))

    def days(self) -> Iterator[list[ExportedMessage]]:
        """Yield the messages of one day after the other, each day's in the order in which they were written."""
        self.problems.clear()
        seen: set[tuple[str, str]] = set()
        for _, names in groupby(self._names, key=lambda name: PurePosixPath(name).name):
            day = [message for name in names for message in self._file(name) if _is_new(message, seen)]
            yield sorted(day, key=_written)

    def begins_at(self) -> datetime | None:
        """When the first message of the first day was written; None where there is none."""
        return next((parse_ts(day[0].ts) for day in self.days() if day), None)

    def _file(self, name: str) -> Iterator[ExportedMessage]:
        for raw in _day(self._archive, name, self.problems):
            message = _message(raw, self._ids[PurePosixPath(name).parent.name])
            if message is None:
                self.problems.append(f"{name} has an entry that is no message.")
            else:
                yield message


@contextmanager
def open_slack_export(path: Path) -> Iterator[SlackExportReader]:
    """Open a Slack export, zipped or unpacked, to be read a day at a time.

    Raises:
        BotError: It is no Slack export.
    """
    with open_archive(path) as archive:
        yield SlackExportReader(archive, path)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackExport:
    """An export in memory, its messages in the order they were written.

    Attributes:
        users: Display names by user id; empty where the export has no ``users.json``.
        problems: Files and messages that could not be used, one sentence each.
    """

    channels: tuple[ExportedChannel, ...]
    users: Mapping[str, str]
    messages: tuple[ExportedMessage, ...]
    problems: tuple[str, ...]


def read_slack_export(path: Path) -> SlackExport:
    """Read a whole Slack export, zipped or unpacked.

    Raises:
        BotError: It is no Slack export, or nothing in it could be read.
    """
    with open_slack_export(path) as reader:
        messages = sorted((message for day in reader.days() for message in day), key=_written)
        problems = tuple(reader.problems)
    if not messages:
        raise nothing_to_read(path, problems)
    names = {user: person.name for user, person in reader.people.items()}
    return SlackExport(channels=reader.channels, users=names, messages=tuple(messages), problems=problems)


def nothing_to_read(path: Path, problems: Sequence[str]) -> BotError:
    """What is said of an export without a single message."""
    detail = f" ({problems[0]})" if problems else ""
    return BotError(f"{path} has no messages that can be read{detail}.")


class Answerers:
    """Counts who answers in threads that somebody else began, and who writes at all.

    Attributes:
        authors: Everybody who wrote something.
    """

    def __init__(self) -> None:
        self.authors: set[str] = set()
        self._began: dict[tuple[str, str], str] = {}
        self._answers: Counter[str] = Counter()

    def note(self, message: ExportedMessage) -> None:
        """Take a message into account; the first one of a thread comes before its answers."""
        self.authors.add(message.user)
        if message.thread_ts is None:
            self._began[message.channel, message.ts] = message.user
        elif self._began.get((message.channel, message.thread_ts), message.user) != message.user:
            self._answers[message.user] += 1

    def most_frequent(self, count: int) -> tuple[str, ...]:
        """Who answers most often, most often first; ties by id."""
        return tuple(user for user, _ in sorted(self._answers.items(), key=lambda item: (-item[1], item[0]))[:count])

    def chosen(self, choice: str) -> tuple[str, ...]:
        """The agents named by ``U1,U2`` or ``top:10``.

        Raises:
            BotError: It names nobody, or somebody who wrote nothing in the export.
        """
        if choice.startswith("top:"):
            number = choice.removeprefix("top:")
            if not (number.isascii() and number.isdigit() and len(number) < 10) or int(number) == 0:
                raise BotError(f"--agents {choice} is not a number of people: write top:10, say.", exit_code=2)
            return self.most_frequent(int(number))
        named = tuple(user.strip() for user in choice.split(",") if user.strip())
        strangers = sorted(set(named) - self.authors)
        if not named or strangers:
            who = ", ".join(strangers) or "nobody"
            raise BotError(f"--agents names {who}, who wrote nothing in the export.", exit_code=2)
        return named


def choose_agents(choice: str, export: SlackExport) -> tuple[str, ...]:
    """The agents of a whole export, named by ``U1,U2`` or ``top:10``; see :meth:`Answerers.chosen`."""
    answerers = Answerers()
    for message in export.messages:
        answerers.note(message)
    return answerers.chosen(choice)


def _written(message: ExportedMessage) -> tuple[float, str]:
    at = parse_ts(message.ts)
    return (at.timestamp() if at else 0.0, message.channel)


def _is_new(message: ExportedMessage, seen: set[tuple[str, str]]) -> bool:
    key = message.channel, message.ts
    if key in seen:
        return False
    seen.add(key)
    return True


def _channels(archive: Archive, path: Path) -> tuple[ExportedChannel, ...]:
    listed = archive.read(CHANNELS)
    if not isinstance(listed, list):
        raise BotError(f"{CHANNELS} in {path} is not a list of channels.")
    return tuple(_channel(raw, ChannelKind.PUBLIC) for raw in map(mapping, listed) if _has_name(raw))


def _private_channels(archive: Archive) -> tuple[ExportedChannel, ...]:
    listed = archive.read("groups.json")
    found = map(mapping, listed if isinstance(listed, list) else ())
    return tuple(_channel(raw, ChannelKind.PRIVATE) for raw in found if _has_name(raw))


def _has_name(raw: Payload) -> bool:
    return bool(text_of(raw.get("id")) and text_of(raw.get("name")))


def _channel(raw: Payload, kind: ChannelKind) -> ExportedChannel:
    shared = raw.get("is_ext_shared") is True
    return ExportedChannel(
        channel=text_of(raw["id"]), name=text_of(raw["name"]), kind=ChannelKind.SHARED if shared else kind
    )


def _people(archive: Archive, names: list[str]) -> dict[str, Person]:
    if "users.json" not in names:
        return {}
    listed = archive.read("users.json")
    found = (mapping(raw) for raw in (listed if isinstance(listed, list) else ()))
    return {
        text_of(raw.get("id")): person_from(raw, user=text_of(raw.get("id"))) for raw in found if text_of(raw.get("id"))
    }


def _day(archive: Archive, name: str, problems: list[str]) -> list[Any]:
    try:
        day = archive.read(name)
    except BotError as error:
        problems.append(str(error))
        return []
    if not isinstance(day, list):
        problems.append(f"{name} is not a list of messages.")
        return []
    return day


def _message(raw: object, channel: str) -> ExportedMessage | None:
    if not isinstance(raw, Mapping) or raw.get("type") != "message" or parse_ts(raw.get("ts")) is None:
        return None
    ts, thread_ts = text_of(raw.get("ts")), text_of(raw.get("thread_ts"))
    user = text_of(raw.get("user")) or text_of(raw.get("bot_id"))
    if not user:
        return None
    return ExportedMessage(
        channel=channel, ts=ts, user=user, thread_ts=thread_ts if thread_ts and thread_ts != ts else None, raw=raw
    )
