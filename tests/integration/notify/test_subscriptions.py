"""Webhooks that are managed over REST: told of tickets and clocks, once, with a signature."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from bot.clock import ManualClock
from tests.integration.notify.conftest import Pager, Trust
from tests.support.api import Client, make_token
from tests.support.desk import MONDAY, opened

EVENTS = [f"zen:event-type:sla.{name}" for name in ("activate", "warning", "breach", "fulfill")]


async def make(client: Client, pager: Pager, **changed: Any) -> dict[str, Any]:
    webhook = {
        "name": "Exporter",
        "endpoint": f"https://localhost:{pager.port}/hook",
        "http_method": "POST",
        "request_format": "json",
        "subscriptions": EVENTS,
    }
    made: dict[str, Any] = (await client.post("webhooks", {"webhook": webhook | changed}))["webhook"]
    return made


def told(pager: Pager) -> list[tuple[str, str]]:
    calls = [json.loads(body) for body in pager.bodies]
    return [(call["type"].rpartition(".")[2], call["event"].get("metric", "")) for call in calls]


async def test_a_webhook_hears_of_a_clock_from_its_beginning_to_its_end_once(
    desk_database: str, pager: Pager, trust: Trust
):
    outside = {"tls": trust.client, "allow_loopback": True}
    async with opened(desk_database, clock=ManualClock(MONDAY), outside=outside) as desk:
        admin = Client(desk, await make_token(desk.bot.db))
        made = await make(admin, pager)
        thread = await desk.post("U0RITA", "The export is empty")
        await desk.at("09:50")
        await desk.at("10:05")
        await desk.post("U0ANA", "Here", thread=thread)
        await desk.pass_time(minutes=5)
        heard = [kind for kind, metric in told(pager) if metric == "reply_time"]
        assert heard == ["activate", "warning", "breach", "fulfill"]
        headers, body = pager.headers[0], pager.bodies[0]
        content = json.loads(body)
        assert (content["subject"], content["detail"]["id"]) == ("zen:ticket:1", "1")
        assert b"export is empty" not in b"".join(pager.bodies)
        secret = (await admin.get(f"webhooks/{made['id']}/signing_secret"))["signing_secret"]["secret"]
        signed = headers["X-Zendesk-Webhook-Signature-Timestamp"].encode() + body
        digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
        assert headers["X-Zendesk-Webhook-Signature"] == base64.b64encode(digest).decode()


async def test_a_webhook_hears_of_what_is_done_to_tickets(desk_database: str, pager: Pager, trust: Trust):
    outside = {"tls": trust.client, "allow_loopback": True}
    async with opened(desk_database, clock=ManualClock(MONDAY), outside=outside) as desk:
        await desk.post("U0HANK", "Before the webhook", channel="C0GLOBEX")
        await desk.pass_time(minutes=5)
        admin = Client(desk, await make_token(desk.bot.db))
        await make(admin, pager, subscriptions=["conditional_ticket_events"])
        await desk.post("U0RITA", "The export is empty")
        await desk.command("U0ANA", "/priority high #2")
        await admin.put("tickets/2", {"ticket": {"status": "pending", "comment": {"body": "x", "public": False}}})
        await desk.pass_time(minutes=5)
        assert [kind for kind, _ in told(pager)] == ["created", "priority_changed", "comment_added", "status_changed"]
        assert {json.loads(body)["detail"]["id"] for body in pager.bodies} == {"2"}


async def test_webhooks_are_listed_changed_and_taken_out_by_admins_only(desk_database: str, pager: Pager, trust: Trust):
    async with opened(desk_database, clock=ManualClock(MONDAY)) as desk:
        admin = Client(desk, await make_token(desk.bot.db))
        agent = Client(desk, await make_token(desk.bot.db, role="agent"))
        made = await make(admin, pager)
        path = f"webhooks/{made['id']}"
        assert (await admin.get("webhooks"))["webhooks"] == [made]
        secret = await admin.get(f"{path}/signing_secret")
        assert await admin.post(f"{path}/signing_secret", {}) != secret
        changed = (await admin.put(path, {"webhook": {"status": "inactive"}}))["webhook"]
        assert changed == made | {"status": "inactive"}
        assert (await agent.ask("GET", path)).status == 403
        await desk.post("U0RITA", "The export is empty")
        assert pager.bodies == []
        assert (await admin.delete(path)).status == 204
        assert (await admin.delete(path)).status == 404


@pytest.mark.parametrize(
    "changed",
    [
        {"name": ""},
        {"endpoint": "http://example.com/hook"},
        {"endpoint": "https://user:word@example.com/"},
        {"endpoint": 5},
        {"endpoint": "https://[::1"},
        {"subscriptions": ["zen:event-type:moon.rise"]},
        {"subscriptions": "all"},
        {"http_method": "GET"},
        {"request_format": "xml"},
        {"status": "asleep"},
    ],
)
async def test_a_webhook_that_makes_no_sense_is_refused(desk_database: str, pager: Pager, changed: dict[str, Any]):
    async with opened(desk_database, clock=ManualClock(MONDAY)) as desk:
        admin = Client(desk, await make_token(desk.bot.db))
        webhook = {"name": "x", "endpoint": "https://example.com/hook"} | changed
        answer = await admin.ask("POST", "webhooks", {"webhook": webhook})
        assert (answer.status, list(answer.json["details"])) == (422, list(changed))
