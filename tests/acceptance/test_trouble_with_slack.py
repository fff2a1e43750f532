"""While Slack has trouble of its own nothing is lost, and nobody is taken for somebody else."""

import asyncio

import pytest

from bot.slack.envelopes import read_envelope
from tests.support.desk import Desk

# What Slack says with HTTP 200 when it has trouble of its own, and what it may say tomorrow.
TROUBLE = ["internal_error", "fatal_error", "request_timeout", "service_unavailable", "something_new"]


@pytest.mark.parametrize("trouble", TROUBLE)
async def test_a_question_is_not_lost_because_slack_could_not_say_what_channel_it_is_in(desk: Desk, trouble: str):
    desk.sandbox.faults.calls("error", method="conversations.info", error=trouble, count=1)
    await desk.post("U0RITA", "The export is empty")
    await desk.pass_time(seconds=30)
    assert desk.quoted() == "The export is empty"


async def test_an_agent_is_not_taken_for_a_customer_because_slack_could_not_list_the_support_team(desk: Desk):
    fault = desk.sandbox.faults.calls("error", method="usergroups.users.list", error="internal_error")
    await desk.post("U0BEN", "We have a break at noon", channel="C0HELP")
    await desk.pass_time(minutes=5)
    assert desk.cards() == []
    desk.sandbox.faults.clear(fault["id"])
    await desk.post("U0MILTON", "Where is the canteen?", channel="C0HELP")
    await desk.pass_time(minutes=1)
    assert len(desk.cards()) == 1
    assert desk.quoted() == "Where is the canteen?"


async def test_the_question_that_began_a_thread_is_waited_for_while_slack_cannot_show_it(desk: Desk):
    desk.sandbox.faults.events("lose", count=1)
    thread = await desk.post("U0RITA", "The export is empty")
    desk.sandbox.faults.calls("error", method="conversations.replies", error="internal_error", count=1)
    await desk.post("U0SAM", "Here, too", thread=thread)
    await desk.pass_time(seconds=30)
    assert desk.quoted() == "The export is empty"


@pytest.mark.parametrize("refusal", ["token_revoked", "invalid_auth", "account_inactive", "missing_scope"])
async def test_what_customers_write_while_slack_does_not_take_the_token_is_kept_for_later(desk: Desk, refusal: str):
    fault = desk.sandbox.faults.calls("error", method="conversations.info", error=refusal)
    await desk.post("U0RITA", "The export is empty")
    await desk.pass_time(minutes=2)
    assert desk.cards() == []
    desk.sandbox.faults.clear(fault["id"])
    await desk.pass_time(minutes=1)
    assert desk.quoted() == "The export is empty"


async def test_after_an_outage_of_half_an_hour_a_question_is_a_ticket_within_thirty_seconds(desk: Desk):
    desk.sandbox.faults.calls("status", method="users.info", status=503, for_seconds=1800)
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:29")
    assert desk.cards() == []
    await desk.at("09:30")
    await desk.pass_time(seconds=30)
    assert desk.quoted() == "The export is empty"
    assert desk.promises()["First reply"] == "due 2026-01-12 10:00 UTC"


async def test_the_first_answer_after_an_outage_wakes_everything_that_waited(desk: Desk):
    fault = desk.sandbox.faults.calls("status", method="users.info", status=503)
    await desk.post("U0RITA", "The export is empty")
    await desk.pass_time(minutes=5)
    await desk.post("U0HANK", "The import is slow", channel="C0GLOBEX")
    await desk.pass_time(seconds=7)
    desk.sandbox.faults.clear(fault["id"])
    while not desk.cards():
        await desk.pass_time(seconds=1)
    await desk.pass_time(seconds=2)  # a channel takes one card a second
    assert sorted([desk.quoted(1), desk.quoted(2)]) == ["The export is empty", "The import is slow"]


async def test_a_reaction_that_is_understood_before_its_message_does_what_it_means(desk: Desk):
    desk.sandbox.faults.calls("status", method="users.info", status=503, count=1)
    ts = await asked_a_moment_ago(desk)
    desk.sandbox.act.react("C0ACME", "U0ANA", ts, "white_check_mark")
    await desk.pass_time(minutes=2)
    assert desk.facts()["Status"] == "solved"


async def test_a_reaction_that_comes_before_its_message_does_what_it_means(desk: Desk):
    held = desk.sandbox.faults.events("hold", type="message*")
    ts = await asked_a_moment_ago(desk)
    desk.sandbox.act.react("C0ACME", "U0ANA", ts, "eyes")
    await desk.pass_time(seconds=5)
    desk.sandbox.faults.clear(held["id"])
    await desk.pass_time(minutes=1)
    assert desk.facts()["Assignee"] == "<@U0ANA>"


async def asked_a_moment_ago(desk: Desk) -> str:
    """Rita has written, and the bot knows of it what it can know at that very moment."""
    message = desk.sandbox.act.post("C0ACME", "U0RITA", "The export is empty")
    await desk.settle()
    return str(message["ts"])


async def test_a_person_who_cannot_be_answered_holds_up_nobody_else(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    reached, hung_up = asyncio.Event(), asyncio.Event()

    async def say_nothing(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        reached.set()
        await hung_up.wait()
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1]
        asked = {
            "command": "/sla",
            "text": "status pending #1",
            "user_id": "U0ANA",
            "team_id": "T0HOME",
            "channel_id": "C0TRIAGE",
            "trigger_id": "1.2.3",
            "response_url": f"http://127.0.0.1:{port}/commands",
        }
        await desk.bot.keep(read_envelope(asked))
        assert await desk.bot.dispatch.drain() == 1
        await reached.wait()
        desk.sandbox.act.post("C0GLOBEX", "U0HANK", "The import is slow")
        await desk.sandbox.drained()
        assert await desk.bot.dispatch.drain() == 1
        hung_up.set()
        await desk.pass_time(seconds=5)
    assert desk.facts(1)["Status"] == "pending"
    assert desk.quoted(2) == "The import is slow"
