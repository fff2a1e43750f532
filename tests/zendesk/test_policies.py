"""SLA policies over REST: Zendesk's shapes and rules, and a Slack thread that obeys them."""

from datetime import date
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.config.export import export_json
from bot.config.load import load_config
from bot.services.workspace.configuring import apply_config
from sla.events import Apply
from tests.support.api import Client, make_token
from tests.support.desk import MONDAY, Desk, opened

ROW = {"priority": "urgent", "metric": "first_reply_time", "target": 30, "business_hours": True}


def a_policy(**changed: Any) -> dict[str, Any]:
    policy = {"title": "Incidents", "filter": {"all": [], "any": []}, "policy_metrics": [ROW]}
    return {"sla_policy": policy | changed}


async def titles(client: Client) -> list[tuple[str, int]]:
    return [(one["title"], one["position"]) for one in (await client.get("slas/policies.json"))["sla_policies"]]


async def created(client: Client, **changed: Any) -> dict[str, Any]:
    policy: dict[str, Any] = (await client.post("slas/policies.json", a_policy(**changed)))["sla_policy"]
    return policy


async def test_a_policy_made_over_rest_has_the_shape_of_zendesks(admin: Client):
    made = await created(
        admin,
        title="Enterprise incidents",
        filter={"all": [{"field": "organization_id", "operator": "is", "value": 301}], "any": []},
        metric_settings={"first_reply_time": {"fulfill_on_agent_internal_note": False}},
    )
    assert made == {
        "id": 2,
        "url": f"{admin.base}/slas/policies/2.json",
        "title": "Enterprise incidents",
        "description": "",
        "position": 2,
        "filter": {"all": [{"field": "organization_id", "operator": "is", "value": 301}], "any": []},
        "policy_metrics": [
            {
                "priority": "urgent",
                "metric": "first_reply_time",
                "target": 30,
                "target_in_seconds": 1800,
                "business_hours": True,
            }
        ],
        "metric_settings": {"first_reply_time": {"fulfill_on_agent_internal_note": False}},
        "created_at": "2026-01-12T09:00:00Z",
        "updated_at": "2026-01-12T09:00:00Z",
    }
    assert (await admin.get("slas/policies/2"))["sla_policy"] == made


async def test_a_policy_of_the_file_has_a_number_and_conditions_in_zendesks_words(admin: Client):
    (policy,) = (await admin.get("slas/policies"))["sla_policies"]
    assert (policy["id"], policy["title"], policy["position"]) == (1, "Everybody", 1)
    assert (await admin.get("slas/policies"))["sla_policies"] == [policy]


async def test_a_policy_made_over_rest_makes_a_slack_thread_breach_on_time(desk: Desk, admin: Client):
    row = {"priority": "normal", "metric": "first_reply_time", "target": 10, "business_hours": False}
    policy = await created(admin, title="Quick", policy_metrics=[row], position=1)
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:11")
    assert "First reply missed" in desk.alerts()[-1].text
    assert desk.alerts()[-1].at.strftime("%H:%M") == "09:10"
    assert (await admin.get("slas/policies"))["sla_policies"][0]["id"] == policy["id"]


async def test_rule_1_targets_are_minutes_and_replies_also_carry_seconds(admin: Client):
    made = await created(admin, policy_metrics=[{**ROW, "target": 90}])
    assert (made["policy_metrics"][0]["target"], made["policy_metrics"][0]["target_in_seconds"]) == (90, 5400)


@pytest.mark.parametrize("given", [{}, {"all": None}, {"any": None, "all": []}, {"all": [], "any": []}])
async def test_rule_2_a_filter_always_comes_back_as_two_lists(admin: Client, given: Any):
    assert (await created(admin, filter=given))["filter"] == {"all": [], "any": []}


@pytest.mark.parametrize("value", ["301", 301, 36028797018963968, ["4", "5"], [301, "302"]])
async def test_rule_2_values_of_conditions_are_kept_as_they_were_given(admin: Client, value: Any):
    conditions = [{"field": "organization_id", "operator": "includes", "value": value}]
    assert (await created(admin, filter={"all": conditions}))["filter"]["all"] == conditions


