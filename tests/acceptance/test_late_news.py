"""What Slack delivers late: the result is the one that the right order would have given, and nobody is told twice."""

from collections.abc import AsyncIterator

import pytest

from bot.clock import ManualClock
from store import instances, ticket_events, tickets
from tests.support.desk import CONFIG, MONDAY, Desk, opened

WITH_HURRY = CONFIG.replace(
    "triggers:\n",
    """triggers:
  - when: {any: [{field: text, operator: includes, value: "no hurry"}]}
    set: {priority: low}
  - when: {any: [{field: text, operator: includes, value: "rather soon"}]}
    set: {priority: high}
""",
).replace("      low: {", "      high: {hours: business, first_reply_time: 55m}\n      low: {")


@pytest.fixture
async def desk_with_hurry(desk_database: str) -> AsyncIterator[Desk]:
    """The customers' words say how urgent it is: "no hurry" is 4 h, "rather soon" 55 min, "production down" 20 min."""
    async with opened(desk_database, clock=ManualClock(MONDAY), config=WITH_HURRY) as running:
        yield running


async def held_back(desk: Desk, user: str, text: str, *, thread: str = "", until: str) -> str:
    """Somebody writes now, and Slack delivers it only then."""
    desk.sandbox.faults.events("hold", type="message*")
    message = desk.sandbox.act.post("C0ACME", user, text, thread_ts=thread)
    await desk.at(until)
    desk.sandbox.faults.clear()
    await desk.settle()
    return str(message["ts"])


def told(desk: Desk) -> list[str]:
    """When the alert channel was told what: "09:48 First reply due"."""
    return [f"{alert.at:%H:%M} {' '.join(alert.text.replace(':', '').split()[:3])}" for alert in desk.alerts()]


async def test_a_threshold_that_late_news_has_moved_ahead_is_told_of_once_more(desk_with_hurry: Desk):
    desk = desk_with_hurry
    thread = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:30")
    await held_back(desk, "U0RITA", "There is no hurry", thread=thread, until="09:50")
    assert desk.promises()["First reply"] == "due 2026-01-12 14:00 UTC"
    await desk.at("14:30")
    assert told(desk) == ["09:48 First reply due", "13:12 First reply due", "14:00 First reply missed"]


async def test_so_it_is_when_something_else_was_known_that_happened_later(desk_with_hurry: Desk):
    desk = desk_with_hurry
    thread = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:30")
    desk.sandbox.faults.events("hold", type="message*")
    desk.sandbox.act.post("C0ACME", "U0RITA", "There is no hurry", thread_ts=thread)
    await desk.at("09:40")
    await desk.command("U0ANA", "/sla claim #1")
    await desk.at("09:50")
    desk.sandbox.faults.clear()
    await desk.settle()
    assert desk.promises()["First reply"] == "due 2026-01-12 14:00 UTC"
    await held_back(desk, "U0SAM", "It is last week's", thread=thread, until="13:20")
    await desk.at("14:30")
    assert told(desk) == ["09:48 First reply due", "13:12 First reply due", "14:00 First reply missed"]


async def test_a_threshold_that_was_told_and_that_late_news_has_put_in_the_past_is_not_told_again(
    desk_with_hurry: Desk,
):
    desk = desk_with_hurry
    thread = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:10")
    await held_back(desk, "U0RITA", "We need it rather soon", thread=thread, until="09:49")
    await desk.at("10:30")
    assert told(desk) == ["09:48 First reply due", "09:55 First reply missed"]


async def test_what_is_known_to_be_missed_is_not_alerted_again_because_of_late_news(desk_with_hurry: Desk):
    desk = desk_with_hurry
    thread = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:30")
    desk.sandbox.faults.calls("status", method="conversations.replies", status=503)
    await held_back(desk, "U0RITA", "It is production down!", thread=thread, until="10:01")
    await desk.pass_time(minutes=1)
    assert desk.facts()["Priority"] == "urgent"
    await desk.at("11:00")
    assert told(desk) == ["09:48 First reply due", "10:00 First reply missed"]


async def test_late_news_of_a_deadline_that_has_passed_alerts_once(desk_with_hurry: Desk):
    desk = desk_with_hurry
    thread = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:05")
    await held_back(desk, "U0RITA", "It is production down!", thread=thread, until="09:35")
    await desk.at("11:00")
    assert told(desk) == ["09:35 First reply missed"]


