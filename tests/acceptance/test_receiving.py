"""What Slack delivers is stored before it is acknowledged, counts once, and in the order in which it happened."""

import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

import aiohttp
import pytest

from tests.support.desk import TRIAGE, Desk

MESSAGE = {"type": "message", "channel": "C0ACME", "user": "U0RITA", "user_team": "T0ACME"}


async def deliver(desk: Desk, body: bytes, **headers: str) -> tuple[int, str]:
    """One request to the bot's front door, signed unless the headers say otherwise; the answer's status and text."""
    stamp = str(int(time.time()))
    secret = desk.stage.world.signing_secret.encode()
    signature = "v0=" + hmac.new(secret, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    signed = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature, "Content-Type": "application/json"}
    url = f"{desk.bot.address}/slack/events"
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=signed | headers) as answer:
        return answer.status, await answer.text()


def envelope(event: object, **more: object) -> bytes:
    outer = {"type": "event_callback", "team_id": "T0HOME", "event_id": "Ev1", "event": event, **more}
    return json.dumps(outer).encode()


async def health(desk: Desk) -> dict[str, str]:
    """The figures of the dashboard's page about health."""
    _, page = await desk.get("/health")
    figures = page.replace(" (look at this)", "").split("<h1>Health</h1>")[1]
    names = [part.split("</dt>")[0] for part in figures.split("<dt>")[1:]]
    values = [part.split("</dd>")[0] for part in figures.split("<dd>")[1:]]
    return dict(zip(names, values, strict=True))


# The front door


async def test_slacks_test_of_the_address_is_answered_with_its_challenge(desk: Desk):
    body = json.dumps({"type": "url_verification", "token": "x", "challenge": "3eZbrw1a"}).encode()
    status, text = await deliver(desk, body)
    assert (status, json.loads(text)) == (200, {"challenge": "3eZbrw1a"})


async def test_a_request_with_a_wrong_signature_is_refused_and_not_kept(desk: Desk):
    status, _ = await deliver(
        desk,
        envelope({**MESSAGE, "ts": "1768208400.000001", "text": "x"}),
        **{
            "X-Slack-Signature": "v0=" + "0" * 64,
        },
    )
    await desk.pass_time(seconds=5)
    assert status == 401
    assert desk.cards() == []


async def test_a_request_without_a_signature_is_refused(desk: Desk):
    url = f"{desk.bot.address}/slack/events"
    async with aiohttp.ClientSession() as session, session.post(url, data=b"{}") as answer:
        assert answer.status == 401


async def test_a_request_from_an_hour_ago_is_refused(desk: Desk):
    body = envelope({**MESSAGE, "ts": "1768208400.000001", "text": "x"})
    stamp = str(int(time.time()) - 3600)
    secret = desk.stage.world.signing_secret.encode()
    signature = "v0=" + hmac.new(secret, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    old = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}
    assert (await deliver(desk, body, **old))[0] == 401


@pytest.mark.parametrize("stamp", ["", "noon", "1e9", "-1", "99999999999999999999", "1768208400.5"])
async def test_a_request_with_an_odd_time_is_refused(desk: Desk, stamp: str):
    assert (await deliver(desk, b"{}", **{"X-Slack-Request-Timestamp": stamp}))[0] == 401


async def test_a_body_that_is_not_utf8_is_refused(desk: Desk):
    assert (await deliver(desk, b"\xff\xfe{}"))[0] == 401


@pytest.mark.parametrize(
    "payload", [{"type": "block_actions", "actions": []}, {"type": "block_actions", "actions": 5}, {}]
)
async def test_a_click_of_any_shape_is_acknowledged(desk: Desk, payload: dict):
    form = urlencode({"payload": json.dumps(payload)}).encode()
    status, _ = await deliver(desk, form, **{"Content-Type": "application/x-www-form-urlencoded"})
    await desk.pass_time(minutes=1)
    assert status == 200
    assert (await health(desk))["Inbox waiting"] == "0"


async def test_a_body_of_more_than_a_megabyte_is_refused(desk: Desk):
    assert (await deliver(desk, b"x" * 1_000_001))[0] == 413