async def test_rule_2_the_type_of_a_ticket_is_a_legal_condition(admin: Client):
    conditions = [{"field": "type", "operator": "is", "value": "incident"}]
    assert (await created(admin, filter={"all": conditions}))["filter"]["all"] == conditions


async def test_rule_4_without_a_position_a_policy_is_last_and_with_one_the_others_shift(admin: Client):
    await created(admin, title="Last")
    await created(admin, title="First", position=1)
    await created(admin, title="Second", position=2)
    assert await titles(admin) == [("First", 1), ("Second", 2), ("Everybody", 3), ("Last", 4)]


async def test_rule_4_positions_have_no_gap_after_a_move_and_a_deletion(admin: Client):
    last = await created(admin, title="Last")
    await created(admin, title="Middle", position=2)
    await admin.put(f"slas/policies/{last['id']}", {"sla_policy": {"position": 1}})
    assert await titles(admin) == [("Last", 1), ("Everybody", 2), ("Middle", 3)]
    await admin.delete("slas/policies/1")
    assert await titles(admin) == [("Last", 1), ("Middle", 2)]


async def test_rule_5_a_short_list_puts_those_first_and_keeps_the_rest_in_order(admin: Client):
    second, third = await created(admin, title="Second"), await created(admin, title="Third")
    ids = [third["id"]]
    answer = await admin.put("slas/policies/reorder.json", {"sla_policy_ids": ids})
    assert [one["title"] for one in answer["sla_policies"]] == ["Third", "Everybody", "Second"]
    assert second["position"] == 2


@pytest.mark.parametrize("ids", [[1, 999], "1", None, {"a": 1}, [None], ["x"], [[1]]])
async def test_rule_5_an_unknown_id_or_no_list_moves_nothing(admin: Client, ids: Any):
    await created(admin, title="Second")
    answer = await admin.ask("PUT", "slas/policies/reorder", {"sla_policy_ids": ids})
    assert 400 <= answer.status < 500
    assert await titles(admin) == [("Everybody", 1), ("Second", 2)]


async def test_rule_6_an_update_merges_and_given_rows_replace_the_list(admin: Client):
    made = await created(admin, description="As agreed")
    row = {"priority": "low", "metric": "next_reply_time", "target": 60, "business_hours": False}
    changes = {"title": "Other", "policy_metrics": [row], "id": 77, "url": "x", "created_at": "y", "nonsense": 1}
    changed = (await admin.put(f"slas/policies/{made['id']}", {"sla_policy": changes}))["sla_policy"]
    assert changed == made | {
        "title": "Other",
        "policy_metrics": [row | {"target_in_seconds": 3600}],
    }


async def test_rule_6_what_is_read_changed_in_one_spelling_and_written_back_is_changed(admin: Client):
    made = await created(admin)
    path, row = f"slas/policies/{made['id']}", made["policy_metrics"][0]
    changed = (await admin.put(path, {"sla_policy": made | {"policy_metrics": [row | {"target": 45}]}}))["sla_policy"]
    assert changed["policy_metrics"][0]["target_in_seconds"] == 2700
    again = changed["policy_metrics"][0] | {"target_in_seconds": 90}
    changed = (await admin.put(path, {"sla_policy": {"policy_metrics": [again]}}))["sla_policy"]
    assert (changed["policy_metrics"][0]["target"], changed["policy_metrics"][0]["target_in_seconds"]) == (1, 90)


async def test_rule_6_a_refused_update_changes_nothing(admin: Client):
    made = await created(admin)
    bad = {"title": "Other", "policy_metrics": [{**ROW, "target": 0}]}
    answer = await admin.ask("PUT", f"slas/policies/{made['id']}", {"sla_policy": bad})
    assert answer.status == 422
    assert (await admin.get(f"slas/policies/{made['id']}"))["sla_policy"] == made


async def test_replacing_a_policy_keeps_nothing_of_the_old_one(admin: Client):
    made = await created(admin, description="As agreed")
    body = {"sla_policy": {"title": "Anew", "filter": {"all": []}}}
    replaced = (await admin.put(f"slas/policies/{made['id']}/replace", body))["sla_policy"]
    assert (replaced["id"], replaced["title"], replaced["description"]) == (made["id"], "Anew", "")
    assert replaced["policy_metrics"] == []


