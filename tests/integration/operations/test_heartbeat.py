"""The heartbeat in the database, on SQLite and on PostgreSQL: when a gap is found, and what it puts in doubt."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, make_url, text

from store import inbox, outbox, recovery, sweeps, workspaces
from store.engine import Database
from store.inbox import Claim, Envelope
from store.outbox import NewMessage
from store.takeover import hand_over
from store.workspaces import Workspace

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
async def workspace(db: Database):
    await db.write(lambda conn: workspaces.save(conn, Workspace(workspace="T1")))


async def beat(db: Database, minutes: float, **how):
    return await db.write(lambda conn: recovery.beat(conn, "T1", NOON + minutes * MINUTE, **how))


async def gap_in_minutes(db: Database, minutes: float, **how):
    gap = await beat(db, minutes, **how)
    return None if gap is None else ((gap.start - NOON) / MINUTE, (gap.end - NOON) / MINUTE)


async def record(db: Database, key: str, **more):
    message = NewMessage(workspace="T1", key=key, kind="alert", destination="C1", payload={}, created_at=NOON, **more)
    await db.write(lambda conn: outbox.enqueue(conn, message))


async def state(db: Database, key: str):
    return (await db.read(lambda conn: outbox.find(conn, "T1", key))).state


async def test_the_first_start_of_all_knows_no_gap(db: Database):
    assert await beat(db, 0) is None


async def test_ten_minutes_of_silence_are_no_gap_and_more_are(db: Database):
    await beat(db, 0)
    assert await beat(db, 10) is None
    assert await gap_in_minutes(db, 20.1) == (10, 20.1)


async def test_a_gap_is_remembered(db: Database):
    await beat(db, 0)
    await beat(db, 30)
    assert await gap_in_minutes(db, 31) == (0, 30)


async def test_a_gap_that_follows_on_another_begins_where_that_one_began(db: Database):
    await beat(db, 0)
    await beat(db, 30)
    assert await gap_in_minutes(db, 60) == (0, 60)


async def test_a_gap_of_last_month_is_over(db: Database):
    await beat(db, 0)
    await beat(db, 30)
    month = 30 * 24 * 60
    assert await gap_in_minutes(db, month) == (30, month)


async def test_whoever_was_awake_all_the_time_knows_that_there_was_no_gap(db: Database):
    await beat(db, 0)
    assert await beat(db, 60, awake=True) is None


async def test_a_clock_that_was_set_back_opens_no_gap(db: Database):
    await beat(db, 60)
    assert await beat(db, 0) is None
    assert await beat(db, 65) is None


async def test_how_far_history_was_read_is_kept_beside_the_heartbeat(db: Database):
    await db.write(lambda conn: sweeps.save_swept(conn, "T1", NOON))
    await beat(db, 0)
    await beat(db, 30)
    cursors = await db.read(lambda conn: sweeps.cursors(conn, "T1"))
    assert cursors.swept_at == NOON
    await db.write(lambda conn: sweeps.save_swept(conn, "T1", NOON + MINUTE))
    assert await gap_in_minutes(db, 31) == (0, 30)


async def test_with_a_gap_what_waits_is_in_doubt_and_looked_for_at_once(db: Database):
    await record(db, "waits")
    await beat(db, 0)
    assert await state(db, "waits") == "pending"
    await beat(db, 30)
    assert await state(db, "waits") == "uncertain"
    lease = timedelta(seconds=60)
    taken = await db.write(
        lambda conn: outbox.claim_uncertain(conn, "T1", NOON + 30 * MINUTE, settle=timedelta(seconds=30), lease=lease)
    )
    assert [message.key for message in taken] == ["waits"]


async def test_what_is_in_doubt_waits_for_the_card_that_it_may_be_under(db: Database):
    await record(db, "card", in_doubt=True)
    await record(db, "alert", in_doubt=True, depends_on="card")
    settle, lease = timedelta(seconds=30), timedelta(seconds=60)
    (first,) = await db.write(lambda conn: outbox.claim_uncertain(conn, "T1", NOON, settle=settle, lease=lease))
    assert first.key == "card"
    assert await db.write(lambda conn: outbox.claim_uncertain(conn, "T1", NOON, settle=settle, lease=lease)) == []
    await db.write(lambda conn: outbox.sent(conn, first, outbox.Delivery(at=NOON, channel_id="C1", message_ts="1.0")))
    (second,) = await db.write(lambda conn: outbox.claim_uncertain(conn, "T1", NOON, settle=settle, lease=lease))
    assert second.key == "alert"


async def test_what_was_taken_and_not_handled_is_handed_over_at_once(db: Database):
    await db.write(lambda conn: inbox.put(conn, _envelope("1")))
    await db.write(lambda conn: inbox.take(conn, "T1", NOON, Claim(holder="first")))
    second = Claim(holder="second")
    assert await db.write(lambda conn: inbox.take(conn, "T1", NOON, second)) == []
    await db.write(lambda conn: hand_over(conn, "first", NOON))
    assert [item.key for item in await db.write(lambda conn: inbox.take(conn, "T1", NOON, second))] == ["1"]


async def test_what_failed_goes_on_waiting_when_it_is_handed_over(db: Database):
    await db.write(lambda conn: inbox.put(conn, _envelope("1")))
    (item,) = await db.write(lambda conn: inbox.take(conn, "T1", NOON, Claim(holder="first")))
    await db.write(lambda conn: inbox.retry_later(conn, item, NOON + 5 * MINUTE, "Slack did not answer."))
    await db.write(lambda conn: hand_over(conn, "first", NOON))
    assert await db.read(lambda conn: inbox.next_at(conn, "T1")) == NOON + 5 * MINUTE


def _envelope(key: str) -> Envelope:
    return Envelope(workspace="T1", key=key, kind="event", body="{}", event_at=NOON, received_at=NOON)


@pytest.mark.postgresql
class TestOnPostgresql:
    """A dump put back, or a standby that took over, is known by its server."""

    @pytest.fixture
    def database_url(self, postgresql_url):
        return postgresql_url

    async def test_another_database_opens_a_gap_at_once(self, db: Database):
        await beat(db, 0)
        assert await beat(db, 1) is None
        await db.write(lambda conn: conn.execute(text("UPDATE workspace SET cursor = replace(cursor, '/', '//')")))
        assert await gap_in_minutes(db, 2) == (1, 2)
        assert await gap_in_minutes(db, 3) == (1, 2)

    async def test_a_user_without_special_rights_may_ask_which_server_it_is(self, postgresql_url):
        engine = create_engine(make_url(postgresql_url).set(drivername="postgresql+psycopg"))
        with engine.begin() as conn:
            whole = recovery.server_of(conn)
            conn.execute(text("CREATE ROLE plain"))
            conn.execute(text("SET LOCAL ROLE plain"))
            assert recovery.server_of(conn) == whole
            conn.execute(text("RESET ROLE"))
            conn.execute(text("DROP ROLE plain"))
        engine.dispose()
