"""A customer who only says thanks."""

from tests.support.desk import Desk


async def a_solved_ticket(desk: Desk) -> str:
    thread = await desk.post("U0RITA", "The export is empty")
    await desk.pass_time(minutes=10)
    await desk.post("U0ANA", "It is full again.", thread=thread)
    await desk.pass_time(minutes=1)
    await desk.click("U0ANA", "Solve")
    return thread


async def test_thanks_after_a_reply_starts_no_clock_and_leaves_a_solved_ticket_solved(desk: Desk):
    thread = await a_solved_ticket(desk)
    await desk.pass_time(minutes=5)
    await desk.post("U0RITA", "Thank you so much! :tada:", thread=thread)
    assert desk.facts()["Status"] == "solved"
    assert desk.promises()["Next reply"] == "cancelled"


async def test_thanks_with_a_question_opens_the_ticket_again(desk: Desk):
    thread = await a_solved_ticket(desk)
    await desk.pass_time(minutes=5)
    await desk.post("U0RITA", "Thanks! Does it stay like this?", thread=thread)
    assert desk.facts()["Status"] == "open"


async def test_thanks_two_days_later_opens_the_ticket_again(desk: Desk):
    thread = await a_solved_ticket(desk)
    await desk.pass_time(days=2)
    await desk.post("U0RITA", "Thanks!", thread=thread)
    assert desk.facts()["Status"] == "open"


async def test_an_agent_may_say_that_a_reply_is_needed_after_all(desk: Desk):
    thread = await a_solved_ticket(desk)
    await desk.pass_time(minutes=5)
    await desk.post("U0RITA", "Thanks!", thread=thread)
    assert await desk.command("U0ANA", "/sla noreply undo #1") == "#1: A reply is needed after all."
