"""`threadline inbox` and `threadline outbox`: what waits, without anybody's words, and trying it again."""

import json
from datetime import UTC, datetime

import pytest

from store import audit, inbox, outbox, workspaces
from store.engine import Database
from store.inbox import Claim, Envelope
from store.outbox import NewMessage
from store.workspaces import Workspace

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
SECRET_WORDS = "our password is swordfish"


@pytest.fixture
async def database(run, folder):
    """A database of one workspace: a request was set aside, another waits, an alert has failed, a card waits."""
    assert (await run("migrate")).code == 0
    async with Database(f"sqlite:///{folder}/threadline.db") as db:
        await db.write(_fill)
        yield db


def _fill(conn):
    workspaces.save(conn, Workspace(workspace="T1", name="Northwind"))
    inbox.put(conn, _envelope("message:C1:1.000001"))
    (taken,) = inbox.take(conn, "T1", NOON, Claim(holder="me"))
    inbox.quarantine(conn, taken, f"ValueError: {SECRET_WORDS}")
    inbox.put(conn, _envelope("message:C1:2.000001"))
    outbox.enqueue(conn, _message("alert:7:first_reply_time:1:0:1:C2", "alert", "C2"))
    (claimed,) = outbox.claim(conn, "T1", NOON, lease=Claim(holder="").lease)
    outbox.failed(conn, claimed, NOON, "is_archived", None)
    outbox.enqueue(conn, _message("card:8", "card", "C3"))


def _envelope(key):
    return Envelope(
        workspace="T1", key=key, kind="event", body=json.dumps(SECRET_WORDS), event_at=NOON, received_at=NOON
    )


def _message(key, kind, destination):
    return NewMessage(
        workspace="T1",
        key=key,
        kind=kind,
        destination=destination,
        payload={"text": SECRET_WORDS},
        created_at=NOON,
        ticket_id=7,
    )


async def test_the_inbox_list_shows_what_was_set_aside_and_what_waits(run, database):
    listed = await run("inbox", "list", "--format", "json")
    assert listed.code == 0
    assert json.loads(listed.out) == [
        {
            "state": "quarantined",
            "key": "message:C1:1.000001",
            "event_at": "2026-01-05T12:00:00Z",
            "attempts": 1,
            "not_before": "2026-01-05T12:01:00Z",
            "error": "ValueError",
        },
        {
            "state": "pending",
            "key": "message:C1:2.000001",
            "event_at": "2026-01-05T12:00:00Z",
            "attempts": 0,
            "not_before": "2026-01-05T12:00:00Z",
            "error": None,
        },
    ]


async def test_the_outbox_list_shows_what_waits_and_why_something_failed(run, database):
    listed = await run("outbox", "list", "--format", "json")
    rows = {row["key"]: row for row in json.loads(listed.out)}
    assert list(rows) == ["card:8", "alert:7:first_reply_time:1:0:1:C2"]
    failed = rows["alert:7:first_reply_time:1:0:1:C2"]
    assert (failed["state"], failed["kind"], failed["ticket"], failed["destination"], failed["error"]) == (
        "failed",
        "alert",
        7,
        "C2",
        "is_archived",
    )


@pytest.mark.parametrize("shape", ["table", "json"])
@pytest.mark.parametrize("queue", ["inbox", "outbox"])
async def test_no_list_shows_what_anybody_wrote(run, database, queue, shape):
    listed = await run(queue, "list", "--format", shape)
    assert listed.code == 0
    assert "swordfish" not in listed.out + listed.err


async def test_a_person_gets_a_table_with_one_line_each(run, database):
    listed = await run("outbox", "list")
    header, *lines = listed.out.splitlines()
    assert header.split() == [
        "state", "key", "kind", "ticket", "destination", "created", "at", "attempts", "not", "before", "error",
    ]  # fmt: skip
    assert [line.split()[:2] for line in lines] == [
        ["pending", "card:8"],
        ["failed", "alert:7:first_reply_time:1:0:1:C2"],
    ]


async def test_only_one_state_is_listed_when_one_is_asked_for(run, database):
    listed = await run("inbox", "list", "--state", "pending", "--format", "json")
    assert [row["key"] for row in json.loads(listed.out)] == ["message:C1:2.000001"]


async def test_where_nothing_waits_the_list_says_so(run, database):
    await database.write(lambda conn: inbox.retry(conn, "T1", ["message:C1:1.000001"], NOON))
    listed = await run("inbox", "list", "--state", "quarantined")
    assert listed.out == "Nothing waits in the inbox, and nothing was set aside.\n"


async def test_a_state_that_does_not_exist_is_refused_with_those_that_do(run, database):
    refused = await run("outbox", "list", "--state", "lost")
    assert refused.code == 2
    assert "'pending', 'sending', 'sent'" in refused.err


async def test_a_request_that_was_set_aside_is_handled_again_when_somebody_says_so(run, database):
    retried = await run("inbox", "retry", "message:C1:1.000001")
    assert (retried.code, retried.out) == (0, "1 of 1 will be tried again now.\n")
    counted = await database.read(inbox.counts)
    assert counted == {"pending": 2, "quarantined": 0}


async def test_a_failed_alert_is_sent_again_when_somebody_says_so(run, database):
    retried = await run("outbox", "retry", "alert:7:first_reply_time:1:0:1:C2")
    assert (retried.code, retried.out) == (0, "1 of 1 will be tried again now.\n")
    counted = await database.read(outbox.counts)
    assert (counted["pending"], counted["failed"]) == (2, 0)


async def test_a_retry_is_in_the_audit_log(run, database):
    await run("outbox", "retry", "alert:7:first_reply_time:1:0:1:C2")
    (entry,) = await database.read(lambda conn: audit.listing(conn, "T1"))
    assert entry.action == "outbox.retried"
    assert entry.who.startswith("cli:")
    assert entry.detail == {"keys": ["alert:7:first_reply_time:1:0:1:C2"], "retried": 1}


async def test_keys_that_are_not_there_are_counted_and_the_answer_is_no(run, database):
    retried = await run("outbox", "retry", "card:8", "card:99")
    assert retried.code == 1
    assert retried.out == "1 of 2 will be tried again now.\n"
    assert retried.complaints == [
        "threadline: The others are not in the outbox, or need no retry: `threadline outbox list` shows what there is."
    ]


async def test_a_database_without_tables_is_one_sentence(run):
    refused = await run("inbox", "list")
    assert refused.code == 1
    assert refused.complaints == [
        "threadline: The database threadline.db has no Threadline tables yet: run `threadline migrate`."
    ]
