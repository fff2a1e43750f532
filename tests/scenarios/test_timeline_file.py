"""The timeline file: the exact answer, every problem at once, and one answer a line for JSONL."""

import json

import pytest

from sla.errors import SlaError
from sla.timeline import evaluate, evaluate_text, parse_timeline
from tests.support.timelines import created, timeline

EXAMPLE = {
    "schedules": [],
    "policies": [
        {
            "title": "Enterprise",
            "filter": {"all": [], "any": []},
            "policy_metrics": [
                {"priority": "urgent", "metric": "first_reply_time", "target": 60, "business_hours": True}
            ],
        }
    ],
    "tickets": [
        {
            "id": "T1",
            "priority": "urgent",
            "events": [
                {"at": "2026-01-05T09:00:00Z", "type": "created", "by": "end_user", "user": "U1", "status": "new"},
                {"at": "2026-01-05T09:20:00Z", "type": "comment", "by": "agent", "user": "A1"},
            ],
        }
    ],
    "until": "2026-01-05T09:30:00Z",
}


def problems_of(document):
    with pytest.raises(SlaError) as caught:
        parse_timeline(document if isinstance(document, str) else json.dumps(document))
    return list(caught.value.problems)


def with_events(*events, **rules):
    return {**timeline(*events), **rules}


def test_the_answer_has_exactly_this_shape():
    answer = evaluate(parse_timeline(json.dumps(EXAMPLE)))

    [ticket] = answer["tickets"]
    assert list(ticket) == [
        "id",
        "policy",
        "group_policy",
        "status",
        "priority",
        "metrics",
        "metric_events",
        "problems",
    ]
    assert {key: ticket[key] for key in list(ticket)[:5]} == {
        "id": "T1",
        "policy": "Enterprise",
        "group_policy": None,
        "status": "open",
        "priority": "urgent",
    }
    assert ticket["metrics"] == [
        {
            "metric": "first_reply_time",
            "instance": 1,
            "stage": "fulfilled",
            "outcome": "met",
            "breached": False,
            "activated_at": "2026-01-05T09:00:00Z",
            "fulfilled_at": "2026-01-05T09:20:00Z",
            "without_reply": False,
            "breach_at": "2026-01-05T10:00:00Z",
            "breached_at": None,
            "target_seconds": 3600,
            "business_hours": True,
            "elapsed": {"business_seconds": 1200, "calendar_seconds": 1200},
            "remaining": None,
        }
    ]
    assert [event for event in ticket["metric_events"] if event["metric"] == "first_reply_time"] == [
        {"at": "2026-01-05T09:00:00Z", "metric": "first_reply_time", "instance": 1, "type": "activate"},
        {
            "at": "2026-01-05T09:00:00Z",
            "metric": "first_reply_time",
            "instance": 1,
            "type": "apply_sla",
            "target_seconds": 3600,
        },
        {"at": "2026-01-05T09:20:00Z", "metric": "first_reply_time", "instance": 1, "type": "fulfill"},
    ]
    assert json.loads(json.dumps(answer)) == answer


def test_instants_and_seconds_have_a_fraction_only_when_there_is_one():
    document = json.loads(json.dumps(EXAMPLE))
    document["tickets"][0]["events"][1]["at"] = "2026-01-05T10:20:00.250000+01:00"

    [metric] = evaluate(parse_timeline(json.dumps(document)))["tickets"][0]["metrics"]

    assert metric["fulfilled_at"] == "2026-01-05T09:20:00.25Z"
    assert metric["elapsed"]["calendar_seconds"] == 1200.25


def test_one_of_every_event_in_a_file_can_be_read():
    later = [
        {"type": "comment", "by": "agent", "user": "A1", "public": True, "text": "", "id": "c2"},
        {"type": "comment_deleted", "ref": "c1"},
        {"type": "reaction", "by": "agent", "user": "A1", "name": "eyes"},
        {"type": "status", "to": "pending"},
        {"type": "priority", "to": "high"},
        {"type": "tags", "add": ["x"], "remove": []},
        {"type": "field", "field": "customer_tier", "to": "pro"},
        {"type": "group", "to": "engineering"},
        {"type": "policies", "to": [], "apply": "now"},
        {"type": "schedule", "to": "office"},
        {"type": "no_reply_needed", "undo": False},
        {"type": "exempt", "reason": "spam", "undo": False},
        {"type": "merge", "into": "T2", "undo": False},
    ]
    events = [created("09:00"), *({"at": "2024-01-15T09:30:00Z", **event} for event in later)]
    both = [{"id": "T1", "events": events}, {"id": "T2", "events": [created("09:10")]}]

    parsed = parse_timeline(json.dumps(timeline(tickets=both)))

    assert [len(ticket.events) for ticket in parsed.tickets] == [14, 1]


