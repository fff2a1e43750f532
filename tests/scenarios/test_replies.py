"""First and next reply: who starts the clock, who stops it, and who never does."""

import pytest

from tests.support.timelines import agent, bot, created, customer, event, note, policy, status, tell

REPLIES = policy(first_reply_time=120, next_reply_time=60)
FIRST, NEXT = "first_reply_time", "next_reply_time"


def replies(**settings):
    return [policy(first_reply_time=120, next_reply_time=60, settings=settings)]


def test_the_first_reply_clock_runs_from_the_customers_opening_message_to_the_first_reply():
    told = tell(created("09:00"), agent("09:20"), policies=[REPLIES])

    assert told.clock(FIRST)["activated_at"] == "09:00"
    assert told.clock(FIRST)["fulfilled_at"] == "09:20"
    assert told.clock(FIRST)["breach_at"] == "11:00"
    assert told.clock(FIRST)["outcome"] == "met"


def test_the_next_reply_clock_runs_from_the_oldest_unanswered_message():
    told = tell(
        created("09:00"), agent("09:10"), customer("12:00"), customer("12:30"), agent("12:50"), policies=[REPLIES]
    )

    assert told.shown(NEXT, 1, "activated_at", "fulfilled_at", "breach_at", "minutes") == {
        "activated_at": "12:00",
        "fulfilled_at": "12:50",
        "breach_at": "13:00",
        "minutes": 50,
    }
    assert told.numbers(NEXT) == [1]


def test_each_round_of_questions_gets_a_next_reply_instance_of_its_own():
    told = tell(
        created("09:00"), agent("09:10"), customer("10:00"), agent("10:30"), customer("11:00"), agent("13:00"),
        policies=[REPLIES],
    )  # fmt: skip

    assert told.clock(NEXT, 1)["outcome"] == "met"
    assert told.shown(NEXT, 2, "outcome", "breached_at") == {"outcome": "missed", "breached_at": "12:00"}


def test_messages_before_the_first_reply_wait_for_the_first_reply_only():
    told = tell(created("09:00"), customer("09:30"), agent("10:00"), policies=[REPLIES])

    assert told.clock(FIRST)["activated_at"] == "09:00"
    assert told.numbers(NEXT) == []


@pytest.mark.parametrize("silent", [bot("09:30"), note("09:30"), note("09:30", user="U1"), bot("09:30", public=False)])
def test_a_bot_or_an_internal_note_answers_nobody(silent):
    told = tell(created("09:00"), silent, until="10:00", policies=[REPLIES])

    assert told.shown(FIRST) == {"stage": "active", "outcome": "open", "breach_at": "11:00", "breached_at": None}


def test_a_bot_that_may_reply_answers():
    told = tell(created("09:00"), bot("09:30", user="B7"), policies=[REPLIES], bots_that_reply=["B7"])

    assert told.clock(FIRST)["fulfilled_at"] == "09:30"


def test_another_bot_than_the_listed_one_still_answers_nobody():
    told = tell(created("09:00"), bot("09:30", user="B8"), policies=[REPLIES], bots_that_reply=["B7"])

    assert told.clock(FIRST)["stage"] == "active"


def test_an_end_user_never_answers_an_end_user():
    told = tell(created("09:00", user="U1"), customer("09:30", user="U2"), until="10:00", policies=[REPLIES])

    assert told.clock(FIRST)["stage"] == "active"


def test_a_colleague_of_the_customer_starts_the_next_reply_clock():
    told = tell(created("09:00"), agent("09:10"), customer("10:00", user="U2"), policies=[REPLIES])

    assert told.clock(NEXT)["activated_at"] == "10:00"


def test_a_customers_internal_message_starts_no_clock():
    told = tell(created("09:00"), agent("09:10"), customer("10:00", public=False), policies=[REPLIES])

    assert told.numbers(NEXT) == []


