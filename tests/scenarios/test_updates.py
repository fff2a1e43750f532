"""Periodic and pausable updates: how often the customer hears from us."""

from tests.support.timelines import agent, created, customer, note, policy, status, tell

PERIODIC, PAUSABLE = "periodic_update_time", "pausable_update_time"
UPDATES = [policy(periodic_update_time=60, pausable_update_time=60)]


def test_each_reply_starts_an_update_clock_and_ends_the_one_before():
    told = tell(created("09:00"), agent("10:00"), agent("10:40"), agent("12:00"), until="12:10", policies=UPDATES)

    assert told.shown(PERIODIC, 1, "activated_at", "outcome") == {"activated_at": "10:00", "outcome": "met"}
    assert told.shown(PERIODIC, 2, "breached_at", "outcome") == {"breached_at": "11:40", "outcome": "missed"}
    assert told.shown(PERIODIC, 3, "breach_at", "outcome") == {"breach_at": "13:00", "outcome": "open"}


def test_no_update_clock_runs_before_the_first_reply():
    told = tell(created("09:00"), customer("09:30"), note("09:40"), policies=UPDATES)

    assert told.numbers(PERIODIC) == []


def test_an_agents_public_opening_comment_starts_the_update_clocks():
    told = tell(created("09:00", by="agent", user="A1"), until="09:30", policies=UPDATES)

    assert told.clock(PERIODIC)["breach_at"] == "10:00"


def test_an_agents_opening_comment_starts_them_also_where_it_is_not_the_first_reply():
    told = tell(
        created("09:00", by="agent", user="A1"),
        until="09:30",
        policies=[policy(periodic_update_time=60, settings={"first_reply_on_agent_created": True})],
    )

    assert told.clock(PERIODIC)["breach_at"] == "10:00"


def test_a_customers_message_does_not_touch_the_update_clocks():
    told = tell(created("09:00"), agent("10:00"), customer("10:30"), until="10:40", policies=UPDATES)

    assert told.clock(PERIODIC)["breach_at"] == "11:00"


def test_only_the_pausable_update_pauses_while_pending():
    told = tell(
        created("09:00"), agent("10:00"), status("10:10", "pending"), status("10:40", "open"),
        until="10:50", policies=UPDATES,
    )  # fmt: skip

    assert told.clock(PERIODIC)["breach_at"] == "11:00"
    assert told.clock(PAUSABLE)["breach_at"] == "11:30"


def test_a_pausable_update_that_starts_while_pending_starts_paused():
    told = tell(created("09:00", status="pending"), agent("10:00"), until="15:00", policies=UPDATES)

    assert told.shown(PAUSABLE, 1, "stage", "breach_at", "remaining") == {
        "stage": "paused",
        "breach_at": None,
        "remaining": {"seconds": 3600},
    }


def test_hold_does_not_pause_updates():
    told = tell(created("09:00"), agent("10:00"), status("10:10", "hold"), until="10:30", policies=UPDATES)

    assert told.clock(PAUSABLE)["breach_at"] == "11:00"


def test_solving_in_time_cancels_the_update_clocks():
    told = tell(created("09:00"), agent("10:00"), status("10:30", "solved"), policies=UPDATES)

    assert told.shown(PERIODIC) == {
        "stage": "cancelled",
        "outcome": "cancelled",
        "breach_at": None,
        "breached_at": None,
    }


def test_solving_exactly_on_the_deadline_is_in_time_for_updates():
    told = tell(created("09:00"), agent("10:00"), status("11:00", "solved"), policies=UPDATES)

    assert told.clock(PERIODIC)["outcome"] == "cancelled"


def test_solving_too_late_misses_the_update():
    told = tell(created("09:00"), agent("10:00"), status("12:00", "solved"), policies=UPDATES)

    assert told.shown(PERIODIC, 1, "stage", "outcome", "breached_at", "without_reply") == {
        "stage": "fulfilled",
        "outcome": "missed",
        "breached_at": "11:00",
        "without_reply": False,
    }


def test_reopening_starts_no_update_clock():
    told = tell(
        created("09:00"), agent("10:00"), status("10:30", "solved"), status("11:00", "open"), customer("11:10"),
        policies=UPDATES,
    )  # fmt: skip

    assert told.numbers(PERIODIC) == [1]


def test_a_reply_on_a_solved_ticket_starts_no_update_clock():
    told = tell(created("09:00"), status("10:30", "solved"), agent("11:00"), policies=UPDATES)

    assert told.numbers(PERIODIC) == []


def test_reply_and_solve_at_one_instant_start_no_update_clock():
    told = tell(created("09:00"), agent("10:00"), status("10:00", "solved"), policies=UPDATES)

    assert told.numbers(PERIODIC) == []
    assert told.log(PERIODIC) == []


def test_reply_and_solve_at_one_instant_end_the_update_before_and_leave_its_number_the_last():
    told = tell(
        created("09:00"), agent("10:00"), agent("10:30"), status("10:30", "solved"), status("11:00", "open"),
        agent("11:30"), policies=UPDATES,
    )  # fmt: skip

    assert told.clock(PERIODIC, 1)["fulfilled_at"] == "10:30"
    assert told.shown(PERIODIC, 2, "activated_at") == {"activated_at": "11:30"}
