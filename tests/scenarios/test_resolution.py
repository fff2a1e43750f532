"""Requester wait, agent work and total resolution time: from creation to solve, through pauses and reopenings."""

from tests.support.timelines import agent, created, customer, policy, status, tell

WAIT, WORK, TOTAL = "requester_wait_time", "agent_work_time", "total_resolution_time"
RESOLUTION = policy(requester_wait_time=240, agent_work_time=240, total_resolution_time=240)


def minutes(told):
    return {metric: told.clock(metric)["minutes"] for metric in (WAIT, WORK, TOTAL)}


def test_all_three_run_from_creation_to_solve():
    told = tell(created("09:00"), agent("09:30"), status("10:00", "solved"), policies=[RESOLUTION])

    assert minutes(told) == {WAIT: 60, WORK: 60, TOTAL: 60}
    assert told.clock(WAIT)["without_reply"] is False


def test_pending_pauses_requester_wait_and_agent_work():
    told = tell(
        created("09:00"), status("10:00", "pending"), status("11:00", "open"), status("12:00", "solved"),
        policies=[RESOLUTION],
    )  # fmt: skip

    assert minutes(told) == {WAIT: 120, WORK: 120, TOTAL: 180}


def test_hold_pauses_agent_work_only():
    told = tell(
        created("09:00"), status("10:00", "hold"), status("11:00", "open"), status("12:00", "solved"),
        policies=[RESOLUTION],
    )  # fmt: skip

    assert minutes(told) == {WAIT: 180, WORK: 120, TOTAL: 180}


def test_from_pending_to_hold_only_requester_wait_runs_again():
    told = tell(
        created("09:00"), status("10:00", "pending"), status("11:00", "hold"), until="12:00", policies=[RESOLUTION]
    )

    assert minutes(told) == {WAIT: 120, WORK: 60, TOTAL: 180}
    assert told.clock(WORK)["stage"] == "paused"


def test_a_setting_says_what_pauses_but_never_for_the_total():
    told = tell(
        created("09:00"), status("10:00", "pending"), status("11:00", "hold"), until="12:00",
        policies=[policy(**{WAIT: 240, WORK: 240, TOTAL: 240}, settings={"pause_resolution_on": ["hold"]})],
    )  # fmt: skip

    assert minutes(told) == {WAIT: 120, WORK: 120, TOTAL: 180}


def test_a_setting_may_say_that_nothing_pauses():
    told = tell(
        created("09:00"), status("10:00", "pending"), until="12:00",
        policies=[policy(**{WAIT: 240, WORK: 240, TOTAL: 240}, settings={"pause_resolution_on": []})],
    )  # fmt: skip

    assert minutes(told) == {WAIT: 180, WORK: 180, TOTAL: 180}


def test_while_paused_there_is_no_deadline_and_the_remaining_time_stands():
    told = tell(created("09:00"), status("10:00", "pending"), until="15:00", policies=[RESOLUTION])

    assert told.shown(WAIT, 1, "stage", "breach_at", "remaining", "minutes") == {
        "stage": "paused",
        "breach_at": None,
        "remaining": {"seconds": 10800},
        "minutes": 60,
    }
    assert told.clock(TOTAL)["remaining"] == {"seconds": -7200}


def test_a_ticket_created_pending_starts_paused():
    told = tell(created("09:00", status="pending"), status("12:00", "solved"), policies=[RESOLUTION])

    assert minutes(told) == {WAIT: 0, WORK: 0, TOTAL: 180}
    assert told.log(WAIT) == ["09:00 activate 1", "09:00 apply_sla 1 14400s", "09:00 pause 1", "12:00 fulfill 1"]


def test_solving_straight_from_pending_deducts_the_whole_pause():
    told = tell(created("09:00"), status("10:00", "pending"), status("12:00", "solved"), policies=[RESOLUTION])

    assert minutes(told) == {WAIT: 60, WORK: 60, TOTAL: 180}
    assert told.clock(WAIT)["breach_at"] == "15:00"


def test_reopening_resumes_the_same_instance_and_the_solved_gap_is_a_pause():
    told = tell(
        created("12:00"), status("13:00", "solved"), status("15:00", "open"), until="15:30", policies=[RESOLUTION]
    )

    for metric in (WAIT, WORK, TOTAL):
        assert told.numbers(metric) == [1]
        assert told.shown(metric, 1, "stage", "breach_at", "fulfilled_at", "minutes") == {
            "stage": "active",
            "breach_at": "18:00",
            "fulfilled_at": None,
            "minutes": 90,
        }
    assert told.log(TOTAL) == [
        "12:00 activate 1", "12:00 apply_sla 1 14400s", "13:00 fulfill 1", "15:00 resume 1",
    ]  # fmt: skip


