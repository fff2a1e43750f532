"""`threadline import zendesk`: an account's policies, schedules, customers and tickets, taken over once."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bot.errors import BotError
from bot.importers import zendesk_export
from bot.importers.zendesk_export import open_zendesk_export
from bot.services.importing.zendesk import ZendeskImported, take_zendesk_in
from store import instances, outbox, rules, tickets
from tests.support.api import Client
from tests.support.desk import Desk
from tests.support.zendesk_exports import write_zendesk_export

ROW = {
    "priority": "high",
    "metric": "first_reply_time",
    "target": 60,
    "target_in_seconds": 3600,
    "business_hours": True,
}
STRUCTURE = {
    "organizations": [
        {"id": 301, "name": "Initech", "organization_fields": {"tier": "pro"}, "tags": ["paper"]},
        {"id": 302, "name": "Acme Inc", "organization_fields": {}},
        {"id": 303},
    ],
    "groups": [{"id": 401, "name": "Tier 2"}],
    "users": [
        {"id": 501, "name": "Peter Gibbons", "role": "end-user"},
        {"id": 502, "name": "Nina", "role": "agent"},
    ],
    "schedules": [
        {
            "id": 9,
            "name": "London office",
            "time_zone": "London",
            "intervals": [{"start_time": 1980, "end_time": 2460}],
        },
        {"id": 10, "name": "Nowhere", "time_zone": "Atlantis", "intervals": [{"start_time": 1980, "end_time": 2460}]},
    ],
    "holidays": [
        {"id": 77, "schedule_id": 9, "name": "Christmas", "start_date": "2025-12-25", "end_date": "2025-12-26"},
        {"id": 78, "schedule_id": 4711, "name": "Lost", "start_date": "2025-12-25", "end_date": "2025-12-26"},
    ],
    "sla_policies": [
        {
            "id": 36,
            "title": "Initech incidents",
            "position": 1,
            "filter": {"all": [{"field": "organization_id", "operator": "is", "value": 301}], "any": []},
            "policy_metrics": [ROW],
        },
        {"id": 37, "title": "Odd", "filter": {"all": [{"field": "moon_phase", "operator": "is", "value": 1}]}},
    ],
    "group_sla_policies": [
        {
            "id": "01HKQ3ZJ5M4Y8W2N6R7T9V0XAB",
            "title": "Tier 2 owns",
            "filter": {"all": [{"field": "group_id", "operator": "includes", "value": [401]}]},
            "policy_metrics": [
                {"priority": "high", "metric": "group_ownership_time", "target": 60, "business_hours": False}
            ],
        }
    ],
}
TICKETS = {
    "tickets": [
        {
            "id": 155,
            "subject": "Printer on fire",
            "created_at": "2026-01-05T09:00:00Z",
            "updated_at": "2026-01-05T12:00:00Z",
            "priority": "high",
            "status": "solved",
            "requester_id": 501,
            "organization_id": 301,
            "tags": ["printer"],
            "via": {"channel": "email"},
        },
        {"id": 156, "subject": "No time"},
    ]
}
COMMENTS = {
    "comments": [
        {"id": 1, "author_id": 501, "plain_body": "It burns", "public": True, "created_at": "2026-01-05T09:00:00Z"},
        {"id": 2, "author_id": 502, "body": "Careful", "public": False, "created_at": "2026-01-05T10:00:00Z"},
        {"id": 3, "author_id": 502, "body": "Water!", "public": True, "created_at": "2026-01-05T11:30:00Z"},
    ]
}
EVENTS = {
    "ticket_metric_events": [
        {"id": 2, "ticket_id": 155, "metric": "reply_time", "instance_id": 1, "type": "apply_sla", "deleted": False},
        {"id": 3, "ticket_id": 155, "metric": "reply_time", "instance_id": 1, "type": "breach", "deleted": False},
    ]
}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    (folder / "comments").mkdir(parents=True)
    for name, document in (("structure", STRUCTURE), ("tickets", TICKETS), ("events", EVENTS)):
        (folder / f"{name}.json").write_text(json.dumps(document))
    (folder / "comments" / "155.json").write_text(json.dumps(COMMENTS))
    return folder


async def take(desk: Desk, path: Path) -> ZendeskImported:
    with open_zendesk_export(path) as found:
        imported = await take_zendesk_in(desk.bot.db, found, desk.now)
    await desk.bot.take_up_rules()
    await desk.settle()
    return imported


async def test_an_account_is_taken_over_and_what_cannot_be_is_said_with_the_reason(
    desk: Desk, export: Path, admin: Client
):
    await admin.delete("slas/policies/1")
    imported = await take(desk, export)
    assert imported.counts == {
        "organizations": 1,
        "groups": 1,
        "users": 2,
        "schedules": 1,
        "holidays": 1,
        "sla_policies": 1,
        "group_sla_policies": 1,
    }
    assert list(imported.lines())[-2:] == [
        "1 tickets opened, 0 known from before, 3 events added.",
        "Zendesk's metric events and the engine agree on 1 clocks and differ on 0.",
    ]
    said = "\n".join(imported.problems)
    for reason in (
        "303",
        "is not a time zone",
        "its schedule",
        "moon_phase",
        "ticket 156",
    ):
        assert reason in said


async def test_thousands_of_organizations_and_groups_are_two_versions_of_the_configuration(
    desk: Desk, tmp_path: Path, admin: Client
):
    names = ["Acme Inc", *(f"Company {number // 2}" for number in range(3000))]
    document = {
        "organizations": [{"id": 1000 + number, "name": name} for number, name in enumerate(names)],
        "groups": [{"id": 5000 + number, "name": f"Team {number}"} for number in range(50)],
    }
    path = tmp_path / "all.json"
    path.write_text(json.dumps(document))
    imported = await take(desk, path)
    assert (imported.counts["organizations"], imported.counts["groups"], imported.problems) == (1500, 50, ())
    stored = await desk.bot.db.read(lambda conn: rules.current(conn, "T0HOME"))
    assert stored is not None
    assert stored.version == 3
    assert (await admin.get("organizations/1000"))["organization"]["name"] == "Acme Inc"
    assert (await admin.get("organizations/3999"))["organization"]["name"] == "Company 1499"
    assert not any((await take(desk, path)).counts.values())


async def test_the_numbers_of_the_account_stay_what_they_were(desk: Desk, export: Path, admin: Client):
    await take(desk, export)
    policy = (await admin.get("slas/policies/36"))["sla_policy"]
    assert (policy["title"], policy["filter"]["all"][0]["value"]) == ("Initech incidents", 301)
    organization = (await admin.get("organizations/301"))["organization"]
    assert (organization["name"], organization["tags"]) == ("Initech", ["paper", "pro"])
    assert (await admin.get("organizations/302"))["organization"]["name"] == "Acme Inc"
    schedule = (await admin.get("business_hours/schedules/9"))["schedule"]
    assert (schedule["time_zone"], schedule["intervals"]) == ("London", [{"start_time": 1980, "end_time": 2460}])
    assert (await admin.get("business_hours/schedules/9/holidays/77"))["holiday"]["name"] == "Christmas"
    assert (await admin.get("users/501"))["user"]["name"] == "Peter Gibbons"
    ticket = (await admin.get("tickets/1?include=slas"))["ticket"]
    assert (ticket["requester_id"], ticket["organization_id"], ticket["status"]) == (501, 301, "closed")
    assert ticket["via"]["channel"] == "email"
    comments = (await admin.get("tickets/1/comments"))["comments"]
    assert [(one["body"], one["public"], one["author_id"]) for one in comments] == [
        ("It burns", True, 501),
        ("Careful", False, 502),
        ("Water!", True, 502),
    ]


async def test_the_engine_judges_the_tickets_and_nobody_is_alerted(desk: Desk, export: Path, admin: Client):
    await admin.delete("slas/policies/1")
    await take(desk, export)
    await desk.pass_time(hours=2)
    clock = await desk.bot.db.read(lambda conn: instances.get(conn, "T0HOME", 1, "first_reply_time", 1))
    assert clock is not None
    assert (clock.outcome, clock.policy) == ("missed", "Initech incidents")
    assert desk.alerts() == []
    assert desk.cards() == []
    assert await desk.bot.db.read(lambda conn: outbox.of_ticket(conn, "T0HOME", 1)) == []


async def test_an_import_that_is_done_again_doubles_nothing(desk: Desk, export: Path, admin: Client):
    await take(desk, export)
    again = await take(desk, export)
    assert not any(again.counts.values())
    assert (again.tickets.opened, again.tickets.known, again.tickets.events) == (0, 1, 0)
    assert (await admin.get("tickets"))["count"] == 1
    assert (await admin.get("slas/policies"))["count"] == 2
    assert len((await admin.get("tickets/1/comments"))["comments"]) == 3


async def test_audits_tell_what_was_changed_and_when(desk: Desk, tmp_path: Path):
    ticket = TICKETS["tickets"][0] | {"status": "pending", "tags": ["printer", "vip"], "assignee_id": 502}
    events: list[dict[str, Any]] = [
        {"id": 11, "type": "Change", "field_name": "priority", "value": "high", "previous_value": None},
        {"id": 12, "type": "Change", "field_name": "status", "value": "pending", "previous_value": "new"},
        {"id": 13, "type": "Change", "field_name": "tags", "value": ["printer", "vip"], "previous_value": ["printer"]},
        {"id": 14, "type": "Change", "field_name": "assignee_id", "value": "502", "previous_value": None},
        {"id": 15, "type": "Change", "field_name": "moon", "value": 5},
    ]
    audit = {"id": 1, "ticket_id": 155, "created_at": "2026-01-05T09:30:00Z", "author_id": 502, "events": events}
    document = STRUCTURE | {"tickets": [ticket], "audits": [audit]}
    path = tmp_path / "all.json"
    path.write_text(json.dumps(document))
    await take(desk, path)
    stored = await desk.bot.db.read(lambda conn: tickets.get(conn, "T0HOME", 1))
    assert stored is not None
    assert (stored.priority, stored.status, stored.assignee) == ("high", "pending", "zendesk:502")
    assert stored.tags == ["printer", "paper", "vip"]
    first = stored.state["initial"]
    assert (first.get("priority"), first.get("assignee"), first["tags"]) == (None, None, ["printer", "paper"])


async def test_changes_without_numbers_of_their_own_are_all_taken_and_once(desk: Desk, tmp_path: Path):
    ticket = TICKETS["tickets"][0] | {"status": "pending", "assignee_id": 502}
    first: list[dict[str, Any]] = [
        {"type": "Change", "field_name": "priority", "value": "urgent", "previous_value": "high"},
        {"type": "Change", "field_name": "status", "value": "open", "previous_value": "new"},
    ]
    second = [{"id": None, "type": "Change", "field_name": "status", "value": "pending", "previous_value": "open"}]
    audits = [
        {"ticket_id": 155, "created_at": f"2026-01-05T{hour}:00:00Z", "author_id": 502, "events": events}
        for hour, events in ((13, first), (14, second))
    ]
    path = tmp_path / "all.json"
    path.write_text(json.dumps({"tickets": [ticket], "audits": audits}))
    assert [(await take(desk, path)).tickets.events for _ in range(2)] == [3, 0]
    stored = await desk.bot.db.read(lambda conn: tickets.get(conn, "T0HOME", 1))
    assert stored is not None
    assert (stored.priority, stored.status) == ("urgent", "pending")


async def test_what_zendesks_triggers_set_at_once_was_so_from_the_beginning(desk: Desk, tmp_path: Path):
    ticket = TICKETS["tickets"][0] | {"status": "open", "priority": "low", "type": "incident"}
    set_at_once = [
        {"id": 11, "type": "Create", "field_name": "priority", "value": "normal"},
        {"id": 12, "type": "Create", "field_name": "status", "value": "open"},
        {"id": 13, "type": "Change", "field_name": "priority", "value": "high", "previous_value": "normal"},
    ]
    later = [{"id": 21, "type": "Change", "field_name": "priority", "value": "low", "previous_value": "high"}]
    audits = [
        {"id": 1, "ticket_id": 155, "created_at": "2026-01-05T09:00:00Z", "author_id": 501, "events": set_at_once},
        {"id": 2, "ticket_id": 155, "created_at": "2026-01-05T13:00:00Z", "author_id": 502, "events": later},
    ]
    path = tmp_path / "all.json"
    path.write_text(json.dumps({"tickets": [ticket], "audits": audits}))
    imported = await take(desk, path)
    assert imported.tickets.events == 1
    stored = await desk.bot.db.read(lambda conn: tickets.get(conn, "T0HOME", 1))
    assert stored is not None
    assert (stored.priority, stored.status, stored.ticket_type) == ("low", "open", "incident")
    assert stored.state["initial"]["priority"] == "high"


async def test_a_ticket_in_several_pages_counts_once_as_it_was_last_and_a_deleted_one_not_at_all(
    desk: Desk, tmp_path: Path
):
    first = TICKETS["tickets"][0] | {"status": "open", "updated_at": "2026-01-05T10:00:00Z"}
    gone = {"id": 156, "created_at": "2026-01-05T09:00:00Z", "status": "open"}
    pages = {"1": [first, gone], "2": [TICKETS["tickets"][0], gone | {"status": "deleted"}]}
    for name, rows in pages.items():
        (tmp_path / "export").mkdir(exist_ok=True)
        (tmp_path / "export" / f"{name}.json").write_text(json.dumps({"tickets": rows}))
    imported = await take(desk, tmp_path / "export")
    assert imported.tickets.opened == 1
    assert imported.problems == ("ticket 156: it was deleted.",)
    stored = await desk.bot.db.read(lambda conn: tickets.get(conn, "T0HOME", 1))
    assert stored is not None
    assert stored.status == "closed"


async def test_what_comes_late_makes_no_slack_conversation_of_a_zendesk_ticket(desk: Desk, tmp_path: Path):
    ticket = TICKETS["tickets"][0] | {"status": "open", "organization_id": 302, "priority": "normal"}
    thanks = {"id": 4, "author_id": 501, "body": "Thank you!", "public": True, "created_at": "2026-01-05T11:40:00Z"}
    said = [*COMMENTS["comments"], thanks]
    for name, comments in (("part", [said[0], *said[2:]]), ("whole", said)):
        document = STRUCTURE | {"tickets": [ticket | {"comments": comments}]}
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
        await take(desk, tmp_path / f"{name}.json")
    stored = await desk.bot.db.read(lambda conn: tickets.get(conn, "T0HOME", 1))
    assert stored is not None
    assert (stored.status, stored.assignee) == ("open", None)
    clock = await desk.bot.db.read(lambda conn: instances.get(conn, "T0HOME", 1, "next_reply_time", 1))
    assert clock is not None
    assert (clock.outcome, clock.breached) == ("open", True)


HOSTILE = [
    {"tickets": "x"},
    {"tickets": [None, 5, [], {"id": True}, {"id": "x", "created_at": 5}, {"id": 10**30, "created_at": "2026-01-05"}]},
    {"tickets": [{"id": 1, "created_at": "0001-01-01T00:00:00Z"}, {"id": 2, "created_at": "2026-01-05T09:00:00"}]},
    {
        "tickets": [
            {
                "id": 3,
                "created_at": "2026-01-05T09:00:00Z",
                "tags": {"a": 1},
                "via": [],
                "priority": ["high"],
                "status": 5,
                "subject": "\x00\ud800",
                "requester_id": "none",
                "comments": [{"body": {"x": 1}, "created_at": "2026-01-05T08:00:00Z", "author_id": []}, 7],
                "audits": [{"created_at": "2026-01-05T10:00:00Z", "events": [5, {"type": "Change", "field_name": []}]}],
                "metric_events": {"reply_time": [5, {"metric": [], "type": "breach"}]},
            }
        ]
    },
    {
        "organizations": [{"id": 1, "name": 5}, {"id": -1, "name": "x"}],
        "users": [{"id": 1}, {"id": 2, "name": "x", "role": []}],
        "sla_policies": [{"id": 5}],
    },
    {"schedules": [{"id": 1, "name": "x", "time_zone": "UTC", "intervals": "always"}], "holidays": [{"id": 1}]},
]


@pytest.mark.parametrize("document", HOSTILE, ids=range(len(HOSTILE)))
async def test_a_hostile_export_is_told_as_problems_and_breaks_nothing(
    desk: Desk, tmp_path: Path, document: dict[str, Any]
):
    path = tmp_path / "hostile.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("export.json", json.dumps(document))
        archive.writestr("groups.json", json.dumps({"groups": [{"id": 1, "name": "Good"}]}))
        archive.writestr("broken.json", b"{")
        archive.writestr("list.json", b"[]")
    imported = await take(desk, path)
    assert imported.counts["groups"] == 1
    assert len(imported.problems) >= 2


@pytest.mark.parametrize("name", ["export.zip", "export"])
def test_more_than_can_be_held_at_once_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str):
    path = write_zendesk_export(tmp_path / name)
    monkeypatch.setattr(zendesk_export, "MOST_BYTES_HELD", 1000)
    with pytest.raises(BotError, match="take it over in parts"), open_zendesk_export(path):
        pass


def test_only_what_is_needed_of_a_ticket_is_held(tmp_path: Path):
    mail = {"id": 3, "type": "Notification", "subject": "Re: it", "body": "Dear Rita", "recipients": [501]}
    spoken = {"id": 1, "type": "Comment", "body": "It burns", "html_body": "<p>It burns</p>"}
    audit = {"id": 9, "ticket_id": 155, "events": [spoken, mail, 7], "metadata": {"system": {"client": "x"}}}
    ticket = TICKETS["tickets"][0] | {"custom_fields": [{"id": 5, "value": "x"}], "comments": COMMENTS["comments"]}
    path = tmp_path / "all.json"
    path.write_text(json.dumps({"tickets": [ticket], "audits": [audit]}))
    with open_zendesk_export(path) as export:
        assert export.rows["tickets"] == [TICKETS["tickets"][0]]
        assert export.rows["audits"] == [
            {"id": 9, "ticket_id": 155, "events": [{"id": 1, "type": "Comment", "body": "It burns"}]}
        ]
        assert len(export.rows["comments"]) == 3


@pytest.mark.parametrize("text", ["{}", "[]", "{", "5", "[" * 100_000, '{"unknown": []}'])
def test_what_holds_nothing_is_refused_in_one_sentence(tmp_path: Path, text: str):
    path = tmp_path / "nothing.json"
    path.write_text(text)
    with pytest.raises(BotError), open_zendesk_export(path):
        pass
