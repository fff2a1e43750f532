"""Deadlines: exactly on time, one moment late, and in whose hours."""

from sla.engine import advance, fold, settle, start
from sla.events import Comment, Created
from sla.instants import format_instant, instant
from sla.policy import rules_from_json
from sla.ticket import Role, Ticket
from tests.support.timelines import agent, created, policy, status, tell

FIRST = "first_reply_time"
HOUR = [policy(first_reply_time=60)]
BUSINESS_HOUR = [policy(first_reply_time=60, business=True)]


def test_a_reply_exactly_on_the_deadline_is_in_time():
    told = tell(created("09:00"), agent("10:00"), policies=HOUR)

    assert told.shown(FIRST) == {"stage": "fulfilled", "outcome": "met", "breach_at": "10:00", "breached_at": None}


def test_a_reply_a_moment_later_is_not():
    told = tell(created("09:00"), agent("10:00:00.000001"), policies=HOUR)

    assert told.shown(FIRST) == {
        "stage": "fulfilled",
        "outcome": "missed",
        "breach_at": "10:00",
        "breached_at": "10:00",
    }


def test_a_deadline_exactly_at_the_end_is_not_yet_breached():
    assert tell(created("09:00"), until="10:00", policies=HOUR).clock(FIRST)["breached"] is False
    assert tell(created("09:00"), until="10:00:01", policies=HOUR).clock(FIRST)["breached"] is True


def test_events_after_the_end_are_ignored():
    told = tell(created("09:00"), agent("09:30"), until="09:20", policies=HOUR)

    assert told.shown(FIRST, 1, "stage", "minutes", "remaining") == {
        "stage": "active",
        "minutes": 20,
        "remaining": {"seconds": 2400},
    }


def test_an_event_exactly_at_the_end_counts():
    assert tell(created("09:00"), agent("09:30"), until="09:30", policies=HOUR).clock(FIRST)["outcome"] == "met"


def test_a_ticket_that_is_created_after_the_end_has_no_story_yet():
    told = tell(created("09:00"), until="08:00", policies=HOUR)

    assert (told["status"], told["metrics"], told["metric_events"]) == (None, [], [])


def test_a_breach_is_logged_at_the_deadline_whenever_it_is_noticed():
    told = tell(created("09:00"), agent("15:00"), policies=HOUR)

    assert told.log(FIRST) == ["09:00 activate 1", "09:00 apply_sla 1 3600s", "10:00 breach 1", "15:00 fulfill 1"]


def test_time_used_up_at_closing_ends_at_closing_and_an_answer_at_night_is_late_by_nothing():
    told = tell(created("16:00"), agent("19:00"), policies=BUSINESS_HOUR, default_schedule="office")

    assert told.shown(FIRST, 1, "outcome", "breach_at", "business_minutes", "minutes") == {
        "outcome": "missed",
        "breach_at": "17:00",
        "business_minutes": 60,
        "minutes": 180,
    }


def test_overdue_time_is_negative_in_the_targets_own_hours():
    told = tell(created("15:00"), until="16 10:00", policies=BUSINESS_HOUR, default_schedule="office")

    assert told.clock(FIRST)["remaining"] == {"seconds": -7200}


def test_a_calendar_target_is_counted_around_the_clock_and_still_tells_the_business_time():
    told = tell(created("16:30"), agent("18:00"), policies=[policy(first_reply_time=240)], default_schedule="office")

    assert told.shown(FIRST, 1, "breach_at", "business_minutes", "minutes", "business_hours") == {
        "breach_at": "20:30",
        "business_minutes": 30,
        "minutes": 90,
        "business_hours": False,
    }


def test_without_any_schedule_business_hours_are_around_the_clock():
    told = tell(created("22:00"), until="22:10", policies=BUSINESS_HOUR)

    assert told.clock(FIRST)["breach_at"] == "23:00"


def test_a_schedule_that_never_opens_again_gives_no_deadline_and_says_so():
    closed = {
        "name": "office",
        "time_zone": "UTC",
        "intervals": [{"start_time": 1980, "end_time": 2460}],
        "holidays": [{"name": "gone", "start_date": "2024-01-01", "end_date": "2026-12-31"}],
    }
    told = tell(
        created("09:00"), status("10:00", "pending"), status("11:00", "open"), agent("12:00"),
        policies=[policy(first_reply_time=60, business=True, settings={"pause_reply_on": ["pending"]})],
        schedules=[closed], default_schedule="office",
    )  # fmt: skip

    assert told.shown(FIRST) == {"stage": "fulfilled", "outcome": "met", "breach_at": None, "breached_at": None}
    [problem] = told["problems"]
    assert problem.startswith(
        "At 2024-01-15T09:00:00Z first_reply_time 1 got no deadline, because the schedule 'office'"
    )


RULES = rules_from_json({"default_priority": "normal", "policies": HOUR})
CREATED = Created(at=instant("2024-01-15T09:00:00Z"), by=Role.END_USER, user="U1")


def replied(at):
    return Comment(at=instant(at), by=Role.AGENT, user="A1")


def test_settling_stamps_the_deadline_and_not_the_moment_of_looking():
    state = settle(advance(start(Ticket(id="T1"), RULES), CREATED), instant("2024-01-15T13:37:00Z"))

    breached = {one.metric: format_instant(one.breached_at) for one in state.changed}
    assert breached == {FIRST: "2024-01-15T10:00:00Z"}
    assert [(one.type, format_instant(one.at)) for one in state.metric_events] == [("breach", "2024-01-15T10:00:00Z")]


def test_settling_twice_changes_nothing_the_second_time():
    state = advance(start(Ticket(id="T1"), RULES), CREATED)
    once = settle(state, instant("2024-01-15T13:37:00Z"))

    assert settle(once, instant("2024-01-15T13:38:00Z")).changed == ()


def test_a_reply_that_arrives_late_but_was_written_in_time_is_met_and_takes_the_breach_back():
    settled = settle(advance(start(Ticket(id="T1"), RULES), CREATED), instant("2024-01-15T10:05:00Z"))

    state = advance(settled, replied("2024-01-15T09:59:00Z"))

    reply = next(one for one in state.changed if one.metric == FIRST)
    assert (reply.outcome, reply.breached_at, reply.relaxed) == ("met", None, False)
    assert [(one.type, one.superseded) for one in state.metric_events if one.metric == FIRST] == [
        ("breach", True),
        ("fulfill", False),
    ]


def test_a_reply_that_was_written_exactly_on_the_deadline_takes_the_breach_back_too():
    settled = settle(advance(start(Ticket(id="T1"), RULES), CREATED), instant("2024-01-15T10:05:00Z"))

    state = advance(settled, replied("2024-01-15T10:00:00Z"))

    assert next(one for one in state.changed if one.metric == FIRST).outcome == "met"


def test_a_late_reply_between_two_looks_is_a_breach():
    story = fold(Ticket(id="T1"), RULES, [CREATED, replied("2024-01-15T10:00:01Z")], instant("2024-01-15T11:00:00Z"))

    assert {one.metric: one.outcome for one in story.instances}[FIRST] == "missed"
