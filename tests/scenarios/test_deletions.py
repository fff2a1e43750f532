"""A deleted message: the clock it started is handed on to the next unanswered one."""

from tests.support.timelines import agent, created, customer, event, policy, tell

REPLIES = [policy(first_reply_time=60, next_reply_time=60)]
FIRST, NEXT = "first_reply_time", "next_reply_time"


def deleted(when, ref):
    return event(when, "comment_deleted", ref=ref)


def test_the_clock_is_handed_on_in_a_new_instance():
    told = tell(
        created("09:00", id="c1"), customer("09:30", id="c2"), deleted("09:40", "c1"), until="10:00", policies=REPLIES
    )

    assert told.shown(FIRST, 1, "stage", "outcome", "breach_at") == {
        "stage": "cancelled",
        "outcome": "cancelled",
        "breach_at": None,
    }
    assert told.shown(FIRST, 2, "activated_at", "breach_at") == {"activated_at": "09:30", "breach_at": "10:30"}
    assert told.log(FIRST)[2:] == ["09:40 cancel 1", "09:40 activate 2", "09:40 apply_sla 2 3600s"]


def test_a_deadline_that_the_next_message_has_already_passed_is_stamped_at_the_deletion():
    told = tell(
        created("09:00", id="c1"), customer("09:10", id="c2"), deleted("12:00", "c1"), until="12:30", policies=REPLIES
    )

    assert told.shown(FIRST, 2, "breach_at", "breached_at") == {"breach_at": "10:10", "breached_at": "12:00"}


def test_a_breach_of_the_deleted_message_is_superseded():
    told = tell(created("09:00", id="c1"), deleted("12:00", "c1"), policies=REPLIES)

    assert told.shown(FIRST, 1, "outcome", "breached", "breached_at") == {
        "outcome": "cancelled",
        "breached": False,
        "breached_at": None,
    }
    assert "10:00 breach 1 superseded" in told.log(FIRST)


def test_where_nothing_else_waits_the_next_message_starts_the_clock():
    told = tell(created("09:00", id="c1"), deleted("09:10", "c1"), customer("11:00"), policies=REPLIES)

    assert told.clock(FIRST, 2)["activated_at"] == "11:00"


def test_the_next_reply_clock_is_handed_on_too():
    told = tell(
        created("09:00"), agent("09:10"), customer("10:00", id="c3"), customer("10:20", id="c4"),
        deleted("10:30", "c3"), until="10:40", policies=REPLIES,
    )  # fmt: skip

    assert told.clock(NEXT, 1)["outcome"] == "cancelled"
    assert told.clock(NEXT, 2)["breach_at"] == "11:20"


def test_deleting_a_later_message_changes_no_clock_and_forgets_the_message():
    told = tell(
        created("09:00", id="c1"), customer("09:20", id="c2"), customer("09:30", id="c3"),
        deleted("09:40", "c2"), deleted("09:50", "c1"), until="10:00", policies=REPLIES,
    )  # fmt: skip

    assert told.clock(FIRST, 2)["activated_at"] == "09:30"
    assert told.numbers(FIRST) == [1, 2]


def test_deleting_an_answered_message_or_a_reply_changes_nothing():
    told = tell(
        created("09:00", id="c1"), agent("09:10", id="a1"), customer("10:00", id="c2"),
        deleted("10:10", "c1"), deleted("10:20", "a1"), until="10:30", policies=REPLIES,
    )  # fmt: skip

    assert told.clock(FIRST)["fulfilled_at"] == "09:10"
    assert told.clock(NEXT)["activated_at"] == "10:00"
