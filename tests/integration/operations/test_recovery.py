"""After a restore or a long silence: what was sent in the time that the database does not know is not sent again."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from store import backup
from tests.support.desk import TRIAGE, Desk


def posts(desk: Desk) -> int:
    return len([call for call in desk.calls("chat.postMessage") if call["ok"]])


async def put_back(desk: Desk, desk_database, copy) -> None:
    """The machine dies, and a copy of the database takes the place of what it had."""
    await desk.stop_bot()
    backup.restore(desk_database, copy, desk.now)
    await desk.start_bot()


@pytest.fixture
def copy(tmp_path):
    return tmp_path / "copy.db"


async def test_alerts_that_were_sent_after_the_backup_are_not_sent_again(desk: Desk, desk_database, copy):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:47")
    backup.make(desk_database, copy)
    await desk.at("10:01")
    before = desk.sandbox.read.messages(TRIAGE)
    assert len(desk.alerts()) == 2  # a warning, which only the thread shows, and a breach
    await put_back(desk, desk_database, copy)
    await desk.pass_time(minutes=30)
    assert [message["ts"] for message in desk.sandbox.read.messages(TRIAGE)] == [message["ts"] for message in before]
    assert len(desk.alerts()) == 2


async def test_a_direct_message_that_was_sent_after_the_backup_is_not_sent_again(desk: Desk, desk_database, copy):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "Claim")
    backup.make(desk_database, copy)
    await desk.at("10:01")
    assert len(desk.direct_messages("U0ANA")) == 2
    await put_back(desk, desk_database, copy)
    await desk.pass_time(minutes=30)
    assert len(desk.direct_messages("U0ANA")) == 2


async def test_tickets_that_were_opened_after_the_backup_keep_their_cards_and_alerts(desk: Desk, desk_database, copy):
    await desk.pass_time(minutes=1)
    backup.make(desk_database, copy)
    await desk.post("U0RITA", "The export is empty")
    await desk.post("U0HANK", "Nothing works", channel="C0GLOBEX")
    await desk.at("10:05")
    before = posts(desk)
    assert (len(desk.cards()), len(desk.alerts())) == (2, 4)
    await put_back(desk, desk_database, copy)
    await desk.pass_time(minutes=30)
    assert (len(desk.cards()), len(desk.alerts()), posts(desk)) == (2, 4, before)


async def test_the_cards_of_such_tickets_are_kept_up_to_date(desk: Desk, desk_database, copy):
    await desk.pass_time(minutes=1)
    backup.make(desk_database, copy)
    ts = await desk.post("U0RITA", "The export is empty")
    await put_back(desk, desk_database, copy)
    await desk.post("U0ANA", "Which one?", thread=ts)
    assert len(desk.cards()) == 1
    assert desk.promises()["First reply"].startswith("met")


async def test_an_alert_that_was_never_sent_is_sent_after_the_restore(desk: Desk, desk_database, copy):
    await desk.post("U0RITA", "The export is empty")
    backup.make(desk_database, copy)
    await put_back(desk, desk_database, copy)
    await desk.at("10:01")
    assert [alert.text.split(":")[0] for alert in desk.alerts()] == ["First reply due in 12 min", "First reply missed"]


async def test_a_copy_put_in_place_by_hand_is_known_as_one(desk: Desk, desk_database, copy):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:55")
    backup.make(desk_database, copy)
    await desk.at("10:01")
    await desk.stop_bot()
    shutil.copy(copy, desk_database.removeprefix("sqlite:///"))
    await desk.start_bot()
    await desk.pass_time(minutes=30)
    assert len(desk.alerts()) == 2


async def test_a_post_about_another_thread_is_never_taken_for_the_lost_one(desk: Desk, desk_database, copy):
    """Numbers are given out anew after a restore: what says #1 in Slack may be about another thread."""
    await desk.pass_time(minutes=1)
    backup.make(desk_database, copy)
    first = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:50")
    await desk.stop_bot()
    desk.sandbox.act.delete("C0ACME", "U0RITA", first)  # and so the history knows nothing of it any more
    backup.restore(desk_database, copy, desk.now)
    desk.sandbox.act.post("C0GLOBEX", "U0HANK", "Nothing works")
    desk.stage.jump(desk.now.replace(minute=51))
    await desk.start_bot()
    await desk.pass_time(minutes=1)
    newest = desk.cards()[-1]
    assert "Nothing works" in str(newest["blocks"])
    assert len(desk.cards()) == 2


async def test_after_a_long_silence_what_is_due_is_looked_for_before_it_is_sent(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.stop_bot()
    desk.stage.jump(desk.now.replace(hour=10, minute=30))
    await desk.start_bot()
    await desk.pass_time(seconds=5)
    (alert,) = desk.alerts()
    looked = [call["at"] for call in desk.calls("conversations.*") if call["args"].get("include_all_metadata")]
    assert looked
    assert looked[0] <= alert.at.timestamp()
    assert "sent 30 min late" in alert.shown


async def test_after_a_short_stop_nothing_is_looked_for(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:44")
    await desk.stop_bot()
    desk.stage.jump(desk.now.replace(minute=52))
    await desk.start_bot()
    await desk.pass_time(seconds=5)
    assert len(desk.alerts()) == 1
    assert [call for call in desk.calls("conversations.*") if call["args"].get("include_all_metadata")] == []


async def test_while_slack_cannot_say_what_it_has_nothing_is_sent_twice(desk: Desk, desk_database, copy):
    await desk.post("U0RITA", "The export is empty")
    backup.make(desk_database, copy)
    await desk.at("10:01")
    desk.sandbox.faults.calls("status", method="conversations.replies", status=503, for_seconds=400)
    await put_back(desk, desk_database, copy)
    await desk.pass_time(minutes=30)
    assert len(desk.alerts()) == 2


async def test_a_restart_in_the_middle_of_the_recovery_changes_nothing(desk: Desk, desk_database, copy):
    await desk.post("U0RITA", "The export is empty")
    backup.make(desk_database, copy)
    await desk.at("10:01")
    desk.sandbox.faults.calls("status", method="conversations.*", status=503, for_seconds=60)
    await put_back(desk, desk_database, copy)
    await desk.stop_bot()
    await desk.start_bot()
    await desk.pass_time(minutes=30)
    assert len(desk.alerts()) == 2


async def test_a_storm_that_came_while_the_bot_was_away_is_still_folded(desk: Desk):
    for number in range(40):
        desk.sandbox.act.post("C0ACME", ("U0RITA", "U0SAM")[number % 2], f"Problem {number}")
    await desk.pass_time(minutes=2)
    await desk.stop_bot()
    desk.stage.jump(desk.now.replace(hour=10, minute=30))
    before = len(desk.calls("chat.postMessage"))
    await desk.start_bot()
    await desk.pass_time(minutes=3)
    assert len(desk.calls("chat.postMessage")) - before < 20


async def test_the_mark_of_a_restore_is_used_up_by_the_first_start(desk: Desk, desk_database, copy):
    backup.make(desk_database, copy)
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT json_extract(cursor, '$.restored') FROM workspace").fetchall() == [(1,)]
    await put_back(desk, desk_database, copy)
    with closing(sqlite3.connect(desk_database.removeprefix("sqlite:///"))) as connection:
        assert connection.execute("SELECT json_extract(cursor, '$.restored') FROM workspace").fetchall() == [(None,)]
