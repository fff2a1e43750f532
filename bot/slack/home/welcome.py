"""What people see who are not of the support team: what this app is, and nothing else."""

from bot.slack import blocks
from bot.slack.blocks import Block

_TEXT = (
    "*Threadline* keeps track of questions to the support team, so that each gets its answer in time.\n"
    "Write in your support channel as you always do, and stay in the thread for what belongs to the same question. "
    "There is nothing to do here."
)


def welcome_home() -> Block:
    """The whole page, for ``views.publish``; it knows nothing about anybody."""
    return {"type": "home", "blocks": [blocks.header("Hello"), blocks.section(_TEXT)]}
