"""`threadline evaluate`: a timeline in, what became of its promises out."""

import json

import pytest

TIMELINE = {
    "schedules": [],
    "default_priority": "normal",
    "policies": [
        {
            "title": "Quick",
            "filter": {"all": [], "any": []},
            "policy_metrics": [
                {
                    "priority": "normal",
                    "metric": "first_reply_time",
                    "target_in_seconds": 3600,
                    "business_hours": False,
                }
            ],
        }
    ],
    "tickets": [
        {
            "id": "T1",
            "channel": "C1",
            "events": [
                {"at": "2024-01-17T10:00:00Z", "type": "created", "by": "end_user", "user": "U1", "public": True},
                {"at": "2024-01-17T10:40:00Z", "type": "comment", "by": "agent", "user": "U2", "public": True},
            ],
        }
    ],
    "until": "2024-01-17T12:00:00Z",
}


def timeline(ticket="T1", **changed):
    told = TIMELINE | {"tickets": [TIMELINE["tickets"][0] | {"id": ticket}]}
    return json.dumps(told | changed)


@pytest.fixture
def write(folder):
    """Writes a file in the folder and gives its name."""

    def write_file(text, name="timeline.json"):
        (folder / name).write_text(text, encoding="utf-8")
        return name

    return write_file


async def test_a_timeline_is_answered_with_a_table(run, write):
    ended = await run("evaluate", write(timeline()))
    assert (ended.code, ended.err) == (0, "")
    heading, row = [line.split() for line in ended.out.splitlines() if line.strip()]
    assert heading == ["Ticket", "Policy", "Metric", "Stage", "Outcome", "Due", "Elapsed", "Left"]
    assert row[:6] == ["T1", "Quick", "First", "reply", "fulfilled", "met"]
    assert row[7:10] == ["40", "min", "calendar"]


async def test_a_timeline_is_answered_with_json(run, write):
    ended = await run("evaluate", write(timeline()), "--format", "json")
    assert (ended.code, ended.err) == (0, "")
    (metric,) = json.loads(ended.out)["tickets"][0]["metrics"]
    assert (metric["metric"], metric["outcome"], metric["elapsed"]["calendar_seconds"]) == (
        "first_reply_time",
        "met",
        2400,
    )


async def test_a_timeline_comes_over_standard_input_too(run):
    ended = await run("evaluate", "-", "--format", "json", stdin=timeline())
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out)["tickets"][0]["id"] == "T1"


async def test_a_bad_timeline_is_told_with_all_its_problems(run, write):
    ended = await run("evaluate", write(timeline(until="soon", default_priority="fast")))
    assert (ended.code, ended.out) == (1, "")
    assert "Traceback" not in ended.err
    assert "until" in ended.err
    assert "default_priority" in ended.err


async def test_a_file_that_is_not_json_is_one_sentence(run, write):
    ended = await run("evaluate", write("tickets: []"))
    assert (ended.code, ended.out) == (1, "")
    assert len(ended.complaints) == 1


async def test_a_bad_line_of_many_spoils_no_other_and_keeps_its_place(run, write):
    lines = [timeline("T1"), '{"tickets": 5}', timeline("T3")]
    ended = await run("evaluate", write("\n".join(lines), "many.jsonl"), "--format", "json")
    answers = [json.loads(line) for line in ended.out.splitlines()]
    assert ended.code == 1
    assert [answer.get("line") or answer["tickets"][0]["id"] for answer in answers] == ["T1", 2, "T3"]
    assert len(ended.complaints) == 1
    assert ended.complaints[0].startswith("threadline: Line 2: ")


async def test_a_file_that_does_not_exist_is_wrong_usage(run):
    ended = await run("evaluate", "nothing.json")
    assert (ended.code, ended.out) == (2, "")
    assert ended.complaints == ["threadline: There is no timeline at nothing.json."]


async def test_a_folder_and_a_file_that_is_not_text_are_wrong_usage(run, folder):
    (folder / "picture.png").write_bytes(b"\x89PNG\xff\xfe")
    for name in (".", "picture.png"):
        ended = await run("evaluate", name)
        assert (ended.code, ended.out, len(ended.complaints)) == (2, "", 1)
        assert ended.complaints[0].startswith(f"threadline: {name} cannot be read as text: ")


async def test_nesting_without_end_is_one_sentence(run, write):
    ended = await run("evaluate", write("[" * 100_000))
    assert (ended.code, ended.out, len(ended.complaints)) == (1, "", 1)
