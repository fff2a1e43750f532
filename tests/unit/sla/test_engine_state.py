"""What the engine does for the live bot only: stored states, new versions of all rules, tickets that were none."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from sla.engine import advance, fold, start, state_from_json, state_to_json
from sla.errors import SlaError
from sla.events import (
    Apply,
    Comment,
    Created,
    FieldChanged,
    MergedIn,
    NoReplyNeeded,
    NotATicket,
    PoliciesChanged,
    PriorityChanged,
    RulesChanged,
    ScheduleChanged,
    StatusChanged,
)
from sla.policy import Policy, rules_from_json
from sla.ticket import Priority, Role, Status, Ticket
from tests.support.timelines import OFFICE_HOURS, policy

NINE = datetime(2024, 1, 15, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FIRST, WAIT = "first_reply_time", "requester_wait_time"
LATE_HOURS = {
    **OFFICE_HOURS,
    "intervals": [{"start_time": d * 1440 + 600, "end_time": d * 1440 + 1080} for d in range(1, 6)],
}


def rules_with(*policies, schedules=(OFFICE_HOURS,), **keys):
    document = {"schedules": list(schedules), "default_schedule": "office", "default_priority": "normal", **keys}
    return rules_from_json({**document, "policies": list(policies)})


BUSINESS = policy("P", first_reply_time=120, requester_wait_time=240, business=True)
RULES = rules_with(BUSINESS)
OPENED = Created(at=NINE, by=Role.END_USER, user="U1", id="c1")


def at(minutes):
    return NINE + minutes * MINUTE


def opened(rules=RULES, **ticket):
    return advance(start(Ticket(id="T1", **ticket), rules), OPENED)


def clock(state, metric=FIRST):
    return next(one for one in state.open_instances if one.metric == metric)


def stored(state, rules=RULES):
    return state_from_json(json.loads(json.dumps(state_to_json(state))), rules)


def test_a_state_of_every_kind_survives_its_json():
    state = opened(group="red")
    kinds = [
        Comment(at=at(10), by=Role.AGENT, user="A1"),
        StatusChanged(at=at(20), to=Status.PENDING),
        StatusChanged(at=at(30), to=Status.SOLVED),
        Comment(at=at(40), by=Role.END_USER, user="U1", id="c2"),
        NoReplyNeeded(at=at(50)),
        RulesChanged(at=at(60), to=rules_with(policy("Q", first_reply_time=5))),
        PoliciesChanged(at=at(70), to=RULES.policies),
        PriorityChanged(at=at(80), to=Priority.HIGH),
        NotATicket(at=at(90)),
    ]
    for event in kinds:
        state = advance(state, event)
        assert state_to_json(stored(state)) == state_to_json(state)


def test_a_note_that_counts_as_a_first_reply_leaves_a_later_question_waiting():
    state = opened(rules_with({**BUSINESS, "settings": {"fulfill_on_internal_note": True}}))
    for event in (
        Comment(at=at(10), by=Role.AGENT, user="A1"),
        Comment(at=at(20), by=Role.END_USER, user="U1", id="c2"),
        Comment(at=at(30), by=Role.AGENT, user="A1", public=False),
    ):
        state = advance(state, event)

    assert [message.id for message in state.waiting] == ["c2"]


def test_a_state_is_small_however_long_the_ticket_gets():
    state = opened()
    for number in range(200):
        role, user = (Role.AGENT, "A1") if number % 2 else (Role.END_USER, "U1")
        state = advance(state, Comment(at=at(number + 1), by=role, user=user, id=str(number)))

    assert len(state.open_instances) == 5
    assert len(json.dumps(state_to_json(state))) < 3000


def test_a_closed_ticket_keeps_nothing_to_reopen():
    solved = advance(opened(), StatusChanged(at=at(10), to=Status.SOLVED))

    assert len(solved.solved_instances) == 3
    assert advance(solved, StatusChanged(at=at(20), to=Status.CLOSED)).solved_instances == ()


def test_the_policy_in_force_is_found_again_among_policies_of_the_same_title():
    twins = rules_with(policy("P", when=[("tags", "includes", "x")]), policy("P", first_reply_time=60))

    state = stored(opened(twins), twins)

    assert state.applied is twins.policies[1]


def test_the_policy_in_force_is_found_by_title_where_the_order_changed_and_is_none_where_it_is_gone():
    state = opened(rules_with(policy("A", when=[("tags", "includes", "x")]), BUSINESS))

    assert stored(state, RULES).policy == "P"
    assert stored(state, rules_with()).policy is None


def test_an_event_older_than_the_last_one_has_to_be_folded_anew():
    state = advance(opened(), StatusChanged(at=at(10), to=Status.OPEN))

    with pytest.raises(SlaError, match="fold all its events anew"):
        advance(state, Comment(at=at(9), by=Role.AGENT, user="A1"))


def test_a_second_creation_and_events_before_the_first_are_problems():
    early = advance(start(Ticket(id="T1"), RULES), StatusChanged(at=NINE, to=Status.OPEN))
    twice = advance(opened(), OPENED)

    assert early.problems == ("At 2024-01-15T09:00:00Z something happened to the ticket before it was created.",)
    assert early.ticket.status is Status.NEW
    assert twice.problems == ("At 2024-01-15T09:00:00Z the ticket was created a second time.",)
    assert twice.changed == ()


def test_problems_and_changes_are_those_of_the_last_step_only():
    state = advance(advance(opened(), OPENED), StatusChanged(at=at(10), to=Status.OPEN))

    assert (state.problems, state.changed, state.metric_events) == ((), (), ())


def test_new_rules_reach_a_ticket_now():
    state = advance(opened(), RulesChanged(at=at(10), to=rules_with(policy("Q", first_reply_time=30)), apply=Apply.NOW))

    assert state.policy == "Q"
    assert clock(state).breach_at == at(30)


def test_new_rules_wait_for_the_next_update_also_when_the_state_is_stored_meanwhile():
    waiting = advance(opened(), RulesChanged(at=at(10), to=rules_with(policy("Q", first_reply_time=30))))

    state = advance(stored(waiting), PriorityChanged(at=at(20), to=Priority.NORMAL))

    assert clock(waiting).breach_at == at(120)
    assert (state.policy, clock(state).breach_at) == ("Q", at(30))


def test_a_schedule_edited_under_its_name_measures_open_instances_anew():
    state = advance(opened(), RulesChanged(at=at(10), to=rules_with(BUSINESS, schedules=[LATE_HOURS]), apply=Apply.NOW))

    assert clock(state).breach_at == at(180)
    assert [event.type for event in state.metric_events] == ["apply_sla", "apply_sla"]


def test_a_calendar_target_takes_no_notice_of_an_edited_schedule():
    calendar = policy("P", first_reply_time=120)

    state = advance(
        opened(rules_with(calendar)),
        RulesChanged(at=at(10), to=rules_with(calendar, schedules=[LATE_HOURS]), apply=Apply.NOW),
    )

    assert state.changed == ()


def test_a_schedule_edited_while_solved_measures_what_reopening_resumes():
    edited = rules_with(BUSINESS, schedules=[LATE_HOURS])
    state = opened()
    for event in (
        StatusChanged(at=at(120), to=Status.SOLVED),
        RulesChanged(at=at(130), to=edited, apply=Apply.NOW),
        StatusChanged(at=at(180), to=Status.OPEN),
    ):
        state = advance(state, event)

    # 09:00-11:00 counted from 10:00 on is one hour of four; three are left at 12:00.
    assert clock(state, WAIT).breach_at == at(360)


def test_a_schedule_edited_meanwhile_is_known_to_what_an_undo_restores():
    edited = rules_with(BUSINESS, schedules=[LATE_HOURS])
    state = opened()
    for event in (
        NoReplyNeeded(at=at(10)),
        RulesChanged(at=at(20), to=edited, apply=Apply.NOW),
        NoReplyNeeded(at=at(30), undo=True),
    ):
        state = advance(state, event)

    assert clock(state).breach_at == at(180)


def test_all_rules_of_a_workspace_replace_policies_of_the_tickets_own():
    state = opened()
    own = advance(state, PoliciesChanged(at=at(10), to=(Policy(title="Own"),), apply=Apply.NOW))
    back = advance(own, RulesChanged(at=at(20), to=RULES, apply=Apply.NOW))

    assert (stored(own).policy, stored(own).own_policies) == ("Own", True)
    assert (back.policy, back.own_policies) == ("P", False)


def test_policies_with_a_schedule_that_does_not_exist_are_a_problem_and_change_nothing():
    state = advance(opened(), PoliciesChanged(at=at(10), to=(Policy(title="Own", schedule="night"),), apply=Apply.NOW))

    assert state.policy == "P"
    assert "There is no schedule named 'night'" in state.problems[0]


def test_a_schedule_that_does_not_exist_is_a_problem_and_changes_nothing():
    state = advance(opened(), ScheduleChanged(at=at(10), to="night"))

    assert state.ticket.schedule is None
    assert state.problems == (
        "At 2024-01-15T09:10:00Z the ticket was given the schedule 'night', which does not exist.",
    )


def test_a_list_field_may_be_set_with_a_list():
    state = advance(opened(), FieldChanged(at=at(10), field="requester_tags", to=["boss"]))

    assert state.ticket.requester_tags == ("boss",)


def test_what_was_never_a_ticket_is_cancelled_and_runs_no_clock():
    state = opened()
    for event in (
        NotATicket(at=at(10)),
        Comment(at=at(20), by=Role.END_USER, user="U1"),
        StatusChanged(at=at(30), to=Status.PENDING),
    ):
        state = advance(state, event)

    assert state.open_instances == ()
    assert state.waiting == ()


def test_undone_it_is_a_ticket_again_with_its_original_starts():
    events = [OPENED, NotATicket(at=at(10)), StatusChanged(at=at(20), to=Status.PENDING)]
    story = fold(Ticket(id="T1"), RULES, [*events, NotATicket(at=at(30), undo=True)], at(40))

    waits = next(one for one in story.instances if one.metric == WAIT)
    assert (waits.stage, waits.activated_at, waits.pauses) == ("paused", NINE, ((at(20), None),))
    assert {one.metric: one.outcome for one in story.instances}[FIRST] == "open"


def test_a_group_assigned_while_it_was_no_ticket_owns_it_from_the_undo_on():
    events = [OPENED, NotATicket(at=at(10)), FieldChanged(at=at(20), field="group", to="red")]
    story = fold(Ticket(id="T1"), RULES, [*events, NotATicket(at=at(30), undo=True)], at(40))

    assert [one.activated_at for one in story.instances if one.metric == "group_ownership_time"] == [at(30)]


def test_declared_twice_it_is_a_problem():
    state = advance(advance(opened(), NotATicket(at=at(10))), NotATicket(at=at(20)))

    assert state.problems == ("At 2024-01-15T09:20:00Z the ticket was already declared not to be one.",)


def test_messages_of_a_ticket_that_is_merged_in_wait_from_their_own_time():
    source = opened()
    target = advance(
        advance(start(Ticket(id="T2"), RULES), Created(at=at(30), by=Role.END_USER, user="U2")),
        MergedIn(at=at(40), source="T1", messages=source.waiting),
    )

    assert clock(target).activated_at == NINE
    assert [message.source for message in target.waiting] == ["T1", None]


def test_taking_out_what_never_came_in_changes_nothing():
    state = advance(opened(), MergedIn(at=at(10), source="T9", undo=True))

    assert state.changed == ()


def test_messages_that_join_what_is_no_ticket_wait_without_a_clock_until_they_are_taken_out():
    state = advance(opened(), NotATicket(at=at(10)))
    merged = advance(state, MergedIn(at=at(20), source="T2", messages=opened().waiting))
    taken_out = advance(merged, MergedIn(at=at(30), source="T2", undo=True))

    assert (len(merged.waiting), merged.open_instances) == (1, ())
    assert (taken_out.waiting, taken_out.changed) == ((), ())


def test_an_instance_remembers_that_its_target_was_eased_after_a_breach():
    rules = rules_with(policy("P", first_reply_time={"normal": 60, "low": 240}))
    state = advance(opened(rules), PriorityChanged(at=at(90), to=Priority.LOW))

    assert (clock(state).breached, clock(state).relaxed) == (False, True)


def test_a_breach_that_went_with_a_merge_was_not_eased():
    rules = rules_with(policy("P", first_reply_time=60))
    target = advance(start(Ticket(id="T2"), rules), Created(at=at(60), by=Role.END_USER, user="U2"))
    merged = advance(target, MergedIn(at=at(90), source="T1", messages=opened(rules).waiting))
    taken_out = advance(merged, MergedIn(at=at(95), source="T1", undo=True))

    assert clock(merged).breached_at == at(90)
    assert (clock(taken_out).breached, clock(taken_out).relaxed) == (False, False)
