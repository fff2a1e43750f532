"""`channels:`, `intake:` and `lifecycle:`: what the bot does where, and how it reads what is said."""

from typing import Any

from bot.config.reading import Cursor, Reader, list_of, record
from bot.config.slack_names import bare, emoji, is_emoji, slack_id
from bot.config.values import (
    choice,
    duration_or_flag,
    duration_or_off,
    duration_or_zero,
    flag,
    is_off,
    reference,
    text,
)

OPEN_BY = ("message", "mention", "reaction")
REACTION_ACTIONS = (
    "claim",
    "open_ticket",
    "pending",
    "hold",
    "solved",
    "no_reply_needed",
    "not_a_ticket",
    "off",
)
DEADLINE = "{deadline}"


def _promise(cursor: Cursor) -> bool | str | None:
    """`true`, `false`, or a wording of one's own that says where the deadline goes."""
    if DEADLINE in cursor.written:
        return text(cursor)
    if cursor.written.lower() in {"on", "yes", "true"} or is_off(cursor):
        return flag(cursor)
    cursor.problem(f"must be true, false, or a text that contains {DEADLINE}")
    return None


def _acknowledge(cursor: Cursor) -> str | None:
    """`silence` is another word for `off`."""
    is_silent = is_off(cursor) or cursor.written.lower() == "silence"
    return "off" if is_silent else choice(("reaction", "reply", "off"))(cursor)


DEFAULTS: dict[str, Reader] = {
    "open_by": choice(OPEN_BY),
    "acknowledge": _acknowledge,
    "acknowledge_emoji": emoji,
    "acknowledge_text": text,
    "promise": _promise,
    "group_messages_within": duration_or_zero,
    "unthreaded_replies": duration_or_flag("10m"),
    "pleasantries": flag,
}
CHANNEL: dict[str, Reader] = {
    **DEFAULTS,
    "schedule": reference("schedule"),
    "group": reference("group"),
    "alert_channel": slack_id("channel"),
}
LIFECYCLE: dict[str, Reader] = dict.fromkeys(("auto_solve_after", "auto_close_after", "retention"), duration_or_off)

Json = dict[str, Any]


def read_channels(cursor: Cursor) -> Json:
    """`defaults`, and what differs in single channels."""
    channels: Json = {}
    for key, value in cursor.entries().items():
        if key == "defaults":
            channels[key] = record(value, DEFAULTS)
        elif channel := slack_id("channel")(cursor.key(key)):
            channels[channel] = record(value, CHANNEL)
    return channels


def _reactions(cursor: Cursor) -> Json:
    return {
        bare(emoji.strip()): choice(REACTION_ACTIONS)(value)
        for emoji, value in cursor.entries().items()
        if is_emoji(cursor.key(emoji))
    }


INTAKE: dict[str, Reader] = {
    "bots_that_ask": list_of(slack_id("bot")),
    "bots_that_reply": list_of(slack_id("bot")),
    "ignore": list_of(text),
    "reactions": _reactions,
}


def read_intake(cursor: Cursor) -> Json:
    """What opens a ticket, what never does, and what reactions mean."""
    return record(cursor, INTAKE)


def read_lifecycle(cursor: Cursor) -> Json:
    """When tickets solve and close by themselves, and how long text is kept."""
    return record(cursor, LIFECYCLE)