def test_an_agent_who_is_the_requester_asks_and_does_not_answer():
    told = tell(
        created("09:00", by="agent", user="A1"), agent("09:30", user="A1"), agent("10:00", user="A2"),
        policies=[REPLIES], ticket={"requester": "A1"},
    )  # fmt: skip

    assert told.shown(FIRST, 1, "activated_at", "fulfilled_at") == {"activated_at": "09:00", "fulfilled_at": "10:00"}


def test_the_first_end_user_who_writes_becomes_the_requester_where_nobody_was():
    told = tell(
        created("09:00", by="bot", user="B1", public=False), customer("09:10", user="U7"),
        policies=[policy("Theirs", when=[("requester", "is", "U7")], first_reply_time=30)],
    )  # fmt: skip

    assert told["policy"] == "Theirs"
    assert told.clock(FIRST)["activated_at"] == "09:10"


def test_the_requester_given_stays_when_another_end_user_creates_the_ticket():
    told = tell(
        created("09:00", user="U2"),
        policies=[policy("Theirs", when=[("requester", "is", "U7")])], ticket={"requester": "U7"},
    )  # fmt: skip

    assert told["policy"] == "Theirs"


def test_a_ticket_opened_by_an_agent_in_public_waits_for_no_first_reply():
    told = tell(created("09:00", by="agent", user="A1"), customer("10:00"), agent("10:30"), policies=[REPLIES])

    assert told.numbers(FIRST) == []
    assert told.shown(NEXT, 1, "activated_at", "outcome") == {"activated_at": "10:00", "outcome": "met"}


def test_a_ticket_opened_by_an_internal_note_waits_from_the_first_customer_message_on():
    told = tell(created("09:00", by="agent", user="A1", public=False), customer("10:00"), policies=[REPLIES])

    assert told.clock(FIRST)["activated_at"] == "10:00"


def test_a_reply_before_any_customer_message_is_the_first_reply():
    told = tell(
        created("09:00", by="agent", user="A1", public=False), agent("09:30"), customer("10:00"), policies=[REPLIES]
    )

    assert told.numbers(FIRST) == []
    assert told.clock(NEXT)["activated_at"] == "10:00"


def test_a_setting_lets_an_agents_ticket_wait_for_the_first_reply_from_its_creation():
    told = tell(
        created("09:00", by="agent", user="A1"), customer("09:30"), agent("10:00"),
        policies=replies(first_reply_on_agent_created=True),
    )  # fmt: skip

    assert told.shown(FIRST, 1, "activated_at", "fulfilled_at") == {"activated_at": "09:00", "fulfilled_at": "10:00"}
    assert told.numbers(NEXT) == []


def test_a_message_after_the_agents_opening_one_is_hidden_by_no_deletion_of_the_opening():
    told = tell(
        created("09:00", by="agent", user="A1", id="c1"), event("09:10", "comment_deleted", ref="c1"),
        customer("09:30"),
        policies=replies(first_reply_on_agent_created=True),
    )  # fmt: skip

    assert told.clock(FIRST)["activated_at"] == "09:00"


def test_an_agents_reaction_acknowledges_where_the_policy_says_so():
    eyes = event("09:30", "reaction", by="agent", user="A1", name="eyes")

    told = tell(created("09:00"), eyes, policies=replies(acknowledge_reactions=["eyes"]))

    assert told.clock(FIRST)["fulfilled_at"] == "09:30"
    assert told.clock(FIRST)["without_reply"] is False
    assert told["status"] == "open"


@pytest.mark.parametrize(
    "reaction",
    [
        event("09:30", "reaction", by="agent", user="A1", name="tada"),
        event("09:30", "reaction", by="end_user", user="U1", name="eyes"),
        event("09:30", "reaction", by="bot", user="B1", name="eyes"),
    ],
)
def test_no_other_reaction_acknowledges(reaction):
    told = tell(created("09:00"), reaction, policies=replies(acknowledge_reactions=["eyes"]))

    assert told.clock(FIRST)["stage"] == "active"


def test_an_agent_who_is_the_requester_cannot_acknowledge_their_own_ticket():
    told = tell(
        created("09:00", by="agent", user="A1"), event("09:30", "reaction", by="agent", user="A1", name="eyes"),
        policies=replies(acknowledge_reactions=["eyes"]), ticket={"requester": "A1"},
    )  # fmt: skip

    assert told.clock(FIRST)["stage"] == "active"


