"""What can be undone: open instances are put away, and an undo takes them up again where they would be by then."""

from collections.abc import Iterable

from sla.engine.draft import Draft
from sla.engine.state import Shelf, ShelfReason
from sla.engine.updates import reopen, set_status, solve
from sla.engine.working_instance import WorkingInstance, frozen
from sla.events import MergedIn
from sla.metrics import Moment
from sla.ticket import Status


def shelve(draft: Draft, reason: ShelfReason, instances: Iterable[WorkingInstance]) -> Shelf:
    """Return a shelf with instances as they are; the caller then ends them."""
    return Shelf(reason, frozen(instances), draft.waiting, draft.first_reply_ended, draft.owner)


def dismiss(draft: Draft) -> None:
    """End the reply that is owed, because none is needed; the next customer message waits for the next reply."""
    owed = draft.reply_owed
    if owed is None:
        return
    draft.dismissed = shelve(draft, ShelfReason.NO_REPLY_NEEDED, (owed,))
    draft.cancel_unless_breached(owed, without_reply=True)
    draft.waiting, draft.first_reply_ended = (), True


def undo_dismissal(draft: Draft) -> None:
    """Owe the reply again, from its original start; a deadline passed meanwhile is stamped now."""
    shelf, draft.dismissed = draft.dismissed, None
    if shelf is None:
        draft.problem("no reply was dismissed since the last public comment, so there is nothing to undo")
        return
    draft.waiting, draft.first_reply_ended = shelf.waiting, shelf.first_reply_ended
    if shelf.instances[0].activated_at == shelf.waiting[0].at:  # else its message was deleted: a new one takes over
        _take_up(draft, shelf)


def make_void(draft: Draft, reason: ShelfReason) -> None:
    """End every open instance, because the ticket was merged away or never was one; from now on no clock runs."""
    draft.dismissed = None
    draft.void = shelve(draft, reason, draft.running.values())
    for instance in list(draft.running.values()):
        draft.cancel(instance, merged=reason is ShelfReason.MERGED)
    draft.waiting = ()


def undo_void(draft: Draft) -> tuple[Moment, ...]:
    """Take the ticket up again as it was; what it was solved, assigned or paused for meanwhile takes effect now.

    Returns:
        The moments that the undo is: a reopening, where that came while no clock ran.
    """
    shelf, draft.void = draft.void, None
    assert shelf is not None
    draft.waiting, draft.first_reply_ended, draft.owner = shelf.waiting, shelf.first_reply_ended, shelf.owner
    _take_up(draft, shelf)
    if draft.status.ended:
        solve(draft)
        return ()
    return (reopen(draft),) if draft.resumable else ()


def merge_in(draft: Draft, event: MergedIn) -> tuple[Moment, ...]:
    """Let another ticket's unanswered messages wait here; the reply owed begins at the oldest of all.

    They are customer messages, so they reopen a solved ticket as those do; other fields stay.

    Returns:
        The moments that the merge is.
    """
    joining = [message._replace(source=event.source) for message in event.messages]
    if not joining:
        return ()
    draft.dismissed = None
    draft.waiting = tuple(sorted((*draft.waiting, *joining), key=lambda message: message.at))
    _owe_since_oldest(draft)
    return set_status(draft, Status.OPEN) if draft.status is Status.SOLVED else ()


def take_out(draft: Draft, source: str) -> None:
    """Let another ticket's messages, where they still wait, wait here no longer."""
    staying = tuple(message for message in draft.waiting if message.source != source)
    if len(staying) == len(draft.waiting):
        return
    draft.waiting = staying
    if staying:
        _owe_since_oldest(draft)
    elif draft.reply_owed:
        draft.cancel_for_good(draft.reply_owed)


def _owe_since_oldest(draft: Draft) -> None:
    owed, since = draft.reply_owed, draft.waiting[0].at
    if owed and owed.activated_at != since:
        draft.move(owed, since)


def _take_up(draft: Draft, shelf: Shelf) -> None:
    for instance in map(draft.working, shelf.instances):
        draft.take_up(instance)
        draft.judge(instance)
