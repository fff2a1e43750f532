"""Merged tickets: the source's questions move to the target, and come back by undo."""

from tests.support.timelines import agent, created, customer, event, policy, status, tell_all

REPLIES = [policy(first_reply_time=120, next_reply_time=60, requester_wait_time=600)]
FIRST, NEXT, WAIT = "first_reply_time", "next_reply_time", "requester_wait_time"


def merged(when, into="T2", **keys):
    return event(when, "merge", into=into, **keys)


def test_the_sources_open_instances_end_as_merged():
    told = tell_all(T1=[created("09:00"), merged("09:30")], T2=[created("09:10")], policies=REPLIES)["T1"]

    assert told.shown(FIRST) == {"stage": "cancelled", "outcome": "merged", "breach_at": None, "breached_at": None}
    assert told.clock(WAIT)["outcome"] == "merged"


def test_instances_of_the_source_that_had_ended_stay_what_they_were():
    told = tell_all(
        T1=[created("09:00"), agent("09:10"), merged("09:30")], T2=[created("09:10")], policies=REPLIES
    )["T1"]  # fmt: skip

    assert told.clock(FIRST)["outcome"] == "met"


def test_the_targets_reply_clock_moves_to_the_oldest_message_of_both():
    told = tell_all(
        T1=[created("09:00"), merged("09:30")], T2=[created("09:10")], until="10:00", policies=REPLIES
    )["T2"]  # fmt: skip

    assert told.shown(FIRST, 1, "activated_at", "breach_at") == {"activated_at": "09:00", "breach_at": "11:00"}
    assert told.numbers(FIRST) == [1]


def test_it_stays_where_the_targets_own_message_is_the_oldest():
    told = tell_all(
        T1=[created("09:20"), merged("09:30")], T2=[created("09:10")], until="10:00", policies=REPLIES
    )["T2"]  # fmt: skip

    assert told.clock(FIRST)["activated_at"] == "09:10"


def test_a_target_that_owes_nothing_owes_the_sources_messages_from_their_own_time():
    told = tell_all(
        T1=[created("10:00"), merged("10:30")], T2=[created("09:00"), agent("09:10")], until="10:45", policies=REPLIES
    )["T2"]

    assert told.shown(NEXT, 1, "activated_at", "breach_at") == {"activated_at": "10:00", "breach_at": "11:00"}


def test_a_deadline_that_the_merge_puts_in_the_past_is_stamped_at_the_merge():
    told = tell_all(
        T1=[created("09:00"), merged("12:00")], T2=[created("11:00")], until="12:30", policies=REPLIES
    )["T2"]  # fmt: skip

    assert told.shown(FIRST, 1, "breach_at", "breached_at") == {"breach_at": "11:00", "breached_at": "12:00"}


def test_a_source_that_owes_nothing_moves_nothing():
    told = tell_all(
        T1=[created("09:00"), agent("09:05"), merged("09:30")], T2=[created("09:10")], until="10:00", policies=REPLIES
    )["T2"]

    assert told.clock(FIRST)["activated_at"] == "09:10"


def test_later_messages_in_the_sources_conversation_belong_to_the_target():
    told = tell_all(
        T1=[created("09:00"), merged("09:30"), agent("10:00"), customer("11:00")], T2=[created("09:10")],
        until="11:30", policies=REPLIES,
    )  # fmt: skip

    assert told["T2"].clock(FIRST)["fulfilled_at"] == "10:00"
    assert told["T2"].clock(NEXT)["activated_at"] == "11:00"
    assert told["T1"].numbers(NEXT) == []
    assert told["T1"].clock(FIRST)["outcome"] == "merged"


def test_the_target_keeps_its_fields_and_its_policy():
    told = tell_all(
        T1=[created("08:00", status="hold"), merged("09:30")],
        T2=[created("09:10"), status("09:20", "pending")],
        policies=REPLIES,
    )["T2"]

    assert told["status"] == "pending"


def test_messages_that_join_a_solved_ticket_reopen_it():
    told = tell_all(
        T1=[created("09:40"), merged("10:00")], T2=[created("09:00"), status("09:30", "solved")], until="10:10",
        policies=REPLIES,
    )["T2"]  # fmt: skip

    assert told["status"] == "open"
    assert told.clock(NEXT)["activated_at"] == "09:40"
    assert told.clock(WAIT)["stage"] == "active"


def test_merging_what_owes_nothing_leaves_a_solved_ticket_solved():
    told = tell_all(
        T1=[created("09:40"), agent("09:50"), merged("10:00")], T2=[created("09:00"), status("09:30", "solved")],
        policies=REPLIES,
    )["T2"]  # fmt: skip

    assert told["status"] == "solved"


