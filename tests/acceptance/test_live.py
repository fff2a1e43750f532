"""The bot working by itself, told of events over signed HTTP and over Socket Mode alike."""

import json
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from tests.support.desk import Desk, until


def post(desk: Desk, user: str, text: str, *, thread: str = "") -> str:
    return str(desk.sandbox.act.post("C0ACME", user, text, thread_ts=thread)["ts"])


async def test_a_message_gets_its_card_and_an_answer_keeps_the_promise(live_desk: Desk):
    ts = post(live_desk, "U0RITA", "The export is empty")
    await until(live_desk.cards)
    post(live_desk, "U0ANA", "Which one?", thread=ts)
    await until(lambda: live_desk.promises()["First reply"].startswith("met"))
    assert live_desk.facts()["Assignee"] == "<@U0ANA>"


async def test_a_warning_and_a_breach_come_by_themselves_once_each(live_desk: Desk):
    post(live_desk, "U0RITA", "production down")
    await until(lambda: len(live_desk.alerts()) == 2)
    warning, breach = live_desk.alerts()
    assert "First reply due" in warning.text
    assert "First reply missed" in breach.text
    assert breach.broadcast


async def test_a_click_and_a_command_are_answered(live_desk: Desk):
    post(live_desk, "U0RITA", "The export is empty")
    await until(live_desk.cards)
    clicked = await live_desk.sandbox.ui.click("U0ANA", "C0TRIAGE", live_desk.card_ts(), "ticket_claim")
    await until(lambda: live_desk.said_to("U0ANA"))
    typed = await live_desk.sandbox.ui.command("U0CLEO", "C0ACME", "/priority high")
    await until(lambda: live_desk.said_to("U0CLEO"))
    assert (clicked["acked"], typed["acked"]) == (True, True)
    assert live_desk.said_to("U0CLEO") == ["#1: The priority is high."]
    await until(lambda: live_desk.facts()["Priority"] == "high")
    assert live_desk.facts()["Assignee"] == "<@U0ANA>"


async def test_many_messages_at_once_are_a_ticket_each(live_desk: Desk):
    for number in range(10):
        post(live_desk, ("U0RITA", "U0SAM")[number % 2], f"Problem {number}")
    await until(lambda: len(live_desk.cards()) == 10)
    assert sorted(live_desk.quoted(number) for number in range(1, 11)) == [f"Problem {number}" for number in range(10)]


async def test_a_malformed_event_holds_up_nothing(live_desk: Desk):
    for event in ({"type": "message", "channel": None, "ts": 7}, {"type": "brand_new"}, {"type": ["message"]}):
        live_desk.sandbox.apps.raw_event(live_desk.stage.world.app, "T0HOME", {"type": "message"} | event)
    post(live_desk, "U0RITA", "The export is empty")
    await until(live_desk.cards)
    await live_desk.sandbox.drained()
    assert all(one["acked"] for one in live_desk.sandbox.read.deliveries(type="message", app=live_desk.stage.world.app))


async def test_the_bot_is_ready(live_desk: Desk):
    status, text = await live_desk.get("/readyz")
    assert (status, json.loads(text)["ready"]) == (200, True)


@pytest.mark.parametrize("live_desk", ["Socket Mode"], indirect=True)
@pytest.mark.parametrize("how", ["refresh", "cut"])
async def test_after_the_connection_was_lost_the_next_messages_arrive_all_the_same(live_desk: Desk, how: str):
    app = live_desk.stage.world.app
    post(live_desk, "U0RITA", "The export is empty")
    await until(live_desk.cards)
    if how == "refresh":
        await live_desk.sandbox.apps.disconnect(app, "refresh_requested")
    else:
        live_desk.sandbox.apps.cut(app)
    await until(lambda: live_desk.sandbox.apps.connections(app))
    post(live_desk, "U0SAM", "I cannot log in")
    await until(lambda: len(live_desk.cards()) == 2)


@pytest.mark.parametrize("live_desk", ["Socket Mode"], indirect=True)
async def test_an_address_that_slack_no_longer_takes_is_not_tried_for_ever(live_desk: Desk, monkeypatch):
    app, sockets = live_desk.stage.world.app, live_desk.sandbox.slack.sockets
    given, real = [], sockets.open_url

    def stale_at_first(to: Any) -> str:
        given.append(real(to))
        return given[-1].replace("ticket=", "ticket=used") if len(given) == 1 else given[-1]

    monkeypatch.setattr(sockets, "open_url", stale_at_first)
    monkeypatch.setattr("bot.slack.socket._ADDRESS_LASTS", timedelta(seconds=2))
    await live_desk.sandbox.apps.disconnect(app, "refresh_requested")
    await until(lambda: len(given) > 1 and live_desk.sandbox.apps.connections(app))
    post(live_desk, "U0RITA", "The export is empty")
    await until(live_desk.cards)


@pytest.mark.parametrize("live_desk", ["Socket Mode"], indirect=True)
async def test_in_socket_mode_nobody_can_deliver_events_over_http(live_desk: Desk):
    url = f"{live_desk.bot.address}/slack/events"
    async with aiohttp.ClientSession() as session, session.post(url, json={"type": "event_callback"}) as answer:
        assert answer.status == 404


async def test_what_could_not_be_stored_is_not_acknowledged_and_comes_again(live_desk: Desk):
    live_desk.sandbox.faults.settings(answer_seconds=0.5)
    live_desk.break_database()
    post(live_desk, "U0RITA", "The export is empty")
    await until(lambda: live_desk.sandbox.read.deliveries(type="message")[0]["attempts"])
    live_desk.mend_database()
    await until(live_desk.cards)
    assert live_desk.quoted() == "The export is empty"
