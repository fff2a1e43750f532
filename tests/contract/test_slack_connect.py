"""Slack Connect: one channel, two workspaces."""

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox import SandboxError
from tests.contract.scene import ALL_SCOPES, Receiver, Scene


async def test_an_external_message_names_its_workspace(scene: Scene, receiver: Receiver):
    scene.post("Help!", user="U0CARL", channel="C0ACME")
    await scene.sandbox.drained()
    (request,) = receiver.requests
    payload = request.payload
    assert payload["is_ext_shared_channel"] is True
    assert payload["authorizations"][0]["team_id"] == "T0HOME"
    assert payload["context_team_id"] == "T0HOME"
    event = payload["event"]
    assert (event["team"], event["user_team"], event["source_team"]) == ("T0ACME", "T0ACME", "T0ACME")
    assert event["user_profile"]["name"] == "carl"


async def test_a_message_from_home_names_home(scene: Scene, receiver: Receiver):
    scene.post("Hello", user="U0ADA", channel="C0ACME")
    await scene.sandbox.drained()
    (event,) = receiver.events
    assert (event["team"], event["user_team"]) == ("T0HOME", "T0HOME")
    assert "user_profile" not in event


async def test_a_channel_of_one_workspace_says_nothing_of_teams(scene: Scene, receiver: Receiver):
    scene.post()
    await scene.sandbox.drained()
    (request,) = receiver.requests
    assert request.payload["is_ext_shared_channel"] is False
    assert "user_team" not in request.event


async def test_the_channel_says_that_it_is_shared_and_with_whom(scene: Scene):
    shown = (await scene.client.conversations_info(channel="C0ACME"))["channel"]
    assert (shown["is_ext_shared"], shown["is_shared"]) == (True, True)
    assert (shown["shared_team_ids"], shown["connected_team_ids"]) == (["T0HOME", "T0ACME"], ["T0ACME"])
    assert "U0CARL" in (await scene.client.conversations_members(channel="C0ACME"))["members"]


async def test_a_channel_shared_within_the_organisation_is_shared_but_not_externally(scene: Scene):
    scene.sandbox.build.channel("T0HOME", "org", id="C0ORG", members=["U0DESK"], org_shared=True)
    shown = (await scene.client.conversations_info(channel="C0ORG"))["channel"]
    assert (shown["is_shared"], shown["is_org_shared"], shown["is_ext_shared"]) == (True, True, False)


async def test_somebody_without_a_common_channel_is_a_stranger(scene: Scene):
    scene.sandbox.build.user("T0ACME", "zoe", id="U0ZOE", email="zoe@acme.example")
    stranger = (await scene.client.users_info(user="U0ZOE"))["user"]
    carl = (await scene.client.users_info(user="U0CARL"))["user"]
    ada = (await scene.client.users_info(user="U0ADA"))["user"]
    assert (stranger["is_stranger"], carl["is_stranger"]) == (True, False)
    assert (carl["team_id"], "is_stranger" in ada) == ("T0ACME", False)
    assert "email" not in carl["profile"]
    assert ada["profile"]["email"] == "ada@helpful.example"


async def test_with_the_app_in_both_workspaces_each_gets_its_own_envelope(scene: Scene, receiver: Receiver):
    scene.sandbox.build.install("A0DESK", "T0ACME", bot_user="U0DESK2")
    scene.sandbox.channels.join("C0ACME", "U0DESK2")
    await scene.sandbox.drained()
    receiver.forget()
    scene.post("Help!", user="U0CARL", channel="C0ACME")
    await scene.sandbox.drained()
    payloads = [one.payload for one in receiver.requests]
    assert sorted(one["authorizations"][0]["team_id"] for one in payloads) == ["T0ACME", "T0HOME"]
    assert len({one["event"]["ts"] for one in payloads}) == 1
    assert len({one["event_id"] for one in payloads}) == 2


