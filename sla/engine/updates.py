"""One update of a ticket, in its order.

Deadlines before the instant breach; fulfilments and cancellations are judged against the target in force before the
update; then come the update's own changes, triggers and the choice of policies; then activations, and the retargets
and pauses of what is still open.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sla.engine.choice import choose_policies
from sla.engine.draft import Draft
from sla.engine.instance import Instance, LogType, Stage
from sla.engine.working_instance import WorkingInstance, frozen
from sla.metrics import DEFINITIONS, REPLY_METRICS, AtReopening, AtSolve, Metric, Moment, metrics_activated_by
from sla.metrics import metrics_fulfilled_by as fulfilled_by
from sla.settings import SolvedWithoutReply
from sla.ticket import Status

ACTIVATED = {moment: metrics_activated_by(moment) for moment in Moment}
FULFILLED = {moment: fulfilled_by(moment) for moment in Moment}


def pass_deadlines(draft: Draft, at: datetime) -> None:
    """Breach what was due before an instant; void a stamped breach that the instant comes before.

    The second happens when deadlines were settled up to now and an event turns out to be older: it is judged by the
    time at which it happened.
    """
    for instance in draft.running.values():
        due = instance.run.due if instance.run else None
        if due is None:
            continue
        if due < at:
            if not instance.breached and instance.stage is Stage.ACTIVE:
                draft.breach(instance, due)
        elif instance.breached:
            draft.unbreach(instance)


def conclude(draft: Draft, *moments: Moment, text: str | None = None) -> None:
    """Finish an update: choose policies, then let the clocks follow.

    Args:
        draft: The ticket, with the update's fulfilments and own changes already made.
        moments: What the update was, beyond a change of fields.
        text: What was written in it.
    """
    if choose_policies(draft, text):
        _remeasure_what_is_put_away(draft)
        let_clocks_follow(draft, *moments, retargeted=tuple(draft.running.values()))
    else:
        let_clocks_follow(draft, *moments)


def let_clocks_follow(draft: Draft, *moments: Moment, retargeted: tuple[WorkingInstance, ...] = ()) -> None:
    """Activate what the moments of an update start, retarget what is still open, and pause it as the status wants."""
    _hand_over(draft)
    for instance in retargeted:
        if instance.ended_at is None:
            draft.retarget(instance)
    if not draft.status.ended and not draft.void:
        for moment in moments:
            _activate(draft, moment)
        if draft.waiting and not draft.reply_owed:
            metric = Metric.NEXT_REPLY_TIME if draft.first_reply_ended else Metric.FIRST_REPLY_TIME
            draft.activate(metric, draft.waiting[0].at)
    _follow_status(draft)


def fulfil(draft: Draft, moment: Moment) -> None:
    """Fulfil every open instance that a moment fulfils."""
    for metric in [metric for metric in draft.running if metric in FULFILLED[moment]]:
        draft.fulfil(draft.running[metric])


def answer(draft: Draft, moment: Moment) -> None:
    """Take a reply, or what counts as the first one: clocks end, nobody waits, a new ticket is open."""
    fulfil(draft, moment)
    draft.first_reply_ended, draft.waiting = True, ()
    if draft.status is Status.NEW:
        draft.status = Status.OPEN


def acknowledge(draft: Draft) -> bool:
    """Let the first reply be given by what a setting lets count as one.

    Returns:
        Whether one was owed.
    """
    owed = Metric.FIRST_REPLY_TIME in draft.running
    if owed:
        answer(draft, Moment.ACKNOWLEDGEMENT)
    return owed


def set_status(draft: Draft, status: Status) -> tuple[Moment, ...]:
    """Give the ticket a status, with what solving and reopening make of its instances.

    Returns:
        The moments that the change is.
    """
    before = draft.status
    if status is before:
        return ()
    draft.status = status
    if status.ended and not before.ended:
        solve(draft)
    if status is Status.CLOSED:
        draft.resumable = {}
    return (reopen(draft),) if before is Status.SOLVED and not status.ended else ()


def solve(draft: Draft) -> None:
    """End every open instance in its metric's way; everything is then answered."""
    for instance in list(draft.running.values()):
        definition = DEFINITIONS[instance.metric]
        match definition.at_solve:
            case AtSolve.FULFIL:
                draft.fulfil(instance)
            case AtSolve.ANSWER if draft.settings.solved_without_reply is SolvedWithoutReply.FULFILL:
                draft.fulfil(instance, without_reply=True)
            case AtSolve.CANCEL if instance.activated_at == draft.now:
                draft.withdraw(instance)
            case _:
                draft.cancel_unless_breached(instance, without_reply=instance.metric in REPLY_METRICS)
        if definition.at_reopening is AtReopening.RESUME:
            draft.resumable[instance.metric] = instance
        draft.first_reply_ended |= instance.metric is Metric.FIRST_REPLY_TIME
    draft.waiting, draft.dismissed = (), None


