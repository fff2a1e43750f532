"""The ticket's card in the alert channel: values in, Block Kit out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.slack import blocks, rich
from bot.slack.blocks import Block, Post
from bot.slack.text import authored, clip, date_token, escape
from bot.slack.wording import customer_label, lateness, metric_label, span, tamed

_TEXT_LIMIT = 600
_REASON_LIMIT = 300


class Badge(StrEnum):
    """The state of a ticket's promises at a glance."""

    ACTIVE = "active"
    PAUSED = "paused"
    DUE_SOON = "due soon"
    BREACHED = "breached"
    MET = "met"
    NO_SLA = "no SLA"

    @property
    def label(self) -> str:
        """As a heading begins with it."""
        return self.value[0].upper() + self.value[1:]


BADGE_ICONS = {
    Badge.ACTIVE: "🔵",
    Badge.PAUSED: "⏸️",
    Badge.DUE_SOON: "🟠",
    Badge.BREACHED: "🔴",
    Badge.MET: "🟢",
    Badge.NO_SLA: "⚪",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockView:
    """One metric instance as the card shows it.

    Attributes:
        breach_at: The deadline; None while paused or cancelled.
        remaining: Time left in the target's own hours, for a paused instance.
        elapsed: Time taken, for one that has ended.
        late: How late an ended one was, in the target's own hours; None for one that was not.
        late_by_calendar: The same on the calendar.
    """

    metric: str
    stage: str
    outcome: str
    breached: bool
    business_hours: bool
    breach_at: datetime | None
    remaining: timedelta | None = None
    elapsed: timedelta | None = None
    late: timedelta | None = None
    late_by_calendar: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """Everything a card shows; all texts are plain, without live tokens.

    Attributes:
        snoozed_until: Until when its alerts wait, where somebody has said so, and ``snoozed_by`` whom.
        hold_reason: What it waits for while it is on hold, and ``hold_until`` until when.
    """

    number: int
    badge: Badge
    customer: str
    tier: str
    channel: str
    requester: str
    text: str
    file_names: tuple[str, ...]
    status: str
    priority: str
    assignee: str
    policy: str
    permalink: str
    clocks: Sequence[ClockView]
    not_a_ticket: bool = False
    snoozed_until: datetime | None = None
    snoozed_by: str = ""
    hold_reason: str = ""
    hold_until: datetime | None = None


def card(view: CardView) -> Post:
    """The card: who waits for what until when, and the buttons to do something about it."""
    deadline = _next_deadline(view.clocks)
    due = f" · {metric_label(deadline[0]).lower()} due {date_token(deadline[1])}" if deadline else ""
    title = f"#{view.number} {customer_label(view.customer, view.tier)}"
    facts = (
        f"*Status*  {view.status}",
        f"*Priority*  {view.priority or 'none'}",
        f"*Channel*  {f'<#{view.channel}>' if view.channel else 'none'}",
        f"*Assignee*  {f'<@{view.assignee}>' if view.assignee else 'nobody yet'}",
    )
    built: list[Block] = [
        blocks.header(f"{BADGE_ICONS[view.badge]} {view.badge.label} · {title}"),
        blocks.quote(clip(view.text or _files_line(view.file_names), _TEXT_LIMIT)),
        blocks.fields(facts),
        *_waiting(view),
        blocks.section(
            "\n".join(clock_line(clock) for clock in view.clocks) or "_No service-level agreement applies._"
        ),
        blocks.context(_origin(view)),
        _buttons(view),
    ]
    text = f"{view.badge.label}: {escape(title)} · {view.priority or 'no priority'} · {view.status}{due}: "
    return Post(text=text + authored(view.text, 200), blocks=tuple(built))


def _waiting(view: CardView) -> list[Block]:
    """What the ticket waits for, in the words of whoever put it on hold, and whether its alerts wait."""
    shown: list[Block] = []
    if view.status == "hold" and (view.hold_reason or view.hold_until):
        until = [rich.words(" until "), rich.date(view.hold_until)] if view.hold_until else []
        why = [rich.words(f": {clip(view.hold_reason, _REASON_LIMIT)}")] if view.hold_reason else []
        shown.append(rich.rich(rich.line(rich.words("✋ "), rich.words("On hold", bold=True), *until, *why)))
    if view.snoozed_until and view.status not in {"solved", "closed"}:
        who = f" by <@{view.snoozed_by}>" if view.snoozed_by else ""
        shown.append(blocks.context(f"🔕 No alerts until {date_token(view.snoozed_until)}, snoozed{who}"))
    return shown


def _files_line(names: Sequence[str]) -> str:
    return f"📎 {', '.join(names)}" if names else "(no text)"


def _origin(view: CardView) -> str:
    parts = [
        f"from {authored(tamed(view.requester), 80)}" if view.requester else "",
        f"policy {authored(tamed(view.policy), 80)}" if view.policy else "",
    ]
    if view.file_names and view.text:
        parts.append(authored(tamed(_files_line(view.file_names)), 200))
    if view.permalink:
        parts.append(f"<{view.permalink}|open the thread>")
    return " · ".join(part for part in parts if part) or f"ticket #{view.number}"


def _next_deadline(clocks: Sequence[ClockView]) -> tuple[str, datetime] | None:
    running = [(clock.breach_at, clock.metric) for clock in clocks if clock.breach_at and clock.stage == "active"]
    if not running:
        return None
    at, metric = min(running)
    return metric, at


def clock_line(clock: ClockView) -> str:
    """How a promise stands, or how it ended."""
    label = f"*{metric_label(clock.metric)}*"
    if clock.stage == "paused":
        left = f", {span(clock.remaining)} left" if clock.remaining is not None else ""
        return f"⏸️ {label}  paused{left}"
    if clock.stage == "active" and clock.breach_at:
        verb = "missed, was due" if clock.breached else "due"
        return f"{'🔴' if clock.breached else '⏱️'} {label}  {verb} {date_token(clock.breach_at)}"
    icon = _OUTCOME_ICONS.get(clock.outcome, "▫️")
    if clock.stage != "fulfilled" or clock.elapsed is None:
        return f"{icon} {label}  {clock.outcome}"
    took = span(clock.elapsed)
    ended = f"met in {took}" if clock.outcome == "met" else f"{clock.outcome}, took {took}{_late(clock)}"
    return f"{icon} {label}  {ended}"


def _late(clock: ClockView) -> str:
    if clock.outcome != "missed" or clock.late is None or clock.late_by_calendar is None:
        return ""
    return f", {lateness(clock.late, clock.late_by_calendar, business_hours=clock.business_hours)}"


_OUTCOME_ICONS = {"met": "✅", "missed": "❌"}


def _buttons(view: CardView) -> Block:
    """What can be done in the ticket's present state: often at hand, seldom behind the dots."""
    number = str(view.number)
    block_id = f"ticket:{number}"
    if view.not_a_ticket:
        return blocks.actions(
            [blocks.button("It is a ticket", action="ticket_not_undo", value=number)], block_id=block_id
        )
    if view.status in {"solved", "closed"}:
        again = [("Reopen", "ticket_open")] if view.status == "solved" else []
        row = [blocks.button(label, action=action, value=number) for label, action in [*again, ("Why", "ticket_why")]]
        return blocks.actions(row, block_id=block_id)
    parked = {"pending", "hold"}
    offered = [
        ("Pending", "ticket_pending") if view.status not in parked else ("Reopen", "ticket_open"),
        *([("On hold", "ticket_hold")] if view.status != "hold" else []),
        ("Solve", "ticket_solve"),
        ("No reply needed", "ticket_no_reply"),
        ("Why", "ticket_why"),
    ]
    levels = [(level.capitalize(), f"{number}:{level}") for level in _PRIORITIES]
    rare = [("Snooze", "ticket_snooze"), ("Add a note", "ticket_note"), ("Not a ticket", "ticket_not")]
    elements = [
        blocks.button("Claim", action="ticket_claim", value=number, style="primary"),
        blocks.menu("Priority", action="ticket_set_priority", options=levels, chosen=f"{number}:{view.priority}"),
        *(blocks.button(label, action=action, value=number) for label, action in offered),
        blocks.overflow(action="ticket_more", options=[(label, f"{action}:{number}") for label, action in rare]),
    ]
    return blocks.actions(elements, block_id=block_id)


_PRIORITIES = ("urgent", "high", "normal", "low")
