"""The ticket's card in the alert channel: values in, Block Kit out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.slack import blocks
from bot.slack.blocks import Block, Post
from bot.slack.text import authored, clip, date_token, escape
from bot.slack.wording import customer_label, metric_label, span

_TEXT_LIMIT = 600


class Badge(StrEnum):
    """The state of a ticket's promises at a glance."""

    ACTIVE = "active"
    PAUSED = "paused"
    DUE_SOON = "due soon"
    BREACHED = "breached"
    MET = "met"
    NO_SLA = "no SLA"


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
    """

    metric: str
    stage: str
    outcome: str
    breached: bool
    business_hours: bool
    breach_at: datetime | None
    remaining: timedelta | None = None
    elapsed: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """Everything a card shows; all texts are plain, without live tokens."""

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


def card(view: CardView) -> Post:
    """The card: who waits for what until when, and the buttons to do something about it."""
    deadline = _next_deadline(view.clocks)
    due = f" · {metric_label(deadline[0]).lower()} due {date_token(deadline[1])}" if deadline else ""
    title = f"#{view.number} {customer_label(view.customer, view.tier)}"
    facts = (
        f"*Status*  {view.status}",
        f"*Priority*  {view.priority or 'none'}",
        f"*Channel*  <#{view.channel}>",
        f"*Assignee*  {f'<@{view.assignee}>' if view.assignee else 'nobody yet'}",
    )
    built: list[Block] = [
        blocks.header(f"{BADGE_ICONS[view.badge]} {title}"),
        blocks.quote(clip(view.text or _files_line(view.file_names), _TEXT_LIMIT)),
        blocks.fields(facts),
        blocks.section(
            "\n".join(_clock_line(clock) for clock in view.clocks) or "_No service-level agreement applies._"
        ),
        blocks.context(_origin(view)),
        _buttons(view),
    ]
    text = f"{view.badge.capitalize()}: {escape(title)} · {view.priority or 'no priority'} · {view.status}{due}: "
    return Post(text=text + authored(view.text, 200), blocks=tuple(built))


def _files_line(names: Sequence[str]) -> str:
    return f"📎 {', '.join(names)}" if names else "(no text)"


def _origin(view: CardView) -> str:
    parts = [
        f"from {authored(view.requester, 80)}" if view.requester else "",
        f"policy {authored(view.policy, 80)}" if view.policy else "",
    ]
    if view.file_names and view.text:
        parts.append(authored(_files_line(view.file_names), 200))
    if view.permalink:
        parts.append(f"<{view.permalink}|open the thread>")
    return " · ".join(part for part in parts if part) or f"ticket #{view.number}"


def _next_deadline(clocks: Sequence[ClockView]) -> tuple[str, datetime] | None:
    running = [(clock.breach_at, clock.metric) for clock in clocks if clock.breach_at and clock.stage == "active"]
    if not running:
        return None
    at, metric = min(running)
    return metric, at


def _clock_line(clock: ClockView) -> str:
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
    return f"{icon} {label}  {f'met in {took}' if clock.outcome == 'met' else f'{clock.outcome}, took {took}'}"


_OUTCOME_ICONS = {"met": "✅", "missed": "❌"}


def _buttons(view: CardView) -> Block:
    """What can be done in the ticket's present state."""
    if view.not_a_ticket:
        offered = [("It is a ticket", "ticket_not_undo")]
    elif view.status in {"solved", "closed"}:
        offered = [("Reopen", "ticket_open")]
    else:
        parked = view.status in {"pending", "hold"}
        offered = [
            ("Claim", "ticket_claim"),
            ("Reopen", "ticket_open") if parked else ("Pending", "ticket_pending"),
            ("Solve", "ticket_solve"),
            ("No reply needed", "ticket_no_reply"),
            ("Not a ticket", "ticket_not"),
        ]
    value = str(view.number)
    row = [
        blocks.button(label, action=action, value=value, style="primary" if action == "ticket_claim" else None)
        for label, action in offered
    ]
    return blocks.actions(row, block_id=f"ticket:{view.number}")
