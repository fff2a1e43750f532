"""What people type after /sla, and what they are told."""

import pytest

from bot.clock import ManualClock
from tests.support.desk import CONFIG, MONDAY, TRIAGE, Desk, opened


async def test_the_help_names_every_verb(desk: Desk):
    said = await desk.command("U0ANA", "/sla help")
    verbs = "list mine show claim assign priority status note merge split exempt noreply snooze away why policies hours"
    assert [verb for verb in [*verbs.split(), "help"] if f"`/sla {verb}" not in said] == []


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/sla list urgent", "There is no open ticket (urgent)."),
        ("/sla list normal", "1 open ticket (normal)"),
        ("/sla list late", "There is no open ticket (late)."),
        ("/sla list <@U0ANA>", "There is no open ticket (of one person)."),
        ("/sla list unassigned acme", "1 open ticket (unassigned, acme)"),
        ("/sla list globex", "There is no open ticket (globex)."),
        ("/sla list new", "1 ticket (new)"),
        ("/sla list solved", "There is no ticket (solved)."),
        ("/sla list here", "There is no open ticket (here)."),
        ("/sla list urgnt", "Did you mean `urgent`?"),
    ],
)
async def test_a_list_is_narrowed_by_words(desk: Desk, typed: str, answer: str):
    await desk.post("U0RITA", "The export is empty")
    assert answer in await desk.command("U0ANA", typed)


