"""Envelopes are kept once, taken once, and never lost."""

from datetime import UTC, datetime, timedelta
from functools import partial

from store import inbox
from store.engine import Database
from store.inbox import Claim, Envelope, InboxState

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ME = Claim(holder="me")
OTHER = Claim(holder="other")


def envelope(key: str, at: datetime = NOON, workspace: str = "T1", body: str = "{}") -> Envelope:
    return Envelope(workspace=workspace, key=key, kind="events", body=body, event_at=at, received_at=NOON)


async def put(db: Database, *envelopes: Envelope) -> None:
    for each in envelopes:
        await db.write(partial(inbox.put, envelope=each))


async def take(
    db: Database, now: datetime = NOON, claim: Claim = ME, *, workspace: str = "T1"
) -> list[inbox.InboxItem]:
    return await db.write(lambda conn: inbox.take(conn, workspace, now, claim))


async def test_an_envelope_that_comes_twice_is_kept_once(db: Database) -> None:
    first = await db.write(lambda conn: inbox.put(conn, envelope("C1:1.0:message", body="first")))
    second = await db.write(lambda conn: inbox.put(conn, envelope("C1:1.0:message", body="second")))

    assert (first, second) == (True, False)
    (item,) = await take(db)
    assert item.body == "first"


async def test_the_same_key_in_two_workspaces_is_two_envelopes(db: Database) -> None:
    await put(db, envelope("k", workspace="T1"), envelope("k", workspace="T2"))

    assert [(item.workspace, item.key) for item in await take(db)] == [("T1", "k")]
    assert [(item.workspace, item.key) for item in await take(db, workspace="T2")] == [("T2", "k")]


async def test_another_workspaces_envelopes_are_neither_taken_nor_waited_for(db: Database) -> None:
    await put(db, envelope("k", workspace="T2"))

    assert await take(db) == []
    assert await db.read(lambda conn: inbox.next_at(conn, "T1")) is None
    assert await db.read(lambda conn: inbox.next_at(conn, "T2")) == NOON


async def test_envelopes_are_taken_in_the_order_of_their_events(db: Database) -> None:
    await put(db, envelope("late", NOON + MINUTE), envelope("early", NOON - MINUTE), envelope("now", NOON))

    assert [item.key for item in await take(db)] == ["early", "now", "late"]


async def test_a_taken_envelope_is_not_taken_again_before_its_lease_ends(db: Database) -> None:
    await put(db, envelope("a"))
    await take(db)

    assert await take(db, NOON + timedelta(seconds=59)) == []
    (again,) = await take(db, NOON + timedelta(seconds=60))
    assert again.attempts == 2


async def test_two_replicas_never_work_on_one_workspace_at_once(db: Database) -> None:
    await put(db, envelope("a"), envelope("b", NOON + MINUTE), envelope("c", workspace="T2"))

    mine = await take(db, claim=Claim(holder="me", limit=1))
    others = await take(db, claim=OTHER)
    elsewhere = await take(db, claim=OTHER, workspace="T2")

    assert [item.key for item in mine] == ["a"]
    assert others == []
    assert [item.key for item in elsewhere] == ["c"]


async def test_a_workspace_passes_to_another_replica_when_its_lease_ends(db: Database) -> None:
    await put(db, envelope("a"))
    await take(db)

    (item,) = await take(db, NOON + MINUTE, OTHER)

    assert item.key == "a"


async def test_a_workspace_passes_to_another_replica_when_it_is_released(db: Database) -> None:
    await put(db, envelope("a"), envelope("b", NOON + MINUTE))
    await take(db, claim=Claim(holder="me", limit=1))
    await db.write(lambda conn: inbox.release(conn, "me"))

    assert [item.key for item in await take(db, claim=OTHER)] == ["b"]


async def test_an_understood_envelope_never_comes_back(db: Database) -> None:
    await put(db, envelope("a"))
    (item,) = await take(db)

    assert await db.write(lambda conn: inbox.done(conn, item, "comment"))
    assert await take(db, NOON + timedelta(days=1)) == []
    assert not await db.write(lambda conn: inbox.put(conn, envelope("a")))


async def test_a_replica_that_lost_its_lease_cannot_end_an_envelope(db: Database) -> None:
    await put(db, envelope("a"))
    (stale,) = await take(db)
    (fresh,) = await take(db, NOON + MINUTE, OTHER)

    assert not await db.write(lambda conn: inbox.done(conn, stale, "comment"))
    assert not await db.write(lambda conn: inbox.retry_later(conn, stale, NOON, "x"))
    assert not await db.write(lambda conn: inbox.quarantine(conn, stale, "x"))
    assert await db.write(lambda conn: inbox.done(conn, fresh, "comment"))


async def test_an_envelope_put_back_waits_until_its_time(db: Database) -> None:
    await put(db, envelope("a"))
    (item,) = await take(db)
    await db.write(lambda conn: inbox.retry_later(conn, item, NOON + MINUTE, "Slack was slow."))

    assert await take(db, NOON + timedelta(seconds=59)) == []
    (again,) = await take(db, NOON + MINUTE)
    assert again.error == "Slack was slow."


