"""Events of a ticket as a person tells them."""

from typing import assert_never

from bot.slack.text import clip, visible
from sla.events import (
    Comment,
    CommentDeleted,
    Created,
    Event,
    Exempted,
    FieldChanged,
    GroupChanged,
    Merged,
    MergedIn,
    NoReplyNeeded,
    NotATicket,
    PoliciesChanged,
    PriorityChanged,
    Reaction,
    RulesChanged,
    ScheduleChanged,
    StatusChanged,
    TagsChanged,
)
from sla.ticket import Role

_LONGEST = 60
_ROLES = {Role.END_USER: "the customer", Role.AGENT: "an agent", Role.BOT: "a bot"}


def describe(event: Event) -> str:  # noqa: C901, PLR0911, PLR0912 - one line for each kind of event
    """What happened, in a few words: "reply by U1: ...", "status set to pending"."""
    match event:
        case Created():
            return f"opened by {_who(event)}{_words(event)}"
        case Comment(public=False):
            return f"internal note by {_who(event)}"
        case Comment():
            return f"{'reply' if event.by is Role.AGENT else 'message'} by {_who(event)}{_words(event)}"
        case CommentDeleted():
            return "a message was deleted"
        case Reaction():
            return f":{event.name}: by {_who(event)}"
        case StatusChanged():
            return f"status set to {event.to}"
        case PriorityChanged():
            return f"priority set to {event.to or 'none'}"
        case TagsChanged():
            return "tags changed: " + " ".join([f"+{tag}" for tag in event.add] + [f"-{tag}" for tag in event.remove])
        case FieldChanged():
            return f"{event.field} set to {event.to or 'nothing'}"
        case GroupChanged():
            return f"assigned to {event.to}" if event.to else "taken from its group"
        case ScheduleChanged():
            return f"schedule set to {event.to or 'none of its own'}"
        case PoliciesChanged():
            return f"policies edited, from {event.apply.replace('_', ' ')} on"
        case RulesChanged():
            return f"configuration edited, from {event.apply.replace('_', ' ')} on"
        case NoReplyNeeded():
            return "a reply is needed after all" if event.undo else "no reply needed"
        case Exempted():
            return "no longer exempt" if event.undo else f"exempted: {event.reason}"
        case Merged():
            return f"taken out of {event.into}" if event.undo else f"merged into {event.into}"
        case MergedIn():
            return f"{event.source} taken out" if event.undo else f"{event.source} merged in"
        case NotATicket():
            return "a ticket after all" if event.undo else "not a ticket"
        case _:
            assert_never(event)


def _who(event: Created | Comment | Reaction) -> str:
    return event.user or _ROLES[event.by]


def _words(event: Created | Comment) -> str:
    """The beginning of a message on one line, without what could drive a terminal."""
    text = clip(" ".join(visible(event.text).split()), _LONGEST)
    return f': "{text}"' if text else ""
