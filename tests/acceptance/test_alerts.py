"""Who is told that a promise is in danger or broken: when, where, and how often."""

from datetime import UTC, datetime

from tests.support.desk import TRIAGE, Desk


def utc(clock: str, day: int = 12) -> datetime:
    hours, minutes = map(int, clock.split(":"))
    return datetime(2026, 1, day, hours, minutes, tzinfo=UTC)


def ts_at(instant: datetime) -> str:
    return f"{instant.timestamp():.6f}"


async def test_a_warning_comes_when_eighty_percent_of_the_time_is_used_up(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:47")
    assert desk.alerts() == []
    await desk.at("09:49")
    (warning,) = desk.alerts()
    assert warning.at == utc("09:48")
    assert "First reply due in 12 min" in warning.text


async def test_a_warning_is_a_post_in_the_cards_thread_and_not_in_the_channel(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:50")
    (warning,) = desk.alerts()
    assert warning.thread_ts == desk.card_ts()
    assert not warning.broadcast


async def test_a_missed_deadline_is_posted_in_the_thread_and_broadcast_to_the_channel(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("10:01")
    _, breach = desk.alerts()
    assert breach.thread_ts == desk.card_ts()
    assert breach.broadcast
    assert utc("10:00") <= breach.at < utc("10:01")


async def test_the_text_of_an_alert_alone_says_what_was_missed_by_when_and_for_whom(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("10:01")
    _, breach = desk.alerts()
    for fact in ("First reply missed", "#1", "Acme Inc (enterprise)", "2026-01-12 10:00 UTC", "business hours"):
        assert fact in breach.text
    assert "<" not in breach.text


async def test_an_alert_shows_the_customers_words_and_the_way_to_the_thread(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.at("10:01")
    _, breach = desk.alerts()
    assert "The export is empty" in breach.shown
    assert f"/archives/C0ACME/p{ts.replace('.', '')}" in breach.shown


async def test_the_assignee_is_told_in_a_direct_message(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "Claim")
    await desk.at("10:01")
    warning, breach = desk.direct_messages("U0ANA")
    assert "First reply due in 12 min" in warning.text
    assert "First reply missed" in breach.text
    assert desk.direct_messages("U0BEN") == []


async def test_somebody_who_gets_a_direct_message_is_notified_by_slack(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "Claim")
    await desk.at("10:01")
    reasons = [one["reason"] for one in desk.sandbox.read.notifications(user="U0ANA")]
    assert reasons == ["direct_message", "direct_message"]


async def test_without_an_assignee_nobody_gets_a_direct_message(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("10:01")
    assert [one for one in desk.sandbox.read.channels() if one["kind"] == "im"] == []


async def test_an_answer_in_time_leaves_no_alert(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:47")
    await desk.post("U0ANA", "It is fixed", thread=ts)
    await desk.click("U0ANA", "Solve")
    await desk.at("tue 12:00")
    assert desk.alerts() == []
    assert desk.direct_messages("U0ANA") == []


async def test_an_answer_after_the_warning_keeps_the_promise_and_nothing_is_missed(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:55")
    await desk.post("U0ANA", "It is fixed", thread=ts)
    await desk.at("10:30")
    assert ["missed" in alert.text for alert in desk.alerts()] == [False]
    assert desk.promises()["First reply"] == "met in 55 min"


async def test_an_answer_exactly_on_the_deadline_is_in_time(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:59")
    desk.sandbox.act.post("C0ACME", "U0ANA", "It is fixed", thread_ts=ts, ts=ts_at(utc("10:00")))
    await desk.at("10:30")
    assert desk.promises()["First reply"] == "met in 1 h"
    assert not any("missed" in alert.text for alert in desk.alerts())


async def test_an_answer_after_the_deadline_shows_as_missed(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.at("10:07")
    await desk.post("U0ANA", "It is fixed", thread=ts)
    assert desk.promises()["First reply"] == "missed, took 1 h 7 min, 7 min late"


async def test_an_open_ticket_shows_that_it_is_late(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("10:01")
    assert desk.promises()["First reply"] == "missed, was due 2026-01-12 10:00 UTC"
    assert desk.card_text().startswith("🔴")


async def test_every_alert_comes_exactly_once(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "Claim")
    await desk.at("fri 17:00")
    expected = ["First reply due", "First reply missed", "Requester wait time due", "Requester wait time missed"]
    for told in (desk.alerts(), desk.direct_messages("U0ANA")):
        assert [next(start for start in expected if one.text.startswith(start)) for one in told] == expected


async def test_an_answer_that_was_written_in_time_but_arrived_late_kept_the_promise(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:30")
    desk.sandbox.faults.events("hold", type="message", channel="C0ACME", count=1)
    await desk.post("U0ANA", "It is fixed", thread=ts)
    await desk.at("10:30")
    desk.sandbox.faults.clear()
    await desk.pass_time(seconds=5)
    assert desk.promises()["First reply"] == "met in 30 min"


async def test_lunch_does_not_count(desk: Desk):
    await desk.at("11:30")
    await desk.post("U0RITA", "The export is empty")
    assert desk.promises()["First reply"] == "due 2026-01-12 13:30 UTC"
    await desk.at("13:20")
    assert [alert.at for alert in desk.alerts()] == [utc("13:18")]


async def test_the_weekend_does_not_count(desk: Desk):
    await desk.at("fri 16:30")
    await desk.post("U0RITA", "The export is empty")
    assert desk.promises()["First reply"] == "due 2026-01-19 09:30 UTC"
    await desk.at("mon 09:20")
    assert [alert.at for alert in desk.alerts()] == [utc("09:18", day=19)]


async def test_a_holiday_does_not_count(desk: Desk):
    await desk.at("tue 16:30")
    await desk.post("U0RITA", "The export is empty")
    assert desk.promises()["First reply"] == "due 2026-01-15 09:30 UTC"


async def test_a_message_at_night_counts_from_the_morning_on(desk: Desk):
    await desk.at("22:15")
    await desk.post("U0RITA", "The export is empty")
    assert desk.promises()["First reply"] == "due 2026-01-13 10:00 UTC"


async def test_an_urgent_ticket_counts_through_the_night_where_its_target_says_so(desk: Desk):
    await desk.at("22:15")
    await desk.post("U0RITA", "production down!")
    assert desk.promises()["First reply"] == "due 2026-01-12 22:35 UTC"
    await desk.at("22:40")
    warning, breach = desk.alerts()
    assert warning.at == utc("22:31")
    assert "24x7" in breach.text


async def test_a_raised_priority_moves_the_deadline_and_its_warning(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.command("U0ANA", "/priority urgent #1")
    assert desk.promises()["First reply"] == "due 2026-01-12 09:20 UTC"
    await desk.at("09:17")
    assert [alert.at for alert in desk.alerts()] == [utc("09:16")]


async def test_a_priority_that_puts_the_deadline_in_the_past_breaches_at_the_change(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:30")
    await desk.command("U0ANA", "/priority urgent #1")
    (breach,) = desk.alerts()
    assert "First reply missed" in breach.text
    assert utc("09:30") <= breach.at < utc("09:31")
    assert "late" not in breach.shown
    assert desk.promises()["First reply"] == "missed, was due 2026-01-12 09:20 UTC"


async def test_raising_the_priority_of_what_is_missed_already_alerts_nobody_again(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("10:30")
    assert len(desk.alerts()) == 2
    await desk.command("U0ANA", "/priority urgent #1")
    await desk.pass_time(minutes=5)
    assert len(desk.alerts()) == 2


async def test_a_lowered_priority_warns_anew_before_the_later_deadline(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:50")
    await desk.command("U0ANA", "/priority low #1")
    assert desk.promises()["First reply"] == "due 2026-01-12 14:00 UTC"
    await desk.at("14:01")
    assert [alert.at.replace(microsecond=0) for alert in desk.alerts()] == [utc("09:48"), utc("13:12"), utc("14:00")]


async def test_after_ten_minutes_in_which_slack_took_nothing_the_alert_says_that_it_is_late(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:59")
    desk.sandbox.faults.calls("status", method="chat.postMessage", status=503, for_seconds=600)
    await desk.at("10:15")
    breach = desk.alerts()[-1]
    assert "First reply missed" in breach.text
    assert "late" in breach.shown
    assert len(desk.alerts()) == 2


async def test_an_alert_that_is_overtaken_by_the_answer_before_it_could_be_sent_is_not_sent(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:47")
    desk.sandbox.faults.calls("status", method="chat.postMessage", status=503, for_seconds=600)
    await desk.at("09:50")
    await desk.post("U0ANA", "It is fixed", thread=ts)
    await desk.click("U0ANA", "Solve")
    await desk.at("11:00")
    assert desk.alerts() == []


async def test_alerts_of_two_tickets_go_to_their_own_cards(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.post("U0HANK", "I cannot log in", channel="C0GLOBEX")
    await desk.at("10:01")
    threads = {
        card["ts"]: [alert.text for alert in desk.alerts() if alert.thread_ts == card["ts"]] for card in desk.cards()
    }
    assert [len(texts) for texts in threads.values()] == [2, 2]
    assert all("Globex" in text for text in threads[desk.card_ts(2)])


async def test_the_cards_edits_notify_nobody(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "Which one?", thread=ts)
    await desk.click("U0ANA", "Solve")
    assert desk.sandbox.read.notifications(channel=TRIAGE) == []
