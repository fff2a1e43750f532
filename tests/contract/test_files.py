"""Uploads in two steps, and what may be read."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from tests.contract.scene import Receiver, Scene


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