async def test_late_thanks_leave_the_status_that_the_ticket_had_when_they_were_written(desk: Desk):
    thread = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0BEN", "It is full again.", thread=thread)
    await desk.at("09:20")
    desk.sandbox.faults.events("hold", type="message*")
    desk.sandbox.act.post("C0ACME", "U0RITA", "Thanks!", thread_ts=thread)
    await desk.at("09:45")
    await desk.click("U0BEN", "Solve")
    desk.sandbox.faults.clear()
    await desk.pass_time(minutes=1)

    assert desk.facts()["Status"] == "solved"
    waited = await desk.bot.db.read(lambda conn: instances.get(conn, "T0HOME", 1, "requester_wait_time", 1))
    assert waited is not None
    assert waited.fulfilled_at is not None
    assert f"{waited.fulfilled_at:%H:%M}" == "09:45", "the thanks were written while it was still open"
    assert desk.promises()["Next reply"] == "cancelled"


@pytest.mark.parametrize("reverse", [False, True], ids=["in order", "the later one first"])
async def test_a_customers_burst_is_one_ticket_in_whatever_order_it_arrives(desk: Desk, *, reverse: bool):
    first, second = (
        {
            "type": "message",
            "channel": "C0ACME",
            "user": "U0RITA",
            "user_team": "T0ACME",
            "text": text,
            "ts": f"{MONDAY.timestamp() + seconds:.6f}",
            "event_ts": f"{MONDAY.timestamp() + seconds:.6f}",
        }
        for seconds, text in ((10, "Hello"), (40, "The export is empty"))
    )
    await desk.pass_time(minutes=1)
    for event in (second, first) if reverse else (first, second):
        await desk.raw_event(event)

    assert len(desk.cards()) == 1
    assert desk.quoted() == "Hello"
    stored = await desk.bot.db.read(lambda conn: tickets.get(conn, "T0HOME", 1))
    assert stored is not None
    assert (stored.thread_ts, stored.subject, stored.requester) == (first["ts"], "Hello", "U0RITA")
    assert f"{stored.created_at:%H:%M:%S}" == "09:00:10"
    history = await desk.bot.db.read(lambda conn: ticket_events.of_ticket(conn, "T0HOME", 1))
    assert [(event.type, event.body["text"]) for event in history] == [
        ("created", "Hello"),
        ("comment", "The export is empty"),
    ]
    assert desk.promises()["First reply"] == "due 2026-01-12 10:00 UTC"


async def test_an_older_message_of_another_customer_begins_no_ticket_of_somebody_else(desk: Desk):
    await desk.pass_time(minutes=1)
    for seconds, user, text in ((40, "U0RITA", "The export is empty"), (10, "U0SAM", "Hello")):
        ts = f"{MONDAY.timestamp() + seconds:.6f}"
        said = {"type": "message", "channel": "C0ACME", "user": user, "text": text, "ts": ts, "event_ts": ts}
        await desk.raw_event(said | {"user_team": "T0ACME"})
    assert [desk.quoted(number) for number in (1, 2)] == ["The export is empty", "Hello"]


async def test_an_alert_stays_with_its_promise_when_late_news_give_the_promise_another_number(desk: Desk):
    await desk.pass_time(minutes=1)
    thread = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0BEN", "Which one?", thread=thread)
    await desk.at("09:10")
    lost = desk.sandbox.faults.events("lose")
    await desk.post("U0RITA", "That of May", thread=thread)
    desk.sandbox.faults.clear(lost["id"])
    await desk.post("U0BEN", "We look into it", thread=thread)
    await desk.at("09:30")
    await desk.post("U0RITA", "It is still empty", thread=thread)
    await desk.at("11:10")
    assert told(desk) == ["11:06 Next reply due"]
    await desk.bot.backfill.drain()
    await desk.at("11:40")
    assert told(desk) == ["11:06 Next reply due", "11:30 Next reply missed"]
    second = await desk.bot.db.read(lambda conn: instances.get(conn, "T0HOME", 1, "next_reply_time", 2))
    assert second is not None
    assert f"{second.activated_at:%H:%M}" == "09:30"
    await desk.post("U0ANA", "Now it is full again", thread=thread)
    assert all("Answered" in alert.text for alert in desk.alerts())
