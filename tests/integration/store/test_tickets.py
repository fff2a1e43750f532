"""Tickets, their conversations and their history are remembered as they were given."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import CompileError

from store import channels, conversations, outbox, ticket_events, tickets
from store.conversations import Window
from store.engine import Database
from store.outbox import NewMessage
from store.tickets import Filter, TicketRecord
from tests.support.stored import NOON, a_conversation, a_ticket, an_event

MINUTE = timedelta(minutes=1)


async def create(db: Database, *new: TicketRecord) -> list[TicketRecord]:
    return await db.write(lambda conn: [tickets.create(conn, ticket) for ticket in new])


async def listed(db: Database, wanted: Filter, **page: int) -> list[int]:
    found = await db.read(lambda conn: tickets.listing(conn, "T1", wanted, **page))
    return [ticket.ticket_id for ticket in found]


async def test_tickets_are_numbered_from_one_in_each_workspace(db: Database) -> None:
    created = await create(db, a_ticket(), a_ticket(), a_ticket(workspace="T2"))

    assert [(ticket.workspace, ticket.ticket_id) for ticket in created] == [("T1", 1), ("T1", 2), ("T2", 1)]


async def test_a_ticket_comes_back_as_it_was_stored(db: Database) -> None:
    given = a_ticket(
        customer="acme",
        requester_tags=["vip"],
        tags=["b", "a"],
        fields={"plan": "gold", "seats": 3},
        state={"open": [{"metric": "first_reply_time"}], "ü": None},
        next_breach_at=NOON + timedelta(microseconds=1),
        not_a_ticket=True,
        subject="Grüße 🎫",
    )

    (created,) = await create(db, given)

    assert await db.read(lambda conn: tickets.get(conn, "T1", 1)) == created
    assert created.next_breach_at == NOON + timedelta(microseconds=1)


async def test_text_that_no_database_holds_does_not_lose_a_ticket(db: Database) -> None:
    await create(db, a_ticket(subject="a\x00b \ud83d", fields={"note": "a\x00b \ud83d"}))

    stored = await db.read(lambda conn: tickets.get(conn, "T1", 1))

    assert stored is not None
    assert (stored.subject, stored.fields) == ("a\ufffdb \ufffd", {"note": "a\x00b \ud83d"})


async def test_an_unknown_ticket_is_none(db: Database) -> None:
    assert await db.read(lambda conn: tickets.get(conn, "T1", 1)) is None
    assert await db.write(lambda conn: tickets.lock(conn, "T1", 1)) is None


async def test_only_the_named_columns_of_a_ticket_change(db: Database) -> None:
    (before,) = await create(db, a_ticket(priority="low"))
    await db.write(lambda conn: tickets.update_columns(conn, "T1", 1, priority="urgent", tags=["x"]))
    await db.write(lambda conn: tickets.update_columns(conn, "T1", 1))

    after = await db.read(lambda conn: tickets.get(conn, "T1", 1))

    assert after is not None
    assert (after.priority, after.tags, after.subject) == ("urgent", ["x"], before.subject)


async def test_a_column_that_does_not_exist_is_an_error(db: Database) -> None:
    await create(db, a_ticket())

    with pytest.raises(CompileError, match="colour"):
        await db.write(lambda conn: tickets.update_columns(conn, "T1", 1, colour="red"))


async def test_tickets_are_listed_by_their_next_deadline(db: Database) -> None:
    await create(
        db,
        a_ticket(),
        a_ticket(next_breach_at=NOON + 2 * MINUTE),
        a_ticket(next_breach_at=NOON + MINUTE),
        a_ticket(workspace="T2"),
    )

    assert await listed(db, Filter()) == [3, 2, 1]
    assert await listed(db, Filter(), limit=1, offset=1) == [2]


async def test_tickets_can_be_filtered(db: Database) -> None:
    await create(
        db,
        a_ticket(status="open", assignee="A1", channel_id="C1", customer="acme", group_name="eng"),
        a_ticket(status="solved", assignee="A1", channel_id="C2", updated_at=NOON + MINUTE),
        a_ticket(status="pending", assignee="A2", channel_id="C2", not_a_ticket=True),
    )

    assert await listed(db, Filter(open_only=True)) == [1]
    assert await listed(db, Filter(open_only=True, not_tickets=True)) == [1, 3]
    assert await listed(db, Filter(assignee="A1")) == [1, 2]
    assert await listed(db, Filter(channel_id="C2")) == [2]
    assert await listed(db, Filter(status="solved")) == [2]
    assert await listed(db, Filter(customer="acme")) == [1]
    assert await listed(db, Filter(group_name="eng")) == [1]
    assert await listed(db, Filter(updated_since=NOON + MINUTE)) == [2]
    assert await db.read(lambda conn: tickets.count(conn, "T1", Filter())) == 2


async def test_all_tickets_can_be_walked_through_in_order(db: Database) -> None:
    await create(db, a_ticket(), a_ticket(), a_ticket())

    first = await db.read(lambda conn: tickets.by_number(conn, "T1", limit=2))
    rest = await db.read(lambda conn: tickets.by_number(conn, "T1", after=2))
    some = await db.read(lambda conn: tickets.many(conn, "T1", [3, 9, 1]))

    assert [ticket.ticket_id for ticket in first + rest] == [1, 2, 3]
    assert [ticket.ticket_id for ticket in some] == [1, 3]


async def test_the_latest_tickets_are_told_by_when_the_first_of_them_was_opened(db: Database) -> None:
    opened = [NOON + timedelta(hours=hours) for hours in (3, 1, 2, 0)]
    await create(db, *(a_ticket(thread_ts=str(at), created_at=at) for at in opened), a_ticket(workspace="T2"))

    def since(most: int) -> Any:
        return db.read(lambda conn: tickets.opened_since(conn, "T1", NOON - timedelta(days=1), most=most))

    assert await since(2) == NOON + timedelta(hours=2)
    assert await since(3) == NOON + timedelta(hours=1)
    assert await since(4) == NOON - timedelta(days=1)
    later = await db.read(lambda conn: tickets.by_number(conn, "T1", since=NOON + timedelta(hours=2)))
    assert [ticket.ticket_id for ticket in later] == [1, 3]


async def test_a_ticket_is_found_by_its_card(db: Database) -> None:
    await create(db, a_ticket(card_channel="C9", card_ts="5.0"))

    found = await db.read(lambda conn: tickets.of_card(conn, "T1", "C9", "5.0"))

    assert found is not None
    assert found.ticket_id == 1
    assert await db.read(lambda conn: tickets.of_card(conn, "T1", "C9", "5.1")) is None


async def test_a_thread_leads_to_its_present_ticket(db: Database) -> None:
    await create(db, a_ticket(), a_ticket())
    await db.write(lambda conn: conversations.save(conn, a_conversation(ticket_id=1)))
    await db.write(lambda conn: conversations.save(conn, a_conversation(ticket_id=2)))

    found = await db.read(lambda conn: tickets.of_conversation(conn, "T1", "C1", "1767614400.000100"))

    assert found is not None
    assert found.ticket_id == 2
    assert await db.read(lambda conn: tickets.of_conversation(conn, "T1", "C2", "1767614400.000100")) is None


async def test_the_newest_customer_thread_of_a_channel_is_found_within_a_window(db: Database) -> None:
    await create(db, a_ticket())

    def thread(ts: str, minutes: int, **changed: Any) -> conversations.ConversationRecord:
        return a_conversation(thread_ts=ts, opened_at=NOON + minutes * MINUTE, **changed)

    rows = [
        thread("1.0", 0),
        thread("2.0", 2, opened_by="U2"),
        thread("3.0", 3, opened_by="A1", opened_by_customer=False),
        thread("4.0", 3, channel_id="C2"),
    ]
    for row in rows:
        await db.write(lambda conn, row=row: conversations.save(conn, row))

    async def newest(since: int, until: int, **by: Any) -> str | None:
        window = Window(channel_id="C1", since=NOON + since * MINUTE, until=NOON + until * MINUTE)
        found = await db.read(lambda conn: conversations.latest_opened(conn, "T1", window, **by))
        return found.thread_ts if found else None

    assert await newest(0, 10) == "2.0"
    assert await newest(0, 10, opened_by="U1") == "1.0"
    assert await newest(0, 10, by_customer=False) == "3.0"
    assert await newest(0, 1) == "1.0"
    assert await newest(2, 2) == "2.0"
    assert await newest(4, 10) is None


async def test_a_merge_moves_threads_and_its_undo_moves_them_back(db: Database) -> None:
    await create(db, a_ticket(), a_ticket())
    for ts, ticket_id in (("1.0", 1), ("2.0", 1), ("3.0", 2)):
        row = a_conversation(thread_ts=ts, ticket_id=ticket_id)
        await db.write(lambda conn, row=row: conversations.save(conn, row))

    async def threads(ticket_id: int) -> list[str]:
        found = await db.read(lambda conn: conversations.of_ticket(conn, "T1", ticket_id))
        return [thread.thread_ts for thread in found]

    await db.write(lambda conn: conversations.move(conn, "T1", 1, 2))
    assert (await threads(1), await threads(2)) == ([], ["1.0", "2.0", "3.0"])
    await db.write(lambda conn: conversations.assign(conn, "T1", [("C1", "1.0"), ("C1", "2.0")], 1))
    assert (await threads(1), await threads(2)) == (["1.0", "2.0"], ["3.0"])


async def test_how_far_a_thread_was_read_is_remembered(db: Database) -> None:
    await create(db, a_ticket())
    await db.write(lambda conn: conversations.save(conn, a_conversation()))
    thread = ("C1", "1767614400.000100")
    await db.write(
        lambda conn: conversations.touch(conn, "T1", thread, synced_ts="9.0", last_customer_at=NOON + MINUTE)
    )

    (found,) = await db.read(lambda conn: conversations.of_channel(conn, "T1", "C1", NOON))

    assert (found.synced_ts, found.last_customer_at) == ("9.0", NOON + MINUTE)
    assert await db.read(lambda conn: conversations.of_channel(conn, "T1", "C1", NOON + MINUTE)) == []


async def append(db: Database, *events: ticket_events.TicketEvent) -> int:
    return await db.write(lambda conn: ticket_events.append_many(conn, events))


async def test_an_event_is_recorded_once_whoever_tells_it(db: Database) -> None:
    await create(db, a_ticket())
    backfilled = an_event("C1:1.0", source="backfill", body={"text": "again"})

    assert await append(db, an_event("C1:1.0"), backfilled) == 1
    (event,) = await db.read(lambda conn: ticket_events.of_ticket(conn, "T1", 1))
    assert (event.source, event.body) == ("live", {"type": "comment", "text": "hi"})


async def test_the_history_of_a_ticket_is_ordered_by_instant_then_arrival(db: Database) -> None:
    await create(db, a_ticket(), a_ticket())
    await append(
        db,
        an_event("late", at=NOON + MINUTE),
        an_event("z"),
        an_event("a"),
        an_event("other", ticket_id=2),
        an_event("early", at=NOON - MINUTE),
    )

    events = await db.read(lambda conn: ticket_events.of_ticket(conn, "T1", 1))

    assert [event.key for event in events] == ["early", "z", "a", "late"]
    everything = await db.read(lambda conn: [event.key for event in ticket_events.everything(conn, "T1")])
    assert everything == ["early", "z", "a", "late", "other"]


async def test_a_deleted_message_is_found_by_its_key_and_its_text_erased(db: Database) -> None:
    await create(db, a_ticket())
    await append(db, an_event("C1:1.0"))

    found = await db.read(lambda conn: ticket_events.find(conn, "T1", "C1:1.0"))
    assert found is not None
    await db.write(lambda conn: ticket_events.set_body(conn, "T1", found.key, found.body | {"text": ""}))

    (event,) = await db.read(lambda conn: ticket_events.of_ticket(conn, "T1", 1))
    assert event.body == {"type": "comment", "text": ""}
    assert await db.read(lambda conn: ticket_events.find(conn, "T2", "C1:1.0")) is None


async def test_a_split_moves_events_to_another_ticket(db: Database) -> None:
    await create(db, a_ticket(), a_ticket())
    await append(db, an_event("a"), an_event("b"), an_event("c", ticket_id=2))

    await db.write(lambda conn: ticket_events.move(conn, "T1", ["b"], 2))

    moved = await db.read(lambda conn: ticket_events.of_ticket(conn, "T1", 2))
    assert sorted(event.key for event in moved) == ["b", "c"]


async def test_events_are_found_by_when_we_knew_of_them(db: Database) -> None:
    await create(db, a_ticket())
    await append(
        db,
        an_event("old", at=NOON - MINUTE, recorded_at=NOON + MINUTE),
        an_event("new", at=NOON, recorded_at=NOON),
    )

    recorded = await db.read(lambda conn: ticket_events.recorded(conn, "T1", NOON))

    assert [event.key for event in recorded] == ["new", "old"]


@pytest.mark.postgresql
async def test_a_locked_ticket_waits_for_the_other_replica(postgresql_url: str) -> None:
    one, two = Database(postgresql_url), Database(postgresql_url)
    await one.open()
    await two.open()

    def add_tag(conn: Any) -> None:
        ticket = tickets.lock(conn, "T1", 1)
        assert ticket is not None
        tickets.update_columns(conn, "T1", 1, tags=[*ticket.tags, "x"])

    try:
        await create(one, a_ticket())
        await asyncio.gather(*(database.write(add_tag) for _ in range(20) for database in (one, two)))
        stored = await one.read(lambda conn: tickets.get(conn, "T1", 1))
        assert stored is not None
        assert len(stored.tags) == 40
    finally:
        await one.close()
        await two.close()


async def test_tickets_created_at_once_get_different_numbers(db: Database) -> None:
    created = await asyncio.gather(*(create(db, a_ticket()) for _ in range(30)))

    assert sorted(ticket.ticket_id for (ticket,) in created) == list(range(1, 31))


async def test_a_channel_that_gets_a_new_id_keeps_its_tickets(db: Database) -> None:
    await create(db, a_ticket(card_channel="C1", card_ts="5.0"), a_ticket(workspace="T2"))
    await db.write(lambda conn: conversations.save(conn, a_conversation()))
    await append(db, an_event("C1:1767614400.000100"), an_event("C10:1.0"), an_event("reaction:C1:1.0"))
    card = NewMessage(
        workspace="T1", key="card:1", kind="card", destination="C1", payload={}, created_at=NOON, ticket_id=1
    )
    await db.write(lambda conn: outbox.enqueue(conn, card))

    assert await db.write(lambda conn: channels.change_id(conn, "T1", "C1", "C9")) == 1
    assert await db.write(lambda conn: channels.change_id(conn, "T1", "C1", "C9")) == 0

    found = await db.read(lambda conn: tickets.of_conversation(conn, "T1", "C9", "1767614400.000100"))
    assert found is not None
    assert (found.ticket_id, found.channel_id, found.card_channel) == (1, "C9", "C9")
    assert await db.read(lambda conn: conversations.get(conn, "T1", "C1", "1767614400.000100")) is None
    assert await db.read(lambda conn: conversations.get(conn, "T1", "C9", "1767614400.000100")) is not None
    assert await db.read(lambda conn: ticket_events.find(conn, "T1", "C9:1767614400.000100")) is not None
    assert await db.read(lambda conn: ticket_events.find(conn, "T1", "C10:1.0")) is not None
    waiting = await db.read(lambda conn: outbox.find(conn, "T1", "card:1"))
    other = await db.read(lambda conn: tickets.get(conn, "T2", 1))
    assert waiting is not None
    assert other is not None
    assert (waiting.destination, other.channel_id) == ("C9", "C1")


async def test_what_came_under_the_new_channel_id_first_is_left_alone(db: Database) -> None:
    await create(db, a_ticket(), a_ticket(channel_id="C9"))
    for row in (
        a_conversation(thread_ts="1.0"),
        a_conversation(thread_ts="2.0"),
        a_conversation(thread_ts="2.0", channel_id="C9", ticket_id=2),
    ):
        await db.write(lambda conn, row=row: conversations.save(conn, row))
    await append(db, an_event("C1:1.0"), an_event("C1:2.0"), an_event("C9:2.0", ticket_id=2))

    assert await db.write(lambda conn: channels.change_id(conn, "T1", "C1", "C9")) == 1

    async def owner(channel_id: str, ts: str) -> tuple[int | None, int | None]:
        thread = await db.read(lambda conn: conversations.get(conn, "T1", channel_id, ts))
        event = await db.read(lambda conn: ticket_events.find(conn, "T1", f"{channel_id}:{ts}"))
        return (thread.ticket_id if thread else None, event.ticket_id if event else None)

    assert await owner("C9", "1.0") == (1, 1)
    assert await owner("C9", "2.0") == (2, 2)
    assert await owner("C1", "2.0") == (1, 1)
