"""Slack's message events as the few things that intake decides by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.slack.envelopes import Payload, mapping, parse_ts, text_of

# A message with one of these subtypes is something a person wrote; every other subtype is Slack's own bookkeeping.
_HUMAN_SUBTYPES = frozenset({"", "file_share", "thread_broadcast", "me_message", "bot_message"})

APP_EDIT = "an app edited its message"
# Under which name we keep, in what was received, what the rules read in words that are gone.
MEANT = "threadline_meant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message somebody wrote in a channel.

    Attributes:
        at: The instant of ``ts``, which is the message's SLA time whenever it arrives.
        thread_ts: The parent's ``ts`` when this is a reply in a thread, else None.
        parent_user: Who wrote the parent, where Slack says so.
        team: The author's Slack team, where Slack says so.
        bot_id: Set when an app wrote it, also without a subtype.
        edited_at: When the words became these, where they were others before.
        meant: What the rules read in the words as they were first, where those are gone.
    """

    channel: str
    ts: str
    at: datetime
    user: str
    team: str
    text: str
    thread_ts: str | None = None
    parent_user: str = ""
    bot_id: str = ""
    app_id: str = ""
    file_names: tuple[str, ...] = ()
    edited_at: datetime | None = None
    meant: str | None = None

    @property
    def root_ts(self) -> str:
        """The ``ts`` that names the thread: its own for a top-level message."""
        return self.thread_ts or self.ts


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A message says ``text`` since an instant; unfurls and bookkeeping of what was never edited do not get here."""

    channel: str
    ts: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """A message was deleted at an instant."""

    channel: str
    ts: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """An event that intake has no use for, and why, in a word that is counted."""

    reason: str


def read_message(event: Payload) -> Message | Edit | Deletion | Unread:
    """What a ``message`` event says. Total: a shape that Slack has not documented is :class:`Unread`."""
    subtype = text_of(event.get("subtype"))
    if subtype == "message_changed":
        return _read_edit(event)
    if subtype == "message_deleted":
        return _read_deletion(event)
    if subtype not in _HUMAN_SUBTYPES:
        return Unread(reason=f"subtype {subtype}")
    return message_from(event, channel=text_of(event.get("channel"))) or Unread(reason="malformed message")


def message_from(raw: Payload, *, channel: str) -> Message | None:
    """A message object, from an event or from history, which leaves the channel out."""
    at, ts = parse_ts(raw.get("ts")), text_of(raw.get("ts"))
    bot_id, user = text_of(raw.get("bot_id")), text_of(raw.get("user"))
    if at is None or not channel or not (user or bot_id):
        return None
    thread_ts = text_of(raw.get("thread_ts"))
    return Message(
        channel=channel,
        ts=ts,
        at=at,
        user=user or bot_id,
        team=text_of(raw.get("user_team")) or text_of(raw.get("source_team")) or text_of(raw.get("team")),
        text=text_of(raw.get("text")),
        thread_ts=thread_ts if thread_ts and thread_ts != ts else None,
        parent_user=text_of(raw.get("parent_user_id")),
        bot_id=bot_id,
        app_id=text_of(raw.get("app_id")) or text_of(mapping(raw.get("bot_profile")).get("app_id")),
        file_names=_file_names(raw.get("files")),
        edited_at=_edited_at(raw),
        meant=text_of(raw[MEANT]) if MEANT in raw else None,
    )


def _file_names(files: object) -> tuple[str, ...]:
    """Names only: in Slack Connect a file may carry nothing but ``file_access``, and we never fetch one."""
    if not isinstance(files, list):
        return ()
    return tuple(text_of(file.get("name")) or "file" for file in files if isinstance(file, Mapping))


def _read_edit(event: Payload) -> Edit | Deletion | Unread:
    changed, previous = mapping(event.get("message")), mapping(event.get("previous_message"))
    channel, ts = text_of(event.get("channel")), text_of(changed.get("ts"))
    at = parse_ts(event.get("ts")) or parse_ts(event.get("event_ts"))
    if changed.get("subtype") == "tombstone" and at is not None and ts:
        return Deletion(channel=channel, ts=ts, at=at)
    if changed.get("bot_id"):
        return Unread(reason=APP_EDIT)
    # An unfurl of an edited message carries that edit's key, and may be all that arrives of it.
    is_same = changed.get("text") == previous.get("text") and not changed.get("edited")
    edited_at = _edited_at(changed) or at
    if not ts or "text" not in changed or is_same or edited_at is None:
        return Unread(reason="nothing said anew")
    return Edit(channel=channel, ts=ts, text=text_of(changed.get("text")), at=edited_at)


def _edited_at(message: Payload) -> datetime | None:
    return parse_ts(mapping(message.get("edited")).get("ts"))


def _read_deletion(event: Payload) -> Deletion | Unread:
    ts = text_of(event.get("deleted_ts"))
    at = parse_ts(event.get("ts")) or parse_ts(event.get("event_ts"))
    if not ts or at is None:
        return Unread(reason="malformed deletion")
    return Deletion(channel=text_of(event.get("channel")), ts=ts, at=at)
