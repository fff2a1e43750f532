"""Forms that a button or a shortcut opens: what they ask, refuse and do."""

import json
from datetime import UTC, datetime, timedelta

from bot.services.requests.opening import PUT_OFF
from tests.support.desk import TRIAGE, Desk

NEXT_WEEK = int(datetime(2026, 1, 19, 9, 0, tzinfo=UTC).timestamp())


async def test_on_hold_asks_for_a_reason_and_shows_it_on_the_card(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "On hold")
    assert desk.modal_text("U0ANA").startswith("Put on hold")
    await desk.fill_in("U0ANA", reason="waits for *legal*", until=NEXT_WEEK)
    assert desk.modal_text("U0ANA") == ("Put on hold\n#1: It is on hold. It is opened again 2026-01-19 09:00 UTC.")
    assert desk.facts()["Status"] == "hold"
    assert "On hold" in desk.card_text()
    assert "waits for *legal*" in desk.card_text()


async def test_a_hold_that_ends_opens_the_ticket_and_tells_the_assignee(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "Claim")
    await desk.click("U0ANA", "On hold")
    await desk.fill_in("U0ANA", reason="waits for legal", until=NEXT_WEEK)
    await desk.at("fri 16:00")
    assert desk.facts()["Status"] == "hold"
    await desk.at("mon 09:01")
    assert desk.facts()["Status"] == "open"
    told = desk.alerts()[-1]
    assert "The hold is over: #1 is open again. <@U0ANA> It was on hold: waits for legal" in told.text
    assert told.thread_ts == desk.card_ts()
    assert "waits for legal" not in desk.card_text()


async def test_a_customers_answer_ends_a_hold_and_nobody_is_told_again(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "Legal has to look", thread=ts)
    await desk.click("U0ANA", "On hold")
    await desk.fill_in("U0ANA", reason="waits for legal", until=NEXT_WEEK)
    await desk.post("U0RITA", "Any news?", thread=ts)
    assert desk.facts()["Status"] == "open"
    await desk.at("mon 09:01")
    assert [one for one in desk.alerts() if "hold is over" in one.text] == []


async def test_a_status_that_somebody_sets_ends_a_hold_for_good(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "On hold")
    await desk.fill_in("U0ANA", reason="waits for legal", until=NEXT_WEEK)
    await desk.click("U0ANA", "Solve")
    await desk.command("U0ANA", "/sla status hold #1")
    assert "legal" not in desk.card_text()
    await desk.at("mon 09:01")
    assert desk.facts()["Status"] == "hold"


async def test_a_hold_whose_moment_passed_before_it_was_understood_ends_at_once(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "On hold")
    (view,) = desk.views_of("U0ANA")
    soon = int(desk.now.timestamp()) + 2
    await desk.sandbox.ui.submit("U0ANA", view["id"], values={"reason": "waits", "until": soon})
    desk.stage.jump(desk.now + timedelta(seconds=30))
    await desk.pass_time(seconds=5)
    assert desk.facts()["Status"] == "open"
    assert "waits" not in desk.card_text()
    assert "The hold is over: #1 is open again." in desk.alerts()[-1].text


async def test_a_moment_that_is_over_is_refused_beside_its_field_and_changes_nothing(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "On hold")
    shown = await desk.fill_in("U0ANA", reason="waits", until=int(desk.now.timestamp()) - 60)
    assert shown["errors"] == {"until": "That moment is over: choose a later one."}
    assert desk.facts()["Status"] == "new"
    await desk.fill_in("U0ANA", until=NEXT_WEEK)
    assert desk.facts()["Status"] == "hold"


async def test_blanks_are_no_reason(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "On hold")
    shown = await desk.fill_in("U0ANA", reason="   ")
    assert shown["errors"] == {"reason": "Say in a few words what it waits for."}


async def test_snooze_lets_the_alerts_wait_and_shows_it_on_the_card(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "Snooze")
    await desk.fill_in("U0ANA", wait="2h")
    assert "🔕 No alerts until 2026-01-12 11:00 UTC, snoozed by <@U0ANA>" in desk.card_text()
    await desk.at("10:55")
    assert desk.alerts() == []
    await desk.click("U0BEN", "Snooze")
    await desk.fill_in("U0BEN", wait="off")
    assert "No alerts" not in desk.card_text()
    assert len(desk.alerts()) == 1


