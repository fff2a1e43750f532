"""The engine's steps: one event, or one look at the clock, from state to state."""

from datetime import datetime

from sla.engine.draft import Draft
from sla.engine.happenings import happen
from sla.engine.instance import Stage
from sla.engine.state import TicketState
from sla.engine.updates import pass_deadlines
from sla.errors import SlaError
from sla.events import (
    Comment,
    Created,
    Event,
    Exempted,
    FieldChanged,
    GroupChanged,
    MergedIn,
    PriorityChanged,
    ScheduleChanged,
    StatusChanged,
    TagsChanged,
)
from sla.ticket import Status

REFUSED_WHEN_CLOSED = (
    StatusChanged, PriorityChanged, TagsChanged, FieldChanged, GroupChanged, ScheduleChanged, MergedIn,
)  # fmt: skip


def advance(state: TicketState, event: Event) -> TicketState:
    """Return the state after an event, with what it changed.

    Pure, and at a cost that does not depend on the ticket's history. Events come in the order in which they happened;
    events of one instant in the order of `sla.engine.in_order`.

    Raises:
        SlaError: When the event is older than the last one: then only `fold` over all events gives the truth. Deadlines
            settled meanwhile are no obstacle: a breach stamped after the event happened is superseded.
    """
    draft = Draft(state)
    take(draft, event)
    return draft.freeze()


def settle(state: TicketState, now: datetime) -> TicketState:
    """Return the state with every breach stamped whose deadline lies strictly before an instant.

    The stamp is the deadline, however late `now` is. This is for telling people; `advance` needs no settled state.
    """
    draft = Draft(state)
    settle_draft(draft, now)
    return draft.freeze()


def settle_draft(draft: Draft, now: datetime) -> None:
    """Stamp the deadlines that lie strictly before an instant, and nothing else."""
    for instance in draft.running.values():
        due = instance.due
        if due and due < now and instance.stage is Stage.ACTIVE and not instance.breached:
            draft.breach(instance, due)


def take(draft: Draft, event: Event) -> None:
    """Apply an event to a working copy."""
    if draft.last_at is not None and event.at < draft.last_at:
        raise SlaError("An event came that is older than the ticket's last one; fold all its events anew.")
    draft.begin(event.at)
    pass_deadlines(draft, event.at)
    if problem := _objection(draft, event):
        draft.problem(problem)
    else:
        happen(draft, event)


def _objection(draft: Draft, event: Event) -> str | None:
    """Return why an event cannot be applied at all."""
    if isinstance(event, Created):
        return "the ticket was created a second time" if draft.created else None
    if not draft.created:
        return "something happened to the ticket before it was created"
    if draft.status is not Status.CLOSED or isinstance(event, Exempted):
        return None
    if isinstance(event, REFUSED_WHEN_CLOSED):
        return "the ticket was changed after it had been closed, which is for ever"
    if isinstance(event, Comment) and event.public:
        return "a comment came after the ticket had been closed; it belongs to a follow-up ticket"
    return None
