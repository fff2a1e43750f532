"""Tickets over REST: what is changed here shows in Slack, and the other way round."""

from typing import Any

import pytest

from tests.support.api import Client
from tests.support.desk import TRIAGE, Desk


async def opened(desk: Desk) -> str:
    return await desk.post("U0RITA", "The export is empty")


async def change(client: Client, number: int = 1, **changed: Any) -> dict[str, Any]:
    answer: dict[str, Any] = await client.put(f"tickets/{number}.json", {"ticket": changed})
    return answer


def in_thread(desk: Desk, channel: str, ts: str) -> list[str]:
    messages = desk.sandbox.read.messages(channel)
    return [one["text"] for one in messages if one.get("thread_ts") == ts and one["ts"] != ts]


async def test_a_slack_thread_is_a_ticket_with_zendesks_usual_keys(desk: Desk, agent: Client):
    await opened(desk)
    ticket = (await agent.get("tickets/1.json"))["ticket"]

    assert (ticket["id"], ticket["subject"], ticket["description"]) == (1, "The export is empty", "The export is empty")
    assert (ticket["status"], ticket["priority"], ticket["type"]) == ("new", "normal", None)
    assert ticket["via"]["channel"] == "slack"
    assert ticket["url"] == f"{agent.base}/tickets/1.json"
    assert ticket["created_at"] == "2026-01-12T09:00:00Z"
    assert ticket["generated_timestamp"] == 1768208400
    assert ticket["fields"] == ticket["custom_fields"]
    assert [one["value"] for one in ticket["custom_fields"]] == ["C0ACME", "enterprise"]
    assert {"external_id", "raw_subject", "is_public", "collaborator_ids", "organization_id"} <= set(ticket)


async def test_a_comment_by_rest_is_posted_in_the_thread_and_is_the_agents_one_reply(desk: Desk, agent: Client):
    ts = await opened(desk)
    await desk.at("09:20")
    answer = await change(agent, comment={"body": "We are <!channel> looking", "public": True})
    await desk.at("09:30")
    assert in_thread(desk, "C0ACME", ts) == ["We are &lt;!channel&gt; looking"]
    assert desk.promises()["First reply"] == "met in 20 min"
    comments = (await agent.get("tickets/1/comments.json"))["comments"]
    assert [(one["body"], one["public"]) for one in comments] == [
        ("The export is empty", True),
        ("We are <!channel> looking", True),
    ]
    assert answer["ticket"]["status"] == "open"
    metric = (await agent.get("tickets/1/metrics"))["ticket_metric"]
    assert (metric["replies"], metric["reply_time_in_minutes"]) == (1, {"calendar": 20, "business": 20})
    assert desk.facts()["Assignee"] == "<@U0ANA>"


async def test_an_internal_comment_by_rest_is_in_the_cards_thread_and_nowhere_else(desk: Desk, agent: Client):
    ts = await opened(desk)
    await change(agent, comment={"body": "They have not paid", "public": False})
    await desk.at("09:30")
    assert in_thread(desk, "C0ACME", ts) == []
    assert any("They have not paid" in text for text in in_thread(desk, TRIAGE, desk.card_ts()))
    assert desk.promises()["First reply"] == "due 2026-01-12 10:00 UTC"
    assert not any("They have not paid" in str(one) for one in desk.sandbox.read.messages("C0ACME"))


async def test_reply_and_solve_in_one_request_is_one_update(desk: Desk, agent: Client):
    await opened(desk)
    await desk.at("09:20")
    await change(agent, comment={"body": "Done"}, status="solved")
    await desk.settle()
    assert desk.facts()["Status"] == "solved"
    events = (await agent.get("tickets/1/metric_events"))["ticket_metric_events"]
    assert not any(one["metric"] == "periodic_update_time" and one["type"] == "activate" for one in events)


async def test_priority_set_by_rest_shows_on_the_card(desk: Desk, agent: Client):
    await opened(desk)
    await change(agent, priority="urgent")
    await desk.settle()
    assert desk.facts()["Priority"] == "urgent"


async def test_assignee_and_group_and_type_are_set_by_number(desk_database: str, desk: Desk, agent: Client):
    await opened(desk)
    me = (await agent.get("users/me.json"))["user"]
    answer = await change(agent, assignee_id=me["id"], type="incident")
    assert (answer["ticket"]["assignee_id"], answer["ticket"]["type"]) == (me["id"], "incident")
    await desk.settle()
    assert desk.facts()["Assignee"] == "<@U0ANA>"
    assert (await change(agent, assignee_id=None))["ticket"]["assignee_id"] is None


async def test_rule_17_an_update_answers_ticket_and_audit(desk: Desk, agent: Client):
    await opened(desk)
    await desk.at("09:05")
    answer = await change(agent, priority="high", status="pending")
    changes = {one["field_name"]: one["value"] for one in answer["audit"]["events"]}
    assert changes == {"priority": "high", "status": "pending"}
    audits = (await agent.get("tickets/1/audits.json"))["audits"]
    assert audits[-1] == answer["audit"]
    assert audits[0]["events"][0]["type"] == "Comment"


