"""Who may do what, at the moment of asking."""

import pytest

from tests.support.desk import Desk

REFUSED = "Only the support team can do that."


async def test_a_colleague_who_is_a_customer_in_an_internal_channel_is_not_of_the_team(desk: Desk):
    await desk.post("U0DORA", "The printer is on fire", channel="C0HELP")
    assert await desk.command("U0DORA", "/sla list", channel="C0HELP") == REFUSED
    assert await desk.command("U0DORA", "/sla exempt #1 spam", channel="C0HELP") == REFUSED


async def test_a_ticket_cannot_be_given_to_a_customer(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    answer = await desk.command("U0ANA", "/sla assign <@U0RITA> #1")
    assert answer == "<@U0RITA> is not of the support team: tickets can only be given to the team."
    assert await desk.command("U0ANA", "/sla assign <@U0BEN> #1") == "#1: It is given to <@U0BEN>."


async def test_a_number_in_a_reason_is_not_a_ticket(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.pass_time(minutes=5)
    await desk.post("U0SAM", "The report, too")
    assert await desk.command("U0ANA", "/sla exempt #2 see incident 1") == "#2: It is exempt and in no figure."


@pytest.mark.parametrize("where", ["in the thread", "beside it"])
async def test_what_is_said_after_not_a_ticket_is_a_ticket_of_its_own(desk: Desk, where: str):
    thread = await desk.post("U0RITA", "Lunch at one?")
    await desk.click("U0ANA", "Not a ticket")
    await desk.pass_time(minutes=1)
    await desk.post("U0RITA", "Production is broken", thread=thread if where == "in the thread" else "")
    assert desk.quoted(2) == "Production is broken"
