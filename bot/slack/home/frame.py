"""What every page of a home has: the way to the other page, and what came of the last thing asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.slack import blocks
from bot.slack.blocks import Block

PAGE = "home_page"
BLOCK_LIMIT = 100
"""Slack: the most blocks of a home or a modal."""


class Page(StrEnum):
    """The pages of an admin's home; everybody else has one."""

    QUEUE = "queue"
    SETUP = "setup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Around a page.

    Attributes:
        pages: Whether there are several, which only admins have.
        said: What came of the last thing that was asked for here, in our own markup; empty for nothing.
    """

    page: Page
    pages: bool
    said: str = ""


def home(frame: Frame, contents: Sequence[Block]) -> Block:
    """A home tab, for ``views.publish``; what does not fit is left out and said to be."""
    built = [*_said(frame), *_pages(frame), *contents]
    if len(built) > BLOCK_LIMIT:
        built = [*built[: BLOCK_LIMIT - 1], blocks.context("… there is more than fits here")]
    return {"type": "home", "blocks": built}


def _said(frame: Frame) -> list[Block]:
    return [blocks.section(frame.said), blocks.divider()] if frame.said else []


def _pages(frame: Frame) -> list[Block]:
    if not frame.pages:
        return []
    named = {Page.QUEUE: "Tickets", Page.SETUP: "Set-up"}
    row = [
        blocks.button(label, action=f"{PAGE}_{page}", value=str(page), style="primary" if page is frame.page else None)
        for page, label in named.items()
    ]
    return [blocks.actions(row, block_id="home:pages")]