async def test_a_signed_body_of_any_shape_is_acknowledged_and_the_next_message_works(desk: Desk):
    bodies = [
        b"",
        b"null",
        b"[]",
        b"[1]",
        b'"text"',
        b"7",
        b"{",
        b"{}",
        b'{"type": null}',
        b'{"event": 5}',
        b"payload=%7B",
    ]
    for body in bodies:
        assert (await deliver(desk, body))[0] == 200, body
    await desk.post("U0RITA", "The export is empty")
    assert desk.quoted() == "The export is empty"


@pytest.mark.parametrize(
    "event",
    [
        {},
        None,
        5,
        ["message"],
        {"type": "message"},
        {"type": "message", "channel": None, "ts": None},
        {"type": "message", "channel": {"id": "C0ACME"}, "ts": 7},
        {**MESSAGE, "ts": "yesterday", "text": "x"},
        {**MESSAGE, "ts": "1768208400.000001", "text": None, "files": 3, "blocks": "x"},
        {"type": "message", "subtype": "message_changed", "channel": "C0ACME", "message": None, "ts": "1.0"},
        {"type": "message", "subtype": "message_deleted", "channel": "C0ACME", "ts": "1.0"},
        {"type": "message", "subtype": ["list"], "channel": "C0ACME", "ts": "1.0"},
        {"type": "reaction_added", "item": None, "user": None},
        {"type": "user_change", "user": "U0RITA"},
        {"type": "channel_rename", "channel": ["C0ACME"]},
        {"type": "brand_new", "event_ts": "1.0", "channel": {"id": {"deep": 1}}},
        {"type": ["message"]},
        {**MESSAGE, "channel": "C\ud800", "ts": "1768208400.000001", "text": "half a character"},
        {**MESSAGE, "channel": "C\u0000", "ts": "1768208400.000001", "text": "nul"},
        {**MESSAGE, "channel": "C" * 5000, "ts": "1768208400.000001", "text": "long"},
        {**MESSAGE, "ts": "1768208400.000001", "text": "a \ud800 b \u0000 c"},
    ],
    ids=lambda event: json.dumps(event)[:60],
)
async def test_an_event_of_any_shape_is_acknowledged_and_the_next_message_works(desk: Desk, event: object):
    assert (await deliver(desk, envelope(event)))[0] == 200
    await desk.pass_time(minutes=1)
    await desk.post("U0HANK", "I cannot log in", channel="C0GLOBEX")
    assert any("I cannot log in" in str(card) for card in desk.cards())
    assert (await health(desk))["Inbox waiting"] == "0"


async def test_what_cannot_be_handled_is_tried_for_a_while_and_then_set_aside_for_a_person(desk: Desk):
    await deliver(desk, envelope({**MESSAGE, "ts": "99999999999.000001", "text": "from the year 5138"}))
    await desk.pass_time(minutes=1)
    assert (await health(desk))["Inbox waiting"] == "1"
    await desk.pass_time(hours=2)
    assert (await health(desk))["Inbox waiting"] == "0"
    assert (await health(desk))["Inbox set aside"] == "1"
    await desk.post("U0RITA", "The export is empty")
    assert desk.quoted() == "The export is empty"


async def test_an_unknown_kind_of_event_is_acknowledged(desk: Desk):
    await desk.raw_event({"type": "brand_new_event", "event_ts": "1768208400.000009", "thing": {"id": 1}})
    (delivery,) = desk.sandbox.read.deliveries(type="brand_new_event")
    assert delivery["acked"]


# Once


async def test_an_event_that_slack_delivers_twice_counts_once(desk: Desk):
    desk.sandbox.faults.events("duplicate")
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:12")
    await desk.post("U0ANA", "Which one?", thread=ts)
    assert len(desk.cards()) == 1
    assert desk.promises()["First reply"] == "met in 12 min"
    assert "Next reply" not in desk.promises()


