"""Before a breach is declared, Slack is asked whether the answer is already there."""

from tests.support.desk import Desk


async def test_a_reply_whose_event_was_lost_is_found_before_anybody_is_alarmed(desk: Desk):
    await desk.at("10:00")
    thread = await desk.post("U0RITA", "The export is empty")
    await desk.at("10:40")
    desk.sandbox.faults.events("lose", count=1)
    await desk.post("U0ANA", "It is full again.", thread=thread)
    await desk.at("11:30")
    assert desk.promises()["First reply"] == "met in 40 min"
    assert [alert for alert in desk.alerts() if "missed" in alert.text] == []


async def test_a_silent_slack_does_not_hold_the_alert_up_which_says_that_it_is_unverified(desk: Desk):
    await desk.at("10:00")
    thread = await desk.post("U0RITA", "The export is empty")
    await desk.at("10:40")
    desk.sandbox.faults.events("lose", count=1)
    await desk.post("U0ANA", "It is full again.", thread=thread)
    fault = desk.sandbox.faults.calls("error", method="conversations.replies", error="internal_error")
    await desk.at("11:01")
    (missed,) = [alert for alert in desk.alerts() if "missed" in alert.text]
    assert "unverified: Slack did not say in time whether it was answered" in missed.text

    desk.sandbox.faults.clear(fault["id"])
    await desk.pass_time(minutes=30)
    (corrected,) = [alert for alert in desk.alerts() if "missed" in alert.text]
    assert "Answered in time." in corrected.text
    assert "unverified" not in corrected.text
    assert desk.promises()["First reply"] == "met in 40 min"
