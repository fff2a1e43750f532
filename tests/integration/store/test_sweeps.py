"""How far history was read, and what a reading is compared with."""

from datetime import timedelta
from functools import partial

from store import conversations, inbox, sweeps, ticket_events, tickets, workspaces
from store.engine import Database
from store.inbox import Claim, Envelope
from store.sweeps import ChannelCursor, Cursors, OpenThread
from store.workspaces import Workspace
from tests.support.stored import NOON, a_conversation, a_ticket, an_event

LATER = NOON + timedelta(hours=1)


def an_envelope(key: str) -> Envelope:
    return Envelope(workspace="T1", key=key, kind="event", body="{}", event_at=NOON, received_at=NOON)


async def test_how_far_each_channel_was_read_is_remembered_beside_what_else_is_known(db: Database) -> None:
    cursor = ChannelCursor(since=NOON, read_to=LATER, deep_to=NOON)
    await db.write(lambda conn: workspaces.save(conn, Workspace(workspace="T1", cursor={"restored": True})))

    assert await db.read(lambda conn: sweeps.cursors(conn, "T1")) == Cursors()

    await db.write(lambda conn: sweeps.save_channel(conn, "T1", "C1", cursor))
    await db.write(lambda conn: sweeps.save_channel(conn, "T1", "C2", cursor))
    await db.write(lambda conn: sweeps.save_swept(conn, "T1", LATER))

    found = await db.read(lambda conn: sweeps.cursors(conn, "T1"))
    assert (found.swept_at, dict(found.channels)) == (LATER, {"C1": cursor, "C2": cursor})
    workspace = await db.read(lambda conn: workspaces.get(conn, "T1"))
    assert workspace is not None
    assert workspace.cursor["restored"] is True


async def test_what_was_received_is_found_by_the_beginning_of_its_key(db: Database) -> None:
    keys = ("reaction:C1:1.0:U1", "reaction:C1:2.0:U1", "reaction:C10:1.0:U1", "reaction:c1:1.0:U1", "message:C1:1.0")
    for key in keys:
        await db.write(partial(inbox.put, envelope=an_envelope(key)))

    found = await db.read(lambda conn: sweeps.received_below(conn, "T1", "reaction:C1:"))

    assert found == {"reaction:C1:1.0:U1", "reaction:C1:2.0:U1"}


async def test_only_what_was_understood_is_looked_at_again(db: Database) -> None:
    await db.write(lambda conn: inbox.put(conn, an_envelope("done")))
    await db.write(lambda conn: inbox.put(conn, an_envelope("waiting")))
    taken = await db.write(lambda conn: inbox.take(conn, "T1", NOON, Claim(holder="r1", limit=1)))
    await db.write(lambda conn: inbox.done(conn, taken[0], "ignored: too early"))

    changed = await db.write(lambda conn: sweeps.look_again(conn, "T1", ["done", "waiting", "unknown"], LATER))

    again = await db.write(lambda conn: inbox.take(conn, "T1", LATER, Claim(holder="r1")))
    assert changed == 1
    assert {item.key: item.attempts for item in again} == {"done": 3, "waiting": 1}


async def test_the_bodies_of_known_events_are_found_by_key(db: Database) -> None:
    await db.write(lambda conn: tickets.create(conn, a_ticket()))
    await db.write(lambda conn: ticket_events.append(conn, an_event("C1:1.0", body={"text": "hi"})))

    found = await db.read(lambda conn: sweeps.comments(conn, "T1", ["C1:1.0", "C1:2.0"]))

    assert found == {"C1:1.0": {"text": "hi"}}


async def test_threads_of_open_tickets_come_by_deadline_or_by_how_long_ago_they_were_read(db: Database) -> None:
    kinds = (
        {"next_breach_at": None},
        {"next_breach_at": LATER},
        {"next_breach_at": NOON},
        {"status": "solved"},
        {"not_a_ticket": True},
    )
    for number, changed in enumerate(kinds, start=1):
        await db.write(lambda conn, changed=changed: tickets.create(conn, a_ticket(**changed)))
        thread = a_conversation(ticket_id=number, thread_ts=f"{number}.0", synced_ts={2: "5.0", 3: "4.0"}.get(number))
        await db.write(lambda conn, thread=thread: conversations.save(conn, thread))

    by_deadline = await db.read(lambda conn: sweeps.open_threads(conn, "T1", by_deadline=True))
    by_age = await db.read(lambda conn: sweeps.open_threads(conn, "T1", by_deadline=False))

    assert [thread.ticket_id for thread in by_deadline] == [3, 2, 1]
    assert [thread.ticket_id for thread in by_age] == [1, 3, 2]
    assert by_age[0] == OpenThread(ticket_id=1, channel_id="C1", thread_ts="1.0")
