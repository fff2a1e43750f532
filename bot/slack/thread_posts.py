"""Posts in the thread of a ticket's card that are no alerts."""

from dataclasses import dataclass

from bot.slack import blocks
from bot.slack.blocks import Post
from bot.slack.text import authored, clip
from bot.slack.wording import tamed

_NOTE_LIMIT = 2900


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldOverView:
    """A ticket whose hold has ended; the assignee is a user id, empty without one."""

    number: int
    permalink: str
    reason: str
    assignee: str


def note(number: int, author: str, text: str) -> Post:
    """An internal note that was written by a command or in a modal."""
    who = authored(tamed(author), 80)
    return Post(
        text=f"Internal note on #{number} by {who}: {authored(text, 2000)}",
        blocks=(blocks.context(f"📝 internal note by *{who}*"), blocks.quote(clip(text, _NOTE_LIMIT))),
    )


def hold_over(view: HoldOverView) -> Post:
    """The time has come that somebody named when they put the ticket on hold: it is open again."""
    number = f"<{view.permalink}|#{view.number}>" if view.permalink else f"#{view.number}"
    who = f" <@{view.assignee}>" if view.assignee else ""
    built = [blocks.section(f"▶️ *The hold is over: {number} is open again.*{who}")]
    if view.reason:
        built.append(blocks.quote(clip(f"It was on hold: {view.reason}", 600)))
    why = f" It was on hold: {authored(view.reason, 200)}" if view.reason else ""
    return Post(text=f"The hold is over: #{view.number} is open again.{who}{why}", blocks=tuple(built))