async def test_a_quarantined_envelope_waits_for_a_person(db: Database) -> None:
    await put(db, envelope("bad", body="{not json"), envelope("good"))
    bad, _ = await take(db)
    await db.write(lambda conn: inbox.quarantine(conn, bad, "The body is not JSON."))

    (kept,) = await db.read(lambda conn: inbox.listing(conn, InboxState.QUARANTINED))
    assert (kept.body, kept.error) == ("{not json", "The body is not JSON.")
    assert await db.read(inbox.counts) == {"pending": 1, "quarantined": 1}

    assert await db.write(lambda conn: inbox.retry(conn, "T1", ["bad"], NOON)) == 1
    assert [item.key for item in await take(db)] == ["bad"]


async def test_retrying_does_not_touch_what_is_done_or_unknown(db: Database) -> None:
    await put(db, envelope("a"))
    (item,) = await take(db)
    await db.write(lambda conn: inbox.done(conn, item, "comment"))

    assert await db.write(lambda conn: inbox.retry(conn, "T1", ["a", "nothing"], NOON)) == 0


async def test_waiting_work_can_be_seen_without_taking_it(db: Database) -> None:
    assert await db.read(lambda conn: inbox.next_at(conn, "T1")) is None
    await put(db, envelope("a", NOON - MINUTE))

    assert await db.read(lambda conn: inbox.next_at(conn, "T1")) == NOON


async def test_bytes_that_no_database_holds_do_not_lose_an_envelope(db: Database) -> None:
    await put(db, envelope("a", body='{"text": "nul \x00 and half a pair \ud83d"}'))

    (item,) = await take(db)

    assert item.body == '{"text": "nul \ufffd and half a pair \ufffd"}'


async def test_old_understood_envelopes_can_be_forgotten(db: Database) -> None:
    await put(db, envelope("a"), envelope("b"), envelope("waiting"))
    for item in (await take(db))[:2]:
        await db.write(lambda conn, item=item: inbox.done(conn, item, "comment"))

    assert await db.write(lambda conn: inbox.prune(conn, NOON)) == 0
    assert await db.write(lambda conn: inbox.prune(conn, NOON + MINUTE, limit=1)) == 1
    assert await db.write(lambda conn: inbox.prune(conn, NOON + MINUTE)) == 1
    assert await db.read(inbox.counts) == {"pending": 1, "quarantined": 0}


async def test_what_came_of_an_envelope_is_remembered(db: Database) -> None:
    await put(db, envelope("a"), envelope("b"))
    (first, _) = await take(db)
    await db.write(lambda conn: inbox.done(conn, first, "comment"))

    assert await db.read(lambda conn: inbox.outcomes(conn, "T1", ["a", "b", "c"])) == {"a": "comment"}
    assert await db.read(lambda conn: inbox.outcomes(conn, "T1", [])) == {}
    (done,) = await db.read(lambda conn: inbox.listing(conn, InboxState.DONE))
    assert done.outcome == "comment"


async def test_what_was_understood_too_early_is_taken_again(db: Database) -> None:
    keys = ["C1:100.5", "C1:100.5:changed:101.0", "C1:100.5:deleted", "C1:100.6", "C1:999.9", "C2:100.5:deleted"]
    await put(db, *map(envelope, keys))
    for item in await take(db):
        outcome = "comment" if item.key == "C1:100.6" else "too early"
        await db.write(lambda conn, item=item, outcome=outcome: inbox.done(conn, item, outcome))

    again = await db.write(lambda conn: inbox.handle_again(conn, "T1", ("C1:100.5", "C1:101.0:z"), ["too early"], NOON))

    assert again == 2
    assert [item.key for item in await take(db)] == ["C1:100.5:changed:101.0", "C1:100.5:deleted"]


async def test_what_came_too_early_is_looked_for_byte_by_byte_in_any_language_of_the_database(db: Database) -> None:
    mine, neighbour = "reaction:C1:100.5:U1", "reaction:C1:100.50:U1"
    await put(db, envelope(mine), envelope(neighbour))
    for item in await take(db):
        await db.write(lambda conn, item=item: inbox.done(conn, item, "too early"))

    span = ("reaction:C1:100.5:", "reaction:C1:100.5:z")
    again = await db.write(lambda conn: inbox.handle_again(conn, "T1", span, ["too early"], NOON))

    assert again == 1
    assert [item.key for item in await take(db)] == [mine]


async def test_what_waits_for_one_reason_is_made_due_and_what_waits_for_another_is_not(db: Database) -> None:
    await put(db, envelope("a"), envelope("b"))
    first, second = await take(db)
    await db.write(lambda conn: inbox.retry_later(conn, first, NOON + MINUTE, "waits for Slack: HTTP 503"))
    await db.write(lambda conn: inbox.retry_later(conn, second, NOON + MINUTE, "KeyError: 'x'"))

    assert await db.write(lambda conn: inbox.hasten(conn, "T1", "waits for Slack: ", NOON)) == 1
    assert [item.key for item in await take(db)] == ["a"]
