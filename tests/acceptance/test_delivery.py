"""Every alert arrives exactly once, and in good order, whatever Slack does meanwhile."""

from collections import Counter
from itertools import pairwise

import pytest

from tests.support.desk import TRIAGE, Desk


def posts(desk: Desk, channel: str = TRIAGE) -> list[dict]:
    """The calls that tried to post in a channel, refused or not."""
    return [call for call in desk.calls("chat.postMessage") if call["args"].get("channel") == channel]


async def test_no_channel_gets_more_than_one_post_a_second(desk: Desk):
    for number in range(6):
        desk.sandbox.act.post("C0ACME", ("U0RITA", "U0SAM")[number % 2], f"Problem {number}")
    await desk.at("10:05")
    moments = [call["at"] for call in posts(desk)]
    assert len(moments) == 18
    assert min(later - earlier for earlier, later in pairwise(moments)) >= 1.0
    assert all(call["ok"] for call in posts(desk))


async def test_six_tickets_at_once_get_a_card_and_two_alerts_each(desk: Desk):
    for number in range(6):
        desk.sandbox.act.post("C0ACME", ("U0RITA", "U0SAM")[number % 2], f"Problem {number}")
    await desk.at("10:05")
    assert len(desk.cards()) == 6
    assert Counter(alert.thread_ts for alert in desk.alerts()) == {card["ts"]: 2 for card in desk.cards()}