async def test_a_late_ticket_is_listed_as_late(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("10:30")
    said = await desk.command("U0ANA", "/sla list late")
    assert "1 open ticket (late)" in said
    assert "was due 2026-01-12 10:00 UTC" in said


async def test_a_customers_words_in_a_list_are_rich_text_that_slack_does_not_interpret(desk: Desk):
    await desk.post("U0RITA", "*Help* <!channel> `now` <https://evil.example|your bank>")
    await desk.command("U0ANA", "/sla list")
    (answer,) = desk.sandbox.read.ephemerals(user="U0ANA")
    (block,) = answer["blocks"]
    assert block["type"] == "rich_text"
    assert "*Help* @channel `now` your bank (https://evil.example)" in str(block)
    assert "<!channel>" not in answer["text"]


async def test_mine_lists_what_is_mine(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.post("U0HANK", "Hello", channel="C0GLOBEX")
    await desk.command("U0ANA", "/sla claim #2")
    said = await desk.command("U0ANA", "/sla mine")
    assert "1 open ticket (yours)" in said
    assert "Hello" in said


async def test_show_tells_of_one_ticket_and_its_policy(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    said = await desk.command("U0ANA", "/sla show #1")
    assert "#1 · policy Everybody" in said
    assert "⏱️ *Requester wait time*  due 2026-01-12 16:00 UTC" in said
    assert "The export is empty · new · normal · nobody · due 2026-01-12 10:00 UTC" in said


async def test_why_shows_the_lunch_break_and_the_pause_with_sums_that_add_up(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:30")
    await desk.post("U0ANA", "Please try again", thread=ts)
    await desk.at("10:00")
    await desk.click("U0ANA", "Pending")
    await desk.at("11:00")
    await desk.post("U0RITA", "Still empty", thread=ts)
    await desk.command("U0ANA", "/sla why #1 requester wait time")
    *_, answer = desk.sandbox.read.ephemerals(user="U0ANA")
    heading, table = answer["blocks"][0]["elements"]
    assert "Open: due Mon 2026-01-12 17:00" in heading["elements"][1]["text"]
    assert table["elements"][0]["text"].splitlines() == [
        "Mon 2026-01-12 09:00 - 10:00  1 h  counted",
        "Mon 2026-01-12 10:00 - 11:00  1 h  paused",
        "Mon 2026-01-12 11:00 - 12:00  1 h  counted",
        "Mon 2026-01-12 12:00 - 13:00  1 h  closed",
        "Mon 2026-01-12 13:00 - 17:00  4 h  counted",
        "Sum: 6 h counted + 1 h closed + 1 h paused = 8 h",
    ]


async def test_why_names_the_holiday_that_moves_a_deadline(desk: Desk):
    await desk.at("tue 16:30")
    await desk.post("U0RITA", "The export is empty")
    await desk.command("U0ANA", "/sla why")
    (answer,) = [one for one in desk.sandbox.read.ephemerals(user="U0ANA") if "no open" in one["text"]]
    assert answer["text"].startswith("There is no open ticket in this channel")
    await desk.command("U0ANA", "/sla why #1 first-reply")
    *_, answer = desk.sandbox.read.ephemerals(user="U0ANA")
    assert "holiday: Founders' Day" in str(answer["blocks"])
    assert "Sum: 1 h counted" in answer["text"]
    assert "24 h holiday" in answer["text"]


async def test_why_of_a_deadline_in_many_months_tells_its_first_and_last_days(desk_database: str):
    config = CONFIG.replace("requester_wait_time: 6h", "requester_wait_time: 900h, agent_work_time: 900h")
    async with opened(desk_database, clock=ManualClock(MONDAY), config=config) as desk:
        await desk.post("U0RITA", "The export is empty")
        said = await desk.command("U0ANA", "/sla why #1")
        assert "Sum: 900 h counted + " in said
        (answer,) = desk.sandbox.read.ephemerals(user="U0ANA")
        assert " more …" in str(answer["blocks"])


async def test_why_of_a_metric_that_does_not_exist_says_which_there_are(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    said = await desk.command("U0ANA", "/sla why #1 first_relpy_time")
    assert "Did you mean first_reply_time?" in said


async def test_policies_are_told_in_order_with_their_targets(desk: Desk):
    said = await desk.command("U0ANA", "/sla policies")
    assert "1. *Everybody* (every ticket)" in said
    assert "urgent: first reply 20 min (24x7), next reply 30 min (24x7)" in said
    assert "normal: first reply 1 h, next reply 2 h, requester wait time 6 h" in said


async def test_hours_say_whether_support_is_open_and_until_when(desk: Desk):
    said = await desk.command("U0ANA", "/sla hours <#C0ACME|acme>")
    assert "*office* (UTC): Mon-Fri 09:00-12:00 and 13:00-17:00." in said
    assert "Open now, until 2026-01-12 12:00 UTC your time." in said


async def test_hours_say_when_support_opens_next_and_why_it_is_closed(desk: Desk):
    await desk.at("wed 10:00")
    said = await desk.command("U0ANA", "/sla hours")
    assert "Closed now (Founders' Day), opens 2026-01-15 09:00 UTC your time." in said


async def test_a_note_is_shown_in_the_thread_of_the_card_and_nowhere_else(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    said = await desk.command("U0ANA", "/sla note #1 they are on the *old* plan, see incident 2", channel="C0ACME")
    assert said == "#1: Your note is in the thread of its card."
    (shown,) = desk.alerts()
    assert shown.thread_ts == desk.card_ts()
    assert "internal note by *ana*" in shown.shown
    assert "they are on the *old* plan, see incident 2" in shown.shown
    assert desk.written_by_the_bot("C0ACME") == []


async def test_a_note_answers_no_customer(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.command("U0ANA", "/sla note #1 looking into it")
    assert desk.promises()["First reply"] == "due 2026-01-12 10:00 UTC"
    assert desk.facts()["Status"] == "new"


async def test_a_note_is_the_first_reply_where_the_policy_says_so(desk_database: str):
    config = CONFIG.replace(
        "  - title: Everybody\n", "  - title: Everybody\n    settings: {fulfill_on_internal_note: true}\n"
    )
    async with opened(desk_database, clock=ManualClock(MONDAY), config=config) as desk:
        await desk.post("U0RITA", "The export is empty")
        await desk.at("09:10")
        await desk.command("U0ANA", "/sla note #1 called them back")
        assert desk.promises()["First reply"] == "met in 10 min"


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/sla note #1", "What is the note? Write `/sla note #1 they are on the old plan`, say."),
        ("/sla note #7 hello", "There is no ticket #7."),
        ("/sla note same as #1", "Which ticket is this about? Begin with its number, such as #42."),
        ("/sla exempt spam #1", "Which ticket is this about? Begin with its number, such as #42."),
        ("/sla snooze #1", "For how long? Write `/sla snooze #1 30m`"),
        ("/sla snooze #1 until noon", "For how long?"),
        ("/sla snooze #1 900d", "For how long?"),
        ("/sla snooze #1 0m", "For how long?"),
        ("/sla snooze #1 until 2025-01-01", "For how long?"),
        ("/sla snooze #1 off", "#1 is not snoozed."),
        ("/sla away", "Until when? Write `/sla away until monday`"),
        ("/sla away soon", "Until when?"),
        ("/sla away off", "You are not away."),
        ("/sla hours today", "Of which channel? Write `/sla hours #acme`"),
        ("/sla exempt #1", "Why? Write `/sla exempt #42 spam`"),
        ("/sla merge #1", "Into which ticket? Write `/sla merge #42 into #40`"),
        ("/sla split", "Which message?"),
        ("/sla assign #1 nobody", "To whom?"),
        ("/sla status #1 hidden", "Which one?"),
    ],
)
async def test_a_wrong_input_is_answered_with_an_example(desk: Desk, typed: str, answer: str):
    await desk.post("U0RITA", "The export is empty")
    assert answer in await desk.command("U0ANA", typed, channel=TRIAGE)


async def test_a_snoozed_ticket_is_alerted_of_when_the_snooze_ends(desk: Desk):
    """The agents of the sandbox are in Amsterdam, an hour ahead of the support hours' UTC."""
    await desk.post("U0RITA", "The export is empty")
    assert await desk.command("U0ANA", "/sla snooze #1 until 11:20") == (
        "#1: No alerts until 2026-01-12 10:20 UTC; its deadlines stand. `/sla snooze off` undoes it."
    )
    await desk.at("10:15")
    assert desk.alerts() == []
    assert desk.promises()["First reply"] == "missed, was due 2026-01-12 10:00 UTC"
    await desk.at("10:21")
    (alert,) = desk.alerts()
    assert "First reply missed 20 min ago" in alert.shown
    assert "it was snoozed" in alert.shown


async def test_a_card_tells_of_a_snooze_until_it_is_over(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.command("U0ANA", "/sla snooze #1 30m")
    assert "No alerts until" in desk.card_text()
    await desk.at("09:31")
    await desk.command("U0ANA", "/sla claim #1")
    assert "No alerts until" not in desk.card_text()


async def test_snooze_off_lets_the_alert_come_at_once(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.command("U0ANA", "/sla snooze #1 2h")
    await desk.at("09:55")
    assert desk.alerts() == []
    assert await desk.command("U0ANA", "/sla snooze #1 off") == "#1: Its alerts are told again."
    (alert,) = desk.alerts()
    assert "First reply due in 5 min" in alert.shown


async def test_an_absent_assignees_alert_goes_to_the_alert_channel(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0BEN", "Claim")
    said = await desk.command("U0BEN", "/sla away until tuesday")
    assert said.startswith("You are away until 2026-01-12 23:00 UTC.")
    await desk.at("10:01")
    assert desk.direct_messages("U0BEN") == []
    assert "here because ben is away" in desk.alerts()[-1].shown


async def test_an_absent_assignees_alert_mentions_the_group_but_not_those_of_it_who_are_away(desk_database: str):
    config = CONFIG + "groups: {engineering: {users: [U0ANA, U0BEN, U0CLEO]}}\n"
    async with opened(desk_database, clock=ManualClock(MONDAY), config=config) as desk:
        await desk.post("U0RITA", "The export is empty")
        await desk.command("U0BEN", "/sla assign engineering #1")
        await desk.command("U0BEN", "/sla claim #1")
        await desk.command("U0BEN", "/sla away 2d")
        await desk.command("U0CLEO", "/sla away 2d")
        await desk.at("10:01")
        assert "<@U0ANA>" in desk.alerts()[-1].text
        assert "<@U0BEN>" not in desk.alerts()[-1].text
        assert "<@U0CLEO>" not in desk.alerts()[-1].text


async def test_whoever_is_back_is_told_again(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0BEN", "Claim")
    await desk.command("U0BEN", "/sla away 2d")
    assert await desk.command("U0BEN", "/sla away off") == "Welcome back: alerts come to you again."
    await desk.at("10:01")
    assert len(desk.direct_messages("U0BEN")) == 2
