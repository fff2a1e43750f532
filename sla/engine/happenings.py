"""What each kind of event does to a ticket, before the update is concluded."""

from typing import Any, assert_never

from sla.conditions import CUSTOM
from sla.engine.choice import choose_policies
from sla.engine.draft import Draft
from sla.engine.shelves import dismiss, make_void, merge_in, take_out, undo_dismissal, undo_void
from sla.engine.state import Edit, ShelfReason
from sla.engine.updates import acknowledge, answer, conclude, let_clocks_follow, set_status
from sla.engine.working_instance import appended
from sla.errors import SlaError
from sla.events import (
    Apply,
    Comment,
    CommentDeleted,
    Created,
    Event,
    Exempted,
    FieldChanged,
    GroupChanged,
    Merged,
    MergedIn,
    Message,
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
from sla.metrics import Moment
from sla.ticket import Role, Status


def happen(draft: Draft, event: Event) -> None:  # noqa: C901, PLR0912 - one line or two for each kind of event
    """Apply one event to a ticket; the deadlines before it have already been passed."""
    match event:
        case Created():
            _created(draft, event)
        case Comment():
            _commented(draft, event)
        case CommentDeleted():
            _deleted(draft, event)
        case Reaction():
            _reacted(draft, event)
        case StatusChanged():
            conclude(draft, *set_status(draft, event.to))
        case PriorityChanged() | TagsChanged() | FieldChanged() | GroupChanged() | ScheduleChanged():
            _change_field(draft, event)
        case PoliciesChanged() | RulesChanged():
            _edit_rules(draft, event)
        case NoReplyNeeded():
            (undo_dismissal if event.undo else dismiss)(draft)
            conclude(draft)
        case Exempted():
            _exempt(draft, event)
        case Merged() | NotATicket():
            _make_void(draft, event)
        case MergedIn(undo=True):
            take_out(draft, event.source)
            conclude(draft)
        case MergedIn():
            conclude(draft, *merge_in(draft, event))
        case _:
            assert_never(event)


def _created(draft: Draft, event: Created) -> None:
    """Begin the ticket. One that is created solved is created and then solved, at the same instant."""
    draft.created = True
    draft.status = Status.NEW if event.status.ended else event.status
    if asks := _asks(draft, event):
        _wait_for_answer(draft, event)
    choose_policies(draft, event.words)
    if not asks and event.by is Role.AGENT and draft.settings.first_reply_on_agent_created:
        draft.waiting = (Message(event.at),)
    elif _replies(draft, event):
        draft.first_reply_ended = True
    let_clocks_follow(draft, Moment.CREATION, *([Moment.REPLY] if _replies(draft, event) else []))
    if event.status.ended:
        let_clocks_follow(draft, *set_status(draft, event.status))


def _commented(draft: Draft, event: Comment) -> None:
    if draft.void:
        return
    moments: tuple[Moment, ...] = ()
    if event.public:
        draft.dismissed = None
    if _asks(draft, event):
        _wait_for_answer(draft, event)
        if draft.status is not Status.NEW:
            moments = set_status(draft, Status.OPEN)
    elif _replies(draft, event):
        answer(draft, Moment.REPLY)
        moments = (Moment.REPLY,)
    elif event.by is Role.AGENT and not event.public and draft.settings.fulfill_on_internal_note:
        acknowledge(draft)
    conclude(draft, *moments, text=event.words)


def _asks(draft: Draft, event: Created | Comment) -> bool:
    """Tell whether a comment is a customer message: public, by an end user or by the requester, whatever their role."""
    by_requester = event.user is not None and event.user == draft.ticket.requester
    return event.public and (by_requester or event.by is Role.END_USER)


def _replies(draft: Draft, event: Created | Comment) -> bool:
    """Tell whether a comment is a reply: public, by an agent or a bot that may reply, and not by the requester."""
    may_reply = event.by is Role.AGENT or (event.by is Role.BOT and event.user in draft.rules.bots_that_reply)
    return event.public and may_reply and not _asks(draft, event)


def _wait_for_answer(draft: Draft, event: Created | Comment) -> None:
    if draft.ticket.requester is None and event.user is not None:
        draft.ticket = draft.ticket._replace(requester=event.user)
    draft.waiting = appended(draft.waiting, Message(event.at, event.id))


def _reacted(draft: Draft, event: Reaction) -> None:
    """Take an agent's emoji; one that acknowledges nothing is no update of the ticket."""
    by_agent = event.by is Role.AGENT and (event.user is None or event.user != draft.ticket.requester)
    if by_agent and event.name in draft.settings.acknowledge_reactions and acknowledge(draft):
        conclude(draft)


def _deleted(draft: Draft, event: CommentDeleted) -> None:
    """Forget a customer message; an answer owed since then is owed since the next one, in a new instance."""
    oldest = draft.waiting[0].id if draft.waiting else None
    draft.waiting = tuple(message for message in draft.waiting if message.id != event.ref)
    if draft.dismissed:
        kept = tuple(message for message in draft.dismissed.waiting if message.id != event.ref)
        draft.dismissed = draft.dismissed._replace(waiting=kept) if kept else None
    if oldest == event.ref and draft.reply_owed:
        draft.cancel_for_good(draft.reply_owed)
    conclude(draft)


def _change_field(
    draft: Draft, event: PriorityChanged | TagsChanged | FieldChanged | GroupChanged | ScheduleChanged
) -> None:
    match event:
        case PriorityChanged():
            changes: dict[str, Any] = {"priority": event.to}
        case TagsChanged():
            staying = [tag for tag in draft.ticket.tags if tag not in event.remove]
            changes = {"tags": tuple(dict.fromkeys((*staying, *event.add)))}
        case FieldChanged(field=field) if field.startswith(CUSTOM):
            changes = {"fields": {**draft.ticket.fields, field.removeprefix(CUSTOM): event.to}}
        case FieldChanged():
            changes = {event.field: tuple(event.to) if isinstance(event.to, list) else event.to}
        case GroupChanged():
            changes = {"group": event.to}
        case ScheduleChanged():
            changes = {"schedule": event.to}
        case _:
            assert_never(event)
    if changes.get("schedule") and changes["schedule"] not in draft.rules.compiled:
        draft.problem(f"the ticket was given the schedule {changes['schedule']!r}, which does not exist")
        return
    draft.ticket = draft.ticket._replace(**changes)
    if changes.get("assignee") and draft.status is Status.NEW:
        draft.status = Status.OPEN
    conclude(draft)


def _edit_rules(draft: Draft, event: PoliciesChanged | RulesChanged) -> None:
    """Let new rules wait for the ticket's next update, or make this one."""
    if isinstance(event, RulesChanged):
        draft.edit = Edit(event.to, own_policies=False)
    else:
        base = draft.edit.rules if draft.edit else draft.rules
        try:
            draft.edit = Edit(base.with_policies(event.to), own_policies=True)
        except SlaError as error:
            draft.problem(f"the ticket was given policies that make no sense: {error}")
    if event.apply is Apply.NOW:
        conclude(draft)


def _exempt(draft: Draft, event: Exempted) -> None:
    draft.exempt = None if event.undo else event.reason
    for instance in list(draft.running.values()):
        draft.put(instance)
    conclude(draft)


def _make_void(draft: Draft, event: Merged | NotATicket) -> None:
    reason = ShelfReason.MERGED if isinstance(event, Merged) else ShelfReason.NOT_A_TICKET
    if event.undo != (draft.void is not None and draft.void.reason is reason):
        what = "merged into another" if reason is ShelfReason.MERGED else "declared not to be one"
        draft.problem(f"the ticket was {'not' if event.undo else 'already'} {what}")
        return
    if event.undo:
        conclude(draft, *undo_void(draft))
    else:
        make_void(draft, reason)
        conclude(draft)