def test_a_reaction_acknowledges_a_first_reply_only_and_never_a_next_one():
    told = tell(
        created("09:00"), agent("09:10"), customer("10:00"),
        event("10:10", "reaction", by="agent", user="A1", name="eyes"),
        until="10:30", policies=replies(acknowledge_reactions=["eyes"]),
    )  # fmt: skip

    assert told.clock(NEXT)["stage"] == "active"


def test_an_acknowledgement_starts_no_update_clock():
    told = tell(
        created("09:00"), event("09:30", "reaction", by="agent", user="A1", name="eyes"),
        policies=[policy(periodic_update_time=60, settings={"acknowledge_reactions": ["eyes"]})],
    )  # fmt: skip

    assert told.numbers("periodic_update_time") == []


def test_an_internal_note_is_the_first_reply_where_the_policy_says_so():
    told = tell(created("09:00"), note("09:30"), policies=replies(fulfill_on_internal_note=True))

    assert told.clock(FIRST)["fulfilled_at"] == "09:30"


def test_an_internal_note_is_never_the_next_reply():
    told = tell(
        created("09:00"), agent("09:10"), customer("10:00"), note("10:30"),
        until="10:45", policies=replies(fulfill_on_internal_note=True),
    )  # fmt: skip

    assert told.clock(NEXT)["stage"] == "active"


def test_solving_fulfils_an_owed_reply_without_a_reply():
    told = tell(created("09:00"), status("09:30", "solved"), policies=[REPLIES])

    assert told.shown(FIRST, 1, "stage", "outcome", "without_reply") == {
        "stage": "fulfilled",
        "outcome": "met",
        "without_reply": True,
    }


def test_solving_cancels_an_owed_reply_where_the_policy_says_so():
    told = tell(created("09:00"), status("09:30", "solved"), policies=replies(solved_without_reply="cancel"))

    assert told.shown(FIRST) == {"stage": "cancelled", "outcome": "cancelled", "breach_at": None, "breached_at": None}


def test_solving_does_not_cancel_away_a_breach():
    told = tell(created("09:00"), status("11:30", "solved"), policies=replies(solved_without_reply="cancel"))

    assert told.shown(FIRST, 1, "outcome", "breached_at", "without_reply") == {
        "outcome": "missed",
        "breached_at": "11:00",
        "without_reply": True,
    }


def test_once_solved_everything_is_answered_and_the_next_message_starts_anew():
    told = tell(created("09:00"), customer("09:10"), status("09:30", "solved"), customer("12:00"), policies=[REPLIES])

    assert told.clock(NEXT)["activated_at"] == "12:00"
    assert told["status"] == "open"


def test_closing_ends_an_owed_reply_like_solving():
    told = tell(created("09:00"), status("09:30", "closed"), policies=[REPLIES])

    assert told.shown(FIRST, 1, "outcome", "without_reply") == {"outcome": "met", "without_reply": True}


def test_reply_clocks_pause_where_the_policy_says_so():
    told = tell(
        created("09:00"),
        status("09:30", "pending"),
        status("09:45", "open"),
        policies=replies(pause_reply_on=["pending"]),
    )

    assert told.clock(FIRST)["breach_at"] == "11:15"


def test_reply_clocks_do_not_pause_otherwise():
    told = tell(created("09:00"), status("09:30", "pending"), until="10:00", policies=[REPLIES])

    assert told.shown(FIRST) == {"stage": "active", "outcome": "open", "breach_at": "11:00", "breached_at": None}


def test_a_reply_while_paused_is_judged_as_if_the_pause_ended_then():
    told = tell(
        created("09:00"), status("10:30", "pending"), agent("15:00"), policies=replies(pause_reply_on=["pending"])
    )

    assert told.shown(FIRST, 1, "outcome", "breach_at", "minutes") == {
        "outcome": "met",
        "breach_at": "15:30",
        "minutes": 90,
    }
