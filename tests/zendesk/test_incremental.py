"""Incremental exports: everything once, in whole seconds, and what becomes known late is told late."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from store import metric_events
from store.metric_events import MetricEventRecord
from tests.support.api import Client
from tests.support.desk import MONDAY, Desk

NINE = 1768208400


async def events(client: Client, start: Any = 0) -> list[dict[str, Any]]:
    answer = await client.get(f"incremental/ticket_metric_events.json?start_time={start}")
    found: list[dict[str, Any]] = answer["ticket_metric_events"]
    return found


def kinds(found: list[dict[str, Any]], metric: str, instance: int = 1) -> list[tuple[str, str]]:
    own = [one for one in found if (one["metric"], one["instance_id"]) == (metric, instance)]
    return [(one["type"], one["time"][11:16]) for one in own]


async def test_the_first_reply_is_reply_time_1_with_zendesks_types(desk: Desk, viewer: Client):
    thread = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:12")
    await desk.post("U0ANA", "I am looking", thread=thread)
    found = await events(viewer)
    assert kinds(found, "reply_time", 0) == [("measure", "09:00")]
    assert kinds(found, "reply_time") == [
        ("activate", "09:00"),
        ("apply_sla", "09:00"),
        ("fulfill", "09:12"),
        ("update_status", "09:12"),
    ]
    (applied,) = [one for one in found if one["type"] == "apply_sla" and one["metric"] == "reply_time"]
    assert applied["sla"] == {
        "target": 60,
        "target_in_seconds": 3600,
        "business_hours": True,
        "policy": {"id": 1, "title": "Everybody", "description": ""},
    }
    (status,) = [one for one in found if one["type"] == "update_status"]
    assert status["status"] == {"calendar": 12, "business": 12}
    assert all(one["deleted"] is False for one in found)
    assert {"measure", "activate"} == {one["type"] for one in found if one["metric"] == "resolution_time"}


async def test_the_nth_next_reply_is_reply_time_n_plus_1(desk: Desk, viewer: Client):
    thread = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "I am looking", thread=thread)
    await desk.post("U0RITA", "And now?", thread=thread)
    assert [kind for kind, _ in kinds(await events(viewer), "reply_time", 2)] == ["activate", "apply_sla"]


async def test_a_pause_is_told_with_the_minutes_that_the_clock_had_run_then(desk: Desk, agent: Client):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:30")
    await agent.put("tickets/1", {"ticket": {"status": "pending"}})
    await desk.at("11:00")
    await agent.put("tickets/1", {"ticket": {"status": "open"}})
    found = await events(agent)
    assert [kind for kind, _ in kinds(found, "requester_wait_time")] == [
        "activate",
        "apply_sla",
        "pause",
        "update_status",
        "activate",
    ]
    (status,) = [one for one in found if one["metric"] == "requester_wait_time" and one["type"] == "update_status"]
    assert status["status"] == {"calendar": 30, "business": 30}


async def test_rule_15_the_start_is_inclusive_and_may_be_written_in_three_ways(desk: Desk, viewer: Client):
    await desk.post("U0RITA", "The export is empty")
    everything = await events(viewer)
    assert len(everything) == 12
    for start in (NINE, f"{NINE}.0", "2026-01-12T09:00:00Z", "2026-01-12T09:00:00%2B00:00", "2026-01-12T09:00:00", -5):
        assert await events(viewer, start) == everything
    assert await events(viewer, NINE + 1) == []
    assert await events(viewer, 10**20) == []


@pytest.mark.parametrize("query", ["", "?start_time=", "?start_time=abc", "?start_time=nan", "?start=5"])
@pytest.mark.parametrize("export", ["ticket_metric_events", "tickets", "tickets/cursor", "ticket_events"])
async def test_rule_15_without_a_start_an_export_is_refused(viewer: Client, export: str, query: str):
    answer = await viewer.ask("GET", f"incremental/{export}.json{query}")
    assert answer.status == 400
    assert answer.json["error"]


async def test_rule_15_at_the_end_metric_events_have_no_next_page_and_tickets_still_have_one(
    desk: Desk, viewer: Client
):
    await desk.post("U0RITA", "The export is empty")
    page = await viewer.get("incremental/ticket_metric_events.json?start_time=0")
    assert (page["end_of_stream"], page["next_page"], page["end_time"]) == (True, None, NINE)
    page = await viewer.get("incremental/tickets.json?start_time=0&include=users")
    assert (page["end_of_stream"], page["count"]) == (True, 1)
    assert page["next_page"] == f"{viewer.base}/incremental/tickets.json?include=users&start_time={page['end_time']}"
    assert len(page["users"]) == 1


async def log_of(desk: Desk, seconds: dict[int, int]) -> None:
    """So many entries of ticket 1 recorded in each of some seconds after nine."""

    def write(conn: Connection) -> None:
        for second, number in sorted(seconds.items()):
            at = MONDAY + timedelta(seconds=second)
            entry = MetricEventRecord(
                workspace="T0HOME",
                ticket_id=1,
                metric="next_reply_time",
                instance=1,
                type="activate",
                at=at,
                recorded_at=at,
                body={},
            )
            metric_events.append(conn, [entry] * number)

    await desk.bot.db.write(write)


async def walk(client: Client, path: str, name: str) -> list[list[dict[str, Any]]]:
    pages: list[list[dict[str, Any]]] = []
    following: str | None = path
    while following:
        page = await client.get(following)
        pages.append(page[name])
        following = None if page.get("end_of_stream") else page["next_page"]
    return pages


async def test_rule_15_a_page_never_ends_inside_a_second_and_everything_is_told_once(desk: Desk, viewer: Client):
    await desk.post("U0RITA", "The export is empty")
    await log_of(desk, {60: 700, 61: 700, 62: 1500, 63: 10})
    pages = await walk(viewer, "incremental/ticket_metric_events.json?start_time=0", "ticket_metric_events")
    assert [len(page) for page in pages] == [12 + 1400, 1500, 10]
    ids = [one["id"] for page in pages for one in page]
    assert len(set(ids)) == len(ids) == 12 + 2910


async def test_rule_14_metric_events_have_cursors_and_every_row_comes_once(desk: Desk, viewer: Client):
    await desk.post("U0RITA", "The export is empty")
    await log_of(desk, {60: 25})
    ids: list[int] = []
    following = "incremental/ticket_metric_events.json?start_time=0&page[size]=4"
    while following:
        page = await viewer.get(following)
        ids += [one["id"] for one in page["ticket_metric_events"]]
        following = page["links"]["next"]
        assert page["meta"]["has_more"] is (following is not None)
    assert len(ids) == len(set(ids)) == 37


async def test_rule_15_ids_stand_when_a_late_message_has_everything_evaluated_again(desk: Desk, viewer: Client):
    thread = await desk.post("U0RITA", "The export is empty")
    await desk.at("10:05")
    before = {one["id"]: one for one in await events(viewer)}
    end = (await viewer.get("incremental/ticket_metric_events.json?start_time=0"))["end_time"]
    reply = {"type": "message", "channel": "C0ACME", "user": "U0ANA", "text": "Fixed", "thread_ts": thread}
    ts = f"{MONDAY.timestamp() + 1800:.6f}"
    await desk.raw_event(reply | {"ts": ts, "event_ts": ts})
    after = {one["id"]: one for one in await events(viewer)}
    assert before.keys() <= after.keys()
    (breach,) = [one for one in after.values() if one["type"] == "breach"]
    assert breach == before[breach["id"]] | {"deleted": True}
    late = await events(viewer, end)
    assert ("fulfill", "2026-01-12T09:30:00Z") in [(one["type"], one["time"]) for one in late]
    assert breach in late


async def test_rule_15_what_is_committed_after_something_newer_is_recorded_behind_it(desk: Desk, viewer: Client):
    await desk.post("U0RITA", "The export is empty")
    await log_of(desk, {120: 1})
    end = (await viewer.get("incremental/ticket_metric_events.json?start_time=0"))["end_time"]
    await log_of(desk, {60: 1})
    assert len(await events(viewer, end)) == 2


async def test_rule_16_a_priority_change_emits_a_second_apply_sla_from_the_same_start(desk: Desk, agent: Client):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:05")
    await desk.command("U0ANA", "/priority urgent #1")
    applied = [
        (one["sla"]["target"], one["sla"]["business_hours"], one["instance_id"], one["time"][11:16])
        for one in await events(agent)
        if one["type"] == "apply_sla" and one["metric"] == "reply_time"
    ]
    assert applied == [(60, True, 1, "09:00"), (20, False, 1, "09:05")]
    slas = (await agent.get("tickets/1?include=slas"))["ticket"]["slas"]["policy_metrics"]
    assert slas[0]["breach_at"] == "2026-01-12T09:20:00Z"


async def test_rule_16_an_update_that_changes_nothing_emits_none(desk: Desk, agent: Client):
    await desk.post("U0RITA", "The export is empty")
    before = await events(agent)
    await agent.put("tickets/1", {"ticket": {"priority": "normal", "status": "new", "tags": []}})
    assert await events(agent) == before


async def test_ids_stay_unique_when_tickets_are_merged(desk: Desk, viewer: Client):
    await desk.post("U0RITA", "The export is empty")
    await desk.pass_time(minutes=10)
    await desk.post("U0RITA", "It is still empty")
    before = {one["id"] for one in await events(viewer)}
    await desk.command("U0ANA", "/sla merge #2 into #1")
    after = [one["id"] for one in await events(viewer)]
    assert before <= set(after)
    assert len(after) == len(set(after))


async def test_a_walk_by_cursor_finds_every_ticket_and_every_user_once(desk: Desk, viewer: Client):
    for text in ("One", "Two", "Three"):
        await desk.post("U0HANK", text, channel="C0GLOBEX")
        await desk.pass_time(minutes=10)
    found: list[int] = []
    following = "incremental/tickets/cursor.json?start_time=0&per_page=2"
    while True:
        page = await viewer.get(following)
        found += [one["id"] for one in page["tickets"]]
        if page["end_of_stream"]:
            break
        following = page["after_url"]
    assert found == [1, 2, 3]
    again = await viewer.get(f"incremental/tickets/cursor.json?cursor={page['after_cursor']}")
    assert (again["tickets"], again["end_of_stream"]) == ([], True)
    users = (await viewer.get("incremental/users/cursor.json?start_time=0"))["users"]
    assert {one["name"] for one in users} >= {"hank", "U0CLEO"}


async def test_events_of_tickets_carry_what_was_said_only_when_it_is_asked_for(desk: Desk, viewer: Client):
    await desk.post("U0RITA", "The export is empty")
    (plain,) = (await viewer.get("incremental/ticket_events.json?start_time=0"))["ticket_events"]
    assert "body" not in plain["child_events"][0]
    (full,) = (await viewer.get("incremental/ticket_events.json?start_time=0&include=comment_events"))["ticket_events"]
    assert full["child_events"][0]["body"] == "The export is empty"
    organizations = await viewer.get("incremental/organizations.json?start_time=0")
    assert [one["name"] for one in organizations["organizations"]] == ["Acme Inc", "Globex"]


@pytest.mark.parametrize("cursor", ["", "x", "bzox", "b2s", "%00", "bzoxLjI", "ZmZmZg"])
async def test_a_cursor_that_is_none_of_ours_is_refused(viewer: Client, cursor: str):
    for path in ("incremental/tickets/cursor?cursor=", "incremental/users/cursor?cursor=", "tickets?page[after]="):
        assert (await viewer.ask("GET", f"{path}{cursor}")).status in {200, 400}
