"""Two replicas and one storm: every alert is told once."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from bot.services.alerting.alerts import ALERT, Alerted
from bot.services.alerting.digests import fold_storms
from store import outbox
from store.outbox import NewMessage, OutboxState
from store.postgresql import writing_engine
from store.urls import parse_url

TEN = datetime(2026, 1, 12, 10, tzinfo=UTC)


def missed(number: int) -> NewMessage:
    alerted = Alerted(
        metric="first_reply_time",
        threshold="0",
        due_at=TEN,
        breach_at=TEN,
        breach=True,
        offset=timedelta(),
        business_hours=False,
    )
    return NewMessage(
        workspace="T0HOME",
        key=f"alert:{number}",
        kind=ALERT,
        destination="C0TRIAGE",
        payload=alerted.payload(),
        created_at=TEN,
        ticket_id=number,
        metric="first_reply_time",
        instance=1,
    )


def named(conn: Connection) -> list[int]:
    """The tickets that the roots of digests and alerts on their own tell of, each as often as it is told."""
    waiting = outbox.listing(conn, OutboxState.PENDING)
    folded = [member["ticket_id"] for row in waiting if row.kind == "digest" for member in row.payload["members"]]
    return sorted([*folded, *(row.ticket_id or 0 for row in waiting if row.kind == ALERT)])


def test_two_replicas_that_see_the_same_storm_tell_of_each_ticket_once(postgresql_url: str):
    engine = writing_engine(parse_url(postgresql_url), virtual_clock=True)
    try:
        with engine.begin() as conn:
            outbox.enqueue_many(conn, [missed(number) for number in range(1, 9)])
            # The channel has had messages before.
            outbox.lock_destination(conn, "T0HOME", "C0TRIAGE", TEN)
        with engine.connect() as first, engine.connect() as second:
            with first.begin():
                fold_storms(first, "T0HOME", [], TEN, started_at=TEN)
                with engine.begin() as conn:
                    outbox.enqueue(conn, missed(9))
                with second.begin():
                    assert fold_storms(second, "T0HOME", [], TEN, started_at=TEN) == []
            with second.begin():
                fold_storms(second, "T0HOME", [], TEN, started_at=TEN)
                assert named(second) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    finally:
        engine.dispose()
