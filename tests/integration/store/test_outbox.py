"""A message is recorded once, claimed by one sender at a time, and never silently lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from store import outbox, workspaces
from store.engine import Database
from store.outbox import Delivery, NewMessage, OutboxMessage, OutboxState, Refusal
from store.workspaces import Workspace, WorkspaceState

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LEASE = timedelta(seconds=30)
SETTLE = timedelta(seconds=30)


def message(key: str, destination: str = "C1", **other: Any) -> NewMessage:
    values: dict[str, Any] = {"workspace": "T1", "kind": "alert", "payload": {"text": key}, "created_at": NOON}
    return NewMessage(key=key, destination=destination, **(values | other))


async def record(db: Database, *messages: NewMessage) -> list[bool]:
    return await db.write(lambda conn: [outbox.enqueue(conn, one) for one in messages])


async def claim(db: Database, now: datetime = NOON, limit: int = 20) -> list[OutboxMessage]:
    return await db.write(lambda conn: outbox.claim(conn, "T1", now, limit=limit, lease=LEASE))


async def deliver(db: Database, one: OutboxMessage, now: datetime = NOON, ts: str = "1.0") -> bool:
    arrived = Delivery(at=now, channel_id=one.destination, message_ts=ts)
    return await db.write(lambda conn: outbox.sent(conn, one, arrived))


async def state_of(db: Database, key: str) -> str:
    found = await db.read(lambda conn: outbox.find(conn, "T1", key))
    assert found is not None
    return found.state


async def test_a_message_is_recorded_once_under_its_key(db: Database) -> None:
    assert await record(db, message("a"), message("a", "C2")) == [True, False]

    (claimed,) = await claim(db)
    assert (claimed.destination, claimed.state, claimed.payload) == ("C1", "sending", {"text": "a"})
    assert (claimed.fence, claimed.attempts, claimed.lease_until) == (1, 1, NOON + LEASE)


async def test_a_message_waits_for_its_time(db: Database) -> None:
    await record(db, message("a", not_before=NOON + SECOND))

    assert await claim(db) == []
    assert await db.read(lambda conn: outbox.next_send_at(conn, "T1")) == NOON + SECOND
    assert len(await claim(db, NOON + SECOND)) == 1


async def test_the_most_urgent_message_goes_first_and_one_at_a_time_for_each_channel(db: Database) -> None:
    await record(db, message("dull"), message("urgent", urgency=9), message("elsewhere", "C2", urgency=5))

    assert [one.key for one in await claim(db)] == ["urgent", "elsewhere"]
    assert await claim(db) == []


async def test_when_not_all_fit_the_most_urgent_destinations_are_served(db: Database) -> None:
    await record(db, message("a", "C1"), message("b", "C2", urgency=1), message("c", "C3", urgency=2))

    assert [one.key for one in await claim(db, limit=2)] == ["c", "b"]


async def test_a_channel_gets_one_message_a_second(db: Database) -> None:
    await record(db, message("a"), message("b", created_at=NOON + timedelta(microseconds=1)))
    (first,) = await claim(db, NOON + SECOND)
    assert await deliver(db, first, NOON + SECOND)

    assert await db.read(lambda conn: outbox.next_send_at(conn, "T1")) == NOON + 2 * SECOND
    assert await claim(db, NOON + timedelta(seconds=1.9)) == []
    assert [one.key for one in await claim(db, NOON + 2 * SECOND)] == ["b"]


async def test_a_message_goes_once_what_it_depends_on_was_sent(db: Database) -> None:
    await record(db, message("card", kind="card"), message("alert", urgency=9, depends_on="card"))
    await record(db, message("dm", "U1", urgency=9, depends_on="card"))

    (card,) = await claim(db)
    assert card.key == "card"
    assert await claim(db, NOON + SECOND) == []
    assert await db.read(lambda conn: outbox.next_send_at(conn, "T1")) is None
    await deliver(db, card, ts="1700.1")

    assert [one.key for one in await claim(db, NOON + SECOND)] == ["alert", "dm"]


async def test_a_message_does_not_wait_for_one_that_failed_for_good(db: Database) -> None:
    await record(db, message("card", kind="card"), message("alert", "C2", depends_on="card"))
    (card,) = await claim(db)
    await db.write(lambda conn: outbox.failed(conn, card, NOON, "The channel is archived.", None))

    assert [one.key for one in await claim(db, NOON + SECOND)] == ["alert"]


async def test_a_sent_message_can_be_found_by_its_place_in_slack(db: Database) -> None:
    await record(db, message("a", ticket_id=None))
    (one,) = await claim(db)
    await deliver(db, one, NOON + SECOND, ts="1767614400.000100")

    found = await db.read(lambda conn: outbox.of_message(conn, "T1", "C1", "1767614400.000100"))
    assert found is not None
    assert (found.key, found.state, found.sent_at) == ("a", "sent", NOON + SECOND)


async def test_a_lease_that_ended_makes_a_message_uncertain_and_never_pending(db: Database) -> None:
    await record(db, message("a"))
    await claim(db)

    assert await db.read(lambda conn: outbox.next_expiry(conn, "T1", SETTLE)) == NOON + LEASE
    assert await db.write(lambda conn: outbox.expire_leases(conn, "T1", NOON + LEASE - SECOND)) == 0
    assert await db.write(lambda conn: outbox.expire_leases(conn, "T1", NOON + LEASE)) == 1
    assert await state_of(db, "a") == "uncertain"
    assert await claim(db, NOON + timedelta(days=1)) == []


async def test_a_sender_that_lost_its_lease_changes_nothing(db: Database) -> None:
    await record(db, message("a"))
    (stale,) = await claim(db)
    await db.write(lambda conn: outbox.expire_leases(conn, "T1", NOON + LEASE))

    late = NOON + LEASE
    assert not await deliver(db, stale, late)
    assert not await db.write(lambda conn: outbox.uncertain(conn, stale, late, "x"))
    assert not await db.write(lambda conn: outbox.release(conn, stale, late, Refusal(error="x")))
    assert not await db.write(lambda conn: outbox.failed(conn, stale, late, "x", message("fallback", "C9")))
    assert await state_of(db, "a") == "uncertain"
    assert await db.read(lambda conn: outbox.find(conn, "T1", "fallback")) is None


async def reconcile(db: Database, now: datetime) -> list[OutboxMessage]:
    return await db.write(lambda conn: outbox.claim_uncertain(conn, "T1", now, settle=SETTLE, lease=LEASE))


async def test_an_uncertain_message_settles_before_it_is_looked_for(db: Database) -> None:
    await record(db, message("a"))
    (one,) = await claim(db)
    assert await db.write(lambda conn: outbox.uncertain(conn, one, NOON, "The connection was reset."))

    assert await reconcile(db, NOON + SETTLE - SECOND) == []
    assert await db.read(lambda conn: outbox.next_expiry(conn, "T1", SETTLE)) == NOON + SETTLE
    (doubtful,) = await reconcile(db, NOON + SETTLE)
    assert (doubtful.state, doubtful.fence, doubtful.attempts) == ("reconciling", 2, 1)
    assert await reconcile(db, NOON + SETTLE) == []


async def test_a_message_found_in_the_history_is_sent(db: Database) -> None:
    await record(db, message("a"))
    (one,) = await claim(db)
    await db.write(lambda conn: outbox.uncertain(conn, one, NOON, "timeout"))
    (doubtful,) = await reconcile(db, NOON + SETTLE)

    assert await deliver(db, doubtful, NOON + SETTLE)
    assert await state_of(db, "a") == "sent"


async def test_a_message_not_found_in_the_history_is_sent_again(db: Database) -> None:
    await record(db, message("a"))
    (one,) = await claim(db)
    await db.write(lambda conn: outbox.uncertain(conn, one, NOON, "timeout"))
    (doubtful,) = await reconcile(db, NOON + SETTLE)
    await db.write(lambda conn: outbox.release(conn, doubtful, NOON + SETTLE, Refusal(error="It is not there.")))

    (again,) = await claim(db, NOON + SETTLE)
    assert (again.fence, again.attempts, again.error) == (3, 2, "It is not there.")


async def test_a_search_that_died_starts_over(db: Database) -> None:
    await record(db, message("a"))
    (one,) = await claim(db)
    await db.write(lambda conn: outbox.uncertain(conn, one, NOON, "timeout"))
    await reconcile(db, NOON + SETTLE)
    ended = NOON + SETTLE + LEASE

    assert await db.write(lambda conn: outbox.expire_leases(conn, "T1", ended)) == 1
    assert await reconcile(db, ended) == []
    assert len(await reconcile(db, ended + SETTLE)) == 1


async def test_a_refused_message_goes_again_after_its_wait(db: Database) -> None:
    await record(db, message("a"))
    (one,) = await claim(db)
    refusal = Refusal(error="Slack could not be reached.", wait=10 * SECOND)
    assert await db.write(lambda conn: outbox.release(conn, one, NOON, refusal))

    assert await claim(db, NOON + 9 * SECOND) == []
    assert [again.key for again in await claim(db, NOON + 10 * SECOND)] == ["a"]


async def test_after_a_rate_limit_the_whole_channel_waits(db: Database) -> None:
    await record(db, message("a"), message("b"), message("c", "C2"))
    limited = next(one for one in await claim(db) if one.destination == "C1")
    refusal = Refusal(error="ratelimited", wait=30 * SECOND, destination_waits=True)
    await db.write(lambda conn: outbox.release(conn, limited, NOON, refusal))

    assert await claim(db, NOON + 29 * SECOND) == []
    assert [one.key for one in await claim(db, NOON + 30 * SECOND)] == ["a"]


async def test_without_a_rate_limit_the_channel_goes_on_with_its_next_message(db: Database) -> None:
    await record(db, message("a"), message("b"))
    (one,) = await claim(db)
    await db.write(lambda conn: outbox.release(conn, one, NOON, Refusal(error="too long", wait=30 * SECOND)))

    assert [other.key for other in await claim(db, NOON + SECOND)] == ["b"]


async def test_a_failure_and_its_fallback_are_recorded_together(db: Database) -> None:
    await record(db, message("a"))
    (one,) = await claim(db)
    elsewhere = message("a:fallback", "U0BOSS", fallback_of="a")

    assert await db.write(lambda conn: outbox.failed(conn, one, NOON, "The channel is archived.", elsewhere))

    (failed,) = await db.read(lambda conn: outbox.listing(conn, OutboxState.FAILED))
    assert (failed.key, failed.error) == ("a", "The channel is archived.")
    (fallback,) = await claim(db, NOON + SECOND)
    assert (fallback.destination, fallback.fallback_of) == ("U0BOSS", "a")


async def test_a_failed_message_can_be_retried_by_a_person(db: Database) -> None:
    await record(db, message("a"))
    (one,) = await claim(db)
    await db.write(lambda conn: outbox.failed(conn, one, NOON, "archived", None))

    assert await db.write(lambda conn: outbox.retry(conn, "T1", ["a", "unknown"], NOON + SECOND)) == 1
    assert [again.key for again in await claim(db, NOON + SECOND)] == ["a"]


async def test_a_sent_message_is_not_sent_again_by_a_retry(db: Database) -> None:
    await record(db, message("a"))
    (one,) = await claim(db)
    await deliver(db, one)

    assert await db.write(lambda conn: outbox.retry(conn, "T1", ["a"], NOON)) == 0


async def test_alerts_of_a_target_that_no_longer_holds_are_given_up(db: Database) -> None:
    about = {"ticket_id": 7, "metric": "first_reply_time", "instance": 1}
    await record(db, message("warning", **about), message("on its way", "C2", **about))
    await record(db, message("other", "C3", **(about | {"instance": 2})))
    await claim(db, limit=1)

    given_up = await db.write(lambda conn: outbox.void(conn, "T1", 7, "first_reply_time", 1))

    assert given_up == 1
    states = {one.key: one.state for one in await db.read(lambda conn: outbox.of_ticket(conn, "T1", 7))}
    assert states == {"on its way": "sending", "warning": "superseded", "other": "pending"}


async def test_only_waiting_messages_are_superseded(db: Database) -> None:
    await record(db, message("a"), message("b", "C2"))
    await claim(db, limit=1)

    assert await db.write(lambda conn: outbox.supersede(conn, "T1", ["a", "b"])) == ["b"]


async def test_a_storm_is_seen_and_folded_into_a_digest(db: Database) -> None:
    await record(db, *(message(f"alert {number}") for number in range(8)), message("calm", "C2"))
    await record(db, message("later", not_before=NOON + SECOND), message("card", kind="card"))

    (storm,) = await db.read(lambda conn: outbox.backlog(conn, "T1", NOON, more_than=6))
    assert (storm.workspace, storm.destination, storm.waiting) == ("T1", "C1", 8)
    members = await db.read(lambda conn: outbox.pending(conn, "T1", "C1", NOON))
    folded = await db.write(lambda conn: outbox.fold(conn, "T1", [one.key for one in members], "digest 1"))

    assert folded == [f"alert {number}" for number in range(8)]
    assert await db.write(lambda conn: outbox.fold(conn, "T1", folded, "digest 2")) == []
    found = await db.read(lambda conn: outbox.find(conn, "T1", "alert 3"))
    assert found is not None
    assert (found.state, found.folded_into) == ("folded", "digest 1")


async def test_several_kinds_for_one_destination_are_one_storm(db: Database) -> None:
    await record(db, message("a"), message("b", kind="direct"), message("c", kind="card"))
    (storm,) = await db.read(lambda conn: outbox.backlog(conn, "T1", NOON, kinds=("alert", "direct")))
    assert storm.waiting == 2


async def test_what_is_postponed_waits_until_then_and_what_is_on_its_way_does_not(db: Database) -> None:
    await record(db, message("a", urgency=1), message("b"))
    await claim(db, limit=1)
    assert await db.write(lambda conn: outbox.postpone(conn, "T1", ["a", "b"], NOON + SECOND)) == ["b"]
    assert await db.read(lambda conn: outbox.pending(conn, "T1", "C1", NOON)) == []
    assert len(await db.read(lambda conn: outbox.pending(conn, "T1", "C1", NOON + SECOND))) == 1


async def test_the_oldest_message_that_is_due_tells_how_long_alerts_have_waited(db: Database) -> None:
    await record(db, message("card", kind="card"), message("later", not_before=NOON + SECOND))
    assert await db.read(lambda conn: outbox.oldest_due(conn, "T1", NOON, ["alert"])) is None
    await record(db, message("a", created_at=NOON - SECOND), message("b"))
    assert await db.read(lambda conn: outbox.oldest_due(conn, "T1", NOON, ["alert"])) == NOON - SECOND


async def test_nothing_is_sent_for_a_dead_workspace_and_nothing_is_lost(db: Database) -> None:
    await db.write(lambda conn: workspaces.save(conn, Workspace(workspace="T1")))
    await record(db, message("a"))
    await db.write(lambda conn: workspaces.set_state(conn, "T1", WorkspaceState.DEAD))

    assert await claim(db) == []
    assert await db.read(lambda conn: outbox.next_send_at(conn, "T1")) is None
    await db.write(lambda conn: workspaces.set_state(conn, "T1", WorkspaceState.ACTIVE))
    assert [one.key for one in await claim(db)] == ["a"]


async def test_a_late_answer_does_not_free_a_channel_that_another_sender_occupies(db: Database) -> None:
    await record(db, message("slow"), message("next", created_at=NOON + SECOND), message("third"))
    (slow,) = await claim(db)
    after_lease = NOON + LEASE
    (third,) = await claim(db, after_lease)
    assert third.key == "third"

    assert await deliver(db, slow, after_lease)

    assert await claim(db, after_lease + SECOND) == []


async def test_two_senders_never_claim_the_same_message(database_url: str) -> None:
    one, two = Database(database_url, virtual_clock=True), Database(database_url, virtual_clock=True)
    await one.open()
    await two.open()
    try:
        await record(one, *(message(f"m{number:02}", f"C{number:02}") for number in range(40)))
        taken: list[str] = []
        while len(taken) < 40:
            for database in (one, two):
                taken += [claimed.key for claimed in await claim(database, limit=7)]
        assert sorted(taken) == [f"m{number:02}" for number in range(40)]
    finally:
        await one.close()
        await two.close()


async def test_what_needs_attention_is_counted(db: Database) -> None:
    await record(db, message("a"), message("b", "C2"), message("c", "C3"))
    first, second = (await claim(db))[:2]
    await deliver(db, first)
    await db.write(lambda conn: outbox.failed(conn, second, NOON, "x", None))
    expected = {"pending": 0, "sending": 1, "reconciling": 0, "uncertain": 0, "failed": 1}

    assert await db.read(outbox.counts) == expected


async def test_old_messages_that_ended_well_can_be_forgotten(db: Database) -> None:
    await record(db, message("sent"), message("failed", "C2"))
    failed, sent = await claim(db)
    await deliver(db, sent)
    await db.write(lambda conn: outbox.failed(conn, failed, NOON, "x", None))

    assert await db.write(lambda conn: outbox.prune(conn, NOON)) == 0
    assert await db.write(lambda conn: outbox.prune(conn, NOON + SECOND)) == 1
    assert await state_of(db, "failed") == "failed"


async def test_a_claim_with_a_forged_fence_is_refused(db: Database) -> None:
    await record(db, message("a"))
    (one,) = await claim(db)

    assert not await deliver(db, replace(one, fence=one.fence + 1))
    assert await deliver(db, one)
    assert not await deliver(db, one)


async def test_a_message_with_nothing_to_say_any_more_does_not_hold_up_its_channel(db: Database) -> None:
    await record(db, message("a"), message("b"))
    (one,) = await claim(db)

    assert await db.write(lambda conn: outbox.withdraw(conn, one, NOON, "The ticket is solved."))
    assert not await db.write(lambda conn: outbox.withdraw(conn, one, NOON, "again"))

    assert await state_of(db, "a") == "superseded"
    assert [other.key for other in await claim(db)] == ["b"]


async def test_messages_are_found_and_counted_by_kind(db: Database) -> None:
    await record(
        db, message("a", kind="card", ticket_id=7), message("b", "C2", kind="dm", ticket_id=7), message("c", "C3")
    )
    await claim(db, limit=1)

    assert [one.key for one in await db.read(lambda conn: outbox.of_kind(conn, "T1", "card"))] == ["a"]
    assert await db.read(lambda conn: outbox.by_kind(conn, "T1", ["card", "dm"])) == {"sending": 1, "pending": 1}
    cards = await db.read(lambda conn: outbox.of_ticket(conn, "T1", 7, kind="card"))
    waiting = await db.read(lambda conn: outbox.of_ticket(conn, "T1", 7, states=["pending"]))
    assert ([one.key for one in cards], [one.key for one in waiting]) == (["a"], ["b"])


async def test_recording_nothing_does_nothing(db: Database) -> None:
    assert await db.write(lambda conn: outbox.enqueue_many(conn, [])) == 0


async def test_many_messages_are_recorded_at_once_and_known_keys_left_alone(db: Database) -> None:
    await record(db, message("a"))

    new = await db.write(lambda conn: outbox.enqueue_many(conn, [message("a", "C9"), message("b"), message("c")]))

    assert new == 2
    assert [one.destination for one in await claim(db)] == ["C1"]
