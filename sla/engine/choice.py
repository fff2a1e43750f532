"""What every update of a ticket ends with: triggers, the default priority, the choice of policies."""

from collections.abc import Iterable

from sla.engine.draft import Draft
from sla.engine.instance import target_hours
from sla.engine.terms import Basis, terms_for
from sla.policy import Policy, TriggerAction
from sla.ticket import Ticket


def choose_policies(draft: Draft, text: str | None = None) -> bool:
    """Run the triggers that hold for the first time, fill an empty priority, and choose the policies.

    Args:
        draft: The ticket, with the update's own changes already made.
        text: What was written in the update; None when nothing was.

    Returns:
        Whether anything that targets and settings depend on may have changed.
    """
    _adopt(draft)
    _fire_triggers(draft, text)
    if draft.ticket.priority is None and draft.rules.default_priority:
        draft.ticket = draft.ticket._replace(priority=draft.rules.default_priority)
    last = draft.chosen_for
    if last and last.ticket is draft.ticket and last.rules is draft.rules:
        return False  # the very same fields: at most the status is another, which no policy tests
    draft.applied = _first_match(draft.rules.policies, draft.ticket)
    draft.applied_to_group = _first_match(draft.rules.group_policies, draft.ticket)
    draft.chosen_for = Basis(draft.rules, draft.ticket, draft.applied, draft.applied_to_group)
    if last and draft.chosen_for.same_as(last):
        return False
    draft.settings = draft.rules.settings_of(draft.applied)
    draft.terms = terms_for(draft.rules, draft.ticket, draft.applied)
    draft.group_terms = terms_for(draft.rules, draft.ticket, draft.applied_to_group)
    return True


def _adopt(draft: Draft) -> None:
    """Put rules that wait for this update in force; remember the schedules that differ in them."""
    draft.measure_anew = frozenset()
    if draft.edit is None:
        return
    before = {schedule.name: schedule for schedule in draft.rules.schedules}
    after = {schedule.name: schedule for schedule in draft.edit.rules.schedules}
    draft.measure_anew = frozenset(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    draft.rules, draft.own_policies = draft.edit
    draft.edit = None
    for instance in (*draft.running.values(), *draft.resumable.values()):
        instance.hours = target_hours(draft.rules, instance.target, instance.schedule)


def _fire_triggers(draft: Draft, text: str | None) -> None:
    for trigger in draft.rules.triggers:
        if trigger.key not in draft.fired and trigger.when.holds(draft.whole_ticket(), text):
            draft.fired |= {trigger.key}
            draft.ticket = _set(draft.ticket, trigger.set)


def _set(ticket: Ticket, action: TriggerAction) -> Ticket:
    return ticket._replace(
        priority=action.priority or ticket.priority,
        tags=tuple(dict.fromkeys((*ticket.tags, *action.tags))),
        group=action.group or ticket.group,
        ticket_type=action.ticket_type or ticket.ticket_type,
        customer=action.customer or ticket.customer,
        schedule=action.schedule or ticket.schedule,
    )


def _first_match(policies: Iterable[Policy], ticket: Ticket) -> Policy | None:
    """Return the first policy whose filter the ticket matches; none without a priority to find targets by."""
    if ticket.priority is None:
        return None
    return next((each for each in policies if each.filter.holds(ticket)), None)
