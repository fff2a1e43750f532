"""A Zendesk export under another configuration than Zendesk's, without importing it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.exports import write_export as write_slack_export
from tests.support.processes import Ended, threadline
from tests.support.zendesk_exports import CONFIG, FILES, write_zendesk_export

TIGHT = CONFIG.replace("first_reply_time: 30m, next", "first_reply_time: 10m, next").replace("Enterprise", "Tight")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "threadline.yml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "tight.yml").write_text(TIGHT, encoding="utf-8")
    write_zendesk_export(tmp_path / "export.zip")
    return tmp_path


async def run(place: Path, *words: str) -> Ended:
    return await threadline(*words, folder=place)


async def simulated(place: Path, history: str = "export.zip") -> dict[str, Any]:
    words = ("--config", "tight.yml", "--baseline", "threadline.yml", "--format", "json")
    ended = await run(place, "simulate", "--history", history, *words)
    assert (ended.code, ended.err) == (0, "")
    found: dict[str, Any] = json.loads(ended.out)
    return found


def counted(side: dict[str, Any], dimension: str) -> dict[str | None, tuple[int, int]]:
    return {group["key"][dimension]: (group["met"], group["missed"]) for group in side["by"][dimension]}


async def test_the_configurations_policies_judge_and_not_the_accounts(place: Path):
    found = await simulated(place)
    assert found["tickets"] == 4
    assert counted(found["baseline"], "policy") == {"Enterprise": (1, 1), "Important people": (1, 1), "Paper": (1, 0)}
    assert counted(found["candidate"], "policy") == {"Tight": (0, 2), "Important people": (1, 1), "Paper": (1, 0)}


async def test_a_tickets_customer_tier_tags_and_first_priority_are_what_policies_see(place: Path):
    baseline = (await simulated(place))["baseline"]
    assert counted(baseline, "customer") == {"acme": (1, 1), "initech": (1, 0), None: (1, 1)}
    assert counted(baseline, "tier") == {"enterprise": (1, 1), "pro": (1, 0), None: (1, 1)}
    assert counted(baseline, "priority") == {"normal": (1, 2), "high": (1, 0), "urgent": (1, 0)}


async def test_it_says_which_of_zendesks_tickets_end_otherwise_and_why(place: Path):
    assert (await simulated(place))["flips"] == [
        {
            "ticket": "155",
            "metric": "first_reply_time",
            "instance": 1,
            "activated_at": "2026-01-05T09:00:00Z",
            "before": "met",
            "after": "missed",
            "why": "policy Enterprise → Tight; target 30 min calendar → 10 min calendar; it took 20 min",
        }
    ]


@pytest.mark.parametrize(("config", "side"), [("threadline.yml", "baseline"), ("tight.yml", "candidate")])
async def test_its_figures_are_those_of_importing_and_reporting(place: Path, config: str, side: str):
    found = (await simulated(place))[side]
    ended = await run(place, "import", "zendesk", "export.zip", "--config", config, "--tickets-only")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[-1] == "4 tickets opened, 0 known from before, 12 events added."
    for dimension in ("metric", "policy", "priority", "customer", "tier"):
        report = json.loads((await run(place, "report", "--by", dimension, "--format", "json")).out)
        assert found["by"][dimension] == report["groups"]
        assert found["total"] == report["total"]


async def test_the_stored_history_gives_the_same_as_the_export(place: Path):
    await run(place, "import", "zendesk", "export.zip", "--config", "tight.yml", "--tickets-only")
    of_export, of_database = await simulated(place), await simulated(place, "db")
    for part in ("total", "by", "smallest_targets", "staffing"):
        assert of_database["candidate"][part] == of_export["candidate"][part]
        assert of_database["baseline"][part] == of_export["baseline"][part]


async def test_an_import_with_its_policies_puts_them_behind_the_configurations_own(place: Path):
    await run(place, "import", "zendesk", "export.zip")
    report = json.loads((await run(place, "report", "--by", "policy", "--format", "json")).out)
    assert [(group["key"]["policy"], group["met"], group["missed"]) for group in report["groups"]] == [
        ("Enterprise", 1, 1),
        ("Important people", 1, 1),
        ("Paper", 1, 0),
    ]
    exported = (await run(place, "export", "--format", "json")).out
    assert [policy["title"] for policy in json.loads(exported)["policies"]] == [
        "Enterprise",
        "Paper",
        "Important people",
        "The account's own",
    ]


@pytest.mark.parametrize("name", ["export", "export.json", "no-suffix"])
async def test_zip_folder_and_file_are_told_by_what_they_hold(place: Path, name: str):
    if name == "export":
        write_zendesk_export(place / name)
    elif name == "no-suffix":
        (place / "export.zip").rename(place / name)
    else:
        whole = {key: rows for document in FILES.values() for key, rows in document.items()}
        (place / name).write_text(json.dumps(whole), encoding="utf-8")
    found = await simulated(place, name)
    assert (found["tickets"], found["baseline"]["total"]["met"], found["baseline"]["total"]["missed"]) == (4, 3, 2)


@pytest.mark.parametrize("option", [("--agents", "top:10"), ("--agents-file", "agents.txt")])
@pytest.mark.parametrize(("history", "kind"), [("export.zip", "A Zendesk export"), ("db", "The database")])
async def test_who_answers_is_only_asked_of_a_slack_export(
    place: Path, history: str, kind: str, option: tuple[str, str]
):
    ended = await run(place, "simulate", "--history", history, "--config", "tight.yml", *option)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == f"threadline: {kind} says itself who answers: leave --agents and --agents-file out.\n"


@pytest.mark.parametrize("name", ["other.zip", "other"])
async def test_what_is_neither_export_is_one_sentence_that_names_both(place: Path, name: str):
    write_slack_export(place / name, {"users.json": [], "help/2026-01-05.json": [], "broken.json": b"{"})
    ended = await run(place, "simulate", "--history", name, "--config", "tight.yml")
    assert (ended.code, len(ended.complaints)) == (1, 1)
    assert f"{name} is neither a Slack export (it has no channels.json) nor a Zendesk export" in ended.err


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ({"tickets": []}, "Nothing in other.json can be taken over"),
        ({"users": [{"id": 1, "name": "Rita"}]}, "has no tickets that can be read."),
        ({"tickets": [], "until": "soon"}, "is neither a timeline nor an export of Slack or Zendesk."),
        ({"tickets": [{"id": "T1", "events": []}]}, "is neither a timeline nor an export of Slack or Zendesk."),
        ([], "is neither a timeline nor an export of Slack or Zendesk."),
    ],
)
async def test_a_file_without_history_is_one_sentence(place: Path, document: object, complaint: str):
    (place / "other.json").write_text(json.dumps(document), encoding="utf-8")
    ended = await run(place, "simulate", "--history", "other.json", "--config", "tight.yml")
    assert (ended.code, len(ended.complaints)) == (1, 1)
    assert complaint in ended.err


async def test_what_cannot_be_used_is_said_once_and_the_rest_is_simulated(place: Path):
    odd = {"tickets": [{"id": 200, "status": "deleted", "created_at": "2026-01-05T09:00:00Z"}, {"id": 201}]}
    write_zendesk_export(place / "odd.zip", FILES | {"tickets/2.json": odd, "tickets/3.json": b"{"})
    words = ("--config", "tight.yml", "--baseline", "threadline.yml")
    ended = await run(place, "simulate", "--history", "odd.zip", *words)
    assert ended.code == 0
    assert ended.out.startswith("4 tickets of odd.zip.")
    assert [line.partition("Left out: ")[2] for line in ended.complaints] == [
        "tickets/3.json in odd.zip is not JSON.",
        "ticket 200: it was deleted.",
        "ticket 201: it has no number, or no time of creation.",
    ]
