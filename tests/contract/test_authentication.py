"""Tokens, scopes and the ways to send arguments."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from tests.contract.scene import Scene


async def call(scene: Scene, method: str, **request) -> dict:
    verb = request.pop("verb", "POST")
    async with (
        aiohttp.ClientSession() as session,
        session.request(verb, f"{scene.base}/api/{method}", **request) as got,
    ):
        return {**(await got.json()), "_status": got.status, "_headers": got.headers}


def bearer(scene: Scene) -> dict[str, str]:
    return {"Authorization": f"Bearer {scene.bot['bot_token']}"}


async def test_auth_test_says_who_the_token_is(scene: Scene):
    said = await scene.client.auth_test()
    assert (said["team_id"], said["user_id"], said["bot_id"]) == ("T0HOME", "U0DESK", scene.bot["bot_id"])
    assert said.headers["x-oauth-scopes"].split(",")[0] == "app_mentions:read"


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({}, "not_authed"),
        ({"Authorization": "Bearer xoxb-nobody"}, "invalid_auth"),
        ({"Authorization": "Basic abc"}, "not_authed"),
        ({"Authorization": "Bearer"}, "not_authed"),
    ],
)
async def test_a_missing_or_unknown_token_is_refused(scene: Scene, headers: dict, error: str):
    assert (await call(scene, "auth.test", headers=headers))["error"] == error


async def test_an_app_level_token_is_no_bot_token(scene: Scene):
    headers = {"Authorization": f"Bearer {scene.bot['app_token']}"}
    assert (await call(scene, "auth.test", headers=headers))["error"] == "not_allowed_token_type"


async def test_after_uninstalling_the_account_is_inactive(scene: Scene):
    scene.sandbox.apps.uninstall("A0DESK", "T0HOME")
    with pytest.raises(SlackApiError, match="account_inactive"):
        await scene.client.auth_test()


async def test_a_revoked_token_is_refused(scene: Scene):
    scene.sandbox.apps.revoke_token("A0DESK", "T0HOME")
    with pytest.raises(SlackApiError, match="token_revoked"):
        await scene.client.auth_test()


async def test_a_missing_scope_names_what_is_needed_and_what_is_provided(scene: Scene):
    scene.sandbox.build.configure("A0DESK", scopes=["chat:write", "users:read"])
    with pytest.raises(SlackApiError) as refusal:
        await scene.client.reactions_add(channel="C0HELP", timestamp="1.0", name="eyes")
    assert refusal.value.response["error"] == "missing_scope"
    assert refusal.value.response["needed"] == "reactions:write"
    assert refusal.value.response["provided"] == "chat:write,users:read"


async def test_reading_a_private_channel_needs_the_scope_for_groups(scene: Scene):
    scene.sandbox.build.channel("T0HOME", "secret", id="C0SECRET", private=True, members=["U0ADA", "U0DESK"])
    scene.sandbox.build.configure("A0DESK", scopes=["channels:history"])
    with pytest.raises(SlackApiError) as refusal:
        await scene.client.conversations_history(channel="C0SECRET")
    assert refusal.value.response["needed"] == "groups:history"


async def test_an_unknown_method_is_named(scene: Scene):
    said = await call(scene, "chat.shout", headers=bearer(scene))
    assert (said["error"], said["req_method"]) == ("unknown_method", "chat.shout")


async def test_arguments_come_by_query_form_json_and_multipart(scene: Scene):
    arguments = {"channel": "C0HELP"}
    with aiohttp.MultipartWriter("form-data") as multipart:
        multipart.append("C0HELP").set_content_disposition("form-data", name="channel")
    ways = [
        {"verb": "GET", "params": arguments},
        {"params": arguments},
        {"data": arguments},
        {"json": arguments},
        {"data": multipart},
    ]
    for way in ways:
        said = await call(scene, "conversations.info", headers=bearer(scene), **way)
        assert said["channel"]["name"] == "help", way


async def test_a_token_may_come_in_the_form_too(scene: Scene):
    said = await call(scene, "auth.test", data={"token": scene.bot["bot_token"]})
    assert said["ok"]


async def test_json_without_a_charset_earns_a_warning(scene: Scene):
    headers = {**bearer(scene), "Content-Type": "application/json"}
    said = await call(scene, "auth.test", headers=headers, data=b"{}")
    assert (said["ok"], said["warning"]) == (True, "missing_charset")


@pytest.mark.parametrize(
    ("content_type", "body", "error"),
    [
        ("application/json", b"{", "invalid_json"),
        ("application/json", b"[1]", "json_not_object"),
        ("application/json", b"[" * 100_000, "invalid_json"),
        ("application/json", b"\xff\xfe", "invalid_json"),
        ("application/json", b'{"a": NaN}', "invalid_json"),
        ("application/json", b'{"a": ' + b"[" * 100 + b"]" * 100 + b"}", "invalid_json"),
        ("application/xml", b"<channel/>", "invalid_post_type"),
        ("application/json; charset=klingon", b"{}", "invalid_charset"),
        ("application/x-www-form-urlencoded", b"\xff=\xff", "invalid_form_data"),
        ("multipart/form-data", b"nonsense", "invalid_form_data"),
    ],
)
async def test_a_malformed_body_is_refused_by_name(scene: Scene, content_type: str, body: bytes, error: str):
    said = await call(scene, "auth.test", headers={**bearer(scene), "Content-Type": content_type}, data=body)
    assert (said["ok"], said["error"]) == (False, error)


@pytest.mark.parametrize(
    "arguments",
    [
        {"channel": {"id": "C0HELP"}},
        {"channel": ["C0HELP"]},
        {"channel": True},
        {"channel": None},
        {"channel": "C0HELP", "text": {"a": 1}},
        {"channel": "C0HELP", "text": "x", "reply_broadcast": "perhaps", "thread_ts": "1"},
        {"channel": "C0HELP", "text": "x", "thread_ts": "never"},
        {"channel": "C0HELP", "text": "x", "blocks": "{"},
        {"channel": "C0HELP", "text": "x", "blocks": {"type": "section"}},
        {"channel": "C0HELP", "text": "x", "metadata": "[]"},
        {"channel": "C0HELP", "text": "x", "blocks": "[" * 5000},
        {"channel": "C0HELP", "text": "x", "thread_ts": "\u00b2"},
        {"channel": "C0HELP", "text": "x", "thread_ts": "9" * 5000},
        {"channel": "C0HELP", "text": "x", "attachments": "1"},
    ],
)
async def test_arguments_of_the_wrong_kind_are_refused_not_crashed_on(scene: Scene, arguments: dict):
    said = await call(scene, "chat.postMessage", headers=bearer(scene), json=arguments)
    assert (said["_status"], said["ok"]) == (200, False)
    assert said["error"] != "internal_error"


async def test_api_test_echoes_its_arguments(scene: Scene):
    said = await call(scene, "api.test", data={"foo": "bar"})
    assert (said["ok"], said["args"]) == (True, {"foo": "bar"})


async def test_api_test_fails_on_request(scene: Scene):
    said = await call(scene, "api.test", data={"error": "my_error"})
    assert (said["ok"], said["error"]) == (False, "my_error")


async def test_the_call_log_never_holds_the_token(scene: Scene):
    await call(scene, "auth.test", data={"token": scene.bot["bot_token"], "x": "y"})
    (logged,) = scene.sandbox.read.calls(method="auth.test")
    assert scene.bot["bot_token"] not in str(logged)
    assert (logged["args"], logged["team"], logged["ok"]) == ({"x": "y"}, "T0HOME", True)
