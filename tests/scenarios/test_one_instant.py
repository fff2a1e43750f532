"""Several things at one instant: the file's order, but a status after the agent's comment."""

from sla.engine import advance, fold, in_order, start
from sla.events import Comment, Created, StatusChanged
from sla.instants import instant
from sla.policy import rules_from_json
from sla.ticket import Role, Status, Ticket
from tests.support.timelines import agent, created, customer, note, policy, priority, status, tell

TARGETS = policy(
    first_reply_time={"normal": 60, "urgent": 30}, periodic_update_time=60, pausable_update_time=60, next_reply_time=60
)


def test_reply_and_solve_is_a_reply_whichever_comes_first_in_the_file():
    for events in ([agent("09:30"), status("09:30", "solved")], [status("09:30", "solved"), agent("09:30")]):
        told = tell(created("09:00"), *events, policies=[TARGETS])

        assert told.shown("first_reply_time", 1, "outcome", "without_reply") == {
            "outcome": "met",
            "without_reply": False,
        }
        assert told.numbers("periodic_update_time") == []
        assert told["status"] == "solved"


def test_a_status_moves_behind_an_agents_note_too():
    told = tell(
        created("09:00"), status("09:30", "solved"), note("09:30"),
        policies=[policy(first_reply_time=60, settings={"fulfill_on_internal_note": True})],
    )  # fmt: skip

    assert told.clock("first_reply_time")["without_reply"] is False


def test_a_status_keeps_its_place_before_a_customers_message():
    told = tell(created("09:00"), status("09:30", "solved"), customer("09:30"), policies=[TARGETS])

    assert told["status"] == "open"
    assert told.clock("next_reply_time")["activated_at"] == "09:30"


def test_a_customers_message_before_a_solve_is_answered_by_it():
    told = tell(created("09:00"), agent("09:10"), customer("09:30"), status("09:30", "solved"), policies=[TARGETS])

    assert told["status"] == "solved"
    assert told.shown("next_reply_time", 1, "without_reply", "minutes") == {"without_reply": True, "minutes": 0}


def test_reply_and_pending_start_the_pausable_clock_paused():
    told = tell(created("09:00"), agent("09:30"), status("09:30", "pending"), until="12:00", policies=[TARGETS])

    assert told.shown("pausable_update_time", 1, "stage", "remaining") == {
        "stage": "paused",
        "remaining": {"seconds": 3600},
    }


def test_several_statuses_keep_their_order_behind_the_comment():
    told = tell(
        created("09:00"), status("09:30", "pending"), status("09:30", "hold"), agent("09:30"), policies=[TARGETS]
    )

    assert told["status"] == "hold"


def test_other_changes_keep_their_place():
    raised_first = tell(created("09:00"), priority("09:45", "urgent"), agent("09:45"), policies=[TARGETS])
    answered_first = tell(created("09:00"), agent("09:45"), priority("09:45", "urgent"), policies=[TARGETS])

    assert raised_first.clock("first_reply_time")["outcome"] == "missed"
    assert answered_first.clock("first_reply_time")["outcome"] == "met"


def test_the_log_of_one_instant_has_ends_before_beginnings():
    told = tell(
        created("09:00", status="pending"), agent("10:00"), agent("10:30"),
        until="10:40", policies=[policy(pausable_update_time=60)],
    )  # fmt: skip

    assert told.log("pausable_update_time")[3:] == [
        "10:30 fulfill 1", "10:30 activate 2", "10:30 apply_sla 2 3600s", "10:30 pause 2",
    ]  # fmt: skip


RULES = rules_from_json({"default_priority": "normal", "policies": [TARGETS]})
NINE, TEN = instant("2024-01-15T09:00:00Z"), instant("2024-01-15T10:00:00Z")
OPENED = Created(at=NINE, by=Role.END_USER, user="U1")
REPLIED = Comment(at=TEN, by=Role.AGENT, user="A1")
SOLVED = StatusChanged(at=TEN, to=Status.SOLVED)


def test_told_one_by_one_reply_and_solve_withdraw_the_update_clocks_that_never_began():
    replied = advance(advance(start(Ticket(id="T1"), RULES), OPENED), REPLIED)
    solved = advance(replied, SOLVED)

    assert solved.withdrawn == (("periodic_update_time", 1), ("pausable_update_time", 1))
    assert {one.metric: one.outcome for one in solved.changed}["periodic_update_time"] == "cancelled"
    assert solved.numbers["periodic_update_time"] == 0


def test_told_one_by_one_or_all_at_once_the_state_is_the_same():
    one_by_one = start(Ticket(id="T1"), RULES)
    for event in (OPENED, REPLIED, SOLVED):
        one_by_one = advance(one_by_one, event)
    story = fold(Ticket(id="T1"), RULES, [SOLVED, REPLIED, OPENED], TEN)

    assert in_order([SOLVED, REPLIED, OPENED]) == [OPENED, REPLIED, SOLVED]
    assert story.state.numbers == one_by_one.numbers
    assert {one.metric for one in story.instances}.isdisjoint({"periodic_update_time", "pausable_update_time"})
