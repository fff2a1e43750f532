"""The admins' page: who answers, where alerts go, who is served, when support is open, and what was promised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.slack import blocks
from bot.slack.blocks import Block
from bot.slack.fields import conversation
from bot.slack.home.frame import Frame, home
from bot.slack.text import authored, date_token
from bot.slack.wording import customer_label, plural, sentence

EDIT_AGENTS, EDIT_ALERT_CHANNEL = "setup_agents", "setup_alert_channel"
EDIT_CHANNEL, CHOOSE_CHANNEL = "setup_channel", "setup_channel_choose"
CLOSE_TODAY, REOPEN_TODAY, USE_TEMPLATE = "setup_close_today", "setup_reopen_today", "setup_template"
_MOST_CHANNELS, _MOST_SCHEDULES, _MOST_POLICIES, _MOST_NAMES = 25, 12, 40, 40
_POLICIES_A_BLOCK = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that is missing, and what to do about it."""

    what: str
    todo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelLine:
    """A channel in which customers write; ``customer`` is empty for one of nobody in particular."""

    channel: str
    customer: str
    tier: str
    details: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursLine:
    """A schedule at this moment.

    Attributes:
        until: When it closes, or opens; None where that is weeks away.
        closed_by: Who closed the rest of today from here; empty where nobody did.
        closes_today: Whether there is still something of today to close.
    """

    name: str
    time_zone: str
    is_open: bool
    until: datetime | None
    closed_by: str
    closes_today: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyLine:
    """A policy in its place, and what it would have done with the tickets of the last days."""

    title: str
    tickets: int
    met: int
    missed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyList:
    """Policies in the order in which they are tried.

    Attributes:
        looked_at: How many tickets they were tried on.
        unmatched: How many of those none of them takes.
        clipped: Whether there were more tickets than anybody looked at.
    """

    lines: Sequence[PolicyLine]
    looked_at: int
    unmatched: int
    clipped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateLine:
    """A ready-made set of policies."""

    name: str
    title: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """The version in force."""

    version: int
    at: datetime
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupView:
    """Everything the page shows; user groups and users are ids."""

    frame: Frame
    steps: Sequence[Step]
    user_groups: Sequence[str]
    users: Sequence[str]
    home_workspace: bool
    admins: Sequence[str]
    alert_channel: str
    other_alert_channels: Sequence[str]
    channels: Sequence[ChannelLine]
    hours: Sequence[HoursLine]
    policies: PolicyList
    templates: Sequence[TemplateLine]
    saved: Saved


def setup_home(view: SetupView) -> Block:
    """The page, for ``views.publish``."""
    return home(
        view.frame,
        [
            *_steps(view.steps),
            *_templates(view.templates),
            *_people(view),
            *_hours(view.hours),
            *_channels(view.channels),
            *([] if view.templates else _policies(view.policies)),
            blocks.context(_saved(view.saved)),
        ],
    )


def _steps(steps: Sequence[Step]) -> list[Block]:
    if not steps:
        return [blocks.context("✅ Nothing is missing.")]
    listed = "\n".join(f"• *{authored(sentence(step.what), 60)}*: {authored(step.todo, 240)}" for step in steps[:10])
    more = f"\n… and {len(steps) - 10} more: `threadline doctor` names them all" if len(steps) > 10 else ""
    return [blocks.header("Still to do"), blocks.section(listed + more)]


def _templates(templates: Sequence[TemplateLine]) -> list[Block]:
    if not templates:
        return []
    offered = [
        _row(
            f"*{authored(one.title, 60)}*\n{authored(sentence(one.summary), 300)}",
            blocks.button("Use this", action=USE_TEMPLATE, value=one.name),
        )
        for one in templates
    ]
    begin = "Nothing is promised to anybody yet. Begin with one of these; it can be changed in the file later."
    return [blocks.header("Policies"), blocks.section(begin), *offered]


