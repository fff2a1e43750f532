"""The database holds rows of another workspace, perhaps of an earlier installation: they are not our business."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from store import inbox, instances, outbox, workspaces
from store.inbox import Envelope
from store.outbox import NewMessage
from store.tables import metric_instance, ticket
from store.workspaces import Workspace
from tests.support.desk import TRIAGE, Desk

FOREIGN = "T0OLD"


def _copy(conn: Connection, table: Any, **changed: Any) -> None:
    rows = conn.execute(select(table)).mappings().all()
    conn.execute(insert(table), [dict(row) | changed for row in rows])


async def rows_of_another_workspace(desk: Desk) -> None:
    """A ticket with everything of ours, a message to be sent, one that may have been sent, and a request."""
    now = desk.now

    def write(conn: Connection) -> None:
        workspaces.save(conn, Workspace(workspace=FOREIGN))
        _copy(conn, ticket, workspace=FOREIGN, ticket_id=77)
        _copy(conn, metric_instance, workspace=FOREIGN, ticket_id=77)
        for key, kind in (("first", "notice"), ("second", "notice")):
            message = NewMessage(
                workspace=FOREIGN, key=key, kind=kind, destination=TRIAGE, payload={"text": "not ours"}, created_at=now
            )
            outbox.enqueue(conn, message)
            if key == "first":
                (claimed,) = outbox.claim(conn, FOREIGN, now, lease=timedelta(seconds=1))
                assert claimed.key == "first"
        request = Envelope(workspace=FOREIGN, key="k", kind="event", body="{}", event_at=now, received_at=now)
        inbox.put(conn, request)

    await desk.bot.db.write(write)


async def test_rows_of_another_workspace_are_neither_judged_nor_sent_nor_in_the_way(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await rows_of_another_workspace(desk)
    await desk.at("10:30")

    assert [f"{alert.at:%H:%M}" for alert in desk.alerts()] == ["09:48", "10:00"]
    assert not any("not ours" in alert.text for alert in desk.alerts())
    theirs = await desk.bot.db.read(lambda conn: instances.of_ticket(conn, FOREIGN, 77))
    assert not any(one.breached or one.sent for one in theirs)
    states = await desk.bot.db.read(lambda conn: {key: outbox.find(conn, FOREIGN, key) for key in ("first", "second")})
    assert {key: found and found.state for key, found in states.items()} == {"first": "sending", "second": "pending"}
    assert [one.key for one in await desk.bot.db.read(lambda conn: inbox.listing(conn, inbox.InboxState.PENDING))] == [
        "k"
    ]