def reopen(draft: Draft) -> Moment:
    """Take up again what solving ended and reopening resumes; the solved gap stays a pause.

    They come back paused; where the status does not pause them they are resumed when the update follows the status.
    """
    if not draft.void:
        for instance in draft.resumable.values():
            instance.stand_still_since_end()
            draft.take_up(instance)
        draft.resumable = {}
    return Moment.REOPENING


def _activate(draft: Draft, moment: Moment) -> None:
    for metric in ACTIVATED[moment]:
        owned = draft.ticket.group is not None or metric is not Metric.GROUP_OWNERSHIP_TIME
        if owned and metric not in draft.running:
            draft.activate(metric)


def _remeasure_what_is_put_away(draft: Draft) -> None:
    """Let instances that may come back know schedules that were edited meanwhile."""
    if not draft.measure_anew:
        return
    # These are copies: an instance that has ended keeps the deadline that it was judged against.
    draft.resumable = {each.metric: draft.working(each) for each in frozen(draft.resumable.values())}
    for instance in draft.resumable.values():
        draft.measure(instance)
    _change_shelved(draft, draft.measure)


def _hand_over(draft: Draft) -> None:
    """Let the group that the ticket is assigned to own it: its predecessor's instance ends, its own begins."""
    if draft.ticket.group == draft.owner:
        return
    fulfil(draft, Moment.HANDOVER)
    draft.owner = draft.ticket.group
    if draft.owner and not draft.status.ended and not draft.void:
        _activate(draft, Moment.ASSIGNMENT)


def _follow_status(draft: Draft) -> None:
    """Pause and resume what the status now pauses, under the settings in force."""
    pausing = draft.settings.pausing[draft.status]
    for metric, instance in draft.running.items():
        stands, should_stand = instance.stage is Stage.PAUSED, metric in pausing
        if stands is not should_stand:
            (draft.pause if should_stand else draft.resume)(instance)
        elif metric in draft.taken_up:
            draft.log(instance, LogType.PAUSE if should_stand else LogType.RESUME)
    draft.taken_up.clear()
    if draft.dismissed or draft.void:
        _change_shelved(draft, partial(_let_follow, draft))


def _let_follow(draft: Draft, instance: WorkingInstance) -> None:
    """Let an instance that is put away stand still or run as the status wants it."""
    if instance.metric in draft.settings.pausing[draft.status]:
        instance.stand_still(draft.now)
    else:
        instance.run_again(draft.now)


def _change_shelved(draft: Draft, change: Callable[[WorkingInstance], None]) -> None:
    """Change each instance that is put away for an undo."""

    def changed(instance: Instance) -> Instance:
        working = draft.working(instance)
        change(working)
        return working.frozen()

    draft.dismissed = draft.dismissed and draft.dismissed.with_each(changed)
    draft.void = draft.void and draft.void.with_each(changed)