def _people(view: SetupView) -> list[Block]:
    who = [f"<!subteam^{group}>" for group in view.user_groups] + [f"<@{user}>" for user in view.users]
    named = _some(who) or "nobody by name"
    if view.home_workspace:
        named += "; in shared channels also everybody of your workspace who is not a guest"
    alerts = f"<#{view.alert_channel}>" if view.alert_channel else "none: nobody is alerted"
    if view.other_alert_channels:
        alerts += f"; for some customers {_some([f'<#{one}>' for one in view.other_alert_channels])}"
    admins = _some([f"<@{user}>" for user in view.admins])
    return [
        blocks.header("People and places"),
        _row(f"*Agents*\n{named}", blocks.button("Edit", action=EDIT_AGENTS, value="agents")),
        _row(f"*Alert channel*\n{alerts}", blocks.button("Change", action=EDIT_ALERT_CHANNEL, value="alert_channel")),
        blocks.context(f"Admins, who may change this page: {admins or 'nobody'}. They are named in the file."),
    ]


def _hours(hours: Sequence[HoursLine]) -> list[Block]:
    if not hours:
        return []
    more = [blocks.context(f"… and {len(hours) - _MOST_SCHEDULES} more")] if len(hours) > _MOST_SCHEDULES else []
    return [blocks.header("Support hours"), *map(_one_schedule, hours[:_MOST_SCHEDULES]), *more]


def _one_schedule(line: HoursLine) -> Block:
    until = f" until {date_token(line.until)}" if line.until else ""
    now = f"Open{until}" if line.is_open else f"Closed{until}"
    closed = f"\n<@{line.closed_by}> closed the rest of today" if line.closed_by else ""
    said = f"*{authored(line.name, 80)}* ({authored(line.time_zone, 60)})\n{now}{closed}"
    if line.closed_by:
        return _row(said, blocks.button("Reopen today", action=REOPEN_TODAY, value=line.name))
    if line.closes_today:
        return _row(said, blocks.button("Close today", action=CLOSE_TODAY, value=line.name))
    return blocks.section(said)


def _channels(channels: Sequence[ChannelLine]) -> list[Block]:
    heading = blocks.header(f"Customers and channels ({len(channels)})")
    more = len(channels) - _MOST_CHANNELS
    rest = [blocks.context(f"… and {more} more: choose one below")] if more > 0 else []
    choose = conversation(CHOOSE_CHANNEL, "", internal=False, placeholder="Set up a channel …")
    add = blocks.actions([choose], block_id="home:channel")
    return [heading, *map(_one_channel, channels[:_MOST_CHANNELS]), *rest, add]


def _one_channel(line: ChannelLine) -> Block:
    whose = authored(customer_label(line.customer, line.tier), 170) if line.customer else "_of no customer_"
    details = f"\n{authored(' · '.join(line.details), 300)}" if line.details else ""
    edit = blocks.button("Edit", action=EDIT_CHANNEL, value=line.channel)
    return _row(f"<#{line.channel}>  {whose}{details}", edit)


def _policies(found: PolicyList) -> list[Block]:
    shown = found.lines[:_MOST_POLICIES]
    lines = [f"{position}. {_policy(line)}" for position, line in enumerate(shown, start=1)]
    texts = ["\n".join(lines[at : at + _POLICIES_A_BLOCK]) for at in range(0, len(lines), _POLICIES_A_BLOCK)]
    more = [f"… and {len(found.lines) - len(shown)} more"] if len(found.lines) > len(shown) else []
    newest = "the newest " if found.clipped else ""
    of_all = f"What each would have done with {newest}{plural(found.looked_at, 'ticket')} of the last 30 days"
    none = f"; none of them takes {found.unmatched}" if found.unmatched else ""
    how = "The first that matches applies. They are edited in the file (`threadline apply`) or over REST."
    return [
        blocks.header("Policies, in their order"),
        *map(blocks.section, texts),
        blocks.context(" ".join([*more, f"{of_all}{none}. {how}"])),
    ]


def _policy(line: PolicyLine) -> str:
    ended = line.met + line.missed
    kept = "no promise due"
    if ended:
        kept = f"{line.met} of {plural(ended, 'promise')} kept ({100 * line.met / ended:.1f} %)"
    said = f"{plural(line.tickets, 'ticket')}, {kept}" if line.tickets else "no ticket"
    return f"*{authored(line.title, 120)}*  {said}"


def _saved(saved: Saved) -> str:
    who = f"by <@{saved.who}> " if saved.who.startswith(("U", "W")) else ""
    who = who or (f"by {authored(saved.who, 60)} " if saved.who else "from the file ")
    return f"Version {saved.version} of the configuration, saved {who}{date_token(saved.at)}."


def _some(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _row(mrkdwn: str, button: Block) -> Block:
    return blocks.section(mrkdwn) | {"accessory": button}