def test_undo_restores_the_source_with_its_original_starts():
    told = tell_all(
        T1=[created("09:00"), merged("09:30"), merged("10:00", undo=True)], T2=[created("09:10")],
        until="10:30", policies=REPLIES,
    )["T1"]  # fmt: skip

    assert told.shown(FIRST, 1, "activated_at", "stage", "breach_at") == {
        "activated_at": "09:00",
        "stage": "active",
        "breach_at": "11:00",
    }
    assert told.clock(WAIT)["breach_at"] == "19:00"


def test_undo_gives_the_target_its_own_start_back():
    told = tell_all(
        T1=[created("09:00"), merged("09:30"), merged("10:00", undo=True)], T2=[created("09:10")],
        until="10:30", policies=REPLIES,
    )["T2"]  # fmt: skip

    assert told.shown(FIRST, 1, "activated_at", "breach_at") == {"activated_at": "09:10", "breach_at": "11:10"}


def test_undo_cancels_what_the_target_owed_for_the_source_alone():
    told = tell_all(
        T1=[created("10:00"), merged("10:10"), merged("10:20", undo=True)], T2=[created("09:00"), agent("09:10")],
        policies=REPLIES,
    )["T2"]  # fmt: skip

    assert told.clock(NEXT)["outcome"] == "cancelled"


def test_undo_after_the_target_was_answered_leaves_the_target_alone():
    told = tell_all(
        T1=[created("09:00"), merged("09:30"), merged("10:00", undo=True)],
        T2=[created("09:10"), agent("09:40"), customer("09:50")], until="10:30", policies=REPLIES,
    )["T2"]  # fmt: skip

    assert told.clock(FIRST)["fulfilled_at"] == "09:40"
    assert told.clock(NEXT)["activated_at"] == "09:50"


def test_a_breach_that_only_the_sources_message_caused_is_superseded_by_the_undo():
    told = tell_all(
        T1=[created("09:00"), merged("12:00"), merged("12:10", undo=True)], T2=[created("11:00")],
        until="12:30", policies=REPLIES,
    )["T2"]  # fmt: skip

    assert told.shown(FIRST, 1, "breach_at", "breached") == {"breach_at": "13:00", "breached": False}
    assert "12:00 breach 1 superseded" in told.log(FIRST)


def test_a_deadline_of_the_source_that_passed_meanwhile_is_stamped_at_the_undo():
    told = tell_all(
        T1=[created("09:00"), merged("09:30"), merged("12:00", undo=True)], T2=[created("09:10")],
        until="12:30", policies=REPLIES,
    )["T1"]  # fmt: skip

    assert told.shown(FIRST, 1, "breach_at", "breached_at") == {"breach_at": "11:00", "breached_at": "12:00"}


def test_a_source_solved_while_merged_is_solved_at_the_undo():
    told = tell_all(
        T1=[created("09:00"), merged("09:30"), status("09:40", "solved"), merged("10:00", undo=True)],
        T2=[created("09:10")], policies=REPLIES,
    )["T1"]  # fmt: skip

    assert told.shown(WAIT, 1, "fulfilled_at", "outcome") == {"fulfilled_at": "10:00", "outcome": "met"}


def test_a_solved_source_reopened_while_merged_is_reopened_at_the_undo():
    told = tell_all(
        T1=[
            created("09:00"), status("09:20", "solved"), merged("09:30"), status("09:40", "open"),
            merged("10:00", undo=True),
        ],
        T2=[created("09:10")], until="10:30", policies=REPLIES,
    )["T1"]  # fmt: skip

    assert told.shown(WAIT, 1, "stage", "minutes") == {"stage": "active", "minutes": 50}


def test_a_source_solved_before_and_never_reopened_stays_as_it_was():
    told = tell_all(
        T1=[created("09:00"), status("09:20", "solved"), merged("09:30"), merged("10:00", undo=True)],
        T2=[created("09:10")], policies=REPLIES,
    )["T1"]  # fmt: skip

    assert told.shown(WAIT, 1, "fulfilled_at", "outcome") == {"fulfilled_at": "09:20", "outcome": "met"}


def test_a_deleted_message_of_the_source_is_forgotten_in_the_target():
    told = tell_all(
        T1=[created("09:00", id="x"), merged("09:30"), event("09:40", "comment_deleted", ref="x")],
        T2=[created("09:10", id="y")], until="10:00", policies=REPLIES,
    )["T2"]  # fmt: skip

    assert told.clock(FIRST, 1)["outcome"] == "cancelled"
    assert told.clock(FIRST, 2)["activated_at"] == "09:10"