def test_a_customers_message_reopens_too():
    told = tell(created("12:00"), status("13:00", "solved"), customer("15:00"), until="15:30", policies=[RESOLUTION])

    assert told.clock(WAIT)["breach_at"] == "18:00"


def test_reopening_into_pending_resumes_only_what_pending_does_not_pause():
    told = tell(
        created("09:00"), status("10:00", "solved"), status("11:00", "pending"), status("12:00", "open"),
        until="13:00", policies=[RESOLUTION],
    )  # fmt: skip

    assert minutes(told) == {WAIT: 120, WORK: 120, TOTAL: 180}
    assert told.log(WAIT)[2:] == ["10:00 fulfill 1", "11:00 pause 1", "12:00 resume 1"]


def test_the_pause_before_a_solve_and_the_solved_gap_both_stay_left_out():
    told = tell(
        created("09:00"), status("10:00", "pending"), status("11:00", "solved"), status("12:00", "open"),
        status("12:30", "solved"), policies=[RESOLUTION],
    )  # fmt: skip

    assert minutes(told) == {WAIT: 90, WORK: 90, TOTAL: 150}


def test_a_ticket_solved_too_late_stays_missed_however_often_it_is_solved_again():
    told = tell(
        created("09:00"), status("14:00", "solved"), status("15:00", "open"), status("15:10", "solved"),
        policies=[RESOLUTION],
    )  # fmt: skip

    assert told.shown(WAIT) == {"stage": "fulfilled", "outcome": "missed", "breach_at": "13:00", "breached_at": "13:00"}


def test_a_ticket_solved_in_time_can_still_be_missed_after_reopening():
    told = tell(
        created("09:00"), status("12:00", "solved"), status("15:00", "open"), status("16:30", "solved"),
        policies=[RESOLUTION],
    )  # fmt: skip

    assert told.shown(WAIT) == {"stage": "fulfilled", "outcome": "missed", "breach_at": "16:00", "breached_at": "16:00"}


def test_a_pause_after_the_deadline_does_not_move_it():
    told = tell(
        created("09:00"), status("14:00", "pending"), status("15:00", "open"), status("16:00", "solved"),
        policies=[RESOLUTION],
    )  # fmt: skip

    assert told.shown(WAIT, 1, "outcome", "breach_at", "breached_at", "minutes") == {
        "outcome": "missed",
        "breach_at": "13:00",
        "breached_at": "13:00",
        "minutes": 360,
    }


def test_what_remains_of_an_overdue_instance_stands_still_while_it_is_paused():
    told = tell(created("09:00"), status("14:00", "pending"), until="16:00", policies=[RESOLUTION])

    assert told.shown(WAIT, 1, "stage", "breach_at", "remaining") == {
        "stage": "paused",
        "breach_at": None,
        "remaining": {"seconds": -3600},
    }


def test_a_pause_exactly_on_the_deadline_comes_in_time_and_leaves_nothing():
    on_hold = [created("09:00"), status("13:00", "pending")]

    paused = tell(*on_hold, until="16:00", policies=[RESOLUTION])
    answered_paused = tell(*on_hold, status("15:00", "solved"), policies=[RESOLUTION])
    solved_at_resume = tell(*on_hold, status("15:00", "open"), status("15:00", "solved"), policies=[RESOLUTION])
    solved_later = tell(*on_hold, status("15:00", "open"), status("15:01", "solved"), policies=[RESOLUTION])

    assert paused.shown(WAIT, 1, "breached", "remaining") == {"breached": False, "remaining": {"seconds": 0}}
    assert answered_paused.clock(WAIT)["outcome"] == "met"
    assert solved_at_resume.clock(WAIT)["outcome"] == "met"
    assert solved_later.shown(WAIT, 1, "outcome", "breached_at") == {"outcome": "missed", "breached_at": "15:00"}


def test_a_pause_is_worth_what_it_covers_of_the_targets_own_hours():
    overnight = [created("15:00"), status("16:00", "pending"), status("16 10:00", "open")]
    business = policy(requester_wait_time=180, business=True)

    told = tell(*overnight, until="16 10:30", policies=[business], default_schedule="office")

    assert told.clock(WAIT)["breach_at"] == "16 12:00"
    assert told.clock(WAIT)["business_minutes"] == 90
    assert told.clock(WAIT)["minutes"] == 90


def test_a_pause_outside_the_hours_costs_nothing():
    told = tell(
        created("16:00"), status("18:00", "pending"), status("20:00", "open"), until="21:00",
        policies=[policy(requester_wait_time=120, business=True)], default_schedule="office",
    )  # fmt: skip

    assert told.clock(WAIT)["breach_at"] == "16 10:00"