def test_all_problems_come_at_once_each_with_its_path():
    document = with_events(
        {**created("09:00"), "by": "nobody"},
        {"at": "yesterday", "type": "status", "to": "snoozed"},
        {"at": "2024-01-15T09:30:00", "type": "dance"},
        {"at": "2024-01-15T09:30:00Z", "type": "reaction", "by": "agent", "naem": "eyes"},
        polices=[],
    )

    found = problems_of(document)

    assert [problem.split(":")[0] for problem in found] == [
        "The key 'polices' is unknown; did you mean 'policies'?",
        "tickets[0].events[0].by",
        "tickets[0].events[1].at",
        "tickets[0].events[1].to",
        "tickets[0].events[2]",
        "tickets[0].events[3]",
        "tickets[0].events[3]",
    ]
    assert "did you mean 'name'?" in found[5]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "This is not JSON: Expecting value at line 1, column 1."),
        ("{", "This is not JSON: Expecting property name enclosed in double quotes at line 1, column 2."),
        ("[]", "This has to be an object, not []."),
        ('{"until": 1, "until": 2}', "The key 'until' is given twice in one object."),
        ('{"until": NaN}', "NaN is no number in JSON."),
        ("[" * 100_000, "This JSON is nested too deeply."),
    ],
)
def test_what_is_no_json_object_says_so(text, problem):
    assert problems_of(text) == [problem]


def test_the_tickets_and_the_end_have_to_be_given():
    assert problems_of({}) == ["The key 'tickets' is missing.", "The key 'until' is missing."]


@pytest.mark.parametrize(
    ("until", "part"),
    [
        ("2024-01-15T09:00:00", "has no time zone"),
        ("noon", "is not an instant"),
        ("1969-12-31T23:59:59Z", "outside the years 1970 to 2099"),
        ("2100-01-01T00:00:00Z", "outside the years 1970 to 2099"),
        (1705309200, "has to be text"),
    ],
)
def test_an_instant_needs_a_zone_and_a_sensible_year(until, part):
    [problem] = problems_of({"tickets": [], "until": until})

    assert problem.startswith("until: ")
    assert part in problem


def test_schedules_and_tickets_that_are_named_have_to_exist():
    document = with_events(
        created("09:00"),
        {"at": "2024-01-15T09:10:00Z", "type": "schedule", "to": "night"},
        {
            "at": "2024-01-15T09:10:00Z",
            "type": "policies",
            "to": [{"title": "P", "filter": {"all": [], "any": []}, "schedule": "night"}],
        },
        {"at": "2024-01-15T09:20:00Z", "type": "merge", "into": "T1"},
    )
    document["tickets"][0]["schedule"] = "night"
    document["tickets"].append({"id": "T1", "events": []})

    assert problems_of(document) == [
        "tickets[0].schedule: There is no schedule named 'night'.",
        "tickets[0].events[1].to: There is no schedule named 'night'.",
        "tickets[0].events[2].to: There is no schedule named 'night'.",
        "tickets[0].events[3].into: A ticket cannot be merged into itself.",
        "tickets[1].id: There is another ticket 'T1' before.",
    ]


def test_a_ticket_is_created_once_and_first():
    tickets = [
        {"id": "T1", "events": [created("09:00"), created("09:10")]},
        {"id": "T2", "events": [{"at": "2024-01-15T09:00:00Z", "type": "status", "to": "open"}]},
        {"id": "T3", "events": [created("09:10"), {"at": "2024-01-15T09:00:00Z", "type": "status", "to": "open"}]},
        {"id": "T4", "events": []},
    ]

    assert problems_of(timeline(tickets=tickets)) == [
        "tickets[0].events: A ticket is created once, not 2 times.",
        "tickets[1].events: A ticket is created once, not 0 times.",
        "tickets[2].events: Something happens to the ticket before it is created.",
    ]


def test_a_whole_file_gives_one_answer_however_many_lines_it_has():
    evaluation = evaluate_text(json.dumps(EXAMPLE, indent=1))

    assert [answer["tickets"][0]["id"] for answer in evaluation.answers] == ["T1"]
    assert evaluation.problems == ()


def test_jsonl_gives_one_answer_a_line_and_a_bad_line_spoils_no_other():
    good = json.dumps(EXAMPLE)

    evaluation = evaluate_text(f'{good}\n{{"tickets": []}}\n\nrubbish\n{good}\n')

    assert [list(answer) for answer in evaluation.answers] == [
        ["tickets"],
        ["line", "error"],
        ["line", "error"],
        ["tickets"],
    ]
    assert evaluation.answers[1] == {"line": 2, "error": "The key 'until' is missing."}
    assert evaluation.answers[2]["line"] == 4
    assert evaluation.problems[0] == "Line 2: The key 'until' is missing."
    assert len(evaluation.problems) == 2


def test_jsonl_of_bad_lines_only_is_still_jsonl():
    evaluation = evaluate_text('{"tickets": 1}\n{oops\n')

    assert [answer["line"] for answer in evaluation.answers] == [1, 2]


def test_a_bad_file_that_is_not_jsonl_is_refused_as_a_whole():
    with pytest.raises(SlaError, match="not JSON"):
        evaluate_text('{\n  "tickets": [\n  ],,\n}')
    with pytest.raises(SlaError, match="not JSON"):
        evaluate_text("nothing")