async def test_the_other_workspaces_app_is_another_app(scene: Scene, receiver: Receiver):
    other = scene.sandbox.build.app("Other desk", id="A0OTHER", scopes=ALL_SCOPES)
    bot = scene.sandbox.build.install(other["id"], "T0ACME", bot_user="U0OTHER")
    scene.sandbox.channels.join("C0ACME", "U0OTHER")
    await scene.sandbox.drained()
    receiver.forget()
    await scene.client_for(bot["bot_token"]).chat_postMessage(channel="C0ACME", text="Hello")
    await scene.sandbox.drained()
    (event,) = receiver.of_type("message")
    assert (event["app_id"], event["user"], event["user_team"]) == ("A0OTHER", "U0OTHER", "T0ACME")


async def test_external_people_click_buttons(scene: Scene, receiver: Receiver):
    button = {"type": "button", "action_id": "ok", "text": {"type": "plain_text", "text": "OK"}}
    posted = await scene.client.chat_postMessage(
        channel="C0ACME", text="Fine?", blocks=[{"type": "actions", "block_id": "a", "elements": [button]}]
    )
    await scene.sandbox.drained()
    receiver.forget()
    assert (await scene.sandbox.ui.click("U0CARL", "C0ACME", posted["ts"], "ok"))["acked"]
    (request,) = receiver.requests
    assert request.payload["user"]["team_id"] == "T0ACME"
    assert request.payload["team"]["id"] == "T0HOME"


async def test_external_people_run_no_commands_and_no_shortcuts(scene: Scene, receiver: Receiver):
    posted = scene.post(channel="C0ACME")
    with pytest.raises(SandboxError, match="people from outside can click, no more"):
        await scene.sandbox.ui.command("U0CARL", "C0ACME", "/sla list")
    with pytest.raises(SandboxError, match="people from outside can click, no more"):
        await scene.sandbox.ui.shortcut("U0CARL", "claim", channel="C0ACME", ts=posted["ts"])
    assert [one for one in receiver.requests if one.payload.get("type") != "event_callback"] == []


async def test_a_file_from_the_other_side_is_only_hinted_at(scene: Scene, receiver: Receiver):
    scene.post("log", user="U0CARL", channel="C0ACME", files=[{"name": "trace.log", "content": "boom"}])
    await scene.sandbox.drained()
    (event,) = receiver.events
    (hint,) = event["files"]
    assert hint["file_access"] == "check_file_info"
    assert "name" not in hint
    found = (await scene.client.files_info(file=hint["id"]))["file"]
    assert (found["name"], found["file_access"]) == ("trace.log", "visible")


async def test_sharing_and_unsharing_are_announced(scene: Scene, receiver: Receiver):
    scene.sandbox.channels.share("C0HELP", "T0ACME")
    await scene.sandbox.drained()
    (shared,) = receiver.of_type("channel_shared")
    assert (shared["channel"], shared["connected_team_id"]) == ("C0HELP", "T0ACME")
    scene.sandbox.channels.join("C0HELP", "U0CARL")
    scene.sandbox.channels.unshare("C0HELP", "T0ACME")
    await scene.sandbox.drained()
    (unshared,) = receiver.of_type("channel_unshared")
    assert (unshared["previously_connected_team_id"], unshared["is_ext_shared"]) == ("T0ACME", False)
    assert "U0CARL" not in (await scene.client.conversations_members(channel="C0HELP"))["members"]


async def test_bolt_finds_the_actor_and_the_authorised_workspace(scene: Scene, receiver: Receiver):
    from slack_bolt.request.async_request import AsyncBoltRequest

    scene.post("Help!", user="U0CARL", channel="C0ACME")
    await scene.sandbox.drained()
    request = AsyncBoltRequest(body=receiver.requests[0].body.decode(), mode="http")
    assert request.context["team_id"] == "T0HOME"
    assert request.context["actor_team_id"] == "T0ACME"
    assert request.context["actor_user_id"] == "U0CARL"


async def test_people_without_a_common_channel_cannot_be_written_to(scene: Scene):
    scene.sandbox.build.user("T0ACME", "zoe", id="U0ZOE")
    with pytest.raises(SlackApiError, match="user_not_visible"):
        await scene.client.chat_postMessage(channel="U0ZOE", text="x")
    assert (await scene.client.chat_postMessage(channel="U0CARL", text="x"))["channel"].startswith("D")
