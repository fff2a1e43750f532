"""Messages that change or disappear after they were written."""

from tests.support.desk import Desk


async def test_an_edit_shows_on_the_card_and_moves_no_clock(desk: Desk):
    ts = await desk.post("U0RITA", "The exprot is empty")
    await desk.at("09:30")
    await desk.edit("U0RITA", ts, "The export of yesterday is empty")
    assert desk.quoted() == "The export of yesterday is empty"
    assert desk.promises()["First reply"] == "due 2026-01-12 10:00 UTC"
    assert len(desk.cards()) == 1


async def test_an_edit_of_an_agents_answer_answers_nothing_anew(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    answer = await desk.post("U0ANA", "Which one?", thread=ts)
    await desk.at("09:30")
    await desk.post("U0RITA", "The one of yesterday", thread=ts)
    await desk.edit("U0ANA", answer, "Which export is it?")
    assert desk.promises()["Next reply"] == "due 2026-01-12 11:30 UTC"


async def test_an_edit_does_not_set_off_a_trigger(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.edit("U0RITA", ts, "production down")
    assert desk.facts()["Priority"] == "normal"


async def test_a_link_preview_is_no_edit(desk: Desk):
    ts = await desk.post("U0RITA", "See https://acme.example/report")
    shown = desk.card_text()
    desk.sandbox.act.unfurl("C0ACME", ts)
    await desk.at("09:05")
    assert desk.card_text() == shown
    assert desk.calls("chat.update") == []


async def test_after_a_second_edit_the_card_shows_the_last_words(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.edit("U0RITA", ts, "The import is empty")
    await desk.edit("U0RITA", ts, "Both are empty")
    assert desk.quoted() == "Both are empty"


async def test_the_words_of_a_deleted_message_disappear_from_the_card(desk: Desk):
    ts = await desk.post("U0RITA", "My password is hunter2")
    await desk.delete("U0RITA", ts)
    assert "hunter2" not in str(desk.cards())


async def test_the_words_of_a_deleted_message_disappear_even_where_its_thread_goes_on(desk: Desk):
    ts = await desk.post("U0RITA", "My password is hunter2")
    await desk.post("U0ANA", "Please delete that", thread=ts)
    await desk.delete("U0RITA", ts)
    assert "hunter2" not in str(desk.cards())


async def test_the_words_of_a_deleted_message_are_not_in_a_later_alert(desk: Desk):
    ts = await desk.post("U0RITA", "My password is hunter2")
    await desk.post("U0RITA", "And the export is empty", thread=ts)
    await desk.delete("U0RITA", ts)
    await desk.at("10:30")
    assert len(desk.alerts()) == 2
    assert "hunter2" not in str(desk.alerts())


async def test_a_deleted_message_takes_its_clock_with_it(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.delete("U0RITA", ts)
    await desk.at("10:30")
    assert desk.alerts() == []


async def test_a_deletion_hands_the_clock_on_to_the_next_unanswered_message(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "Which one?", thread=ts)
    await desk.at("09:30")
    first = await desk.post("U0RITA", "The one of yesterday", thread=ts)
    await desk.at("09:50")
    await desk.post("U0RITA", "And the one of today", thread=ts)
    await desk.delete("U0RITA", first)
    assert desk.promises()["Next reply"] == "due 2026-01-12 11:50 UTC"


async def test_an_agents_deleted_answer_stays_an_answer(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:12")
    answer = await desk.post("U0ANA", "Which one?", thread=ts)
    await desk.delete("U0ANA", answer)
    assert desk.promises()["First reply"] == "met in 12 min"
