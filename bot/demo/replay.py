"""A Slack export as lines of a story: everybody says again what they said, when they said it."""

from bot.demo.story import Post
from bot.importers.slack_export import SlackExport
from bot.slack.envelopes import parse_ts, text_of


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
        )
        for message in export.messages
        if (at := parse_ts(message.ts)) is not None
    ]