WRONG = {
    "a blank title": {"title": "  "},
    "no title": {"title": None},
    "a title that is no text": {"title": 5},
    "no filter": {"filter": None},
    "a filter that is a list": {"filter": []},
    "a filter of texts": {"filter": {"all": ["x"]}},
    "an unknown metric": {"policy_metrics": [{**ROW, "metric": "coffee_time"}]},
    "the metric of events": {"policy_metrics": [{**ROW, "metric": "reply_time"}]},
    "a group's metric": {"policy_metrics": [{**ROW, "metric": "group_ownership_time"}]},
    "an unknown priority": {"policy_metrics": [{**ROW, "priority": "top"}]},
    "an unknown operator": {"filter": {"all": [{"field": "type", "operator": "matches", "value": "x"}]}},
    "a condition on the status": {"filter": {"all": [{"field": "status", "operator": "is", "value": "open"}]}},
    "a condition on the priority": {"filter": {"any": [{"field": "priority", "operator": "is", "value": "low"}]}},
    "a target of nothing": {"policy_metrics": [{**ROW, "target": 0}]},
    "a negative target": {"policy_metrics": [{**ROW, "target": -5}]},
    "a target in words": {"policy_metrics": [{**ROW, "target": "30"}]},
    "a target that is null": {"policy_metrics": [{**ROW, "target": None}]},
    "a target that is true": {"policy_metrics": [{**ROW, "target": True}]},
    "a target beyond all measure": {"policy_metrics": [{**ROW, "target": 10**20}]},
    "rows that are no list": {"policy_metrics": {}},
    "a pair twice": {"policy_metrics": [ROW, {**ROW, "target": 60}]},
}


@pytest.mark.parametrize("changed", WRONG.values(), ids=WRONG.keys())
async def test_rule_7_what_cannot_be_kept_is_refused_with_the_field_named(admin: Client, changed: dict[str, Any]):
    answer = await admin.ask("POST", "slas/policies", a_policy(**changed))
    assert answer.status == 422
    assert answer.json["error"] == "RecordInvalid"
    assert answer.json["description"] == "Record validation errors"
    (field,) = answer.json["details"]
    assert field in changed
    assert await titles(admin) == [("Everybody", 1)]


async def test_rule_7_a_blank_title_is_named_in_zendesks_words(admin: Client):
    answer = await admin.ask("POST", "slas/policies", a_policy(title=""))
    assert answer.json["details"] == {"title": [{"description": "Title: cannot be blank", "error": "BlankValue"}]}


