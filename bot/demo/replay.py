"""A Slack export as lines of a story: everybody says again what they said, when they said it."""

from bot.demo.story import Post
from bot.importers.slack_export import ExportedMessage, SlackExport
from bot.slack.envelopes import parse_ts, text_of
from bot.slack.messages import message_from


def replay_lines(export: SlackExport) -> list[Post]:
    """The messages in the order in which they were written, with their own timestamps."""
    return [
        Post(
            at=at,
            channel=message.channel,
            user=message.user,
            text=text_of(message.raw.get("text")),
            ts=message.ts,
            reply_to=message.thread_ts or "",
            file_names=_file_names(message),
        )
        for message in export.messages
        if (at := parse_ts(message.ts)) is not None
    ]


def _file_names(exported: ExportedMessage) -> tuple[str, ...]:
    message = message_from(exported.raw, channel=exported.channel)
    return message.file_names if message else ()
