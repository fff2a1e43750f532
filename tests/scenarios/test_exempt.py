"""Exempt tickets: out of all figures, with a reason, and back in by undo."""

from tests.support.timelines import agent, created, customer, event, policy, tell

REPLIES = [policy(first_reply_time=60, next_reply_time=60)]


def exempt(when, **keys):
    return event(when, "exempt", reason="spam", **keys)


def outcomes(told):
    return [metric["outcome"] for metric in told["metrics"]]


def test_every_instance_is_exempt_also_ended_and_later_ones():
    told = tell(
        created("09:00"), agent("09:30"), customer("10:00"), exempt("10:10"), agent("10:20"), customer("12:00"),
        policies=REPLIES,
    )  # fmt: skip

    assert outcomes(told) == ["exempt", "exempt", "exempt"]


def test_undo_gives_every_instance_its_own_outcome_back():
    told = tell(
        created("09:00"), agent("09:30"), customer("10:00"), exempt("10:10"), agent("11:20"), customer("12:00"),
        exempt("12:10", undo=True), until="12:20", policies=REPLIES,
    )  # fmt: skip

    assert outcomes(told) == ["met", "missed", "open"]


def test_the_clocks_of_an_exempt_ticket_run_on():
    told = tell(created("09:00"), exempt("09:10"), until="11:00", policies=REPLIES)

    assert told.shown("first_reply_time") == {
        "stage": "active",
        "outcome": "exempt",
        "breach_at": "10:00",
        "breached_at": "10:00",
    }


def test_a_closed_ticket_can_still_be_exempt():
    told = tell(created("09:00"), event("09:30", "status", to="closed"), exempt("10:00"), policies=REPLIES)

    assert outcomes(told) == ["exempt"]
    assert told["problems"] == []
