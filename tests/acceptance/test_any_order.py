"""In whatever order Slack delivers, what is meant together ends together, and the newest words count."""

from typing import Any

from store import instances, tickets
from tests.support.desk import MONDAY, Desk


def message(seconds: float, user: str, text: str, *, thread: str = "") -> dict[str, Any]:
    """What Slack says of a message that was written so long after nine."""
    ts = f"{MONDAY.timestamp() + seconds:.6f}"
    said = {"type": "message", "channel": "C0ACME", "user": user, "text": text, "ts": ts, "event_ts": ts}
    home = "T0HOME" if user in {"U0ANA", "U0BEN", "U0CLEO"} else "T0ACME"
    return said | {"user_team": home} | ({"thread_ts": thread, "parent_user_id": "U0RITA"} if thread else {})


def edit(of: dict[str, Any], seconds: float, text: str) -> dict[str, Any]:
    ts = f"{MONDAY.timestamp() + seconds:.6f}"
    now = {name: of[name] for name in ("type", "user", "ts")} | {"text": text, "edited": {"user": of["user"], "ts": ts}}
    return {
        "type": "message",
        "subtype": "message_changed",
        "channel": "C0ACME",
        "message": now,
        "previous_message": {name: of[name] for name in ("type", "user", "ts", "text")},
        "ts": ts,
        "event_ts": ts,
    }


async def deliver(desk: Desk, *told: dict[str, Any]) -> None:
    await desk.pass_time(minutes=12)
    for event in told:
        await desk.raw_event(event)


async def live_tickets(desk: Desk) -> dict[int, str]:
    """The numbers and subjects of the tickets that are there; one that became part of another is not."""
    wanted = tickets.Filter()
    found = await desk.bot.db.read(lambda conn: tickets.listing(conn, "T0HOME", wanted))
    return {ticket.ticket_id: ticket.subject for ticket in found}


async def test_a_burst_of_three_that_arrives_as_three_one_two_is_one_ticket(desk: Desk):
    first, second, third = (message(seconds, "U0RITA", f"Part {seconds}") for seconds in (10, 100, 190))
    await deliver(desk, third, first)
    assert len(await live_tickets(desk)) == 2, "three minutes apart they might be two matters"
    await deliver(desk, second)
    assert list((await live_tickets(desk)).values()) == ["Part 10"]


async def test_a_colleague_who_wrote_in_between_makes_two_tickets_of_what_looked_like_a_burst(desk: Desk):
    first, second = message(10, "U0RITA", "The export is empty"), message(70, "U0RITA", "And the import is slow")
    await deliver(desk, first, second)
    assert list((await live_tickets(desk)).values()) == ["The export is empty"]
    await deliver(desk, message(40, "U0SAM", "Good morning"))
    assert sorted((await live_tickets(desk)).values()) == [
        "And the import is slow",
        "Good morning",
        "The export is empty",
    ]


async def test_an_answer_beside_the_thread_goes_to_the_message_just_before_it_also_when_that_comes_late(desk: Desk):
    await deliver(desk, message(10, "U0RITA", "The export is empty"), message(400, "U0BEN", "It is full again"))
    assert desk.promises(1)["First reply"].startswith("met")
    await deliver(desk, message(200, "U0SAM", "I cannot log in"))
    assert not desk.promises(1)["First reply"].startswith("met")
    assert desk.promises(2)["First reply"].startswith("met in 3 min")


async def test_an_older_edit_that_comes_late_does_not_replace_a_newer_one(desk: Desk):
    first = message(10, "U0RITA", "The export is emty")
    await deliver(desk, first, edit(first, 90, "The export of May is empty"), edit(first, 60, "The export is empty"))
    assert desk.quoted() == "The export of May is empty"


async def test_thanks_that_arrive_before_the_answer_they_are_for_want_no_answer(desk: Desk):
    first = message(10, "U0RITA", "The export is empty")
    answer = message(200, "U0BEN", "It is full again", thread=first["ts"])
    thanks = message(300, "U0RITA", "Thanks!", thread=first["ts"])
    await deliver(desk, first, thanks)
    assert "Next reply" not in desk.promises()
    await deliver(desk, answer)
    assert desk.promises()["First reply"] == "met in 3 min"
    assert desk.promises()["Next reply"] == "cancelled"


async def test_what_a_deleted_message_set_off_stays_when_history_is_folded_again(desk: Desk):
    first = message(10, "U0RITA", "production down, all of it")
    await deliver(desk, first)
    assert desk.facts()["Priority"] == "urgent"
    gone_ts = f"{MONDAY.timestamp() + 600:.6f}"
    gone = {"type": "message", "subtype": "message_deleted", "channel": "C0ACME", "deleted_ts": first["ts"]}
    await deliver(desk, gone | {"ts": gone_ts, "event_ts": gone_ts})
    await deliver(desk, message(300, "U0BEN", "We look into it", thread=first["ts"]))
    assert desk.facts()["Priority"] == "urgent"
    assert desk.promises()["First reply"] == "met in 4 min"


async def test_an_answer_written_before_a_merge_counts_where_it_was_written(desk: Desk):
    older = await desk.post("U0RITA", "The export is empty")
    await desk.pass_time(minutes=5)
    await desk.post("U0RITA", "The import is slow")
    await desk.at("09:20")
    desk.sandbox.faults.events("hold", type="message*")
    desk.sandbox.act.post("C0ACME", "U0BEN", "It is full again", thread_ts=older)
    await desk.at("09:30")
    await desk.command("U0ANA", "/sla merge #1 into #2")
    desk.sandbox.faults.clear()
    await desk.pass_time(minutes=1)
    first = await desk.bot.db.read(lambda conn: instances.get(conn, "T0HOME", 1, "first_reply_time", 1))
    second = await desk.bot.db.read(lambda conn: instances.get(conn, "T0HOME", 2, "first_reply_time", 1))
    assert first is not None
    assert second is not None
    assert (first.outcome, f"{first.fulfilled_at:%H:%M}") == ("met", "09:20")
    assert second.outcome == "open"
