"""files.*: uploads in two steps, and what a Slack Connect event leaves out."""

import re

from bot.sandbox import messages, render_message
from bot.sandbox.errors import SlackError
from bot.sandbox.kit.content import checked_blocks
from bot.sandbox.model import Channel, File, Json, Kind, Message
from bot.sandbox.rate_limits import TIER_4
from bot.sandbox.text import authored
from bot.sandbox.web_api.call import Call, invalid_arguments, whole
from bot.sandbox.web_api.registry import method

MOST_BYTES = 1_000_000_000
MOST_ALT_TXT = 1000
_CONVERSATION = re.compile(r"[CGDZ][A-Z0-9]+")


@method("files.getUploadURLExternal", "files:write", limit=TIER_4)
def upload_url(call: Call) -> Json:
    """Reserve a file and say where to send its bytes."""
    name = call.text("filename")
    if not name or not call.text("length"):
        raise invalid_arguments("missing required field: filename, length")
    length = whole(call.text("length"))
    if length is None or not 0 < length <= MOST_BYTES:
        raise invalid_arguments("must be a positive length [json-pointer:/length]")
    alt_txt = call.text("alt_txt")
    if len(alt_txt) > MOST_ALT_TXT:
        raise SlackError("alt_txt_too_large")
    world = call.slack.world
    entry = File(
        id=world.ids.new("F"),
        user=call.install.bot_user,
        team=call.team,
        name=name,
        title=name,
        size=length,
        created=int(call.slack.clock.now()),
        alt_txt=alt_txt,
    )
    world.files[entry.id] = entry
    return {"upload_url": f"{call.slack.base}/upload/v1/{entry.id}", "file_id": entry.id}


@method("files.completeUploadExternal", "files:write", limit=TIER_4)
def complete(call: Call) -> Json:
    """Finish uploads and share them into a channel, with a comment if there is one."""
    wanted = call.structure("files", "invalid_arguments")
    if not isinstance(wanted, list) or not wanted or not all(isinstance(one, dict) for one in wanted):
        raise invalid_arguments("missing required field: files")
    entries = [_uploaded(call, one) for one in wanted]
    for channel in _channels(call):
        _share(call, channel, entries)
    for entry in entries:
        entry.completed = True
    return {"files": [render_message.full_file(entry, call.slack.base) for entry in entries]}


def _uploaded(call: Call, wanted: Json) -> File:
    entry = call.slack.world.files.get(str(wanted.get("id", "")))
    if entry is None or entry.team != call.team or entry.completed or not entry.content:
        raise SlackError("file_not_found")
    entry.title = str(wanted.get("title") or entry.name)
    return entry


def _channels(call: Call) -> list[Channel]:
    channel_id = call.text("channel_id")
    if channel_id and not _CONVERSATION.fullmatch(channel_id):  # a person's id is none, unlike in chat.postMessage
        raise invalid_arguments("input must match regex pattern: ^[CGDZ][A-Z0-9]{8,}$ [json-pointer:/channel_id]")
    names = call.names("channels") or ([channel_id] if channel_id else [])
    world = call.slack.world
    found = []
    for name in names:
        channel = world.channels.get(name)
        if channel is None or not world.sees(call.team, channel, call.install.bot_user):
            raise SlackError("channel_not_found")
        if not call.is_member(channel):
            raise SlackError("not_in_channel")
        found.append(channel)
    return found


def _share(call: Call, channel: Channel, entries: list[File]) -> None:
    thread_ts = call.text("thread_ts")
    if thread_ts and thread_ts not in channel.messages:
        raise SlackError("thread_not_found")
    message = Message(
        ts=call.slack.ts(),
        channel=channel.id,
        user=call.install.bot_user,
        team=call.team,
        bot_id=call.install.bot_id,
        app_id=call.app.id,
        text=authored(call.text("initial_comment")),
        subtype="file_share",
        blocks=checked_blocks(call.structure("blocks", "invalid_blocks_format"), call.slack.world.ids.new),
        files=[entry.id for entry in entries],
        thread_ts=thread_ts,
    )
    for entry in entries:
        entry.is_public |= channel.kind is Kind.PUBLIC
    messages.post(call.slack, message)


@method("files.info", "files:read", limit=TIER_4)
def info(call: Call) -> Json:
    """Describe a file that is in a channel the bot is in, also one that an event only hinted at."""
    entry = call.slack.world.files.get(call.text("file"))
    if entry is None or not _reachable(call, entry):
        raise SlackError("file_not_found")
    return {
        "file": render_message.full_file(entry, call.slack.base),
        "comments": [],
        "response_metadata": {"next_cursor": ""},
    }


def _reachable(call: Call, entry: File) -> bool:
    return entry.user == call.install.bot_user or any(
        entry.id in message.files
        for channel in call.slack.world.channels.values()
        if call.is_member(channel)
        for message in channel.messages.values()
    )
