"""Slack's message events as intake reads them; a shape nobody documented is unread, never a crash."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.messages import Deletion, Edit, Message, Unread, message_from, read_message
from tests.unit.bot.test_envelopes import EVENTS, JSON

MESSAGE = {"type": "message", "channel": "C0HELP", "user": "U0CARL", "text": "Help", "ts": "1700000000.000100"}


@given(EVENTS)
def test_any_event_is_read_or_left_unread(event):
    read = read_message(event)
    assert isinstance(read, Message | Edit | Deletion | Unread)
    if isinstance(read, Message):
        assert read.channel
        assert read.user
        assert read.root_ts
    if isinstance(read, Unread):
        assert read.reason


@given(st.dictionaries(st.sampled_from(["ts", "user", "bot_id", "files", "thread_ts", "text"]), JSON))
def test_any_message_of_a_history_is_read_or_left_out(raw):
    assert message_from(raw, channel="C0HELP") is None or message_from(raw, channel="C0HELP").user


def test_a_message_is_what_somebody_wrote_at_the_instant_of_its_ts():
    read = read_message(MESSAGE | {"team": "T0ACME"})
    assert isinstance(read, Message)
    assert (read.user, read.text, read.team, read.root_ts) == ("U0CARL", "Help", "T0ACME", "1700000000.000100")
    assert read.at == datetime(2023, 11, 14, 22, 13, 20, 100, tzinfo=UTC)
    assert read.thread_ts is None


def test_a_reply_names_its_thread_and_a_parent_does_not_answer_itself():
    reply = read_message(MESSAGE | {"thread_ts": "1690000000.000100", "parent_user_id": "U0ADA"})
    parent = read_message(MESSAGE | {"thread_ts": "1700000000.000100"})
    assert (reply.thread_ts, reply.root_ts, reply.parent_user) == ("1690000000.000100", "1690000000.000100", "U0ADA")
    assert parent.thread_ts is None


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast", "me_message", "bot_message"])
def test_what_people_and_apps_write_is_a_message_whatever_its_subtype(subtype):
    assert isinstance(read_message(MESSAGE | {"subtype": subtype}), Message)


@pytest.mark.parametrize("subtype", ["channel_join", "channel_topic", "pinned_item", "message_replied", "new_in_2027"])
def test_slacks_own_bookkeeping_is_no_message(subtype):
    assert read_message(MESSAGE | {"subtype": subtype}) == Unread(reason=f"subtype {subtype}")


def test_an_app_is_known_by_its_bot_id_also_without_a_user():
    read = read_message({key: value for key, value in MESSAGE.items() if key != "user"} | {"bot_id": "B0FORM"})
    assert (read.user, read.bot_id) == ("B0FORM", "B0FORM")


def test_a_file_is_known_by_its_name_where_slack_tells_it():
    read = read_message(MESSAGE | {"files": [{"name": "log.txt"}, {"file_access": "check_file_info"}, "nonsense"]})
    assert read.file_names == ("log.txt", "file")


CHANGED = {
    "type": "message",
    "subtype": "message_changed",
    "channel": "C0HELP",
    "ts": "1700000050.000200",
    "message": MESSAGE | {"text": "Help, please"},
    "previous_message": MESSAGE,
}


def test_new_words_are_an_edit():
    at = datetime(2023, 11, 14, 22, 14, 10, 200, tzinfo=UTC)
    assert read_message(CHANGED) == Edit(channel="C0HELP", ts="1700000000.000100", text="Help, please", at=at)


def test_a_preview_of_a_link_is_no_edit():
    unfurled = CHANGED | {"message": MESSAGE | {"attachments": [{}]}}
    assert read_message(unfurled) == Unread(reason="nothing said anew")


def test_an_apps_edit_of_its_own_message_is_no_edit():
    assert isinstance(read_message(CHANGED | {"message": MESSAGE | {"bot_id": "B0X", "text": "new"}}), Unread)


def test_a_deleted_parent_leaves_a_tombstone_and_is_a_deletion():
    tombstone = {"subtype": "tombstone", "ts": "1700000000.000100", "text": "This message was deleted."}
    at = datetime(2023, 11, 14, 22, 14, 10, 200, tzinfo=UTC)
    assert read_message(CHANGED | {"message": tombstone}) == Deletion(channel="C0HELP", ts="1700000000.000100", at=at)


def test_a_deletion_says_what_and_when():
    event = {"type": "message", "subtype": "message_deleted", "channel": "C0HELP", "deleted_ts": "1700000000.000100"}
    at = datetime(2023, 11, 14, 22, 14, 10, tzinfo=UTC)
    assert read_message(event | {"ts": "1700000050.0"}) == Deletion(channel="C0HELP", ts="1700000000.000100", at=at)
    assert read_message(event) == Unread(reason="malformed deletion")
