"""Merging, splitting, exempting and dismissing tickets, each with its undo."""

from datetime import UTC, datetime

from store import instances, metric_events, ticket_events
from tests.support.desk import Desk

WORKSPACE = "T0HOME"


async def promise(desk: Desk, number: int, metric: str):
    rows = await desk.bot.db.read(lambda conn: instances.of_ticket(conn, WORKSPACE, number))
    return [(row.outcome, row.activated_at, row.breach_at) for row in rows if row.metric == metric]


async def two_tickets(desk: Desk) -> tuple[str, str]:
    await desk.at("10:00")
    first = await desk.post("U0RITA", "The export is empty")
    await desk.at("10:20")
    second = await desk.post("U0SAM", "The report is empty, too")
    return first, second


async def test_a_merged_tickets_unanswered_message_moves_the_other_clock_to_the_older_one(desk: Desk):
    await two_tickets(desk)
    answer = await desk.command("U0ANA", "/sla merge #1 into #2")
    assert answer == "#1 is merged into #2, where its customer is answered now."
    assert [outcome for outcome, *_ in await promise(desk, 1, "first_reply_time")] == ["merged"]
    assert await promise(desk, 2, "first_reply_time") == [
        ("open", datetime(2026, 1, 12, 10, 0, tzinfo=UTC), datetime(2026, 1, 12, 11, 0, tzinfo=UTC))
    ]


async def test_a_reply_in_the_merged_thread_answers_the_ticket_it_was_merged_into(desk: Desk):
    first, _ = await two_tickets(desk)
    await desk.command("U0ANA", "/sla merge #1 into #2")
    await desk.at("10:30")
    await desk.post("U0ANA", "Both are full again.", thread=first)
    assert [outcome for outcome, *_ in await promise(desk, 2, "first_reply_time")] == ["met"]


async def test_undoing_a_merge_restores_both_tickets_and_their_threads(desk: Desk):
    first, _ = await two_tickets(desk)
    await desk.command("U0ANA", "/sla merge #1 into #2")
    assert await desk.command("U0ANA", "/sla merge undo #1") == "#1 is a ticket of its own again."
    await desk.at("10:30")
    await desk.post("U0ANA", "Full again.", thread=first)
    assert [outcome for outcome, *_ in await promise(desk, 1, "first_reply_time")] == ["met"]
    assert [outcome for outcome, *_ in await promise(desk, 2, "first_reply_time")] == ["open"]


async def test_a_ticket_cannot_be_merged_into_itself_or_into_nothing(desk: Desk):
    await two_tickets(desk)
    assert await desk.command("U0ANA", "/sla merge #1 into #1") == "#1 cannot be merged into itself."
    assert await desk.command("U0ANA", "/sla merge #1 into #77") == "There is no ticket #77."
    assert await desk.command("U0ANA", "/sla merge undo #1") == "#1 is not merged into another ticket."


async def test_a_message_and_what_follows_it_become_a_ticket_of_their_own(desk: Desk):
    await desk.at("10:00")
    thread = await desk.post("U0RITA", "The export is empty")
    await desk.at("10:05")
    await desk.post("U0ANA", "Looking.", thread=thread)
    await desk.at("10:10")
    other = await desk.post("U0RITA", "And how do I add a colleague?", thread=thread)
    link = f"https://northwind.slack.com/archives/C0ACME/p{other.replace('.', '')}?thread_ts={thread}&cid=C0ACME"
    assert await desk.command("U0ANA", f"/sla split {link}") == "That message, and what follows it, is #2 now."
    assert await promise(desk, 1, "next_reply_time") == []
    assert await promise(desk, 2, "first_reply_time") == [
        ("open", datetime(2026, 1, 12, 10, 10, tzinfo=UTC), datetime(2026, 1, 12, 11, 10, tzinfo=UTC))
    ]
    assert desk.quoted(2) == "And how do I add a colleague?"


