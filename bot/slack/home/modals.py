"""The modals of the set-up. What comes back from them is untrusted, and read by :mod:`bot.services.home.filled_in`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.slack import blocks
from bot.slack.blocks import Block
from bot.slack.fields import NAME_LIMIT, NONE, Choice, conversation, field, line, one_of, plain_text, some_of
from bot.slack.text import authored, clip, date_token
from bot.slack.views.frame import form
from bot.slack.wording import metric_label, plural, sentence

AGENTS, ALERT_CHANNEL, CHANNEL = "setup_agents", "setup_alert_channel", "setup_channel"
CLOSE_TODAY, TEMPLATE = "setup_close_today", "setup_template"
TITLES = {
    AGENTS: "Agents",
    ALERT_CHANNEL: "Alert channel",
    CHANNEL: "Set up a channel",
    CLOSE_TODAY: "Close today",
    TEMPLATE: "Use a template",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentsForm:
    """Who answers now, and which user groups there are to choose from."""

    users: Sequence[str]
    user_groups: Sequence[str]
    known_groups: Sequence[Choice]
    home_workspace: bool
    memory: str


def agents_modal(wanted: AgentsForm) -> Block:
    """Who the agents are."""
    people: Block = {
        "type": "multi_users_select",
        "action_id": "users",
        "placeholder": plain_text("Choose people", 150),
    }
    if wanted.users:
        people["initial_users"] = list(wanted.users)
    fields = [field("users", "Agents by name", people, optional=True)]
    if wanted.known_groups:
        groups = some_of("user_groups", "Choose user groups", wanted.known_groups, wanted.user_groups)
        fields.append(field("user_groups", "Agents by user group", groups, optional=True))
    everybody = {
        "text": plain_text("Everybody of our workspace who is not a guest answers there as an agent", 75),
        "value": "home_workspace",
    }
    home = {"type": "checkboxes", "action_id": "home_workspace", "options": [everybody]}
    home |= {"initial_options": [everybody]} if wanted.home_workspace else {}
    fields.append(field("home_workspace", "Shared channels", home, optional=True))
    note = blocks.context("Everybody else who writes is a customer. Admins are agents, too.")
    return form(AGENTS, TITLES[AGENTS], "Save", [*fields, note], wanted.memory)


def alert_channel_modal(chosen: str, memory: str) -> Block:
    """Where cards and alerts go: a channel of one's own only."""
    menu = conversation("channel", chosen, internal=True)
    note = "Cards and alerts go there. Invite Threadline to a private channel before you choose it."
    return form(
        ALERT_CHANNEL, TITLES[ALERT_CHANNEL], "Save", [field("channel", "Channel", menu), blocks.context(note)], memory
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelForm:
    """A customer channel as it is, and what there is to choose from."""

    channel: str
    customer: str
    tier: str
    open_by: str
    schedule: str
    group: str
    schedules: Sequence[str]
    groups: Sequence[str]
    memory: str


_OPEN_BY = (
    ("Every message of a customer", "message"),
    ("A message that mentions Threadline", "mention"),
    ("A message that gets a :ticket: reaction", "reaction"),
)


def channel_modal(wanted: ChannelForm) -> Block:
    """Whose channel it is, and how it is treated."""
    fields = [blocks.section(f"Customers write in <#{wanted.channel}>.")]
    hint = "Leave it empty for a channel of your own colleagues. An existing customer's name adds the channel to it."
    fields += [
        field("customer", "Customer", line("customer", wanted.customer, "Acme Inc"), optional=True, hint=hint),
        field("tier", "Tier", line("tier", wanted.tier, "enterprise"), optional=True),
        field("open_by", "What opens a ticket", one_of("open_by", "Choose", _OPEN_BY, wanted.open_by)),
    ]
    if wanted.schedules:
        known = [("The default one", NONE), *((name, name) for name in wanted.schedules)]
        fields.append(field("schedule", "Support hours", one_of("schedule", "Choose", known, wanted.schedule or NONE)))
    if wanted.groups:
        known = [("None", NONE), *((name, name) for name in wanted.groups)]
        fields.append(
            field("group", "Group that gets its tickets", one_of("group", "Choose", known, wanted.group or NONE))
        )
    return form(CHANNEL, TITLES[CHANNEL], "Save", fields, wanted.memory)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A deadline of an open ticket before and after; None where there is none."""

    number: int
    metric: str
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingForm:
    """What closing the rest of today would do; ``moved`` are the nearest of ``total`` deadlines."""

    schedule: str
    time_zone: str
    moved: Sequence[Moved]
    total: int
    memory: str


def closing_modal(wanted: ClosingForm) -> Block:
    """What moves when the rest of today is closed, before it is."""
    what = (
        f"*{authored(wanted.schedule, NAME_LIMIT)}* ({authored(wanted.time_zone, 60)}) closes now and stays closed "
        "until midnight. What has passed of today still counts."
    )
    if not wanted.total:
        moves = "No open deadline moves."
    else:
        lines = "\n".join(map(_move, wanted.moved))
        more = wanted.total - len(wanted.moved)
        rest = f"\n… and {more} more" if more > 0 else ""
        moves = f"*{plural(wanted.total, 'open deadline')} will move*, the nearest first:\n{lines}{rest}"
    return form(
        CLOSE_TODAY, TITLES[CLOSE_TODAY], "Close today", [blocks.section(what), blocks.section(moves)], wanted.memory
    )


def _move(moved: Moved) -> str:
    before = date_token(moved.before) if moved.before else "no deadline"
    after = date_token(moved.after) if moved.after else "no deadline"
    return f"• #{moved.number} {metric_label(moved.metric).lower()}: {before} → *{after}*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """Something that a template leaves open: a channel, or a word."""

    name: str
    label: str
    is_channel: bool
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateForm:
    """A template and what it leaves open."""

    title: str
    summary: str
    blanks: Sequence[Blank]
    memory: str


def template_modal(wanted: TemplateForm) -> Block:
    """What has to be known before a template can be used."""
    fields = [blocks.section(f"*{authored(wanted.title, 60)}*\n{authored(sentence(wanted.summary), 300)}")]
    for blank in wanted.blanks:
        element = (
            conversation(blank.name, "", internal=False) if blank.is_channel else line(blank.name, blank.example, "")
        )
        fields.append(field(blank.name, clip(blank.label, 200), element, optional=blank.is_channel))
    note = "Admins, agents, customers and channels that are set up already stay as they are."
    return form(TEMPLATE, TITLES[TEMPLATE], "Use it", [*fields, blocks.context(note)], wanted.memory)
