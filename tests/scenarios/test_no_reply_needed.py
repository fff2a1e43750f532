"""No reply needed: the owed reply is off, until somebody takes that back."""

from tests.support.timelines import agent, created, customer, event, note, policy, status, tell

FIRST, NEXT = "first_reply_time", "next_reply_time"
REPLIES = [policy(first_reply_time=120, next_reply_time=60)]
THANKS = (created("09:00"), agent("09:30"), customer("12:00", id="c2"))


def dismissed(when):
    return event(when, "no_reply_needed")


def undone(when):
    return event(when, "no_reply_needed", undo=True)


def test_it_cancels_the_owed_reply():
    told = tell(*THANKS, dismissed("12:10"), until="15:00", policies=REPLIES)

    assert told.shown(NEXT) == {"stage": "cancelled", "outcome": "cancelled", "breach_at": None, "breached_at": None}


def test_it_misses_the_owed_reply_where_the_deadline_has_passed():
    told = tell(*THANKS, dismissed("13:10"), policies=REPLIES)

    assert told.shown(NEXT, 1, "outcome", "fulfilled_at", "breached_at", "without_reply") == {
        "outcome": "missed",
        "fulfilled_at": "13:10",
        "breached_at": "13:00",
        "without_reply": True,
    }


def test_exactly_on_the_deadline_it_still_cancels():
    assert tell(*THANKS, dismissed("13:00"), policies=REPLIES).clock(NEXT)["outcome"] == "cancelled"


def test_after_a_dismissed_first_reply_the_next_message_waits_for_the_next_reply():
    told = tell(created("09:00"), dismissed("09:10"), customer("10:00"), policies=REPLIES)

    assert told.numbers(FIRST) == [1]
    assert told.clock(NEXT)["activated_at"] == "10:00"


def test_where_no_reply_is_owed_it_changes_nothing():
    told = tell(created("09:00"), agent("09:30"), dismissed("09:40"), policies=REPLIES)

    assert told.clock(FIRST)["outcome"] == "met"
    assert told["problems"] == []


def test_undo_restores_the_instance_with_its_original_start():
    told = tell(*THANKS, dismissed("12:10"), undone("12:20"), until="12:30", policies=REPLIES)

    assert told.shown(NEXT, 1, "activated_at", "stage", "breach_at") == {
        "activated_at": "12:00",
        "stage": "active",
        "breach_at": "13:00",
    }
    assert told.log(NEXT)[2:] == ["12:10 cancel 1", "12:20 resume 1"]


def test_undo_restores_the_first_reply_as_the_first_reply():
    told = tell(created("09:00"), dismissed("09:10"), undone("09:20"), agent("09:40"), policies=REPLIES)

    assert told.shown(FIRST, 1, "outcome", "minutes") == {"outcome": "met", "minutes": 40}


def test_a_deadline_that_passed_meanwhile_is_stamped_at_the_undo():
    told = tell(*THANKS, dismissed("12:10"), undone("14:00"), until="15:00", policies=REPLIES)

    assert told.shown(NEXT, 1, "breach_at", "breached_at") == {"breach_at": "13:00", "breached_at": "14:00"}


def test_undo_restores_a_missed_one_as_open_and_breached():
    told = tell(*THANKS, dismissed("13:10"), undone("13:20"), until="13:30", policies=REPLIES)

    assert told.shown(NEXT) == {"stage": "active", "outcome": "open", "breach_at": "13:00", "breached_at": "13:00"}


def test_a_pause_meanwhile_is_left_out_all_the_same():
    told = tell(
        *THANKS, dismissed("12:10"), status("12:20", "pending"), status("12:40", "open"), undone("12:50"),
        until="13:00", policies=[policy(next_reply_time=60, settings={"pause_reply_on": ["pending"]})],
    )  # fmt: skip

    assert told.shown(NEXT, 1, "breach_at", "minutes") == {"breach_at": "13:20", "minutes": 40}


def test_restored_while_the_status_pauses_it_is_paused():
    told = tell(
        *THANKS, dismissed("12:10"), status("12:20", "pending"), undone("12:50"),
        until="13:30", policies=[policy(next_reply_time=60, settings={"pause_reply_on": ["pending"]})],
    )  # fmt: skip

    assert told.shown(NEXT, 1, "stage", "remaining") == {"stage": "paused", "remaining": {"seconds": 2400}}
    assert told.log(NEXT)[3:] == ["12:50 pause 1"]


def test_the_next_public_comment_is_too_late_for_an_undo():
    told = tell(*THANKS, dismissed("12:10"), agent("12:15"), undone("12:20"), policies=REPLIES)

    assert told.clock(NEXT)["outcome"] == "cancelled"
    assert told["problems"] == [
        "At 2024-01-15T12:20:00Z no reply was dismissed since the last public comment, so there is nothing to undo."
    ]


def test_an_internal_note_is_not():
    told = tell(*THANKS, dismissed("12:10"), note("12:15"), undone("12:20"), until="12:30", policies=REPLIES)

    assert told.clock(NEXT)["stage"] == "active"


def test_solving_is_too_late_for_an_undo_too():
    told = tell(*THANKS, dismissed("12:10"), status("12:15", "solved"), undone("12:20"), policies=REPLIES)

    assert told.clock(NEXT)["outcome"] == "cancelled"


def test_a_message_deleted_meanwhile_hands_the_restored_clock_on():
    told = tell(
        *THANKS, customer("12:05", id="c3"), dismissed("12:10"), event("12:15", "comment_deleted", ref="c2"),
        undone("12:20"), until="12:30", policies=REPLIES,
    )  # fmt: skip

    assert told.clock(NEXT, 1)["outcome"] == "cancelled"
    assert told.shown(NEXT, 2, "activated_at", "breach_at") == {"activated_at": "12:05", "breach_at": "13:05"}


def test_when_every_message_is_deleted_meanwhile_there_is_nothing_to_undo():
    told = tell(
        *THANKS, dismissed("12:10"), event("12:15", "comment_deleted", ref="c2"), undone("12:20"), policies=REPLIES
    )

    assert told.clock(NEXT, 1)["outcome"] == "cancelled"
    assert len(told["problems"]) == 1


def test_after_an_undo_it_is_still_the_first_reply_that_is_handed_on():
    told = tell(
        created("09:00", id="c1"), customer("09:05", id="c2"), dismissed("09:10"), undone("09:20"),
        event("09:30", "comment_deleted", ref="c1"), until="09:40", policies=REPLIES,
    )  # fmt: skip

    assert told.clock(FIRST, 2)["activated_at"] == "09:05"
    assert told.numbers(NEXT) == []
