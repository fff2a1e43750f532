"""From a customer's message to a ticket with a card."""

from tests.support.desk import Desk


async def test_a_customers_message_opens_a_ticket_with_a_card(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    (card,) = desk.cards()
    assert card["ts"] == desk.card_of(ts)["ts"]
    assert desk.quoted() == "The export is empty"
    assert desk.facts() == {
        "Status": "new",
        "Priority": "normal",
        "Channel": "<#C0ACME>",
        "Assignee": "nobody yet",
    }
    assert "Acme Inc (enterprise)" in desk.card_text()


async def test_the_card_shows_what_was_promised_and_until_when(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    assert desk.promises() == {
        "First reply": "due 2026-01-12 10:00 UTC",
        "Requester wait time": "due 2026-01-12 16:00 UTC",
    }


async def test_the_card_of_a_new_ticket_has_the_buttons_claim_pending_and_solve(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    assert {"Claim", "Pending", "Solve"} <= set(desk.buttons())
