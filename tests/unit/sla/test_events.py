"""Events and tickets as JSON: strict in, lossless out."""

import pytest

from sla.errors import SlaError
from sla.events import Comment, FieldChanged, MergedIn, Message, RulesChanged, event_from_json, event_to_json
from sla.instants import format_instant, instant
from sla.policy import Rules
from sla.ticket import ChannelKind, Priority, Role, Status, Ticket, ticket_from_json, ticket_to_json

AT = {"at": "2026-01-05T09:00:00Z"}
POLICY = {
    "title": "P",
    "filter": {"all": [], "any": []},
    "policy_metrics": [{"priority": "low", "metric": "first_reply_time", "target": 5, "business_hours": False}],
}


@pytest.mark.parametrize(
    "event",
    [
        {"type": "created", "by": "end_user", "user": "U1", "public": True, "text": "hi", "id": "c1", "status": "new"},
        {"type": "comment", "by": "agent", "user": "A1", "public": False, "text": "", "id": None},
        {
            "type": "comment",
            "by": "end_user",
            "user": "U1",
            "public": True,
            "text": "It works now",
            "id": "c2",
            "edited_at": "2026-01-05T09:10:00Z",
            "meant": "production down",
        },
        {"type": "comment_deleted", "ref": "c1"},
        {"type": "reaction", "by": "agent", "user": "A1", "name": "eyes"},
        {"type": "status", "to": "pending"},
        {"type": "priority", "to": "high"},
        {"type": "priority", "to": None},
        {"type": "tags", "add": ["x"], "remove": []},
        {"type": "field", "field": "customer_tier", "to": "pro"},
        {"type": "field", "field": "requester_tags", "to": ["a", "b"]},
        {"type": "field", "field": "fields.seats", "to": 4},
        {"type": "group", "to": "engineering"},
        {"type": "policies", "to": [POLICY], "apply": "now"},
        {"type": "schedule", "to": None},
        {"type": "no_reply_needed", "undo": True},
        {"type": "exempt", "reason": "spam", "undo": False},
        {"type": "merge", "into": "T2", "undo": False},
        {
            "type": "merged_in",
            "source": "T2",
            "messages": [{"at": "2026-01-05T08:00:00Z", "id": "c9", "source": None}],
            "undo": False,
        },
        {"type": "not_a_ticket", "undo": False},
    ],
)
def test_an_event_survives_its_json(event):
    assert event_to_json(event_from_json({**AT, **event})) == {**AT, **event}


def test_a_change_of_rules_survives_its_json():
    changed = RulesChanged(at=instant("2026-01-05T09:00:00Z"), to=Rules(bots_that_reply=("B1",)))

    assert event_from_json(event_to_json(changed)) == changed


def test_what_may_be_left_out_has_a_meaning():
    assert event_from_json({**AT, "type": "comment", "by": "agent"}) == Comment(
        at=instant("2026-01-05T09:00:00Z"), by=Role.AGENT, user=None, public=True, text="", id=None
    )
    assert event_from_json({**AT, "type": "created", "by": "agent"}).status is Status.NEW
    assert event_from_json({**AT, "type": "policies", "to": []}).apply == "next_update"


@pytest.mark.parametrize(
    ("event", "part"),
    [
        ("created", "An event has to be an object"),
        ({"type": "dance"}, "An event has to be an object"),
        ({"type": ["created"]}, "An event has to be an object"),
        ({"type": "status", "to": "open"}, "The key 'at' is missing"),
        ({**AT, "type": "status"}, "The key 'to' is missing"),
        ({**AT, "type": "status", "to": "open", "too": 1}, "did you mean 'to'?"),
        ({**AT, "type": "field", "field": "status", "to": "open"}, "'status' is no field"),
        ({**AT, "type": "field", "field": "fields.", "to": 1}, "'fields.' is no field"),
        ({**AT, "type": "field", "field": "channel_kind", "to": "secret"}, "public, private, shared"),
        ({**AT, "type": "comment_deleted", "ref": " "}, "must not be blank"),
        ({**AT, "type": "exempt", "undo": 1}, "true or false"),
    ],
)
def test_an_event_that_makes_no_sense_is_refused_with_its_path(event, part):
    with pytest.raises(SlaError) as caught:
        event_from_json(event, "events[3]")

    assert str(caught.value).startswith("events[3]")
    assert part in str(caught.value)


def test_messages_know_where_they_come_from():
    event = event_from_json(
        {**AT, "type": "merged_in", "source": "T2", "messages": [{"at": "2026-01-05T08:00:00Z", "source": "T3"}]}
    )

    assert event == MergedIn(
        at=instant("2026-01-05T09:00:00Z"),
        source="T2",
        messages=(Message(instant("2026-01-05T08:00:00Z"), None, "T3"),),
    )


def test_a_ticket_survives_its_json():
    ticket = Ticket(
        id="T1", channel="C1", channel_kind=ChannelKind.SHARED, customer="acme", customer_tier="pro", tags=("a", "b"),
        group="red", assignee="A1", ticket_type="incident", via="slack", requester="U1", requester_tags=("boss",),
        fields={"seats": 4, "list": [1, 2]}, priority=Priority.URGENT, schedule="eu", status=Status.HOLD,
    )  # fmt: skip

    assert ticket_from_json(ticket_to_json(ticket)) == ticket


def test_a_ticket_needs_an_id_only_and_null_is_empty():
    nulls = dict.fromkeys(["channel", "channel_kind", "tags", "fields", "priority", "schedule"])

    assert ticket_from_json({"id": "T1", **nulls, "customer": ""}) == Ticket(id="T1")


def test_a_ticket_that_makes_no_sense_is_refused_with_all_its_problems():
    with pytest.raises(SlaError) as caught:
        ticket_from_json({"id": "", "priority": "asap", "fields": [], "colour": "red"}, "tickets[2]")

    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "tickets[2]", "tickets[2].id", "tickets[2].priority", "tickets[2].fields",
    ]  # fmt: skip


def test_a_field_set_in_code_may_be_a_list():
    assert event_to_json(FieldChanged(at=instant(AT["at"]), field="tags", to=("a",)))["to"] == ["a"]


def test_instants_are_written_in_utc_with_a_fraction_only_when_there_is_one():
    assert format_instant(instant("2026-01-05T10:00:00+01:00")) == "2026-01-05T09:00:00Z"
    assert format_instant(instant("2026-01-05T09:00:00.120000Z")) == "2026-01-05T09:00:00.12Z"
