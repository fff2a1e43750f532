"""Uploads in two steps, and what may be read."""

import base64

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox import SandboxError
from tests.contract.scene import Receiver, Scene
from tests.support.pictures import PIXEL


async def test_a_file_is_uploaded_and_shared_with_a_comment(scene: Scene, receiver: Receiver):
    await scene.client.files_upload_v2(
        channel="C0HELP", filename="report.csv", content="a,b", title="Report", initial_comment="Here & now"
    )
    await scene.sandbox.drained()
    (event,) = receiver.of_type("message")
    assert (event["subtype"], event["text"]) == ("file_share", "Here &amp; now")
    assert (event["files"][0]["name"], event["files"][0]["title"], event["files"][0]["size"]) == (
        "report.csv",
        "Report",
        3,
    )


async def test_a_file_can_be_shared_into_a_thread(scene: Scene):
    parent = scene.post()
    await scene.client.files_upload_v2(channel="C0HELP", thread_ts=parent["ts"], filename="a.png", content=b"png")
    reply = scene.sandbox.read.thread("C0HELP", parent["ts"])[1]
    assert reply["files"][0]["name"] == "a.png"


async def test_bytes_must_have_the_announced_length(scene: Scene):
    said = await scene.client.files_getUploadURLExternal(filename="a.txt", length=3)
    async with aiohttp.ClientSession() as session, session.post(said["upload_url"], data=b"four") as got:
        assert got.status == 400
    with pytest.raises(SlackApiError, match="file_not_found"):
        await scene.client.files_completeUploadExternal(files=[{"id": said["file_id"]}], channel_id="C0HELP")


async def test_an_upload_is_completed_once(scene: Scene):
    said = await scene.client.files_getUploadURLExternal(filename="a.txt", length=1)
    async with aiohttp.ClientSession() as session, session.post(said["upload_url"], data=b"x") as got:
        assert got.status == 200
    await scene.client.files_completeUploadExternal(files=[{"id": said["file_id"]}], channel_id="C0HELP")
    with pytest.raises(SlackApiError, match="file_not_found"):
        await scene.client.files_completeUploadExternal(files=[{"id": said["file_id"]}], channel_id="C0HELP")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"files": []}, "invalid_arguments"),
        ({"files": "nonsense"}, "invalid_arguments"),
        ({"files": ["F1"]}, "invalid_arguments"),
        ({"files": [{"id": "F0NONE"}], "channel_id": "C0HELP"}, "file_not_found"),
    ],
)
async def test_a_malformed_completion_is_refused(scene: Scene, arguments: dict, error: str):
    with pytest.raises(SlackApiError, match=error):
        await scene.client.api_call("files.completeUploadExternal", json=arguments)


async def test_a_file_is_given_only_to_a_token_that_may_read_it(scene: Scene):
    posted = scene.post("log", files=[{"name": "trace.log", "content": "boom"}])
    url = posted["files"][0]["url_private"]
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as got:
            assert got.status == 403
        async with session.get(url, headers={"Authorization": f"Bearer {scene.bot['bot_token']}"}) as got:
            assert (got.status, await got.read()) == (200, b"boom")


async def a_picture_for_ben(scene: Scene) -> dict:
    opened = await scene.client.conversations_open(users="U0BEN")
    await scene.client.files_upload_v2(
        channel=opened["channel"]["id"], filename="a.png", content=PIXEL, title="A dot", alt_txt="One dark pixel"
    )
    (message,) = scene.sandbox.read.messages(opened["channel"]["id"])
    return message["files"][0]


async def test_a_picture_is_shared_with_one_person_and_described(scene: Scene):
    shared = await a_picture_for_ben(scene)
    assert (shared["mimetype"], shared["title"], shared["alt_txt"]) == ("image/png", "A dot", "One dark pixel")
    assert (shared["original_w"], shared["original_h"], shared["is_public"]) == (1, 1, False)
    assert base64.b64decode(scene.sandbox.read.file(shared["id"])["content"]) == PIXEL


async def test_a_person_sees_a_picture_in_the_page_and_no_other_site_does(scene: Scene):
    shared = await a_picture_for_ben(scene)
    text = scene.post("log", files=[{"name": "a.png", "content": "<svg onload='alert(1)'>"}])["files"][0]
    address = f"{scene.base}/sandbox/picture"
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{address}/{shared['id']}") as got:
            assert (got.status, got.content_type, await got.read()) == (200, "image/png", PIXEL)
        async with session.get(f"{address}/{shared['id']}", headers={"Origin": "http://elsewhere.example"}) as got:
            assert got.status == 400
        for other in (text["id"], "F0NONE"):
            async with session.get(f"{address}/{other}") as got:
                assert got.status == 404


async def test_what_is_in_a_public_channel_is_public(scene: Scene):
    await scene.client.files_upload_v2(channel="C0HELP", filename="a.png", content=PIXEL)
    (message,) = scene.sandbox.read.messages("C0HELP")
    assert message["files"][0]["is_public"] is True


async def test_a_person_is_no_conversation(scene: Scene):
    with pytest.raises(SlackApiError) as refused:
        await scene.client.files_upload_v2(channel="U0BEN", filename="a.png", content=PIXEL)
    assert refused.value.response["error"] == "invalid_arguments"
    assert "channel_id" in refused.value.response["response_metadata"]["messages"][0]


async def test_a_description_has_its_limit(scene: Scene):
    with pytest.raises(SlackApiError, match="alt_txt_too_large"):
        await scene.client.files_getUploadURLExternal(filename="a.png", length=1, alt_txt="x" * 1001)


async def test_a_file_that_is_not_there_is_not_read(scene: Scene):
    with pytest.raises(SandboxError, match="There is no file 'F0NONE'"):
        scene.sandbox.read.file("F0NONE")