async def test_a_solved_ticket_says_nothing_of_its_snooze(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.command("U0ANA", "/sla snooze 2h #1")
    assert "🔕 No alerts until" in desk.card_text()
    await desk.command("U0ANA", "/sla status solved #1")
    assert "No alerts" not in desk.card_text()


async def test_a_note_from_a_form_stands_in_the_thread_of_the_card(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "Add a note")
    await desk.fill_in("U0ANA", note="They are on the old plan")
    assert desk.modal_text("U0ANA") == "Internal note\n#1: Your note is in the thread of its card."
    (shown,) = desk.alerts()
    assert "They are on the old plan" in shown.shown


async def test_why_opens_an_explanation(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "Why")
    assert "Why this deadline\n#1 First reply" in desk.modal_text("U0ANA")
    assert "Sum: 1 h counted = 1 h" in desk.modal_text("U0ANA")


async def test_the_menu_of_the_card_sets_the_priority(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.sandbox.ui.choose("U0ANA", TRIAGE, desk.card_ts(), "ticket_set_priority", "1:urgent")
    await desk.pass_time(seconds=5)
    assert desk.facts()["Priority"] == "urgent"
    assert desk.said_to("U0ANA") == ["#1: The priority is urgent."]


async def test_shortcuts_act_on_the_ticket_of_their_message(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    reply = await desk.post("U0RITA", "And slow", thread=ts)
    await desk.shortcut("U0ANA", "ticket_claim", "C0ACME", reply)
    assert desk.facts()["Assignee"] == "<@U0ANA>"
    await desk.shortcut("U0ANA", "ticket_priority", "C0ACME", reply)
    await desk.fill_in("U0ANA", priority="high")
    assert desk.facts()["Priority"] == "high"
    await desk.sandbox.ui.close("U0ANA", desk.views_of("U0ANA")[0]["id"])
    await desk.shortcut("U0ANA", "ticket_status", "C0ACME", ts)
    await desk.fill_in("U0ANA", status="pending")
    assert desk.facts()["Status"] == "pending"
    assert desk.written_by_the_bot("C0ACME") == []


async def test_no_reply_needed_as_a_shortcut(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.shortcut("U0ANA", "ticket_no_reply", "C0ACME", ts)
    assert desk.promises()["First reply"] == "cancelled"


async def test_split_and_merge_as_shortcuts(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    other = await desk.post("U0RITA", "And I cannot log in", thread=ts)
    await desk.shortcut("U0ANA", "ticket_split", "C0ACME", other)
    assert desk.quoted(2) == "And I cannot log in"
    await desk.shortcut("U0ANA", "ticket_merge", "C0ACME", other)
    shown = await desk.fill_in("U0ANA", into="the first")
    assert shown["errors"] == {"into": "Write a number such as #40, or paste a link to a message."}
    await desk.fill_in("U0ANA", into="#1")
    assert desk.modal_text("U0ANA") == ("Merge into another\n#2 is merged into #1, where its customer is answered now.")


async def test_a_shortcut_on_a_message_without_a_ticket_says_so(desk: Desk):
    ts = await desk.post("U0ANA", "Lunch?", channel="C0RANDOM")
    await desk.shortcut("U0ANA", "ticket_claim", "C0RANDOM", ts)
    assert desk.said_to("U0ANA") == ["That message belongs to no ticket."]
    await desk.shortcut("U0ANA", "ticket_note", "C0RANDOM", ts)
    assert desk.modal_text("U0ANA") == "Internal note\nThat message belongs to no ticket."


async def test_a_form_that_could_not_be_opened_is_told_of_with_what_to_type_instead(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    desk.sandbox.faults.calls("error", method="views.open", error="expired_trigger_id")
    await desk.click("U0ANA", "On hold")
    await desk.pass_time(seconds=PUT_OFF.total_seconds())
    assert desk.views_of("U0ANA") == []
    assert desk.said_to("U0ANA") == [
        "“Put on hold” could not be opened in time. Try again, or type `/sla status hold #42`."
    ]


async def test_a_form_that_was_opened_is_told_of_no_more(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "On hold")
    await desk.pass_time(minutes=1)
    assert desk.said_to("U0ANA") == []


async def test_a_form_about_a_ticket_that_was_forged_changes_nothing(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    for memory in ("", "1", "null", '{"ticket": "1", "until": 9999999999}', '{"ticket": 1, "until": 1}', "[" * 1000):
        await desk.click("U0ANA", "On hold")
        view = desk.sandbox.slack.views.by_id[desk.views_of("U0ANA")[0]["id"]]
        view.shown["private_metadata"] = memory
        await desk.fill_in("U0ANA", reason="waits")
        assert desk.modal_text("U0ANA") == "Put on hold\nThis form is too old. Close it and open it again."
    assert desk.facts()["Status"] == "new"


async def test_a_form_is_worth_nothing_after_half_a_day(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "On hold")
    await desk.at("22:00")
    await desk.fill_in("U0ANA", reason="waits")
    assert "too old" in desk.modal_text("U0ANA")
    assert desk.facts()["Status"] == "new"


async def test_whoever_left_the_team_since_the_form_was_opened_is_refused(desk: Desk):
    await desk.post("U0DORA", "My printer", channel="C0HELP")
    await desk.click("U0BEN", "On hold")
    desk.sandbox.directory.set_group_users("S0SUPPORT", ["U0ANA"])
    await desk.pass_time(minutes=10)
    await desk.fill_in("U0BEN", reason="waits")
    assert desk.modal_text("U0BEN") == "Put on hold\nOnly the support team can do that."


async def test_a_form_is_filled_only_while_nothing_newer_stands_there(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "Why")
    (opened,) = desk.calls("views.open")
    (filled,) = desk.calls("views.update")
    assert filled["args"]["hash"] == opened["result"]["view"]["hash"]
    assert json.loads(json.dumps(opened["result"]["view"]["blocks"]))[0]["text"]["text"] == "One moment …"
