"""How an instance ended, as the posts about it are edited to say."""

from datetime import datetime

from sqlalchemy import Connection

from bot.services.alerting.cards import overdue, overdue_by_calendar
from bot.slack.text import date_token
from bot.slack.wording import lateness
from store import ticket_events
from store.instances import InstanceRecord

_WORDS = {
    "periodic_update_time": "Updated",
    "pausable_update_time": "Updated",
    "requester_wait_time": "Solved",
    "agent_work_time": "Solved",
    "total_resolution_time": "Solved",
    "group_ownership_time": "Passed on",
}


def ending_of(instance: InstanceRecord, by: str = "") -> str:
    """A sentence about an instance that has ended, or is no longer late; ``by`` is a user id, empty if not known."""
    word = _WORDS.get(instance.metric, "Answered")
    if instance.without_reply:
        word = "Solved without a reply"
    who = f" by <@{by}>" if by else ""
    match instance.outcome:
        case "met":
            return f"✅ {word} in time{who}."
        case "missed":
            late, by_calendar = overdue(instance), overdue_by_calendar(instance)
            if late is None or by_calendar is None:
                return f"❌ {word} too late{who}."
            said = lateness(late, by_calendar, business_hours=instance.business_hours)
            own, calendar, rest = said.partition(" (")
            return f"❌ {word} {own}{who}{calendar}{rest}."
        case "open":
            return "The deadline was moved: it is not late any more."
        case outcome:
            return f"No longer counted: {outcome}."


def moved_since(instance: InstanceRecord, told: datetime) -> str:
    """That another deadline counted in the end than the one that a post tells: a sentence, or nothing."""
    judged = instance.breach_at
    if instance.outcome not in {"met", "missed"} or judged is None or judged == told:
        return ""
    return f" The deadline had become {date_token(judged)}."


def ended_by(conn: Connection, instance: InstanceRecord) -> str:
    """Who ended it, a user id: whoever wrote or did what happened at that instant; empty where nobody did."""
    if instance.fulfilled_at is None:
        return ""
    history = ticket_events.of_ticket(conn, instance.workspace, instance.ticket_id)
    return next((event.actor for event in history if event.at == instance.fulfilled_at and event.actor), "")
