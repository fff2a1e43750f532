"""Why an alert comes late, as far as it is known; what is not known is not said."""

from datetime import datetime, timedelta

from sla.alerts import Route, Watched
from sla.ticket import Priority
from store.outbox import OutboxMessage

# An alert that is this late says so: whoever reads it wants to know why it comes now.
LATE = timedelta(minutes=2)

QUIET_HOURS = "quiet hours"
BOT_OFF = "the bot was off"
SNOOZED = "it was snoozed"
RATE_LIMITED = "we were asked to send less"
NO_ANSWER = "there was no answer before"

_LIMITED = ("ratelimited", "it answered 429")
_UNANSWERED = ("no connection", "no mail connection", "HTTP 5", "it answered 5", "Slack did not answer")
_IN_TROUBLE = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})


def before_recording(
    watched: Watched, route: Route, *, due_at: datetime, now: datetime, started_at: datetime | None
) -> str:
    """What kept an alert from being recorded when it was due: a snooze, quiet hours, or a bot that did not run then."""
    if now - due_at <= LATE:
        return ""
    if watched.not_before is not None and due_at < watched.not_before <= now:
        return SNOOZED
    quiet = route.quiet
    waits = quiet is not None and quiet.on_call is None
    if quiet is not None and quiet.urgent_overrides and watched.priority is Priority.URGENT:
        waits = False
    if waits and quiet is not None and quiet.hours.elapsed(due_at, now) <= LATE:
        return QUIET_HOURS
    return BOT_OFF if started_at is not None and due_at < started_at <= now else ""


def on_the_way(message: OutboxMessage, *, started_at: datetime | None) -> str:
    """What kept a recorded message from being sent, by the last thing that went wrong with it."""
    error = message.error or ""
    if error.startswith(_LIMITED):
        return RATE_LIMITED
    if error.startswith(_UNANSWERED) or error in _IN_TROUBLE or error.endswith("Error"):
        return NO_ANSWER
    was_off = started_at is not None and message.created_at < started_at
    if error == "it had not arrived":
        # Either there was no answer, or nobody was left to take it.
        return "" if was_off else NO_ANSWER
    return BOT_OFF if was_off and not error else ""