async def test_when_slack_says_wait_the_channel_is_left_alone_until_then(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:47")
    desk.sandbox.faults.calls("rate_limit", method="chat.postMessage", count=1, seconds=90)
    await desk.at("09:52")
    _, refused, accepted = posts(desk)
    assert (refused["ok"], accepted["ok"]) == (False, True)
    assert accepted["at"] - refused["at"] >= 90
    assert len(desk.alerts()) == 1


async def test_ten_minutes_of_refusals_delay_an_alert_and_lose_nothing(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:47")
    desk.sandbox.faults.calls("rate_limit", method="chat.postMessage", for_seconds=600, seconds=30)
    await desk.at("10:30")
    assert [alert.text.split(":")[0] for alert in desk.alerts()] == ["First reply due in 3 min", "First reply missed"]


async def test_an_alert_whose_answer_was_lost_is_there_exactly_once(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:47")
    desk.sandbox.faults.calls("drop", method="chat.postMessage", count=1)
    await desk.at("09:52")
    assert len(desk.alerts()) == 1
    assert len(posts(desk)) == 2  # the card, and the alert that arrived although nobody said so


async def test_nothing_is_sent_again_before_slack_was_asked_what_it_has(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:47")
    desk.sandbox.faults.calls("drop", method="chat.postMessage", count=1)
    await desk.at("09:52")
    lost = posts(desk)[-1]
    looked = [call["at"] for call in desk.calls("conversations.replies") if call["args"].get("include_all_metadata")]
    assert looked
    assert looked[0] - lost["at"] >= 30


async def test_a_card_whose_answer_was_lost_is_there_exactly_once_with_its_alerts_below(desk: Desk):
    desk.sandbox.faults.calls("drop", method="chat.postMessage", count=1)
    await desk.post("U0RITA", "The export is empty")
    await desk.at("10:01")
    assert len(desk.cards()) == 1
    assert [alert.thread_ts for alert in desk.alerts()] == [desk.card_ts(), desk.card_ts()]


async def test_a_direct_message_whose_answer_was_lost_is_there_exactly_once(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "Claim")
    await desk.at("09:47")
    desk.sandbox.faults.calls("drop", method="chat.postMessage", count=2)
    await desk.at("09:55")
    assert len(desk.direct_messages("U0ANA")) == 1
    assert len(desk.alerts()) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "refuse"},
        {"kind": "garbage"},
        {"kind": "status", "status": 503},
        {"kind": "error", "error": "fatal_error"},
        {"kind": "error", "error": "something_brand_new"},
    ],
    ids=lambda fault: "_".join(map(str, fault.values())),
)
async def test_an_alert_that_may_or_may_not_have_arrived_is_there_exactly_once(desk: Desk, fault: dict):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:47")
    desk.sandbox.faults.calls(method="chat.postMessage", count=1, **fault)
    await desk.at("09:55")
    assert len(desk.alerts()) == 1


async def test_even_when_slack_cannot_say_what_it_has_nothing_is_sent_twice(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:47")
    desk.sandbox.faults.calls("drop", method="chat.postMessage", count=1)
    desk.sandbox.faults.calls("status", method="conversations.*", status=503, for_seconds=400)
    await desk.at("09:59")
    assert len(desk.alerts()) == 1


async def test_an_alert_that_slack_finds_unfit_is_sent_once_more_as_plain_text(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:47")
    desk.sandbox.faults.calls("error", method="chat.postMessage", error="invalid_blocks", count=1)
    await desk.at("09:52")
    (alert,) = desk.alerts()
    assert "First reply due in 12 min" in alert.text
    assert not alert.shown


async def test_after_an_invalid_token_nothing_more_is_sent(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:47")
    desk.sandbox.apps.revoke_token(desk.stage.world.app, "T0HOME")
    await desk.at("17:00")
    assert len(posts(desk)) <= 2  # the card, and the one call that found it out
    assert desk.alerts() == []


async def test_alerts_that_waited_for_a_working_token_are_sent_after_the_restart(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:47")
    desk.sandbox.faults.calls("error", method="chat.postMessage", error="invalid_auth")
    await desk.at("09:55")
    assert desk.alerts() == []
    await desk.stop_bot()
    desk.sandbox.faults.clear()
    await desk.start_bot()
    await desk.pass_time(minutes=6)
    assert [alert.text.split(":")[0] for alert in desk.alerts()][-1] == "First reply missed"


@pytest.mark.parametrize("how", ["deleted", "archived", "left"])
async def test_when_the_alert_channel_is_gone_an_admin_is_told_directly(desk: Desk, how: str):
    await desk.post("U0RITA", "The export is empty")
    match how:
        case "deleted":
            desk.sandbox.channels.delete_channel(TRIAGE, "U0CLEO")
        case "archived":
            desk.sandbox.channels.archive(TRIAGE, "U0CLEO")
        case _:
            desk.sandbox.channels.leave(TRIAGE, "U0THREAD")
    await desk.at("10:05")
    notice, *told = (one.text for one in desk.direct_messages("U0CLEO"))
    assert "Cards and alerts cannot be posted there any more: alerts go to an admin" in notice
    assert [text.split(":")[0] for text in told] == ["First reply due in 12 min", "First reply missed"]


async def test_a_card_that_somebody_deleted_is_posted_again(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    desk.sandbox.act.delete(TRIAGE, "U0CLEO", desk.card_ts())
    assert desk.cards() == []
    await desk.post("U0ANA", "Which one?", thread=ts)
    assert len(desk.cards()) == 1
    assert desk.promises()["First reply"].startswith("met")


async def test_an_alert_that_became_due_while_the_bot_was_away_comes_after_its_start_and_says_so(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.stop_bot()
    desk.stage.jump(desk.now.replace(hour=10, minute=30))
    await desk.start_bot()
    (alert,) = desk.alerts()
    assert "First reply missed" in alert.text
    assert "sent 30 min late" in alert.shown


async def test_a_restart_sends_nothing_twice(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("10:01")
    before = desk.sandbox.read.messages(TRIAGE)
    await desk.stop_bot()
    await desk.start_bot()
    await desk.pass_time(minutes=10)
    assert desk.sandbox.read.messages(TRIAGE) == before


async def test_a_bot_with_nothing_to_do_asks_slack_nothing(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    before = len(desk.calls("*"))
    await desk.pass_time(minutes=30)
    assert len(desk.calls("*")) == before
