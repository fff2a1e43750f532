"""The agents' page: what is mine, what is the team's, and how today goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.slack import blocks
from bot.slack.blocks import Block
from bot.slack.home.frame import Frame, home
from bot.slack.home.ticket_lines import TicketLine, ticket_line
from bot.slack.text import authored

SHOW, PRIORITY = "home_show", "home_priority"
ANY_PRIORITY = "any"


class Show(StrEnum):
    """Which open tickets are listed."""

    BOTH = "both"
    MINE = "mine"
    TEAM = "team"
    UNASSIGNED = "unassigned"
    LATE = "late"


SHOW_LABELS = {
    Show.BOTH: "Mine and the team's",
    Show.MINE: "Only mine",
    Show.TEAM: "All of the team",
    Show.UNASSIGNED: "Nobody's yet",
    Show.LATE: "Late",
}
_PRIORITY_LABELS = {ANY_PRIORITY: "Any priority"} | {
    priority: f"Only {priority}" for priority in ("urgent", "high", "normal", "low")
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketList:
    """Tickets under a heading, the next deadline first, and how many there are in all."""

    title: str
    lines: Sequence[TicketLine]
    total: int
    none: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How many promises of a kind were met and missed."""

    label: str
    met: int
    missed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What was decided since midnight: instances, not tickets (a promise broken and still open is missed)."""

    time_zone: str
    kept: Sequence[Kept]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """Everything the page shows."""

    frame: Frame
    lists: Sequence[TicketList]
    today: Today
    show: Show
    priority: str


def queue_home(view: QueueView) -> Block:
    """The page, for ``views.publish``."""
    built = [_filters(view), *_today(view.today)]
    for one in view.lists:
        built += _list(one)
    return home(view.frame, built)


def _filters(view: QueueView) -> Block:
    return blocks.actions(
        [
            blocks.menu(
                "Which tickets",
                action=SHOW,
                options=[(label, str(show)) for show, label in SHOW_LABELS.items()],
                chosen=str(view.show),
            ),
            blocks.menu(
                "Which priority",
                action=PRIORITY,
                options=[(label, value) for value, label in _PRIORITY_LABELS.items()],
                chosen=view.priority or ANY_PRIORITY,
            ),
        ],
        block_id="home:filters",
    )


def _today(today: Today) -> list[Block]:
    met, missed = (sum(getattr(kept, name) for kept in today.kept) for name in ("met", "missed"))
    if not met + missed:
        said = "*Today*  no promise has been kept or broken yet"
    else:
        said = f"*Today*  {met} of {met + missed} promises kept ({100 * met / (met + missed):.1f} %)"
    shown = [blocks.section(said)]
    if met + missed:
        shown.append(blocks.fields([f"*{kept.label}*\n{kept.met} met · {kept.missed} missed" for kept in today.kept]))
    return [*shown, blocks.context(f"Since midnight in {authored(today.time_zone, 60)}")]


def _list(shown: TicketList) -> list[Block]:
    heading = blocks.header(f"{shown.title} ({shown.total})")
    if not shown.total:
        return [heading, blocks.context(shown.none)]
    more = shown.total - len(shown.lines)
    rest = [blocks.context(f"… and {more} more: choose fewer above, or type `/sla list`")] if more > 0 else []
    return [heading, *map(ticket_line, shown.lines), *rest]