async def test_rule_7_titles_need_not_be_unique(admin: Client):
    first, second = await created(admin, title="Everybody"), await created(admin, title="Everybody")
    assert len({1, first["id"], second["id"]}) == 3
    await admin.delete(f"slas/policies/{first['id']}")
    assert [one["id"] for one in (await admin.get("slas/policies"))["sla_policies"]] == [1, second["id"]]


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"null", b"[]", b"{", b'{"sla_policy": null}', b'{"sla_policy": []}', b"7"]
)
@pytest.mark.parametrize(("method", "path"), [("POST", "slas/policies"), ("PUT", "slas/policies/1")])
async def test_rule_8_a_body_without_a_shape_is_the_clients_mistake(admin: Client, method: str, path: str, raw: bytes):
    answer = await admin.ask(method, path, raw=raw)
    assert answer.status in {400, 422}
    assert answer.json["error"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("number", ["abc", "0", "-1", "100000000000000000000", "1.5", "%00", "999"])
async def test_rule_8_there_is_nothing_by_an_odd_number(admin: Client, method: str, number: str):
    answer = await admin.ask(method, f"slas/policies/{number}", None if method == "GET" else a_policy())
    assert answer.status in {400, 404}
    assert answer.json["error"]


async def test_rule_9_a_deletion_answers_nothing_and_the_second_one_that_it_is_gone(admin: Client):
    made = await created(admin)
    answer = await admin.delete(f"slas/policies/{made['id']}.json")
    assert (answer.status, answer.raw) == (204, b"")
    answer = await admin.delete(f"slas/policies/{made['id']}.json")
    assert (answer.status, answer.json) == (404, {"error": "RecordNotFound", "description": "Not found"})


async def test_rule_19_words_come_before_numbers_in_paths(admin: Client):
    definitions = (await admin.get("slas/policies/definitions.json"))["definitions"]
    assert {one["value"] for one in definitions["all"]} >= {"organization_id", "type", "group_id", "current_tags"}


async def test_a_group_policy_has_a_textual_id_and_its_own_metric(admin: Client):
    row = {"priority": "urgent", "metric": "group_ownership_time", "target": 60, "business_hours": False}
    conditions = {"all": [{"field": "group_id", "operator": "includes", "value": [401]}]}
    body = {"group_sla_policy": {"title": "Tier 2 owns", "filter": conditions, "policy_metrics": [row]}}
    made = (await admin.post("group_slas/policies", body))["group_sla_policy"]
    assert len(made["id"]) == 26
    assert made["policy_metrics"] == [row | {"target_in_seconds": 3600}]
    assert (await admin.get(f"group_slas/policies/{made['id']}.json"))["group_sla_policy"] == made
    body["group_sla_policy"]["policy_metrics"][0]["metric"] = "first_reply_time"
    assert (await admin.ask("POST", "group_slas/policies", body)).status == 422
    second = await admin.post("group_slas/policies", {"group_sla_policy": {"title": "B", "filter": {}}})
    ids = [second["group_sla_policy"]["id"]]
    ordered = await admin.put("group_slas/policies/reorder", {"group_sla_policy_ids": ids})
    assert [one["title"] for one in ordered["group_sla_policies"]] == ["B", "Tier 2 owns"]
    assert (await admin.delete(f"group_slas/policies/{made['id']}")).status == 204


async def test_rule_20_only_an_admins_token_writes_policies(agent: Client, viewer: Client):
    for client in (agent, viewer):
        assert (await client.ask("POST", "slas/policies", a_policy())).status == 403
        assert (await client.ask("PUT", "slas/policies/1", a_policy())).status == 403
        assert (await client.ask("DELETE", "slas/policies/1")).status == 403
        assert await titles(client) == [("Everybody", 1)]


async def test_the_api_works_on_postgresql_as_well(postgresql_url: str):
    async with opened(postgresql_url, clock=ManualClock(MONDAY)) as desk:
        admin = Client(desk, await make_token(desk.bot.db))
        thread = await desk.post("U0RITA", "The export is empty")
        made = await created(admin, title="Quick", position=1)
        assert await titles(admin) == [("Quick", 1), ("Everybody", 2)]
        assert (await admin.delete(f"slas/policies/{made['id']}")).status == 204
        await admin.put("tickets/1", {"ticket": {"comment": {"body": "Here"}, "tags": ["vip"]}})
        await desk.settle()
        replies = [one["text"] for one in desk.sandbox.read.messages("C0ACME") if one.get("thread_ts") == thread]
        assert replies[-1] == "Here"
        assert (await admin.get("search?query=tags:vip%20export"))["count"] == 1
        events = await admin.get("incremental/ticket_metric_events?start_time=0")
        assert events["end_of_stream"] is True
        assert len((await admin.get("users"))["users"]) >= 2
        assert (await admin.get("incremental/tickets/cursor?start_time=0"))["tickets"][0]["tags"] == ["vip"]


async def test_what_was_written_over_rest_is_exported_and_can_be_applied_again(desk: Desk, admin: Client):
    conditions = [
        {"field": "organization_id", "operator": "is", "value": 301},
        {"field": "via_id", "operator": "includes", "value": ["4", "5"]},
        {"field": "current_tags", "operator": "includes", "value": "vip late"},
        {"field": "brand_id", "operator": "is_not", "value": 7},
        {"field": "assignee_id", "operator": "present", "value": None},
    ]
    await created(admin, filter={"all": conditions})
    await created(admin, title="Without a target", policy_metrics=[])
    await admin.post("business_hours/schedules", {"schedule": {"name": "Tokyo office", "time_zone": "Tokyo"}})
    config = desk.bot.desk().config
    again = load_config(export_json(config), source="exported.json", today=date(2026, 1, 12))
    assert again == config
    before = await admin.get("slas/policies")
    await apply_config(desk.bot.db, "T0HOME", again, who="cli:ana", now=desk.now, to_open=Apply.NEXT_UPDATE)
    assert await admin.get("slas/policies") == before
    assert before["sla_policies"][1]["filter"]["all"] == conditions
