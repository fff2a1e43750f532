"""The control interface over HTTP, the page's snapshot and stream, and bad requests."""

import asyncio
import json

import aiohttp
import pytest

from tests.contract.scene import Receiver, Scene, until


async def control(scene: Scene, path: str, body: object = None, **request) -> dict:
    verb = request.pop("verb", "POST")
    data = request.pop("data", None) if body is None else json.dumps(body)
    async with (
        aiohttp.ClientSession() as session,
        session.request(verb, f"{scene.base}/sandbox/{path}", data=data, **request) as got,
    ):
        return {**(await got.json()), "_status": got.status}


async def test_a_workspace_is_built_and_used_over_http_alone(scene: Scene):
    await control(scene, "world/reset")
    await control(scene, "build/workspace", {"name": "New", "id": "T1"})
    await control(scene, "build/user", {"team": "T1", "name": "ann", "id": "U1"})
    app = (await control(scene, "build/app", {"name": "Bot", "id": "A1", "socket_mode": True}))["result"]
    bot = (await control(scene, "build/install", {"app": "A1", "team": "T1", "bot_user": "U2"}))["result"]
    await control(scene, "build/channel", {"team": "T1", "name": "all", "id": "C1", "members": ["U1", "U2"]})
    posted = (await control(scene, "act/post", {"channel": "C1", "user": "U1", "text": "hi"}))["result"]
    assert app["app_token"].startswith("xapp-")
    said = await scene.client_for(bot["bot_token"]).conversations_history(channel="C1")
    assert said["messages"][0]["ts"] == posted["ts"]
    read = await control(scene, "read/messages", verb="GET", params={"channel": "C1"})
    assert [one["text"] for one in read["result"]] == ["hi"]


