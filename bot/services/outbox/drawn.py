"""What becomes of an outbox row when it is drawn, besides a letter or a call."""

from dataclasses import dataclass

from bot.services.alerting.alerts import Alerted
from bot.slack.blocks import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A message for Slack, ready to be sent.

    Attributes:
        edit_ts: The message to edit, or to react to; None for a new post.
        reaction: The emoji to react with; empty for what is written.
        thread_ts: The thread to post into; None for the channel itself.
        broadcast: Whether a post in a thread also shows in the channel.
        digest: A hash of the contents, to see that an edit would change nothing.
        told: The alert as the post puts it, so that an edit can say the same again.
    """

    channel: str
    post: Post
    edit_ts: str | None = None
    reaction: str = ""
    thread_ts: str | None = None
    broadcast: bool = False
    digest: str = ""
    told: Alerted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """There is nothing to say any more, and why."""

    reason: str
