"""A Slack export: ``channels.json``, ``users.json`` and one JSON file of messages per channel and day."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from bot.errors import BotError
from bot.importers.archive import Archive, open_archive
from bot.slack.envelopes import mapping, parse_ts, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedChannel:
    """A channel of the export; its folder is named like it."""

    channel: str
    name: str


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
    """Read a Slack export, zipped or unpacked.

    Raises:
        BotError: It is no Slack export, or nothing in it could be read.
    """
    with open_archive(path) as archive:
        names = archive.names()
        if "channels.json" not in names:
            raise BotError(f"{path} is not a Slack export: it has no channels.json.")
        channels = _channels(archive, path)
        problems: list[str] = []
        users = _users(archive, names)
        messages = sorted(_messages(archive, names, channels, problems), key=_written)
    if not messages:
        detail = f" ({problems[0]})" if problems else ""
        raise BotError(f"{path} has no messages that can be read{detail}.")
    return SlackExport(channels=channels, users=users, messages=tuple(messages), problems=tuple(problems))


def frequent_answerers(messages: Iterable[ExportedMessage], count: int) -> tuple[str, ...]:
    """The users who answer most often in threads that somebody else began, most often first; ties by id."""
    authors = {(message.channel, message.ts): message.user for message in messages}
    answers = Counter(
        message.user
        for message in messages
        if message.thread_ts and authors.get((message.channel, message.thread_ts), message.user) != message.user
    )
    return tuple(user for user, _ in sorted(answers.items(), key=lambda item: (-item[1], item[0]))[:count])


def choose_agents(choice: str, export: SlackExport) -> tuple[str, ...]:
    """The agents named by ``U1,U2`` or ``top:10``.

    Raises:
        BotError: It names nobody, or somebody who wrote nothing in the export.
    """
    if choice.startswith("top:"):
        number = choice.removeprefix("top:")
        if not (number.isascii() and number.isdigit() and len(number) < 10) or int(number) == 0:
            raise BotError(f"--agents {choice} is not a number of people: write top:10, say.", exit_code=2)
        return frequent_answerers(export.messages, int(number))
    named = tuple(user.strip() for user in choice.split(",") if user.strip())
    strangers = sorted(set(named) - {message.user for message in export.messages})
    if not named or strangers:
        who = ", ".join(strangers) or "nobody"
        raise BotError(f"--agents names {who}, who wrote nothing in the export.", exit_code=2)
    return named


def _written(message: ExportedMessage) -> tuple[float, str]:
    at = parse_ts(message.ts)
    return (at.timestamp() if at else 0.0, message.channel)


def _channels(archive: Archive, path: Path) -> tuple[ExportedChannel, ...]:
    listed = archive.read("channels.json")
    if not isinstance(listed, list):
        raise BotError(f"channels.json in {path} is not a list of channels.")
    return tuple(
        ExportedChannel(channel=text_of(raw["id"]), name=text_of(raw["name"]))
        for raw in map(mapping, listed)
        if text_of(raw.get("id")) and text_of(raw.get("name"))
    )


def _users(archive: Archive, names: list[str]) -> dict[str, str]:
    if "users.json" not in names:
        return {}
    listed = archive.read("users.json")
    found = {}
    for raw in map(mapping, listed if isinstance(listed, list) else ()):
        profile = mapping(raw.get("profile"))
        name = text_of(profile.get("display_name")) or text_of(raw.get("real_name")) or text_of(raw.get("name"))
        if text_of(raw.get("id")):
            found[text_of(raw.get("id"))] = name or text_of(raw.get("id"))
    return found


def _messages(
    archive: Archive, names: list[str], channels: tuple[ExportedChannel, ...], problems: list[str]
) -> Iterator[ExportedMessage]:
    ids = {channel.name: channel.channel for channel in channels}
    seen: set[tuple[str, str]] = set()
    for name in names:
        folder = PurePosixPath(name).parent.name
        if folder not in ids:
            continue
        for raw in _day(archive, name, problems):
            message = _message(raw, ids[folder])
            if message is None:
                problems.append(f"{name} has an entry that is no message.")
            elif (message.channel, message.ts) not in seen:
                seen.add((message.channel, message.ts))
                yield message


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
