"""When Slack refuses a card or an alert for good, somebody still hears of it."""

from tests.support.desk import TRIAGE, Desk


def openings(desk: Desk) -> list[str]:
    return [alert.text.split(":")[0] for alert in desk.alerts()]


def told(desk: Desk, user: str) -> list[str]:
    return [one.text.split(":")[0] for one in desk.direct_messages(user)]


async def test_a_channel_that_refuses_for_a_reason_nobody_knows_is_given_up_and_an_admin_is_told(desk: Desk):
    desk.sandbox.faults.calls("error", method="chat.postMessage", channel=TRIAGE, error="a_new_policy")
    await desk.post("U0RITA", "The export is empty")
    await desk.at("10:30")
    assert told(desk, "U0CLEO") == ["First reply due in 9 min", "First reply missed 3 min ago"]


async def test_a_refusal_that_lasts_is_not_answered_by_trying_for_ever(desk: Desk):
    desk.sandbox.faults.calls("error", method="chat.postMessage", channel=TRIAGE, error="a_new_policy")
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:45")
    assert len(desk.calls("chat.postMessage")) == 5


async def test_a_refusal_that_passes_delays_the_card_only(desk: Desk):
    desk.sandbox.faults.calls("error", method="chat.postMessage", error="a_new_policy", count=2)
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:10")
    assert len(desk.cards()) == 1


async def test_an_alert_waits_half_a_minute_for_its_card_and_then_goes_into_the_channel(desk: Desk):
    for method in ("conversations.history", "conversations.replies"):
        desk.sandbox.faults.calls("status", method=method, status=503)
    desk.sandbox.faults.calls("drop", method="chat.postMessage", count=1)
    await desk.post("U0RITA", "production down!")
    await desk.at("09:16")
    assert openings(desk) == []
    await desk.at("09:17")
    (warning,) = desk.alerts()
    assert warning.text.startswith("First reply due in 4 min")
    assert warning.thread_ts == ""


async def test_an_alert_whose_card_was_deleted_goes_into_the_channel_and_the_card_is_posted_again(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    desk.sandbox.act.delete(TRIAGE, "U0CLEO", desk.card_ts())
    await desk.at("09:50")
    (warning,) = desk.alerts()
    assert warning.text.startswith("First reply due in 12 min")
    assert warning.thread_ts == ""
    await desk.at("10:05")
    assert openings(desk)[1:] == ["First reply missed"]
    assert desk.alerts()[1].thread_ts == desk.card_ts()


async def test_when_slack_knows_no_thread_and_no_channel_an_admin_is_told(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    desk.sandbox.faults.calls("error", method="chat.postMessage", channel=TRIAGE, error="thread_not_found")
    await desk.at("10:05")
    assert told(desk, "U0CLEO") == ["First reply due in 12 min", "First reply missed"]


async def test_a_card_that_failed_is_posted_with_the_next_news(desk: Desk):
    desk.sandbox.faults.calls("error", method="chat.postMessage", error="not_in_channel", count=1)
    ts = await desk.post("U0RITA", "The export is empty")
    assert desk.cards() == []
    await desk.post("U0RITA", "Hello?", thread=ts)
    assert len(desk.cards()) == 1
    await desk.at("10:05")
    assert len(desk.cards()) == 1
    assert [alert.thread_ts for alert in desk.alerts()] == [desk.card_ts()] * 2


async def test_a_card_is_not_tried_again_where_another_company_reads_along(desk: Desk):
    desk.sandbox.channels.share(TRIAGE, "T0GLOBEX")
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0RITA", "Hello?", thread=ts)
    await desk.post("U0RITA", "Anybody?", thread=ts)
    assert desk.cards() == []
    assert [call for call in desk.calls("chat.postMessage") if call["args"]["channel"] == TRIAGE] == []


async def test_an_alert_that_may_have_arrived_in_a_channel_that_is_now_closed_to_us_goes_to_an_admin(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:47")
    desk.sandbox.faults.calls("drop", method="chat.postMessage", channel=TRIAGE, count=1)
    desk.sandbox.faults.calls("error", method="conversations.history", error="not_in_channel")
    desk.sandbox.faults.calls("error", method="conversations.replies", error="not_in_channel")
    await desk.at("09:59")
    assert told(desk, "U0CLEO") == ["First reply due in 12 min"]


async def test_a_direct_message_to_somebody_who_has_left_meanwhile_goes_to_the_alert_channel(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "Claim")
    await desk.at("09:47")
    desk.sandbox.faults.calls("status", method="chat.postMessage", status=503, count=2)
    desk.sandbox.faults.calls("error", method="conversations.open", error="user_disabled", skip=1)
    await desk.at("09:59")
    assert desk.direct_messages("U0ANA") == []
    assert any("could not be sent to somebody's direct messages" in alert.shown for alert in desk.alerts())


async def test_nobody_is_asked_who_reads_a_direct_message(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "Claim")
    await desk.at("10:01")
    await desk.post("U0ANA", "It is fixed", thread=ts)
    assert "❌ Answered" in desk.direct_messages("U0ANA")[1].text
    assert [call for call in desk.calls("conversations.info") if call["args"]["channel"].startswith("D")] == []