async def test_every_method_is_listed_with_its_arguments(scene: Scene):
    listing = await control(scene, "", verb="GET")
    assert "act/post" in listing["methods"]
    assert "thread_ts" in listing["methods"]["act/post"]
    assert not any("/_" in path for path in listing["methods"])


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        ("act/post", {"channel": "C0HELP", "user": "U0ADA", "txet": "x"}, "invalid_arguments"),
        ("act/post", {"user": "U0ADA"}, "invalid_arguments"),
        ("act/post", {"channel": "C0HELP", "user": "U0ADA", "text": 7}, "invalid_arguments"),
        ("act/post", {"channel": "C0HELP", "user": "U0ADA", "text": "x", "files": ["f"]}, "invalid_arguments"),
        ("act/post", {"channel": "C0HELP", "user": "U0ADA", "text": "x", "files": [{}]}, "invalid_request"),
        ("act/post", {"channel": "C0NONE", "user": "U0ADA", "text": "x"}, "channel_not_found"),
        ("act/react", {"channel": "C0HELP", "user": "U0ADA", "ts": "1.000000", "name": "x"}, "message_not_found"),
        ("act/post_as_bot", {"channel": "C0HELP", "user": "U0ADA", "text": "x"}, "invalid_request"),
        ("channels/rename", {"channel": "C0HELP", "name": ""}, "invalid_request"),
        ("channels/join", {"channel": "C0HELP", "user": "U0CARL"}, "not_in_channel"),
        ("channels/join", {"channel": "C0HELP", "user": "U0ADA"}, "already_in_channel"),
        ("channels/leave", {"channel": "C0HELP", "user": "U0CARL"}, "not_in_channel"),
        ("channels/unarchive", {"channel": "C0HELP", "user": "U0ADA"}, "not_archived"),
        ("channels/change_id", {"channel": "C0HELP", "new_id": "C0ACME"}, "id_taken"),
        ("channels/share", {"channel": "C0ACME", "team": "T0ACME"}, "already_shared"),
        ("channels/unshare", {"channel": "C0HELP", "team": "T0ACME"}, "not_shared"),
        ("ui/command", {"user": "U0ADA", "channel": "C0HELP", "text": ""}, "unknown_command"),
        ("ui/open_home", {"user": "U0CARL", "app": "A0DESK"}, "not_allowed_for_external_users"),
        ("ui/open_home", {"user": "U0ADA", "app": "A0DESK", "tab": "about"}, "invalid_request"),
        ("ui/dismiss", {"user": "U0ADA", "ts": "1.000000"}, "message_not_found"),
        ("ui/submit", {"user": "U0ADA", "view_id": "V0NONE"}, "view_not_found"),
        ("apps/uninstall", {"app": "A0DESK", "team": "T0ACME"}, "not_installed"),
        ("apps/silence", {"app": "A0DESK"}, "connection_not_found"),
        ("build/configure", {"app": "A0DESK", "scopes": ["chat:write\r\nX: y"]}, "invalid_request"),
        (
            "build/configure",
            {"app": "A0DESK", "shortcuts": [{"name": "x" * 25, "callback_id": "x"}]},
            "invalid_request",
        ),
        (
            "build/configure",
            {"app": "A0DESK", "shortcuts": [{"name": "x", "callback_id": str(n)} for n in range(11)]},
            "invalid_request",
        ),
        ("faults/calls", {"kind": "status", "status": 99}, "invalid_request"),
        ("faults/settings", {"answer_seconds": 0}, "invalid_request"),
        ("directory/set_group_users", {"group": "S0NONE", "users": []}, "subteam_not_found"),
        ("build/user", {"team": "T0NONE", "name": "x"}, "team_not_found"),
        ("build/install", {"app": "A0NONE", "team": "T0HOME"}, "app_not_found"),
        ("act/nothing", {}, "unknown_method"),
        ("act/_own", {}, "unknown_method"),
        ("act/__init__", {}, "unknown_method"),
        ("faults/calls", {"kind": "status", "count": True}, "invalid_arguments"),
        ("build/user", {"team": "T0HOME", "name": "x", "id": "not an id"}, "invalid_request"),
        ("build/user", {"team": "T0HOME", "name": "x", "id": "U0ADA"}, "id_taken"),
        ("build/channel", {"team": "T0HOME", "name": "help"}, "name_taken"),
        ("build/channel", {"team": "T0HOME", "name": "odd", "members": ["U0CARL"]}, "invalid_request"),
        ("build/install", {"app": "A0DESK", "team": "T0HOME"}, "already_installed"),
    ],
)
async def test_a_mistake_is_answered_with_a_code_and_a_sentence(scene: Scene, path: str, body: dict, error: str):
    said = await control(scene, path, body)
    assert (said["_status"], said["ok"], said["error"]) == (400, False, error)
    assert said["message"]


@pytest.mark.parametrize("data", [b"{", b"[]", b"7", b"\xff\xfe", b"[" * 100_000])
async def test_a_body_that_is_no_json_object_is_refused(scene: Scene, data: bytes):
    said = await control(scene, "act/post", data=data)
    assert (said["_status"], said["ok"]) == (400, False)


async def test_nothing_is_changed_by_get(scene: Scene):
    said = await control(scene, "world/reset", verb="GET")
    assert (said["_status"], said["error"]) == (405, "post_only")
    assert scene.sandbox.read.channels()


async def test_other_sites_pages_cannot_drive_the_sandbox(scene: Scene):
    said = await control(scene, "world/reset", {}, headers={"Origin": "https://evil.example"})
    assert said["error"] == "foreign_origin"
    said = await control(scene, "faults/list", {}, headers={"Origin": scene.base})
    assert said["ok"]


async def test_the_snapshot_holds_everything_a_page_shows_and_no_secret(scene: Scene):
    scene.post("It is broken")
    shown = (await control(scene, "read/snapshot", verb="GET"))["result"]
    assert [one["id"] for one in shown["teams"]] == ["T0HOME", "T0ACME"]
    assert [one["text"] for one in shown["messages"]["C0HELP"]] == ["It is broken"]
    assert {one["id"] for one in shown["channels"]} == {"C0HELP", "C0ACME"}
    assert shown["apps"][0]["installs"] == [{"team": "T0HOME", "bot_user": "U0DESK", "bot_id": scene.bot["bot_id"]}]
    for secret in ("bot_token", "app_token", "signing_secret"):
        assert scene.bot[secret] not in json.dumps(shown)