def test_ids_of_two_conversations_do_not_mix():
    told = tell_all(
        T1=[created("09:00", id="c1"), merged("09:30"), event("09:40", "comment_deleted", ref="c1")],
        T2=[created("09:10", id="c1")], until="10:00", policies=REPLIES,
    )["T2"]  # fmt: skip

    assert told.clock(FIRST, 2)["activated_at"] == "09:10"


def test_merges_can_follow_each_other():
    told = tell_all(
        T1=[created("09:00"), merged("09:30", into="T2"), customer("10:10")],
        T2=[created("09:10"), merged("10:00", into="T3")],
        T3=[created("09:50"), agent("09:55")],
        until="10:20", policies=REPLIES,
    )  # fmt: skip

    assert told["T3"].clock(NEXT)["activated_at"] == "09:00"
    assert told["T2"].clock(FIRST)["outcome"] == "merged"
    assert "T1" in told


def test_a_second_merge_and_an_undo_without_a_merge_are_problems():
    told = tell_all(
        T1=[created("09:00"), merged("09:30"), merged("09:40")],
        T2=[created("09:10"), merged("09:50", into="T1", undo=True)],
        policies=REPLIES,
    )

    assert told["T1"]["problems"] == ["At 2024-01-15T09:40:00Z the ticket was already merged into another."]
    assert told["T2"]["problems"] == ["At 2024-01-15T09:50:00Z the ticket was not merged into another."]


def test_tickets_cannot_be_merged_in_a_circle():
    told = tell_all(
        T1=[created("09:00"), merged("09:30", into="T2")], T2=[created("09:10"), merged("09:40", into="T1")],
        until="10:00", policies=REPLIES,
    )  # fmt: skip

    assert told["T2"].clock(FIRST)["stage"] == "active"
    assert told["T2"]["problems"] == ["At 2024-01-15T09:40:00Z the ticket cannot be merged into itself."]


def test_a_merge_can_only_be_undone_from_the_ticket_it_went_into():
    told = tell_all(
        T1=[created("09:00"), merged("09:30", into="T2"), merged("09:40", into="T3", undo=True)],
        T2=[created("09:10")], T3=[created("09:20")],
        until="10:00", policies=REPLIES,
    )  # fmt: skip

    assert told["T1"].clock(FIRST)["outcome"] == "merged"
    assert told["T1"]["problems"] == ["At 2024-01-15T09:40:00Z the ticket was not merged into 'T3'."]


def test_a_ticket_can_be_merged_again_after_an_undo():
    told = tell_all(
        T1=[created("09:00"), merged("09:30"), merged("09:40", undo=True), merged("09:50")], T2=[created("09:10")],
        until="10:00", policies=REPLIES,
    )  # fmt: skip

    assert told["T1"].clock(FIRST)["outcome"] == "merged"
    assert told["T2"].clock(FIRST)["activated_at"] == "09:00"


def test_a_merge_after_the_end_has_not_happened_yet():
    told = tell_all(T1=[created("09:00"), merged("11:00")], T2=[created("09:10")], until="10:00", policies=REPLIES)

    assert told["T1"].clock(FIRST)["stage"] == "active"
    assert told["T2"].clock(FIRST)["activated_at"] == "09:10"


def test_nothing_is_merged_into_a_closed_ticket_or_one_that_does_not_exist_yet():
    told = tell_all(
        T1=[created("09:00"), merged("10:00", into="T2")],
        T2=[created("09:10"), status("09:20", "closed")],
        T3=[created("09:00"), merged("10:00", into="T4")],
        T4=[created("10:10")],
        until="10:30", policies=REPLIES,
    )  # fmt: skip

    assert told["T1"].clock(FIRST)["stage"] == "active"
    assert told["T3"].clock(FIRST)["stage"] == "active"
    assert told["T1"]["problems"] == [
        "At 2024-01-15T10:00:00Z the ticket cannot be merged into 'T2', which is closed or not yet created."
    ]


def test_a_ticket_can_be_merged_into_one_that_is_not_in_the_file():
    told = tell_all(T1=[created("09:00"), merged("09:30", into="T9"), customer("09:40")], policies=REPLIES)["T1"]

    assert told.clock(FIRST)["outcome"] == "merged"
    assert told["problems"] == []


def test_what_went_into_a_ticket_that_was_merged_out_of_the_file_went_with_it():
    told = tell_all(
        T1=[created("09:00"), merged("09:30", into="T2"), customer("10:10"), merged("10:20", into="T2", undo=True)],
        T2=[created("09:10"), merged("10:00", into="T9"), customer("10:15")],
        until="10:30", policies=REPLIES,
    )  # fmt: skip

    assert told["T2"].clock(FIRST)["outcome"] == "merged"
    assert told["T1"].clock(FIRST)["breach_at"] == "11:00"
