"""What agents do with buttons and commands, and what others cannot."""

import pytest

from bot.sandbox import SandboxError
from tests.support.desk import TRIAGE, Desk


async def test_claim_makes_the_agent_the_assignee(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0BEN", "Claim")
    assert desk.facts()["Assignee"] == "<@U0BEN>"
    assert desk.facts()["Status"] == "open"
    assert desk.said_to("U0BEN") == ["#1: It is yours."]


async def test_a_second_claim_hands_the_ticket_over(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0BEN", "Claim")
    await desk.click("U0ANA", "Claim")
    assert desk.facts()["Assignee"] == "<@U0ANA>"


async def test_a_claim_does_not_answer_the_customer(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0BEN", "Claim")
    assert desk.promises()["First reply"] == "due 2026-01-12 10:00 UTC"


async def test_pending_pauses_the_requesters_wait(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "Please try again", thread=ts)
    await desk.at("10:00")
    await desk.click("U0ANA", "Pending")
    assert desk.promises()["Requester wait time"] == "paused, 5 h left"
    assert desk.buttons() == [
        "Claim",
        "Reopen",
        "On hold",
        "Solve",
        "No reply needed",
        "Why",
        "Snooze",
        "Add a note",
        "Not a ticket",
    ]
    assert desk.card_text().startswith("⏸️")


async def test_nothing_is_missed_while_the_customer_is_waited_for(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "Please try again", thread=ts)
    await desk.click("U0ANA", "Pending")
    await desk.at("fri 17:00")
    assert desk.alerts() == []


async def test_the_customers_answer_ends_the_pause(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "Please try again", thread=ts)
    await desk.at("10:00")
    await desk.click("U0ANA", "Pending")
    await desk.at("11:00")
    await desk.post("U0RITA", "It is still empty", thread=ts)
    assert desk.facts()["Status"] == "open"
    assert desk.promises()["Requester wait time"] == "due 2026-01-12 17:00 UTC"


async def test_reopen_ends_the_pause(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "Please try again", thread=ts)
    await desk.at("10:00")
    await desk.click("U0ANA", "Pending")
    await desk.at("11:00")
    await desk.click("U0ANA", "Reopen")
    assert desk.facts()["Status"] == "open"
    assert desk.promises()["Requester wait time"] == "due 2026-01-12 17:00 UTC"


async def test_solve_keeps_what_is_open_and_stops_every_clock(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:10")
    await desk.post("U0ANA", "It is fixed", thread=ts)
    await desk.at("09:20")
    await desk.click("U0ANA", "Solve")
    assert desk.facts()["Status"] == "solved"
    assert desk.promises() == {"First reply": "met in 10 min", "Requester wait time": "met in 20 min"}
    assert desk.buttons() == ["Reopen", "Why"]


async def test_after_solve_nothing_is_alerted(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "Solve")
    await desk.at("fri 17:00")
    assert desk.alerts() == []


async def test_a_customers_message_after_solve_reopens_the_ticket(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "It is fixed", thread=ts)
    await desk.click("U0ANA", "Solve")
    await desk.at("11:00")
    await desk.post("U0RITA", "It is empty again", thread=ts)
    assert desk.facts()["Status"] == "open"
    assert desk.promises()["Next reply"] == "due 2026-01-12 14:00 UTC"
    assert len(desk.cards()) == 1


async def test_reopen_after_solve_opens_the_ticket_again(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "Solve")
    await desk.click("U0BEN", "Reopen")
    assert desk.facts()["Status"] == "open"
    assert desk.buttons() == [
        "Claim",
        "Pending",
        "On hold",
        "Solve",
        "No reply needed",
        "Why",
        "Snooze",
        "Add a note",
        "Not a ticket",
    ]


async def test_a_customers_click_changes_nothing_and_is_answered(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await _let_a_customer_see_the_alert_channel(desk)
    before = desk.card_text()
    for button in ("Claim", "Pending", "Solve"):
        await desk.click("U0RITA", button)
    assert desk.card_text() == before
    assert desk.said_to("U0RITA") == ["Only the support team can do that."] * 3


async def test_a_guests_click_changes_nothing(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    desk.sandbox.channels.join(TRIAGE, "U0MILTON")
    await desk.click("U0MILTON", "Solve")
    assert desk.facts()["Status"] == "new"
    assert desk.said_to("U0MILTON") == ["Only the support team can do that."]


async def test_a_button_with_a_forged_number_changes_nothing(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    blocks = [_forged("ticket_solve", "1; drop"), _forged("ticket_solve", "999"), _forged("ticket_explode", "1")]
    for number, block in enumerate(blocks):
        said = await desk.bot.slack.client().chat_postMessage(channel=TRIAGE, text="old", blocks=[block])
        await desk.sandbox.ui.click("U0ANA", TRIAGE, said["ts"], block["elements"][0]["action_id"])
        await desk.pass_time(seconds=5)
        assert len(desk.said_to("U0ANA")) == number + 1
    assert desk.facts()["Status"] == "new"
    assert desk.said_to("U0ANA")[1] == "There is no ticket #999."


async def test_a_double_click_is_one_change(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "Claim")
    await desk.sandbox.ui.click("U0ANA", TRIAGE, desk.card_ts(), "ticket_claim")
    await desk.pass_time(seconds=5)
    assert desk.facts()["Assignee"] == "<@U0ANA>"


async def test_a_word_in_the_message_sets_the_priority(desk: Desk):
    await desk.post("U0RITA", "Help, Production Down since eight")
    assert desk.facts()["Priority"] == "urgent"
    assert desk.promises()["First reply"] == "due 2026-01-12 09:20 UTC"


@pytest.mark.parametrize(
    "typed",
    ["/priority urgent #1", "/priority #1 urgent", "/priority URGENT 1", "/sla priority urgent #1"],
)
async def test_a_command_sets_the_priority_of_a_ticket(desk: Desk, typed: str):
    await desk.post("U0RITA", "The export is empty")
    assert await desk.command("U0ANA", typed) == "#1: The priority is urgent."
    assert desk.facts()["Priority"] == "urgent"


async def test_a_link_to_any_message_of_its_thread_names_the_ticket(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    reply = await desk.post("U0ANA", "Which one?", thread=ts)
    await desk.at("09:30")
    await desk.post("U0RITA", "And I cannot log in")
    link = f"https://northwind.slack.com/archives/C0ACME/p{reply.replace('.', '')}?thread_ts={ts}&cid=C0ACME"
    assert await desk.command("U0ANA", f"/priority urgent {link}") == "#1: The priority is urgent."


async def test_a_link_to_the_first_message_names_the_ticket(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    link = f"https://northwind.slack.com/archives/C0ACME/p{ts.replace('.', '')}"
    assert await desk.command("U0ANA", f"/sla priority low {link}") == "#1: The priority is low."


async def test_without_a_ticket_the_latest_open_one_of_the_channel_is_meant_and_named(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:10")
    await desk.post("U0RITA", "And I cannot log in")
    await desk.at("09:20")
    await desk.post("U0HANK", "Hello", channel="C0GLOBEX")
    assert await desk.command("U0ANA", "/priority high", channel="C0ACME") == "#2: The priority is high."
    await desk.click("U0ANA", "Solve", number=2)
    assert await desk.command("U0ANA", "/priority high", channel="C0ACME") == "#1: The priority is high."


async def test_without_an_open_ticket_in_the_channel_the_answer_asks_for_a_number(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    answer = await desk.command("U0ANA", "/priority high", channel="C0GLOBEX")
    assert answer == "There is no open ticket in this channel: write its number, such as #42."


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/priority urgnt #1", "Did you mean `urgent`?"),
        ("/sla prioritty urgent", "Did you mean `priority`?"),
        ("/sla lst", "Did you mean `list`?"),
        ("/priority", "It is low, normal, high or urgent."),
        ("/priority urgent #77", "There is no ticket #77."),
        ("/priority urgent the export", "names no ticket"),
    ],
)
async def test_what_is_not_understood_is_answered_with_what_may_have_been_meant(desk: Desk, typed: str, answer: str):
    await desk.post("U0RITA", "The export is empty")
    assert answer in await desk.command("U0ANA", typed)
    assert desk.facts()["Priority"] == "normal"


async def test_sla_alone_says_what_can_be_typed(desk: Desk):
    assert "`/priority urgent #42`" in await desk.command("U0ANA", "/sla")


async def test_sla_list_shows_open_tickets_the_next_deadline_first(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.post("U0HANK", "production down", channel="C0GLOBEX")
    answer = await desk.command("U0ANA", "/sla list")
    assert "2 open tickets" in answer
    assert answer.index("production down") < answer.index("The export is empty")
    assert "due 2026-01-12 09:20 UTC" in answer


async def test_a_guest_may_not_run_commands(desk: Desk):
    await desk.post("U0MILTON", "My stapler is gone", channel="C0HELP")
    assert await desk.command("U0MILTON", "/priority urgent", channel="C0HELP") == "Only the support team can do that."
    assert desk.facts()["Priority"] == "normal"


async def test_a_guest_may_not_read_the_list_of_tickets(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    assert await desk.command("U0MILTON", "/sla list", channel="C0HELP") == "Only the support team can do that."


async def test_people_of_other_companies_cannot_even_run_a_command(desk: Desk):
    with pytest.raises(SandboxError) as refusal:
        await desk.sandbox.ui.command("U0RITA", "C0ACME", "/priority urgent")
    assert refusal.value.code == "not_allowed_for_external_users"


async def test_an_answer_to_a_command_is_seen_by_nobody_else(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.command("U0ANA", "/sla list", channel="C0ACME")
    assert desk.written_by_the_bot("C0ACME") == []
    assert desk.said_to("U0RITA") == []


def _forged(action: str, value: str) -> dict:
    button = {"type": "button", "action_id": action, "value": value, "text": {"type": "plain_text", "text": "x"}}
    return {"type": "actions", "elements": [button]}


async def _let_a_customer_see_the_alert_channel(desk: Desk) -> None:
    desk.sandbox.channels.share(TRIAGE, "T0ACME")
    desk.sandbox.channels.join(TRIAGE, "U0RITA")
    await desk.pass_time(seconds=5)
