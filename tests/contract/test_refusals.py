"""One table: what each method refuses, and Slack's word for it."""

import aiohttp
import pytest

from tests.contract.scene import Scene

TS = "1700000000.000000"
HELP = {"channel": "C0HELP"}
REFUSALS = [
    ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
    ("chat.postMessage", {"channel": "U0NOBODY", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {**HELP, "text": "x", "attachments": [1]}, "invalid_attachments"),
    ("chat.postMessage", {**HELP, "text": "x", "attachments": [{}] * 101}, "too_many_attachments"),
    ("chat.postMessage", {**HELP, "text": "x", "metadata": "{"}, "invalid_metadata_format"),
    ("chat.postEphemeral", {**HELP, "text": "x"}, "invalid_arguments"),
    ("chat.postEphemeral", {"channel": "C0ELSE", "user": "U0ADA", "text": "x"}, "not_in_channel"),
    ("chat.postEphemeral", {"channel": "C0OLD", "user": "U0ADA", "text": "x"}, "is_archived"),
    ("chat.update", {**HELP, "text": "x"}, "invalid_arguments"),
    ("chat.update", {"channel": "U0ADA", "ts": TS, "text": "x"}, "channel_not_found"),
    ("chat.getPermalink", {**HELP, "message_ts": "1.000000"}, "message_not_found"),
    ("conversations.open", {"users": ",".join(f"U{number}" for number in range(9))}, "too_many_users"),
    ("conversations.open", {"channel": "D0NONE"}, "channel_not_found"),
    ("conversations.join", {"channel": "C0OLD"}, "is_archived"),
    ("conversations.join", {"channel": "C0SECRET"}, "method_not_supported_for_channel_type"),
    ("conversations.invite", {**HELP}, "invalid_arguments"),
    ("conversations.invite", {**HELP, "users": "U0CARL"}, "user_not_found"),
    ("conversations.invite", {**HELP, "users": "U0NOBODY"}, "user_not_found"),
    ("conversations.invite", {"channel": "C0OLD", "users": "U0BEN"}, "is_archived"),
    ("conversations.list", {"cursor": "x"}, "invalid_cursor"),
    ("conversations.list", {"cursor": "bmV4dDphYmM="}, "invalid_cursor"),
    ("conversations.list", {"limit": "-1"}, "invalid_limit"),
    ("users.conversations", {"user": "U0NOBODY"}, "user_not_found"),
    ("users.info", {}, "invalid_arguments"),
    ("reactions.add", {**HELP, "name": "eyes"}, "no_item_specified"),
    ("reactions.add", {**HELP, "timestamp": TS}, "invalid_arguments"),
    ("reactions.add", {**HELP, "timestamp": "noon", "name": "eyes"}, "bad_timestamp"),
    ("reactions.add", {"channel": "C0ELSE", "timestamp": "1600000000.000000", "name": "eyes"}, "not_in_channel"),
    ("reactions.add", {"channel": "C0OLD", "timestamp": "1600000001.000000", "name": "eyes"}, "is_archived"),
    ("reactions.get", {"timestamp": TS}, "no_item_specified"),
    ("views.open", {"view": {}}, "invalid_arguments"),
    ("views.open", {"trigger_id": "x", "view": "{"}, "invalid_arguments"),
    ("views.update", {"view": {}}, "invalid_arguments"),
    ("views.publish", {"view": {"type": "home", "blocks": []}, "user_id": "U0CARL"}, "invalid_arguments"),
    ("files.getUploadURLExternal", {"filename": "a"}, "invalid_arguments"),
    ("files.getUploadURLExternal", {"filename": "a", "length": "0"}, "invalid_arguments"),
    ("files.getUploadURLExternal", {"filename": "a", "length": "many"}, "invalid_arguments"),
    ("files.info", {"file": "F0NONE"}, "file_not_found"),
    ("users.lookupByEmail", {}, "users_not_found"),
]


@pytest.mark.parametrize(("method", "arguments", "error"), REFUSALS)
async def test_it_is_refused_with_slacks_own_word(scene: Scene, method: str, arguments: dict, error: str):
    build = scene.sandbox.build
    build.channel("T0HOME", "elsewhere", id="C0ELSE", members=["U0ADA"])
    build.channel("T0HOME", "secret", id="C0SECRET", private=True, members=["U0ADA", "U0DESK"])
    build.channel("T0HOME", "old", id="C0OLD", members=["U0ADA", "U0DESK"])
    scene.post()
    scene.post(channel="C0ELSE", ts="1600000000.000000")
    scene.post(channel="C0OLD", ts="1600000001.000000")
    scene.sandbox.channels.archive("C0OLD", "U0ADA")
    assert await refused(scene, method, arguments) == error


async def refused(scene: Scene, method: str, arguments: dict) -> str:
    headers = {"Authorization": f"Bearer {scene.bot['bot_token']}"}
    url = f"{scene.base}/api/{method}"
    async with aiohttp.ClientSession(headers=headers) as session, session.post(url, json=arguments) as got:
        return (await got.json()).get("error", "")


async def test_a_user_puts_at_most_23_reactions_under_a_message(scene: Scene):
    posted = scene.post()
    for number in range(23):
        await scene.client.reactions_add(channel="C0HELP", timestamp=posted["ts"], name=f"emoji{number}")
    assert (
        await refused(scene, "reactions.add", {"channel": "C0HELP", "timestamp": posted["ts"], "name": "one_more"})
        == "too_many_reactions"
    )


async def test_a_tombstone_takes_no_reaction(scene: Scene):
    parent = scene.post()
    scene.post("reply", thread_ts=parent["ts"])
    scene.sandbox.act.delete("C0HELP", "U0ADA", parent["ts"])
    arguments = {"channel": "C0HELP", "timestamp": parent["ts"], "name": "eyes"}
    assert await refused(scene, "reactions.add", arguments) == "message_not_found"


async def test_a_custom_name_makes_a_classic_bot_message(scene: Scene):
    scene.sandbox.build.configure("A0DESK", scopes=["chat:write", "chat:write.customize", "chat:write.public"])
    scene.sandbox.build.channel("T0HOME", "elsewhere", id="C0ELSE", members=["U0ADA"])
    said = await scene.client.chat_postMessage(channel="C0ELSE", text="x", username="Desk", icon_emoji=":bell:")
    message = said["message"]
    assert (message["subtype"], message["username"], message["icons"]) == ("bot_message", "Desk", {"emoji": ":bell:"})
    assert "user" not in message