async def test_rule_17_an_update_without_a_change_answers_an_empty_audit(desk: Desk, agent: Client):
    await opened(desk)
    answer = await change(agent, priority="normal", nonsense=1)
    assert answer["audit"]["events"] == []


async def test_rule_17_a_closed_ticket_answers_422(desk: Desk, agent: Client):
    await opened(desk)
    await change(agent, status="closed")
    answer = await agent.ask("PUT", "tickets/1", {"ticket": {"priority": "high"}})
    assert (answer.status, answer.json["error"], list(answer.json["details"])) == (422, "RecordInvalid", ["status"])
    assert (await agent.ask("POST", "tickets/1/tags", {"tags": ["x"]})).status == 422
    assert (await agent.get("tickets/1"))["ticket"]["priority"] == "normal"


async def test_rule_17_tags_are_set_added_and_removed(desk: Desk, agent: Client):
    await opened(desk)
    assert await agent.post("tickets/1/tags.json", {"tags": ["vip", "export"]}) == {"tags": ["vip", "export"]}
    assert await agent.put("tickets/1/tags.json", {"tags": ["vip", "late"]}) == {"tags": ["vip", "export", "late"]}
    answer = await agent.delete("tickets/1/tags.json", {"tags": ["vip"]})
    assert answer.json == {"tags": ["export", "late"]}
    assert await agent.get("tickets/1/tags") == {"tags": ["export", "late"]}
    assert (await agent.get("tickets/1"))["ticket"]["tags"] == ["export", "late"]


@pytest.mark.parametrize("tags", [None, 5, {"a": 1}, [1], [["x"]]])
async def test_rule_8_tags_that_are_none_are_refused(desk: Desk, agent: Client, tags: Any):
    await opened(desk)
    for method in ("POST", "PUT", "DELETE"):
        assert (await agent.ask(method, "tickets/1/tags", {"tags": tags})).status in {400, 422}


WRONG = {
    "an unknown status": {"status": "open-ish"},
    "an unknown priority": {"priority": "top"},
    "an unknown type": {"type": "wish"},
    "a group that is not there": {"group_id": 999},
    "somebody who is not there": {"assignee_id": 999},
    "an organization that is not there": {"organization_id": "acme"},
    "a comment without words": {"comment": {"body": " "}},
    "a comment that is a list": {"comment": []},
    "a publicity of perhaps": {"comment": {"body": "x", "public": "perhaps"}},
    "words without end": {"comment": {"body": "x" * 70_000}},
    "an author who is not there": {"comment": {"body": "x", "author_id": 999}},
    "a field that is not there": {"custom_fields": [{"id": 999, "value": 1}]},
    "tags that are a number": {"tags": 5},
}


@pytest.mark.parametrize("changed", WRONG.values(), ids=WRONG.keys())
async def test_rule_6_a_refused_update_of_a_ticket_changes_nothing(desk: Desk, agent: Client, changed: dict[str, Any]):
    await opened(desk)
    answer = await agent.ask("PUT", "tickets/1", {"ticket": {"status": "solved", "subject": "Other"} | changed})
    assert (answer.status, answer.json["error"]) == (422, "RecordInvalid")
    ticket = (await agent.get("tickets/1"))["ticket"]
    assert (ticket["status"], ticket["subject"]) == ("new", "The export is empty")
    assert len((await agent.get("tickets/1/comments"))["comments"]) == 1


async def test_rule_20_a_viewer_reads_and_changes_nothing(desk: Desk, viewer: Client):
    await opened(desk)
    assert (await viewer.get("tickets"))["count"] == 1
    for method, path in (("PUT", "tickets/1"), ("POST", "tickets"), ("POST", "tickets/1/tags")):
        assert (await viewer.ask(method, path, {"ticket": {"status": "solved"}, "tags": []})).status == 403
    assert (await viewer.get("tickets/1"))["ticket"]["status"] == "new"


async def test_a_ticket_made_by_rest_is_posted_in_the_customers_channel_and_its_thread_is_the_tickets(
    desk: Desk, agent: Client
):
    acme = next(one for one in (await agent.get("organizations"))["organizations"] if one["name"] == "Acme Inc")
    body = {"subject": "Maintenance", "comment": {"body": "We will be down on Sunday"}, "organization_id": acme["id"]}
    answer = await agent.post("tickets.json", {"ticket": body})
    assert (answer["ticket"]["via"]["channel"], answer["ticket"]["subject"]) == ("api", "Maintenance")
    assert answer["audit"]["events"][0]["body"] == "We will be down on Sunday"
    await desk.settle()
    (posted,) = [one for one in desk.sandbox.read.messages("C0ACME") if one.get("app_id")]
    assert posted["text"] == "We will be down on Sunday"
    await desk.post("U0RITA", "All right", thread=posted["ts"])
    comments = (await agent.get("tickets/1/comments"))["comments"]
    assert [one["body"] for one in comments] == ["We will be down on Sunday", "All right"]
    assert (await agent.get("tickets"))["count"] == 1


