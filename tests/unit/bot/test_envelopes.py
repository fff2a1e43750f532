"""What a request is, and under which key it is remembered: any JSON has one, and copies have the same."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.envelopes import Kind, parse_ts, read_envelope

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(), max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
TYPES = st.sampled_from(
    [
        *("event_callback", "app_rate_limited", "block_actions", "message_action", "shortcut", "view_submission"),
        *("view_closed", "url_verification", "something_new"),
    ]
)
EVENT_TYPES = st.sampled_from(["message", "app_mention", "reaction_added", "reaction_removed", "user_change", "x"])
SUBTYPES = st.sampled_from(["message_changed", "message_deleted", "message_replied", "bot_message", "tombstone"])
FIELDS = st.sampled_from(
    [
        *("event", "event_id", "team_id", "team", "authorizations", "actions", "user", "view", "trigger_id", "command"),
        *("ts", "event_ts", "channel", "item", "reaction", "message", "previous_message", "deleted_ts", "subtype"),
        *("text", "files", "bot_id", "thread_ts", "edited", "bot_profile", "minute_rate_limited", "action_ts"),
    ]
)
EVENTS = st.builds(
    lambda kind, subtype, rest: rest | {"type": kind} | subtype,
    EVENT_TYPES | JSON,
    st.just({}) | SUBTYPES.map(lambda name: {"subtype": name}),
    st.dictionaries(FIELDS, JSON, max_size=8),
)
BODIES = st.builds(
    lambda kind, event, rest: rest | kind | {"event": event},
    st.just({}) | TYPES.map(lambda name: {"type": name}) | JSON.map(lambda any_json: {"type": any_json}),
    EVENTS | JSON,
    st.dictionaries(FIELDS, JSON, max_size=8),
)


@given(BODIES | st.dictionaries(st.text(max_size=8), JSON, max_size=6))
def test_any_json_object_has_a_key(body):
    envelope = read_envelope(body)
    assert envelope.key.startswith(f"{envelope.kind}:")
    assert len(envelope.key) > len(f"{envelope.kind}:")


@given(BODIES)
def test_the_same_request_sent_again_has_the_same_key(body):
    again = dict(reversed(list(body.items())))
    assert read_envelope(again).key == read_envelope(body).key


def callback(event, **changed):
    body = {
        "type": "event_callback",
        "team_id": "T0HOME",
        "event_id": "Ev1",
        "event_time": 1700000000,
        "authorizations": [{"team_id": "T0HOME", "user_id": "U0BOT"}],
        "event": event,
    }
    return read_envelope(body | changed)


MESSAGE = {"type": "message", "channel": "C0HELP", "user": "U0CARL", "text": "Help", "ts": "1700000000.000100"}


def test_a_message_is_known_by_its_channel_and_its_ts():
    envelope = callback(MESSAGE)
    assert envelope.key == "event:message:C0HELP:1700000000.000100"
    assert envelope.event_at == datetime(2023, 11, 14, 22, 13, 20, 100, tzinfo=UTC)
    assert (envelope.kind, envelope.workspace) == (Kind.EVENT, "T0HOME")


def test_a_mention_and_a_second_copy_are_the_same_message():
    copies = [
        callback(MESSAGE | {"type": "app_mention", "text": "<@U0BOT> Help"}),
        callback(MESSAGE, event_id="Ev2", event_time=1700000009),
        callback(MESSAGE | {"event_ts": "1700000000.000100", "channel_type": "channel"}),
        callback(MESSAGE | {"team": "T0ACME"}, team_id="T0ACME"),
    ]
    assert {copy.key for copy in copies} == {"event:message:C0HELP:1700000000.000100"}


def test_an_event_belongs_to_the_workspace_that_the_app_is_installed_in():
    assert callback(MESSAGE, team_id="T0ACME").workspace == "T0HOME"
    assert callback(MESSAGE, team_id="T0ACME", authorizations=[]).workspace == "T0ACME"


def test_each_edit_of_a_message_is_an_event_of_its_own():
    changed = {"type": "message", "subtype": "message_changed", "channel": "C0HELP", "ts": "1700000050.000200"}
    first = callback(changed | {"message": MESSAGE | {"edited": {"ts": "1700000050.000000"}}})
    second = callback(changed | {"message": MESSAGE | {"edited": {"ts": "1700000060.000000"}}})
    assert first.key == "event:message:C0HELP:1700000000.000100:changed:1700000050.000000"
    assert second.key != first.key


def test_a_deletion_is_known_by_what_was_deleted():
    deleted = {"type": "message", "subtype": "message_deleted", "channel": "C0HELP", "ts": "1700000070.000300"}
    envelope = callback(deleted | {"deleted_ts": "1700000000.000100"})
    assert envelope.key == "event:message:C0HELP:1700000000.000100:deleted"


def test_a_reaction_taken_back_and_given_again_is_three_events():
    reaction = {"user": "U0ADA", "reaction": "eyes", "item": {"channel": "C0HELP", "ts": "1700000000.000100"}}
    keys = [
        callback(reaction | {"type": kind, "event_ts": f"170000001{n}.0"}).key
        for n, kind in enumerate(("reaction_added", "reaction_removed", "reaction_added"))
    ]
    assert len(set(keys)) == 3


def test_commands_actions_shortcuts_and_views_are_known_by_what_slack_gives_each():
    user = {"id": "U0ADA"}
    action = {"type": "block_actions", "user": user, "team": {"id": "T0HOME"}}
    action |= {"actions": [{"action_id": "ticket_claim", "action_ts": "1700000000.1"}], "trigger_id": "1.2"}
    view = {"type": "view_submission", "view": {"id": "V1", "hash": "h"}, "trigger_id": "1.3"}
    assert read_envelope({"command": "/sla", "trigger_id": "1.1", "team_id": "T0HOME"}).key == "command:1.1"
    assert read_envelope(action).key == "action:U0ADA:ticket_claim:1700000000.1"
    assert read_envelope(action).workspace == "T0HOME"
    assert read_envelope({"type": "message_action", "trigger_id": "1.4"}).key == "shortcut:1.4"
    assert read_envelope(view).key == "view:view_submission:V1:1.3"
    assert read_envelope({"type": "app_rate_limited", "minute_rate_limited": 28}).key == "app_rate_limited:28"


def test_a_form_that_somebody_of_another_company_submits_is_for_the_workspace_that_opened_it():
    view = {"id": "V1", "hash": "h", "app_installed_team_id": "T0HOME"}
    body = {"type": "view_submission", "team": {"id": "T0ACME"}, "user": {"id": "U0RITA"}, "view": view}
    assert read_envelope(body).workspace == "T0HOME"


@pytest.mark.parametrize(
    ("ts", "instant"),
    [
        ("1700000000.000100", datetime(2023, 11, 14, 22, 13, 20, 100, tzinfo=UTC)),
        ("1700000000", datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        ("1700000000.5", datetime(2023, 11, 14, 22, 13, 20, 500000, tzinfo=UTC)),
        ("0.000000", datetime(1970, 1, 1, tzinfo=UTC)),
        *((nonsense, None) for nonsense in ("", ".", "1.2.3", "-1.0", "1e9", "²", "999999999999.0", None, 1.5, ["1"])),
    ],
)
def test_a_ts_is_an_instant_to_the_microsecond_or_nothing(ts, instant):
    assert parse_ts(ts) == instant


@given(st.text() | JSON)
def test_a_ts_never_raises(ts):
    parse_ts(ts)
