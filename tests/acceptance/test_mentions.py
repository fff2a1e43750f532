"""What the team writes to the bot in a thread, where slash commands do not work."""

import pytest

from tests.support.desk import TRIAGE, Desk

BOT = "<@U0THREAD>"


@pytest.mark.parametrize("typed", [f"{BOT} claim", f"{BOT}: CLAIM", f"  {BOT}   claim  "])
async def test_a_mention_in_the_customers_thread_acts_on_its_ticket(desk: Desk, typed: str):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:10")
    await desk.post("U0HANK", "Hello", channel="C0GLOBEX")
    await desk.post("U0ANA", typed, thread=ts)
    assert desk.facts(1)["Assignee"] == "<@U0ANA>"
    assert desk.facts(2)["Assignee"] == "nobody yet"
    assert desk.said_to("U0ANA") == ["#1: It is yours."]


async def test_it_is_no_reply_to_the_customer(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", f"{BOT} priority high", thread=ts)
    assert desk.facts()["Priority"] == "high"
    assert desk.facts()["Status"] == "new"
    assert "met" not in desk.card_text()


async def test_the_answer_is_seen_by_nobody_else_and_posts_nothing(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", f"{BOT} why", thread=ts)
    (answer,) = desk.sandbox.read.ephemerals(user="U0ANA")
    assert answer["thread_ts"] == ts
    assert "Sum: 1 h counted" in answer["text"]
    assert desk.written_by_the_bot("C0ACME") == []
    assert desk.sandbox.read.ephemerals(user="U0RITA") == []


async def test_it_works_in_the_thread_of_the_card_too(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.post("U0BEN", f"{BOT} status pending", channel=TRIAGE, thread=desk.card_ts())
    assert desk.facts()["Status"] == "pending"


async def test_a_colleague_may_where_people_of_other_companies_are_answered(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0DORA", f"{BOT} claim", thread=ts)
    assert desk.facts()["Assignee"] == "<@U0DORA>"
    await desk.post("U0DORA", f"{BOT} list", thread=ts)
    assert desk.said_to("U0DORA")[-1] == "Only the support team can do that."


async def test_a_customers_mention_is_a_message_like_any_other(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "Please try again", thread=ts)
    await desk.at("10:00")
    await desk.post("U0RITA", f"{BOT} priority urgent", thread=ts)
    assert desk.facts()["Priority"] == "normal"
    assert desk.promises()["Next reply"] == "due 2026-01-12 12:00 UTC"
    assert desk.said_to("U0RITA") == []


async def test_a_reply_that_begins_with_our_name_but_no_verb_is_a_reply(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", f"{BOT} tells us that you have waited, sorry: it is fixed now", thread=ts)
    assert desk.promises()["First reply"].startswith("met")


async def test_a_misspelt_verb_is_asked_back_and_is_no_reply(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", f"{BOT} clame", thread=ts)
    assert "Did you mean `claim`?" in desk.said_to("U0ANA")[0]
    assert desk.facts()["Status"] == "new"


async def test_our_name_alone_says_what_can_be_written(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", BOT, thread=ts)
    assert desk.said_to("U0ANA")[0].startswith("*What you can type*")


async def test_a_thread_without_a_ticket_is_said_to_be_one(desk: Desk):
    ts = await desk.post("U0ANA", "Lunch?", channel="C0RANDOM")
    await desk.post("U0ANA", f"{BOT} claim", channel="C0RANDOM", thread=ts)
    assert desk.said_to("U0ANA") == ["This thread belongs to no ticket."]


async def test_the_mention_and_the_message_are_one_command(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", f"{BOT} note they are on the old plan", thread=ts)
    assert len(desk.alerts()) == 1
    assert len(desk.said_to("U0ANA")) == 1
