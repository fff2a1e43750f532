"""The forms: what they ask, and what cannot be right whatever the ticket says."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.slack import blocks
from bot.slack.blocks import Block
from bot.slack.fields import Choice, field, line, one_of, plain_text
from bot.slack.text import clip
from bot.slack.views.frame import form, moment, remember

HOLD, SNOOZE, NOTE, WHY = "ticket_hold", "ticket_snooze", "ticket_note", "ticket_why"
PRIORITY, STATUS, MERGE = "ticket_priority", "ticket_status", "ticket_merge"
TITLES = {
    HOLD: "Put on hold",
    SNOOZE: "Snooze alerts",
    NOTE: "Internal note",
    WHY: "Why this deadline",
    PRIORITY: "Set priority",
    STATUS: "Set status",
    MERGE: "Merge into another",
}
OFF = "off"
REASON_LIMIT, NOTE_LIMIT = 300, 2900
_PRIORITIES = ("urgent", "high", "normal", "low")
_STATUSES = (("Open", "open"), ("Pending: the customer's turn", "pending"), ("On hold", "hold"), ("Solved", "solved"))
_WAITS = (
    ("30 minutes", "30m"),
    ("1 hour", "1h"),
    ("2 hours", "2h"),
    ("4 hours", "4h"),
    ("Tomorrow at 9", "tomorrow 09:00"),
)

Check = Callable[[Mapping[str, str], datetime], dict[str, str]]


def hold(ticket_id: int, subject: str, now: datetime, *, reason: str = "") -> Block:
    """Why a ticket waits, and until when."""
    fields = [
        field("reason", "What does it wait for?", _text("reason", REASON_LIMIT, reason)),
        field(
            "until",
            "Until when?",
            {"type": "datetimepicker", "action_id": "until"},
            optional=True,
            hint="The ticket is opened again then, and its assignee is told.",
        ),
    ]
    return _about(HOLD, ticket_id, subject, "Put on hold", fields, now)


def snooze(ticket_id: int, subject: str, now: datetime, *, is_snoozed: bool) -> Block:
    """For how long nobody wants to hear of a ticket."""
    options: list[Choice] = [*_WAITS, *([("No longer", OFF)] if is_snoozed else [])]
    hint = "Its deadlines stand; only the alerts wait."
    fields = [field("wait", "No alerts for", one_of("wait", "Choose", options, "30m"), hint=hint)]
    return _about(SNOOZE, ticket_id, subject, "Snooze", fields, now)


def note(ticket_id: int, subject: str, now: datetime) -> Block:
    """An internal note."""
    hint = "It stands in the thread of the card. Customers never see it."
    fields = [field("note", "Note", _text("note", NOTE_LIMIT), hint=hint)]
    return _about(NOTE, ticket_id, subject, "Save", fields, now)


def priority(ticket_id: int, subject: str, now: datetime, *, present: str) -> Block:
    """Which priority it has."""
    options = [(name.capitalize(), name) for name in _PRIORITIES]
    fields = [field("priority", "Priority", one_of("priority", "Choose", options, present))]
    return _about(PRIORITY, ticket_id, subject, "Set", fields, now)


def status(ticket_id: int, subject: str, now: datetime, *, present: str) -> Block:
    """Which status it has."""
    fields = [field("status", "Status", one_of("status", "Choose", _STATUSES, present))]
    return _about(STATUS, ticket_id, subject, "Set", fields, now)


def merge(ticket_id: int, subject: str, now: datetime) -> Block:
    """Into which ticket."""
    written = line("into", "", "#40, or a link to one of its messages") | {"max_length": 300}
    hint = "Its customer is answered there from then on. /sla merge undo takes it back."
    return _about(MERGE, ticket_id, subject, "Merge", [field("into", "Into which ticket?", written, hint=hint)], now)


def check_hold(filled: Mapping[str, str], now: datetime) -> dict[str, str]:
    """A reason is asked for, and a moment that is not over."""
    problems = {} if filled.get("reason") else {"reason": "Say in a few words what it waits for."}
    until = moment(filled["until"]) if "until" in filled else None
    if until is not None and until <= now:
        problems["until"] = "That moment is over: choose a later one."
    return problems


def check_note(filled: Mapping[str, str], _now: datetime) -> dict[str, str]:
    """A note says something."""
    return {} if filled.get("note") else {"note": "Write something, or cancel."}


def check_merge(filled: Mapping[str, str], _now: datetime) -> dict[str, str]:
    """A ticket is named by its number or a link."""
    into = filled.get("into", "")
    named = into.removeprefix("#").isdecimal() or "/archives/" in into
    return {} if named else {"into": "Write a number such as #40, or paste a link to a message."}


CHECKS: dict[str, Check] = {HOLD: check_hold, NOTE: check_note, MERGE: check_merge}


def _about(callback: str, ticket_id: int, subject: str, submit: str, fields: Sequence[Block], now: datetime) -> Block:
    """A form that says which ticket it is about, in the customer's words."""
    about = blocks.quote(f"#{ticket_id}  {clip(' '.join(subject.split()), 200)}")
    return form(callback, TITLES[callback], submit, [about, *fields], remember(ticket_id, now))


def _text(name: str, limit: int, written: str = "") -> Block:
    made: Block = {"type": "plain_text_input", "action_id": name, "multiline": True, "max_length": limit}
    made |= {"placeholder": plain_text("In a few words", 150)} if limit == REASON_LIMIT else {}
    return made | {"initial_value": clip(written, limit)} if written else made