async def test_undoing_a_split_gives_the_message_back_to_its_ticket(desk: Desk):
    await desk.at("10:00")
    thread = await desk.post("U0RITA", "The export is empty")
    await desk.at("10:05")
    await desk.post("U0ANA", "Looking.", thread=thread)
    await desk.at("10:10")
    other = await desk.post("U0RITA", "And how do I add a colleague?", thread=thread)
    await desk.command("U0ANA", f"/sla split https://northwind.slack.com/archives/C0ACME/p{other.replace('.', '')}")
    assert await desk.command("U0ANA", "/sla split undo #2") == "#2 is part of #1 again."
    assert await promise(desk, 1, "next_reply_time") == [
        ("open", datetime(2026, 1, 12, 10, 10, tzinfo=UTC), datetime(2026, 1, 12, 13, 10, tzinfo=UTC))
    ]
    assert await promise(desk, 2, "first_reply_time") == []
    assert await desk.bot.db.read(lambda conn: ticket_events.of_ticket(conn, WORKSPACE, 2)) == []


async def test_the_message_that_opened_a_ticket_cannot_be_split_from_it(desk: Desk):
    thread = await desk.post("U0RITA", "The export is empty")
    link = f"https://northwind.slack.com/archives/C0ACME/p{thread.replace('.', '')}"
    answer = await desk.command("U0ANA", f"/sla split {link}")
    assert answer == "That message opened #1: there is nothing to split it from."


async def test_an_exempt_ticket_is_in_no_figure_and_raises_no_alert_until_that_is_undone(desk: Desk):
    await desk.at("10:00")
    await desk.post("U0RITA", "Lottery winners wanted")
    assert await desk.command("U0ANA", "/sla exempt #1 spam") == "#1: It is exempt and in no figure."
    await desk.at("12:00")
    assert desk.alerts() == []
    assert {outcome for outcome, *_ in await promise(desk, 1, "first_reply_time")} == {"exempt"}
    assert await desk.command("U0ANA", "/sla exempt undo #1") == "#1: It counts again."
    await desk.settle()
    assert {outcome for outcome, *_ in await promise(desk, 1, "first_reply_time")} == {"open"}


async def test_no_reply_needed_ends_the_reply_clock_and_its_undo_restores_the_start(desk: Desk):
    await desk.at("10:00")
    await desk.post("U0RITA", "FYI, we move offices next month")
    await desk.click("U0ANA", "No reply needed")
    assert {outcome for outcome, *_ in await promise(desk, 1, "first_reply_time")} == {"cancelled"}
    await desk.at("10:30")
    assert await desk.command("U0ANA", "/sla noreply undo #1") == "#1: A reply is needed after all."
    outcome, activated_at, breach_at = (await promise(desk, 1, "first_reply_time"))[-1]
    assert (outcome, activated_at) == ("open", datetime(2026, 1, 12, 10, 0, tzinfo=UTC))
    assert breach_at == datetime(2026, 1, 12, 11, 0, tzinfo=UTC)


async def test_not_a_ticket_ends_every_clock_and_can_be_taken_back(desk: Desk):
    await desk.at("10:00")
    await desk.post("U0RITA", "Wrong channel, sorry")
    await desk.click("U0ANA", "Not a ticket")
    assert desk.buttons() == ["It is a ticket"]
    assert await desk.command("U0ANA", "/sla list") == "There is no open ticket."
    await desk.click("U0ANA", "It is a ticket")
    assert (await promise(desk, 1, "first_reply_time"))[-1][0] == "open"


async def test_metric_events_keep_their_ids_when_a_ticket_is_evaluated_anew(desk: Desk):
    await desk.at("10:00")
    await desk.post("U0RITA", "Lottery winners wanted")
    before = await desk.bot.db.read(lambda conn: metric_events.of_ticket(conn, WORKSPACE, 1))
    await desk.command("U0ANA", "/sla exempt #1 spam")
    await desk.command("U0ANA", "/sla exempt undo #1")
    after = await desk.bot.db.read(lambda conn: metric_events.of_ticket(conn, WORKSPACE, 1))
    assert [event.event_id for event in after[: len(before)]] == [event.event_id for event in before]
    assert not any(event.deleted for event in after)