async def test_the_same_message_in_another_envelope_counts_once(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    copy = {**MESSAGE, "ts": ts, "event_ts": ts, "text": "The export is empty"}
    for event_id in ("EvOther1", "EvOther2"):
        await deliver(desk, envelope(copy, event_id=event_id))
    await desk.pass_time(seconds=5)
    assert len(desk.cards()) == 1


async def test_a_mention_and_the_message_that_holds_it_count_once_even_as_a_reply(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "Which one?", thread=ts)
    await desk.at("09:30")
    await desk.post("U0RITA", "<@U0THREAD> the one of yesterday", thread=ts)
    assert desk.promises()["Next reply"] == "due 2026-01-12 11:30 UTC"
    assert len(desk.cards()) == 1


async def test_an_event_that_slack_repeats_after_an_error_is_taken(desk: Desk):
    await desk.stop_bot()
    desk.sandbox.act.post("C0ACME", "U0RITA", "The export is empty")
    await desk.sandbox.drained()
    await desk.start_bot()
    await desk.at("09:02")
    (delivery,) = desk.sandbox.read.deliveries(type="message", limit=1)[-1:]
    assert desk.quoted() == "The export is empty"
    assert desk.promises()["First reply"] == "due 2026-01-12 10:00 UTC"
    assert len(desk.cards()) == 1
    assert delivery["acked"]


# When the database is away


async def test_while_the_database_cannot_be_written_slack_is_told_to_come_back(desk: Desk):
    desk.break_database()
    desk.sandbox.act.post("C0ACME", "U0RITA", "The export is empty")
    await desk.sandbox.drained()
    (delivery,) = desk.sandbox.read.deliveries(type="message")
    assert [attempt["status"] for attempt in delivery["attempts"]] == [500, 500]
    desk.mend_database()


async def test_after_the_database_is_back_nothing_is_lost(desk: Desk):
    desk.break_database()
    ts = desk.sandbox.act.post("C0ACME", "U0RITA", "The export is empty")["ts"]
    desk.sandbox.act.post("C0ACME", "U0ANA", "Which one?", thread_ts=ts)
    await desk.sandbox.drained()
    desk.mend_database()
    await desk.at("09:10")
    assert desk.quoted() == "The export is empty"
    assert desk.promises()["First reply"].startswith("met")
    assert (await desk.get("/readyz"))[0] == 200


async def test_while_the_database_cannot_be_read_the_bot_says_that_it_is_not_ready(desk: Desk):
    desk.break_database()
    status, text = await desk.get("/readyz")
    assert (status, json.loads(text)["ready"]) == (503, False)
    assert (await desk.get("/healthz"))[0] == 200
    desk.mend_database()


# In order


async def story(desk: Desk, between) -> list[dict]:
    """Two tickets, answered and asked again; what is stored of their clocks."""
    ts = desk.sandbox.act.post("C0ACME", "U0RITA", "The export is empty")["ts"]
    await between()
    desk.stage.jump(desk.now.replace(minute=10))
    desk.sandbox.act.post("C0ACME", "U0ANA", "Which one?", thread_ts=ts)
    await between()
    desk.stage.jump(desk.now.replace(minute=20))
    desk.sandbox.act.post("C0ACME", "U0RITA", "The one of yesterday", thread_ts=ts)
    await between()
    desk.stage.jump(desk.now.replace(minute=25))
    desk.sandbox.act.post("C0ACME", "U0SAM", "I cannot log in")
    await between()
    desk.stage.jump(desk.now.replace(minute=31))
    desk.sandbox.act.post("C0ACME", "U0BEN", "Found it", thread_ts=ts)
    await between()
    await desk.at("09:40")
    first, second = (number for words in ("export", "log in") for number in (1, 2) if words in desk.quoted(number))
    return [desk.promises(first), desk.promises(second)]


IN_ORDER = [
    {
        "First reply": "met in 10 min",
        "Next reply": "met in 11 min",
        "Requester wait time": "due 2026-01-12 16:00 UTC",
    },
    {"First reply": "due 2026-01-12 10:25 UTC", "Requester wait time": "due 2026-01-12 16:25 UTC"},
]


async def test_events_in_order_give_the_promises_that_the_other_orders_have_to_give(desk: Desk):
    assert await story(desk, desk.settle) == IN_ORDER


@pytest.mark.parametrize("window", [2, 3, 5])
async def test_events_that_arrive_in_reverse_give_the_same_promises(desk: Desk, window: int):
    desk.sandbox.faults.events("reorder", type="message", channel="C0ACME", window=window)

    async def nothing() -> None:
        """Slack holds back what it has until a window is full."""

    assert await story(desk, nothing) == IN_ORDER


@pytest.mark.parametrize("late", [0, 1, 2, 3, 4])
async def test_an_event_that_arrives_after_all_others_were_handled_gives_the_same_promises(desk: Desk, late: int):
    fault = desk.sandbox.faults.events("hold", type="message", channel="C0ACME", skip=late, count=1)

    async def handled() -> None:
        await desk.settle()
        if desk.now.minute == 31:
            desk.sandbox.faults.clear(fault["id"])
            await desk.settle()

    assert await story(desk, handled) == IN_ORDER


async def test_a_thread_whose_first_message_never_arrived_becomes_a_ticket_with_its_words(desk: Desk):
    desk.sandbox.faults.events("lose", type="message", count=1)
    ts = await desk.post("U0RITA", "The export is empty")
    assert desk.cards() == []
    await desk.at("09:12")
    await desk.post("U0ANA", "Which one?", thread=ts)
    assert desk.quoted() == "The export is empty"
    assert desk.promises()["First reply"] == "met in 12 min"


async def test_a_question_below_an_announcement_that_never_arrived_opens_a_ticket(desk: Desk):
    desk.sandbox.faults.events("lose", type="message", count=1)
    ts = await desk.post("U0ANA", "We are at the fair next week")
    await desk.at("09:20")
    await desk.post("U0RITA", "Do you answer meanwhile?", thread=ts)
    assert desk.promises()["Next reply"] == "due 2026-01-12 11:20 UTC"


async def test_while_slack_does_not_say_who_wrote_a_message_it_waits_and_then_counts_from_its_own_time(desk: Desk):
    desk.sandbox.faults.calls("status", method="users.info", status=503, for_seconds=120)
    await desk.post("U0RITA", "The export is empty")
    assert desk.cards() == []
    await desk.at("09:10")
    assert desk.promises()["First reply"] == "due 2026-01-12 10:00 UTC"


async def test_a_deletion_that_arrives_before_its_message_leaves_no_ticket_and_no_words(desk: Desk):
    fault = desk.sandbox.faults.events("hold", type="message", channel="C0ACME", count=1)
    ts = await desk.post("U0RITA", "My password is hunter2")
    await desk.delete("U0RITA", ts)
    desk.sandbox.faults.clear(fault["id"])
    await desk.at("10:30")
    assert "hunter2" not in str(desk.sandbox.read.messages(TRIAGE))
    assert desk.alerts() == []


async def test_an_edit_that_arrives_before_its_message_is_what_the_card_shows(desk: Desk):
    fault = desk.sandbox.faults.events("hold", type="message", channel="C0ACME", count=1)
    ts = await desk.post("U0RITA", "The exprot is empty")
    await desk.edit("U0RITA", ts, "The export is empty")
    desk.sandbox.faults.clear(fault["id"])
    await desk.at("09:05")
    assert desk.quoted() == "The export is empty"


async def test_messages_of_a_burst_are_one_ticket_in_whatever_order_they_arrive(desk: Desk):
    fault = desk.sandbox.faults.events("hold", type="message", channel="C0ACME", count=1)
    await desk.post("U0RITA", "Hello")
    await desk.post("U0RITA", "The export is empty")
    desk.sandbox.faults.clear(fault["id"])
    await desk.at("09:05")
    assert len(desk.cards()) == 1


async def test_an_unthreaded_answer_that_arrives_before_the_question_is_still_the_answer(desk: Desk):
    fault = desk.sandbox.faults.events("hold", type="message", channel="C0ACME", count=1)
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:05")
    await desk.post("U0ANA", "I am looking at it")
    desk.sandbox.faults.clear(fault["id"])
    await desk.at("09:10")
    assert desk.promises()["First reply"] == "met in 5 min"
