"""How it ended, by whom, and how late: what the posts about a promise are edited to say."""

from tests.support.desk import Desk


async def ended(desk: Desk) -> str:
    """The line that the last alert got."""
    return next(line for line in desk.alerts()[-1].shown.splitlines() if line.startswith(("✅", "❌", "No longer")))


async def test_late_over_lunch_is_told_in_support_hours_and_on_the_calendar(desk: Desk):
    await desk.at("10:55")
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.at("13:05")
    await desk.post("U0ANA", "Fixed", thread=ts)
    assert await ended(desk) == "❌ Answered 10 min late by <@U0ANA> (1 h 10 min by the calendar)."
    assert desk.promises()["First reply"] == "missed, took 1 h 10 min, 10 min late (1 h 10 min by the calendar)"
    assert "Answered 10 min late by <@U0ANA> (1 h 10 min by the calendar)." in desk.alerts()[-1].text


async def test_lateness_by_another_deadline_than_the_alert_tells_names_that_deadline(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.at("10:05")
    await desk.command("U0ANA", "/priority urgent #1")
    await desk.at("10:10")
    await desk.post("U0ANA", "Fixed", thread=ts)
    assert await ended(desk) == ("❌ Answered 50 min late by <@U0ANA>. The deadline had become 2026-01-12 09:20 UTC.")
    assert "Was due 2026-01-12 10:00 UTC" in desk.alerts()[-1].shown


async def test_an_answer_while_support_is_closed_is_late_by_no_support_hours_at_all(desk: Desk):
    await desk.at("11:00")
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.at("12:30")
    await desk.post("U0ANA", "Fixed", thread=ts)
    assert await ended(desk) == "❌ Answered late by <@U0ANA> (outside support hours, 30 min by the calendar)."


async def test_around_the_clock_there_is_one_figure(desk: Desk):
    ts = await desk.post("U0RITA", "production down")
    await desk.at("09:27")
    await desk.post("U0BEN", "On it", thread=ts)
    assert await ended(desk) == "❌ Answered 7 min late by <@U0BEN>."


async def test_what_was_in_time_says_by_whom(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:55")
    await desk.post("U0BEN", "Fixed", thread=ts)
    assert await ended(desk) == "✅ Answered in time by <@U0BEN>."


async def test_what_was_solved_without_an_answer_says_so(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:55")
    await desk.click("U0CLEO", "Solve")
    assert await ended(desk) == "✅ Solved without a reply in time by <@U0CLEO>."


async def test_what_needs_no_reply_is_no_longer_counted(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:55")
    await desk.click("U0CLEO", "No reply needed")
    assert await ended(desk) == "No longer counted: cancelled."
