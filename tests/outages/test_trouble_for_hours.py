"""Slack is away for a day, loses events for sixteen hours, or asks for patience: how each of these ends."""

import re
from itertools import pairwise

import pytest

from tests.support.desk import TRIAGE, Desk

_ABOUT = re.compile(r"Correction|[A-Z][a-z ]+ (?:due|missed)")
_TICKET = re.compile(r"#(\d+)")


def told(desk: Desk) -> list[str]:
    """What the alert channel was told, without the cards: "First reply missed: #1"."""
    return [f"{_ABOUT.match(alert.text)[0]}: #{_TICKET.search(alert.text)[1]}" for alert in desk.alerts()]


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_after_a_day_without_slack_each_broken_promise_is_told_once_and_says_why_so_late(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    second = await desk.post("U0HANK", "The import is slow", channel="C0GLOBEX")
    await desk.post("U0ANA", "Which file?", channel="C0GLOBEX", thread=second)
    await desk.at("09:30")
    desk.sandbox.faults.outage()
    await desk.at("tue 09:30")
    assert desk.alerts() == []
    desk.sandbox.faults.clear()
    await desk.pass_time(minutes=15)

    # The warnings of what is broken by now are not worth a post any more.
    assert sorted(told(desk)) == [
        "First reply missed: #1",
        "Requester wait time missed: #1",
        "Requester wait time missed: #2",
    ]
    for alert in desk.alerts():
        assert "late" in alert.shown
        assert "there was no answer before" in alert.shown


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_what_was_written_before_slack_went_away_is_a_ticket_when_it_is_back(desk: Desk):
    asked = desk.sandbox.faults.calls("status", status=503)
    await desk.post("U0RITA", "The export is empty")
    await desk.at("11:30")
    desk.sandbox.faults.clear(asked["id"])
    await desk.pass_time(minutes=15)
    assert desk.quoted() == "The export is empty"
    assert desk.promises()["First reply"] == "missed, was due 2026-01-12 10:00 UTC"
    assert told(desk) == ["First reply missed: #1"]


async def test_sixteen_hours_of_lost_events_leave_no_trace_once_history_is_read(desk: Desk):
    await desk.pass_time(minutes=1)
    edited = await desk.post("U0RITA", "The export is empty")
    deleted = await desk.post("U0HANK", "The import is slow", channel="C0GLOBEX")
    claimed = await desk.post("U0MILTON", "My stapler is gone", channel="C0HELP")
    await desk.at("09:30")
    lost = desk.sandbox.faults.events("lose")
    silent = desk.sandbox.faults.calls("error", method="conversations.replies", error="internal_error")
    await desk.edit("U0RITA", edited, "The export of May is empty")
    await desk.post("U0ANA", "We look into it", thread=edited)
    await desk.delete("U0HANK", deleted, channel="C0GLOBEX")
    desk.sandbox.act.react("C0HELP", "U0BEN", claimed, "eyes")
    await desk.at("11:00")
    new = await desk.post("U0SAM", "I cannot log in")
    await desk.at("11:30")
    await desk.post("U0CLEO", "Please try once more", thread=new)
    # Nobody could say that the first one was answered in time, nor that the second one was deleted.
    assert [text for text in told(desk) if "First reply missed" in text] == [
        "First reply missed: #1",
        "First reply missed: #2",
        "First reply missed: #3",
    ]
    await desk.at("tue 01:30")
    desk.sandbox.faults.clear(lost["id"])
    desk.sandbox.faults.clear(silent["id"])
    await desk.bot.backfill.drain()
    await desk.pass_time(minutes=5)

    assert desk.quoted(1) == "The export of May is empty"
    assert desk.promises(1)["First reply"].startswith("met in 29 min")
    assert desk.promises(2)["First reply"].startswith(("cancelled", "missed"))
    assert desk.facts(3)["Assignee"] == "<@U0BEN>"
    assert desk.quoted(4) == "I cannot log in"
    assert desk.promises(4)["First reply"] == "met in 30 min"
    retracted = next(alert for alert in desk.alerts() if "#1 " in alert.text and "First reply" in alert.text)
    assert "Answered in time by <@U0ANA>." in retracted.text
    assert len([text for text in told(desk) if text.startswith("Correction")]) == 1


async def test_ten_minutes_of_429_on_posting_and_on_reading_delay_and_lose_nothing(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.post("U0HANK", "production down", channel="C0GLOBEX")
    await desk.at("09:19")
    for method in ("chat.postMessage", "conversations.replies", "conversations.history"):
        desk.sandbox.faults.calls("rate_limit", method=method, for_seconds=600, seconds=30)
    await desk.post("U0SAM", "The filter hangs")
    await desk.at("09:28")
    assert told(desk) == ["First reply due: #2"]
    await desk.at("09:40")

    assert told(desk) == ["First reply due: #2", "First reply missed: #2"]
    assert [desk.quoted(number) for number in (1, 2, 3)] == [
        "The export is empty",
        "production down",
        "The filter hangs",
    ]
    posts = [call for call in desk.calls("chat.postMessage") if call["args"]["channel"] == TRIAGE]
    refused = [call for call in posts if not call["ok"]]
    assert refused
    for earlier, later in pairwise(posts):
        assert later["at"] - earlier["at"] >= (1 if earlier["ok"] else 30), "Slack said how long to wait"
    first = next(call for call in posts if call["ok"] and call["at"] > refused[0]["at"])
    assert "First reply missed" in first["args"]["text"], "what is urgent goes first"
