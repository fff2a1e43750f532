"""Who may ask, how they say who they are, and what every answer carries."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, insert, select

from bot.http.server import HttpServer
from bot.http.zendesk.app import mount_api
from store import audit, tokens
from store.tables import metric_event, metric_instance, resource, ticket, ticket_event
from tests.support.api import Client, basic, make_token
from tests.support.desk import MONDAY, Desk


async def status(client: Client, headers: dict[str, str]) -> int:
    return (await client.ask("GET", "tickets/count.json", headers=headers)).status


async def test_rule_10_a_token_is_good_as_basic_and_as_bearer(admin: Client):
    assert await status(admin, basic(admin.secret)) == 200
    assert await status(admin, basic(admin.secret, user="any@body.example/token")) == 200
    assert await status(admin, {"Authorization": f"Bearer {admin.secret}"}) == 200
    assert await status(admin, {"Authorization": f"bearer {admin.secret}"}) == 200


@pytest.mark.parametrize(
    "authorization",
    ["", "Basic", "Basic !!", "Basic OjpgYA==", "Bearer", "Bearer x", "Digest x", "Basic \xe9", "x" * 9000],
)
async def test_rule_10_without_a_good_credential_the_answer_is_401_and_not_403(admin: Client, authorization: str):
    answer = await admin.ask("GET", "tickets", headers={"Authorization": authorization} if authorization else {})
    assert (answer.status, answer.json) == (401, {"error": "Couldn't authenticate you"})
    answer = await admin.ask("POST", "slas/policies", raw=b"{", headers={})
    assert answer.status == 401


async def test_rule_10_a_token_as_a_password_is_401(admin: Client):
    assert await status(admin, basic(admin.secret, user="ana@northwind.example")) == 401


async def test_a_revoked_token_and_one_that_has_expired_open_nothing(desk: Desk, admin: Client):
    assert await desk.bot.db.write(lambda conn: tokens.revoke(conn, "T0HOME", 1, desk.now))
    assert await status(admin, basic(admin.secret)) == 401
    brief = await make_token(desk.bot.db, expires_at=MONDAY + timedelta(hours=1))
    assert await status(admin, basic(brief)) == 200
    await desk.at("10:00")
    assert await status(admin, basic(brief)) == 401


async def test_the_last_use_of_a_token_is_recorded_and_its_secret_is_kept_nowhere(desk: Desk, admin: Client):
    await desk.at("09:30")
    await admin.get("tickets")
    (token,) = await desk.bot.db.read(lambda conn: tokens.listing(conn, "T0HOME"))
    assert token.last_used_at == desk.now
    assert admin.secret not in repr(token)


async def test_rule_11_every_answer_is_json_in_utf_8_with_rate_headers_and_without_retry_after(admin: Client):
    for path, expected in (("tickets", 200), ("tickets/9", 404), ("nowhere", 404), ("incremental/tickets", 400)):
        answer = await admin.ask("GET", path)
        assert answer.status == expected
        assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
        assert "Retry-After" not in answer.headers
    answer = await admin.ask("GET", "tickets")
    assert (answer.headers["X-Rate-Limit"], answer.headers["X-Rate-Limit-Remaining"]) == ("700", "696")
    assert answer.headers["ratelimit-remaining"] == "696"
    assert answer.headers["ratelimit-reset"] == "60"


async def test_rule_11_too_many_requests_answer_429_with_the_time_to_wait(desk: Desk, admin: Client):
    web = FastAPI(openapi_url=None)
    mount_api(web, replace(desk.bot._api(), requests_per_minute=2))
    server = HttpServer(web, host="127.0.0.1", port=0)
    settings = f"{await server.start()}/api/v2/account/settings"
    for left in ("1", "0"):
        answer = await admin.ask("GET", settings)
        assert (answer.status, answer.headers["X-Rate-Limit-Remaining"]) == (200, left)
    answer = await admin.ask("GET", settings)
    assert (answer.status, answer.json["error"]) == (429, "APIRateLimitExceeded")
    assert int(answer.headers["Retry-After"]) == 60
    await desk.pass_time(seconds=60)
    assert (await admin.ask("GET", settings)).status == 200
    await server.stop()


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [("GET", "nowhere.json", 404), ("PATCH", "tickets", 405), ("GET", "slas/policies/%0A", 404), ("GET", "../v2", 404)],
)
async def test_rule_9_unknown_routes_answer_json_with_an_error(admin: Client, method: str, path: str, expected: int):
    answer = await admin.ask(method, path)
    assert answer.status == expected
    assert set(answer.json) <= {"error", "description"}


@pytest.mark.parametrize("query", ["?nonsense=1", "?include=moon", "?page%5Bsize%5D=1", "?page[size]=1", "?a=%ff&b"])
async def test_rule_12_unknown_parameters_and_includes_are_ignored_and_brackets_may_be_raw_or_escaped(
    desk: Desk, admin: Client, query: str
):
    await desk.post("U0RITA", "The export is empty")
    assert len((await admin.get(f"tickets.json{query}"))["tickets"]) == 1


async def test_rule_12_a_body_or_a_content_type_on_get_does_no_harm(admin: Client):
    for raw in (b"{}", b"{", b"x=1"):
        answer = await admin.ask(
            "GET", "tickets.json", raw=raw, headers=basic(admin.secret) | {"Content-Type": "text/x"}
        )
        assert answer.status == 200


async def test_rule_12_a_body_is_read_as_json_whatever_it_is_called(desk: Desk, admin: Client):
    await desk.post("U0RITA", "The export is empty")
    headers = basic(admin.secret) | {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await admin.ask("PUT", "tickets/1", raw=b'{"ticket": {"priority": "high"}}', headers=headers)
    assert answer.json["ticket"]["priority"] == "high"


async def test_rule_13_links_are_on_the_host_that_the_client_used_and_keep_its_query(desk: Desk, admin: Client):
    for text in ("One", "Two", "Three"):
        await desk.post("U0HANK", text, channel="C0GLOBEX")
        await desk.pass_time(minutes=10)
    headers = basic(admin.secret) | {"Host": "desk.example:8443"}
    answer = (await admin.ask("GET", "tickets.json?per_page=1&page=2&include=slas", headers=headers)).json
    base = "http://desk.example:8443/api/v2"
    assert answer["next_page"] == f"{base}/tickets.json?per_page=1&include=slas&page=3"
    assert answer["previous_page"] == f"{base}/tickets.json?per_page=1&include=slas&page=1"
    assert answer["tickets"][0]["url"] == f"{base}/tickets/2.json"
    answer = (await admin.ask("GET", "tickets?page[size]=2&include=slas", headers=headers)).json
    assert answer["links"]["next"].startswith(f"{base}/tickets?page%5Bsize%5D=2&include=slas&page%5Bafter%5D=")
    for host in ("a b", "evil.example/x", "<script>"):
        answer = (await admin.ask("GET", "tickets/1", headers=basic(admin.secret) | {"Host": host})).json
        assert "evil" not in answer["ticket"]["url"]


async def pages_of(client: Client, path: str, following: Any) -> list[int]:
    found: list[int] = []
    while path:
        page = await client.get(path)
        found += [one["id"] for one in page["tickets"]]
        path = following(page)
    return found


async def test_rule_14_pages_by_number_and_by_cursor_have_every_row_once(desk: Desk, admin: Client):
    for number in range(5):
        await desk.post("U0HANK", f"Ticket {number}", channel="C0GLOBEX")
        await desk.pass_time(minutes=10)
    assert await pages_of(admin, "tickets?per_page=2", lambda page: page["next_page"]) == [1, 2, 3, 4, 5]
    assert await pages_of(admin, "tickets?page[size]=2", lambda page: page["links"]["next"]) == [1, 2, 3, 4, 5]
    page = await admin.get("tickets?per_page=2")
    assert (page["count"], page["previous_page"]) == (5, None)
    page = await admin.get("tickets?page[size]=2")
    second = await admin.get(page["links"]["next"])
    assert (page["meta"]["has_more"], page["links"]["prev"], "count" in page) == (True, None, False)
    assert (await admin.get(second["links"]["prev"]))["tickets"] == page["tickets"]
    assert await pages_of(admin, "tickets?per_page=2&sort=-id", lambda page: page["next_page"]) == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("value", ["abc", "0", "-1", "1e9", "99999999999999999999", "%00", "", "1.5", "[]", "null"])
async def test_rule_14_nonsense_about_pages_is_never_our_mistake(desk: Desk, admin: Client, value: str):
    await desk.post("U0RITA", "The export is empty")
    for name in ("page", "per_page", "page[size]", "page[after]", "page[before]"):
        for path in ("tickets", "slas/policies", "search", "users", "tickets/1/metric_events"):
            answer = await admin.ask("GET", f"{path}?{name}={value}")
            assert answer.status in {200, 400}, (path, name)


async def test_rule_14_a_page_has_at_most_a_hundred_rows(desk: Desk, admin: Client):
    def write(conn: Connection) -> None:
        row = dict(conn.execute(select(ticket)).mappings().one())
        conn.execute(insert(ticket), [row | {"ticket_id": number} for number in range(2, 151)])

    await desk.post("U0RITA", "The export is empty")
    await desk.bot.db.write(write)
    assert len((await admin.get("tickets?per_page=5000"))["tickets"]) == 100
    assert len((await admin.get("tickets?page=2&per_page=5000"))["tickets"]) == 50


@pytest.mark.parametrize(
    "raw", [b'{"ticket": {"subject": NaN}}', b'{"ticket": {"x": 1e999}}', b"[" * 50_000, b"\xff\xfe"]
)
async def test_rule_8_a_body_that_is_no_json_of_ours_is_the_clients_mistake(desk: Desk, admin: Client, raw: bytes):
    await desk.post("U0RITA", "The export is empty")
    assert (await admin.ask("PUT", "tickets/1", raw=raw)).status in {400, 422}


async def test_text_that_no_database_holds_is_kept_as_well_as_can_be(desk: Desk, admin: Client):
    await desk.post("U0RITA", "The export is empty")
    raw = b'{"ticket": {"comment": {"body": "a\\u0000b\\ud800c", "public": false}, "tags": ["\\ud83d"]}}'
    answer = await admin.ask("PUT", "tickets/1", raw=raw)
    assert answer.status == 200
    comments = (await admin.get("tickets/1/comments"))["comments"]
    assert comments[-1]["body"] == "a\ufffdb\ufffdc"


async def test_a_body_that_is_too_large_is_not_read_to_its_end(admin: Client):
    answer = await admin.ask("POST", "tickets", raw=b'{"a": "' + b"x" * 1_200_000 + b'"}')
    assert answer.status == 413


async def test_a_token_never_reads_another_workspaces_rows(desk: Desk, admin: Client):
    await desk.post("U0RITA", "The export is empty")
    await admin.get("users")

    def copy(conn: Connection) -> None:
        for table in (ticket, ticket_event, metric_instance, metric_event, resource):
            rows = [dict(row) | {"workspace": "T0OLD"} for row in conn.execute(select(table)).mappings()]
            if table is ticket:
                rows = [row | {"subject": "a secret of theirs"} for row in rows]
            if table is ticket_event:
                rows = [
                    row | {"body": row["body"] | {"text": "a secret of theirs"}, "actor": "UTHEIRS"} for row in rows
                ]
            conn.execute(insert(table), rows)

    await desk.bot.db.write(copy)
    theirs = await make_token(desk.bot.db, workspace="T0OLD")
    assert await status(admin, basic(theirs)) == 401
    for path in (
        "tickets",
        "tickets/1/comments",
        "tickets/1/audits",
        "tickets/1/metric_events",
        "users",
        "search?query=secret",
        "ticket_metrics",
        "incremental/tickets?start_time=0",
        "incremental/ticket_events?start_time=0&include=comment_events",
        "incremental/users/cursor?start_time=0",
    ):
        answer = await admin.ask("GET", path)
        assert answer.status == 200
        assert b"theirs" not in answer.raw.lower(), path
    page = await admin.get("incremental/ticket_metric_events?start_time=0")
    assert len(page["ticket_metric_events"]) == 12


async def test_search_finds_tickets_by_words_and_by_fields(desk: Desk, agent: Client):
    await desk.post("U0RITA", "The export is empty")
    await desk.post("U0HANK", "production down", channel="C0GLOBEX")
    await agent.put("tickets/1", {"ticket": {"status": "solved", "tags": ["vip"]}})

    async def found(query: str) -> list[int]:
        return [one["id"] for one in (await agent.get(f"search.json?query={query}"))["results"]]

    assert await found("type:ticket") == [1, 2]
    assert await found("type:ticket%20status%3Csolved") == [2]
    assert await found("status:solved") == [1]
    assert await found("-status:solved") == [2]
    assert await found("priority%3Enormal") == [2]
    assert await found("tags:vip") == [1]
    assert await found("organization:acme") == [1]
    assert await found("%22is%20empty%22") == [1]
    assert await found("EXPORT") == [1]
    assert await found("2") == [2]
    assert await found("assignee:none") == [1, 2]
    assert await found("created%3E=2026-01-12") == [1, 2]
    assert await found("created%3C2026-01-12") == []
    assert await found("type:user") == []
    answer = await agent.get("search?query=vip-less&include=tickets(slas)")
    assert (answer["results"], answer["count"]) == ([], 0)
    (hit,) = (await agent.get("search?query=priority:urgent&include=tickets(slas)"))["results"]
    assert hit["result_type"] == "ticket"
    assert hit["slas"]["policy_metrics"][0]["metric"] == "first_reply_time"


async def test_users_have_their_zone_and_roles_and_me_is_who_the_token_is(desk: Desk, agent: Client, viewer: Client):
    await desk.post("U0RITA", "The export is empty")
    me = (await agent.get("users/me.json"))["user"]
    assert (me["name"], me["role"], me["iana_time_zone"]) == ("ana", "agent", "UTC")
    users = {one["name"]: one["role"] for one in (await agent.get("users"))["users"]}
    assert users["rita"] == "end-user"
    assert (await viewer.get("users/me"))["user"]["name"] == "viewer"
    assert (await viewer.get(f"users/{me['id']}"))["user"] == me
    assert (await agent.get("account/settings.json"))["settings"]["active_features"]["business_hours"] is True
    (acme, _) = (await agent.get("organizations"))["organizations"]
    assert (acme["organization_fields"], acme["tags"]) == ({"tier": "enterprise"}, ["enterprise"])
    assert (await agent.get(f"organizations/{acme['id']}"))["organization"] == acme
    assert (await agent.get("groups"))["groups"] == []


async def test_a_policy_written_over_rest_is_in_the_audit_log(desk: Desk, admin: Client):
    await admin.post("slas/policies", {"sla_policy": {"title": "A", "filter": {}}})
    entries = await desk.bot.db.read(lambda conn: audit.listing(conn, "T0HOME"))
    assert [(one.who, one.action) for one in entries] == [("token:1 (admin)", "configure")]