async def test_a_ticket_made_for_a_requester_waits_for_a_first_reply(desk: Desk, agent: Client):
    await opened(desk)
    requester = (await agent.get("tickets/1"))["ticket"]["requester_id"]
    answer = await agent.post("tickets", {"ticket": {"comment": {"body": "By phone"}, "requester_id": requester}})
    slas = (await agent.get(f"tickets/{answer['ticket']['id']}?include=slas"))["ticket"]["slas"]["policy_metrics"]
    assert slas[0] == {
        "metric": "first_reply_time",
        "stage": "active",
        "breach_at": "2026-01-12T10:00:05Z",
        "hours": 1,
    }


@pytest.mark.parametrize("ticket", [{}, {"comment": {}}, {"comment": None}, {"subject": "x"}, {"comment": {"body": 5}}])
async def test_a_ticket_without_words_is_refused(agent: Client, ticket: Any):
    answer = await agent.ask("POST", "tickets", {"ticket": ticket})
    assert (answer.status, list(answer.json["details"])) == (422, ["description"])
    assert (await agent.get("tickets/count.json"))["count"]["value"] == 0


async def test_rule_19_many_are_shown_and_counted_before_numbers_are_read(desk: Desk, agent: Client):
    for text in ("One", "Two", "Three"):
        await desk.post("U0HANK", text, channel="C0GLOBEX")
        await desk.pass_time(minutes=10)
    shown = await agent.get("tickets/show_many.json?ids=3,1,abc,99")
    assert [one["subject"] for one in shown["tickets"]] == ["One", "Three"]
    assert (await agent.get("tickets/count"))["count"]["value"] == 3


async def test_promises_are_inside_the_ticket_only_when_they_are_asked_for(desk: Desk, agent: Client):
    await opened(desk)
    assert "slas" not in (await agent.get("tickets/1"))["ticket"]
    await desk.at("09:42")
    answer = await agent.get("tickets/1.json?include=slas,users,organizations,nonsense")
    assert answer["ticket"]["slas"]["policy_metrics"] == [
        {"metric": "first_reply_time", "stage": "active", "breach_at": "2026-01-12T10:00:00Z", "minutes": 18},
        {"metric": "requester_wait_time", "stage": "active", "breach_at": "2026-01-12T16:00:00Z", "hours": 6},
    ]
    assert [one["name"] for one in answer["organizations"]] == ["Acme Inc"]
    assert [one["role"] for one in answer["users"]] == ["end-user"]
    await change(agent, status="pending")
    await desk.at("10:05")
    first, wait = (await agent.get("tickets/1?include=slas"))["ticket"]["slas"]["policy_metrics"]
    assert first["minutes"] == -5
    assert wait == {"metric": "requester_wait_time", "stage": "paused", "breach_at": None}
    await change(agent, status="solved")
    stages = [one["stage"] for one in (await agent.get("tickets/1/slas/policy_metrics"))["policy_metrics"]]
    assert stages == ["achieved", "achieved"]


async def test_a_ticket_without_a_policy_has_an_empty_list_of_promises(desk: Desk, admin: Client):
    await admin.delete("slas/policies/1")
    await opened(desk)
    assert (await admin.get("tickets/1?include=slas"))["ticket"]["slas"] == {"policy_metrics": []}


async def test_metrics_are_an_object_and_null_until_they_are_known(desk: Desk, agent: Client):
    await opened(desk)
    metric = (await agent.get("tickets/1/metrics.json"))["ticket_metric"]
    assert metric["reply_time_in_minutes"] == {"calendar": None, "business": None}
    assert (metric["solved_at"], metric["reopens"]) == (None, 0)
    assert (await agent.get("ticket_metrics"))["ticket_metrics"] == [metric]


async def test_every_write_is_in_the_audit_log_with_the_token_that_made_it(desk: Desk, agent: Client):
    from store import audit

    await opened(desk)
    await change(agent, priority="high")
    entries = await desk.bot.db.read(lambda conn: audit.listing(conn, "T0HOME", ticket_id=1))
    assert [(one.who, one.action, one.detail) for one in entries] == [
        ("token:1 (agent)", "update_ticket", {"changed": ["priority"]})
    ]


async def test_what_is_not_a_ticket_is_not_listed(desk: Desk, agent: Client):
    await opened(desk)
    await desk.click("U0ANA", "Not a ticket")
    assert (await agent.get("tickets"))["tickets"] == []
    assert (await agent.ask("GET", "tickets/1")).status == 404