async def test_the_stream_tells_every_change_after_the_snapshot(scene: Scene):
    async with aiohttp.ClientSession() as session, session.get(f"{scene.base}/sandbox/stream") as stream:
        assert stream.content_type == "text/event-stream"

        async def change() -> dict:
            record = await stream.content.readuntil(b"\n\n")
            fields = dict(line.split(": ", 1) for line in record.decode().strip().split("\n"))
            assert fields["event"] == "change"
            return json.loads(fields["data"])

        hello = await change()
        assert hello["kind"] == "hello"
        posted = scene.post("It is broken")
        scene.sandbox.act.react("C0HELP", "U0BEN", posted["ts"], "eyes")
        scene.sandbox.act.delete("C0HELP", "U0ADA", posted["ts"])
        scene.sandbox.channels.rename("C0HELP", "helpdesk")
        created, reacted, removed, renamed = [await change() for _ in range(4)]
        assert (created["kind"], created["channel"], created["message"]["text"]) == (
            "message",
            "C0HELP",
            "It is broken",
        )
        assert reacted["message"]["reactions"][0]["name"] == "eyes"
        assert (removed["kind"], removed["ts"]) == ("message_removed", posted["ts"])
        assert (renamed["kind"], renamed["channel"]["name"]) == ("channel", "helpdesk")
        assert [created["seq"], reacted["seq"]] == [hello["seq"] + 1, hello["seq"] + 2]


async def test_a_reply_also_changes_its_parent_on_the_page(scene: Scene):
    parent = scene.post()
    async with aiohttp.ClientSession() as session, session.get(f"{scene.base}/sandbox/stream") as stream:
        await stream.content.readuntil(b"\n\n")
        scene.post("reply", thread_ts=parent["ts"])
        reply = await stream.content.readuntil(b"\n\n")
        changed = await stream.content.readuntil(b"\n\n")
        assert b'"text":"reply"' in reply
        assert b'"reply_count":1' in changed


async def test_drained_answers_over_http_when_everything_is_delivered(scene: Scene, receiver: Receiver):
    receiver.gate = asyncio.Event()
    scene.post()
    waiting = asyncio.ensure_future(control(scene, "world/drained", {}))
    await until(lambda: receiver.requests)
    assert not waiting.done()
    receiver.gate.set()
    assert (await waiting)["result"] == {"next_due": None}


async def test_time_and_the_next_retry_can_be_read(scene: Scene):
    said = await control(scene, "read/now", verb="GET")
    assert said["result"] == {"now": 1_700_000_000.0, "next_due": None}


async def test_a_reset_leaves_an_empty_world(scene: Scene):
    scene.post()
    await control(scene, "world/reset")
    shown = (await control(scene, "read/snapshot", verb="GET"))["result"]
    assert (shown["teams"], shown["channels"], shown["messages"]) == ([], [], {})
    assert scene.sandbox.read.calls() == []


@pytest.mark.parametrize("path", ["/", "/sandbox/", "/api/api.test"])
async def test_the_front_door_answers(scene: Scene, path: str):
    async with aiohttp.ClientSession() as session, session.get(scene.base + path) as got:
        assert got.status == 200


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "/nowhere"),
        ("PUT", "/api/auth.test"),
        ("GET", "/page/../command.py"),
        ("GET", "/page/%2e%2e/command.py"),
    ],
)
async def test_what_is_not_there_is_a_plain_error(scene: Scene, verb: str, path: str):
    async with aiohttp.ClientSession() as session, session.request(verb, scene.base + path) as got:
        assert got.status in (403, 404, 405)
        assert "Traceback" not in await got.text()


async def test_a_link_without_a_ticket_is_refused(scene: Scene):
    async with aiohttp.ClientSession() as session, session.get(f"{scene.base}/link/") as got:
        assert got.status == 401
