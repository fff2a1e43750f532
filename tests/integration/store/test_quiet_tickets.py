"""Which tickets nobody has looked after: asked of the database, on SQLite and on PostgreSQL."""

from datetime import timedelta

from store import occurrences, rules, ticket_events, tickets
from store.engine import Database
from store.tickets import TicketRecord
from tests.support.stored import NOON, a_ticket, an_event

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def create(db: Database, *new: TicketRecord) -> None:
    await db.write(lambda conn: [tickets.create(conn, ticket) for ticket in new])


async def test_the_longest_quiet_tickets_of_a_status_come_first(db: Database) -> None:
    await create(
        db,
        a_ticket(status="pending", quiet_since=NOON + HOUR),
        a_ticket(status="pending", quiet_since=NOON),
        a_ticket(status="pending", quiet_since=NOON + 2 * HOUR),
        a_ticket(status="solved", quiet_since=NOON - DAY),
        a_ticket(status="pending"),
        a_ticket(status="pending", quiet_since=NOON - DAY, workspace="T2"),
    )

    assert await db.read(lambda conn: tickets.quiet(conn, "T1", "pending", NOON + HOUR, limit=10)) == [2, 1]
    assert await db.read(lambda conn: tickets.quiet(conn, "T1", "pending", NOON + DAY, limit=1)) == [2]
    assert await db.read(lambda conn: tickets.quietest(conn, "T1", "pending")) == NOON
    assert await db.read(lambda conn: tickets.quietest(conn, "T1", "closed")) is None


async def test_silent_are_open_tickets_without_a_deadline_and_without_news(db: Database) -> None:
    await create(
        db,
        a_ticket(last_event_at=NOON + HOUR),
        a_ticket(last_event_at=NOON),
        a_ticket(last_event_at=NOON, next_breach_at=NOON),
        a_ticket(last_event_at=NOON, status="solved"),
        a_ticket(last_event_at=NOON, not_a_ticket=True),
        a_ticket(last_event_at=NOON + DAY),
        a_ticket(last_event_at=NOON, workspace="T2"),
    )

    found = await db.read(lambda conn: tickets.silent(conn, "T1", NOON + DAY))
    assert [ticket.ticket_id for ticket in found] == [2, 1]


async def test_open_or_recent_tickets_are_found_page_by_page(db: Database) -> None:
    await create(
        db,
        a_ticket(created_at=NOON - DAY),
        a_ticket(created_at=NOON - DAY, status="closed"),
        a_ticket(created_at=NOON, status="closed"),
        a_ticket(created_at=NOON, workspace="T2"),
    )

    first = await db.read(lambda conn: tickets.open_or_since(conn, "T1", NOON, limit=1))
    rest = await db.read(lambda conn: tickets.open_or_since(conn, "T1", NOON, after=1, limit=10))
    assert [ticket.ticket_id for ticket in (*first, *rest)] == [1, 3]


async def test_events_that_never_were_are_taken_back_in_their_workspace_only(db: Database) -> None:
    await create(db, a_ticket(), a_ticket(workspace="T2"))
    for event in (an_event("a"), an_event("b"), an_event("a", workspace="T2")):
        await db.write(lambda conn, event=event: ticket_events.append(conn, event))
    await db.write(lambda conn: ticket_events.remove(conn, "T1", ["a"]))

    left = [await db.read(lambda conn, of=of: ticket_events.of_ticket(conn, of, 1)) for of in ("T1", "T2")]
    assert [[event.key for event in events] for events in left] == [["b"], ["a"]]


async def test_how_far_a_job_has_come_is_remembered_once_and_never_goes_back(db: Database) -> None:
    for at in (NOON, NOON + HOUR, NOON):
        await db.write(lambda conn, at=at: occurrences.move_to(conn, "T1", "retention", at))
    await db.write(lambda conn: occurrences.move_to(conn, "T1", "another", NOON))

    assert await db.read(lambda conn: occurrences.latest(conn, "T1", "retention")) == NOON + HOUR
    assert await db.read(lambda conn: occurrences.latest(conn, "T1", "another")) == NOON


async def test_when_a_version_was_saved_is_known(db: Database) -> None:
    await db.write(lambda conn: rules.save_version(conn, "T1", {}, NOON))

    assert await db.read(lambda conn: rules.saved_at(conn, "T1", 1)) == NOON
    assert await db.read(lambda conn: rules.saved_at(conn, "T1", 2)) is None


async def test_messages_with_words_are_found_by_their_time_and_by_when_they_came(db: Database) -> None:
    await create(db, a_ticket())
    said = {"type": "comment", "text": 'he wrote "text":"" and more'}
    for event in (
        an_event("a", body=said),
        an_event("b", body=said | {"text": ""}),
        an_event("c", body={"type": "status", "to": "solved"}),
        an_event("d", body=said, at=NOON + DAY),
        an_event("e", body=said, at=NOON + HOUR, recorded_at=NOON + DAY),
    ):
        await db.write(lambda conn, event=event: ticket_events.append(conn, event))

    def keys(**more):
        return lambda conn: [e.key for e in ticket_events.with_words(conn, "T1", NOON, NOON + DAY, **more)]

    assert await db.read(keys()) == ["a", "e"]
    assert await db.read(keys(limit=1)) == ["a"]
    assert await db.read(keys(recorded_since=NOON + HOUR)) == ["e"]
