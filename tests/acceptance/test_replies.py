"""Who answered, and which promise that kept."""

import pytest

from tests.support.desk import TRIAGE, Desk

HOME_DEFAULT = "U0DORA"  # of the home workspace, in no group


async def test_the_first_answer_of_an_agent_keeps_the_first_promise(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:12")
    await desk.post("U0ANA", "I am looking at it", thread=ts)
    assert desk.promises()["First reply"] == "met in 12 min"


async def test_the_first_agent_who_answers_becomes_the_assignee(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "I am looking at it", thread=ts)
    await desk.post("U0BEN", "So am I", thread=ts)
    assert desk.facts()["Assignee"] == "<@U0ANA>"


async def test_a_new_ticket_is_open_after_the_first_answer(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    assert desk.facts()["Status"] == "new"
    await desk.post("U0ANA", "I am looking at it", thread=ts)
    assert desk.facts()["Status"] == "open"


async def test_the_customers_next_message_starts_the_next_reply_clock(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "Which one?", thread=ts)
    await desk.at("09:30")
    await desk.post("U0RITA", "The one of yesterday", thread=ts)
    assert desk.promises()["Next reply"] == "due 2026-01-12 11:30 UTC"


async def test_the_next_reply_clock_runs_from_the_first_unanswered_message(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "Which one?", thread=ts)
    await desk.at("09:30")
    await desk.post("U0RITA", "The one of yesterday", thread=ts)
    await desk.at("10:00")
    await desk.post("U0RITA", "Anybody there?", thread=ts)
    assert desk.promises()["Next reply"] == "due 2026-01-12 11:30 UTC"


async def test_an_answer_to_the_next_message_keeps_the_next_promise(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "Which one?", thread=ts)
    await desk.at("09:30")
    await desk.post("U0RITA", "The one of yesterday", thread=ts)
    await desk.at("10:15")
    await desk.post("U0BEN", "Found it", thread=ts)
    assert desk.promises()["Next reply"] == "met in 45 min"


async def test_the_customers_own_reply_answers_nothing(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:10")
    await desk.post("U0RITA", "It is urgent to us", thread=ts)
    assert desk.promises()["First reply"] == "due 2026-01-12 10:00 UTC"


async def test_a_colleague_of_the_customers_is_a_customer_too(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0SAM", "Mine as well", thread=ts)
    assert desk.promises()["First reply"] == "due 2026-01-12 10:00 UTC"


async def test_some_other_bot_in_the_thread_answers_nothing(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    desk.sandbox.act.post_as_bot("C0ACME", "U0DEPLOY", "Deployed", thread_ts=ts)
    await desk.pass_time(seconds=5)
    assert desk.promises()["First reply"] == "due 2026-01-12 10:00 UTC"


async def test_our_own_bot_in_the_thread_answers_nothing(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    desk.sandbox.act.post_as_bot("C0ACME", "U0THREAD", "We have it", thread_ts=ts)
    await desk.pass_time(seconds=5)
    assert desk.promises()["First reply"] == "due 2026-01-12 10:00 UTC"


async def test_some_other_bots_message_opens_no_ticket(desk: Desk):
    desk.sandbox.act.post_as_bot("C0ACME", "U0DEPLOY", "Deployed 4711")
    await desk.pass_time(seconds=5)
    assert desk.cards() == []


async def test_an_agent_who_writes_below_the_customer_instead_of_in_the_thread_has_answered(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:09")
    await desk.post("U0ANA", "I am looking at it")
    assert desk.promises()["First reply"] == "met in 9 min"
    assert len(desk.cards()) == 1


async def test_an_agents_message_in_the_channel_eleven_minutes_later_is_no_answer(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:11")
    await desk.post("U0ANA", "We are at the fair next week")
    assert desk.promises()["First reply"] == "due 2026-01-12 10:00 UTC"


async def test_in_the_thread_below_an_unthreaded_answer_the_talk_goes_on(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    answer = await desk.post("U0ANA", "Which one?")
    await desk.at("09:30")
    await desk.post("U0RITA", "The one of yesterday", thread=answer)
    assert desk.promises()["Next reply"] == "due 2026-01-12 11:30 UTC"
    assert len(desk.cards()) == 1


async def test_messages_of_one_customer_within_two_minutes_are_one_ticket(desk: Desk):
    await desk.post("U0RITA", "Hello")
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:01")
    await desk.post("U0RITA", "Since this morning")
    assert len(desk.cards()) == 1
    assert desk.quoted() == "Hello"


async def test_an_answer_below_any_message_of_a_burst_keeps_the_promise(desk: Desk):
    await desk.post("U0RITA", "Hello")
    second = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:20")
    await desk.post("U0ANA", "I am looking at it", thread=second)
    assert desk.promises()["First reply"] == "met in 20 min"


async def test_a_message_after_two_minutes_is_another_ticket(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:03")
    await desk.post("U0RITA", "And I cannot log in")
    assert [desk.quoted(1), desk.quoted(2)] == ["The export is empty", "And I cannot log in"]


async def test_two_customers_at_once_are_two_tickets(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.post("U0SAM", "I cannot log in")
    assert [desk.quoted(1), desk.quoted(2)] == ["The export is empty", "I cannot log in"]


async def test_an_agents_announcement_opens_no_ticket(desk: Desk):
    await desk.post("U0ANA", "We are at the fair next week")
    assert desk.cards() == []


async def test_a_colleagues_comment_below_an_agents_announcement_opens_no_ticket(desk: Desk):
    ts = await desk.post("U0ANA", "We are at the fair next week")
    await desk.post("U0BEN", "Hall 7", thread=ts)
    assert desk.cards() == []


async def test_a_customers_question_below_an_agents_announcement_opens_a_ticket(desk: Desk):
    ts = await desk.post("U0ANA", "We are at the fair next week")
    await desk.at("09:20")
    await desk.post("U0RITA", "Do you answer meanwhile?", thread=ts)
    assert desk.card_of(ts) is not None
    assert desk.promises()["Next reply"] == "due 2026-01-12 11:20 UTC"
    assert "First reply" not in desk.promises()


async def test_a_reply_that_is_also_sent_to_the_channel_counts_once(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "Which one?", thread=ts)
    await desk.at("09:30")
    await desk.post("U0RITA", "The one of yesterday", thread=ts, broadcast=True)
    assert len(desk.cards()) == 1
    assert desk.promises()["Next reply"] == "due 2026-01-12 11:30 UTC"


async def test_an_agents_reply_that_is_also_sent_to_the_channel_keeps_the_promise(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:12")
    await desk.post("U0ANA", "It is fixed", thread=ts, broadcast=True)
    assert desk.promises()["First reply"] == "met in 12 min"


async def test_a_file_without_a_word_opens_a_ticket(desk: Desk):
    await desk.post("U0MILTON", "", channel="C0HELP", files=[{"name": "stapler.png", "content": "red"}])
    assert desk.quoted() == "stapler.png"


async def test_a_file_of_another_company_opens_a_ticket_though_slack_does_not_name_it(desk: Desk):
    await desk.post("U0RITA", "", files=[{"name": "export.csv", "content": "id"}])
    assert desk.quoted() == "file"


async def test_a_slash_me_message_opens_a_ticket(desk: Desk):
    await desk.post("U0RITA", "waits for the export", me=True)
    assert desk.quoted() == "waits for the export"


async def test_a_mention_of_the_bot_in_a_message_is_still_one_ticket(desk: Desk):
    await desk.post("U0RITA", "<@U0THREAD> the export is empty")
    kinds = [one["payload"]["event"]["type"] for one in desk.sandbox.read.deliveries()]
    assert {"message", "app_mention"} <= set(kinds)
    assert len(desk.cards()) == 1


async def test_a_note_in_the_thread_of_the_card_is_no_answer(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "Who knows about exports?", channel=TRIAGE, thread=desk.card_ts())
    assert desk.promises()["First reply"] == "due 2026-01-12 10:00 UTC"
    assert desk.facts()["Status"] == "new"


async def test_a_message_in_the_alert_channel_opens_no_ticket(desk: Desk):
    await desk.post("U0DORA", "Is anybody on this?", channel=TRIAGE)
    assert desk.cards() == []


async def test_a_message_in_an_internal_channel_that_is_not_listed_opens_no_ticket(desk: Desk):
    await desk.post("U0MILTON", "My stapler is gone", channel="C0RANDOM")
    assert desk.cards() == []


async def test_a_direct_message_to_the_bot_opens_no_ticket(desk: Desk):
    direct = desk.sandbox.channels.open_direct(["U0DORA", "U0THREAD"])["id"]
    await desk.post("U0DORA", "My stapler is gone", channel=direct)
    assert desk.cards() == []


async def test_a_new_external_channel_is_tracked_once_the_bot_is_in_it(desk: Desk):
    desk.sandbox.build.channel(
        "T0HOME", "acme-pilot", id="C0PILOT", shared_with=["T0ACME"], members=["U0ANA", "U0RITA"]
    )
    await desk.post("U0RITA", "Too early", channel="C0PILOT")
    desk.sandbox.channels.invite("C0PILOT", "U0THREAD", "U0ANA")
    await desk.post("U0RITA", "The export is empty", channel="C0PILOT")
    assert [desk.facts()["Channel"], desk.quoted()] == ["<#C0PILOT>", "The export is empty"]
    assert len(desk.cards()) == 1


async def test_a_channel_that_the_bot_has_left_is_no_longer_tracked(desk: Desk):
    desk.sandbox.build.channel(
        "T0HOME", "acme-pilot", id="C0PILOT", shared_with=["T0ACME"], members=["U0ANA", "U0RITA", "U0THREAD"]
    )
    await desk.post("U0RITA", "The export is empty", channel="C0PILOT")
    desk.sandbox.channels.leave("C0PILOT", "U0THREAD")
    await desk.pass_time(minutes=5)
    await desk.post("U0RITA", "And I cannot log in", channel="C0PILOT")
    assert len(desk.cards()) == 1


@pytest.mark.parametrize("agent", ["U0ANA", HOME_DEFAULT])
async def test_in_an_external_channel_everybody_of_the_home_workspace_answers_as_an_agent(desk: Desk, agent: str):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:12")
    await desk.post(agent, "I am looking at it", thread=ts)
    assert desk.promises()["First reply"] == "met in 12 min"


async def test_in_an_internal_channel_a_colleague_outside_support_is_a_customer(desk: Desk):
    await desk.post("U0DORA", "My laptop is slow", channel="C0HELP")
    assert desk.quoted() == "My laptop is slow"


async def test_a_guest_is_a_customer(desk: Desk):
    await desk.post("U0MILTON", "My stapler is gone", channel="C0HELP")
    assert desk.quoted() == "My stapler is gone"
    assert "from milton" in desk.card_text()


async def test_a_guest_in_an_external_channel_does_not_answer_for_support(desk: Desk):
    desk.sandbox.channels.join("C0ACME", "U0MILTON")
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0MILTON", "Mine too", thread=ts)
    assert desk.promises()["First reply"] == "due 2026-01-12 10:00 UTC"


async def test_somebody_of_whom_slack_tells_nothing_is_a_customer(desk: Desk):
    desk.sandbox.faults.calls("error", method="users.info", error="user_not_found")
    await desk.post("U0HANK", "The export is empty", channel="C0GLOBEX")
    assert desk.quoted() == "The export is empty"


async def test_somebody_who_joins_the_support_group_answers_as_an_agent_from_then_on(desk: Desk):
    ts = await desk.post("U0MILTON", "My stapler is gone", channel="C0HELP")
    desk.sandbox.directory.set_group_users("S0SUPPORT", ["U0ANA", "U0BEN", "U0CLEO", "U0DORA"])
    await desk.at("09:12")
    await desk.post("U0DORA", "I have it", channel="C0HELP", thread=ts)
    assert desk.promises()["First reply"] == "met in 12 min"


async def test_a_customers_question_in_the_thread_of_a_bots_post_opens_a_ticket(desk: Desk):
    thread = await desk.post("U0DEPLOY", "Deployed 1.2.3")
    assert desk.cards() == []
    await desk.at("09:12")
    await desk.post("U0RITA", "This deploy broke our login", thread=thread)
    assert desk.quoted() == "Deployed 1.2.3"
    assert desk.promises()["First reply"] == "due 2026-01-12 10:12 UTC"
    await desk.at("09:30")
    await desk.post("U0ANA", "We roll it back", thread=thread)
    assert desk.promises()["First reply"] == "met in 18 min"


async def test_an_agents_word_in_the_thread_of_a_bots_post_opens_nothing(desk: Desk):
    thread = await desk.post("U0DEPLOY", "Deployed 1.2.3")
    await desk.post("U0ANA", "Well done", thread=thread)
    assert desk.cards() == []
