"""Statuses: what turns a ticket from one into another, and what closed means."""

import pytest

from tests.support.timelines import agent, created, customer, event, note, policy, priority, status, tell


def test_the_first_reply_opens_a_new_ticket():
    assert tell(created("09:00"), agent("09:10"))["status"] == "open"


def test_an_assignee_opens_a_new_ticket():
    assert tell(created("09:00"), event("09:10", "field", field="assignee", to="A1"))["status"] == "open"


def test_taking_the_assignee_away_opens_nothing():
    assert tell(created("09:00"), event("09:10", "field", field="assignee", to=None))["status"] == "new"


def test_a_note_or_a_customers_message_leaves_a_new_ticket_new():
    assert tell(created("09:00"), note("09:10"), customer("09:20"))["status"] == "new"


@pytest.mark.parametrize("before", ["pending", "hold", "solved"])
def test_a_customers_message_opens_a_ticket_that_waits_or_is_solved(before):
    assert tell(created("09:00"), status("09:30", before), customer("10:00"))["status"] == "open"


@pytest.mark.parametrize("before", ["pending", "hold", "solved"])
def test_an_agents_message_does_not(before):
    assert tell(created("09:00"), status("09:30", before), agent("10:00"))["status"] == before


def test_a_closed_ticket_keeps_its_status_and_says_so():
    told = tell(created("09:00"), status("10:00", "closed"), status("11:00", "open"))

    assert told["status"] == "closed"
    assert told["problems"] == [
        "At 2024-01-15T11:00:00Z the ticket was changed after it had been closed, which is for ever."
    ]


def test_a_message_on_a_closed_ticket_belongs_to_a_follow_up():
    told = tell(
        created("09:00"), status("10:00", "closed"), customer("11:00"), note("11:10"), priority("12:00", "high"),
        policies=[policy(next_reply_time=60, requester_wait_time=600)],
    )  # fmt: skip

    assert told.numbers("next_reply_time") == []
    assert told.clock("requester_wait_time")["stage"] == "fulfilled"
    assert told["priority"] == "normal"
    assert told["problems"] == [
        "At 2024-01-15T11:00:00Z a comment came after the ticket had been closed; it belongs to a follow-up ticket.",
        "At 2024-01-15T12:00:00Z the ticket was changed after it had been closed, which is for ever.",
    ]


def test_a_solved_ticket_that_is_closed_keeps_its_figures():
    told = tell(
        created("09:00"),
        status("10:00", "solved"),
        status("12:00", "closed"),
        policies=[policy(requester_wait_time=600)],
    )

    assert told.clock("requester_wait_time")["minutes"] == 60
    assert told["problems"] == []


def test_a_ticket_created_solved_is_solved_at_its_creation():
    told = tell(
        created("09:00", status="solved"), customer("10:00"),
        policies=[policy(first_reply_time=60, next_reply_time=60, requester_wait_time=60)],
    )  # fmt: skip

    assert told.shown("first_reply_time", 1, "outcome", "without_reply", "minutes") == {
        "outcome": "met",
        "without_reply": True,
        "minutes": 0,
    }
    assert told.clock("next_reply_time")["activated_at"] == "10:00"
    assert told.clock("requester_wait_time")["breach_at"] == "11:00"


def test_a_ticket_that_an_agent_creates_solved_starts_no_update_clock():
    told = tell(created("09:00", by="agent", status="solved"), policies=[policy(periodic_update_time=60)])

    assert told.numbers("periodic_update_time") == []
    assert told["status"] == "solved"
