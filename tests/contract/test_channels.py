"""Channels: lists, members, joins, leaves, archive, rename, id change, direct conversations."""

import pytest
from slack_sdk.errors import SlackApiError

from tests.contract.scene import Receiver, Scene


async def test_a_channel_is_described(scene: Scene):
    shown = (await scene.client.conversations_info(channel="C0HELP", include_num_members=True))["channel"]
    assert (shown["id"], shown["name"], shown["num_members"]) == ("C0HELP", "help", 3)
    assert (shown["is_channel"], shown["is_private"], shown["is_ext_shared"]) == (True, False, False)
    assert (shown["is_archived"], shown["is_member"]) == (False, True)


async def test_a_private_channel_of_others_does_not_exist(scene: Scene):
    scene.sandbox.build.channel("T0HOME", "secret", id="C0SECRET", private=True, members=["U0ADA"])
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await scene.client.conversations_info(channel="C0SECRET")
    listed = await scene.client.conversations_list(types="public_channel,private_channel")
    assert "C0SECRET" not in [one["id"] for one in listed["channels"]]


async def test_channels_are_listed_in_pages(scene: Scene):
    for number in range(5):
        scene.sandbox.build.channel("T0HOME", f"room-{number}", members=["U0ADA"])
    seen, cursor = [], None
    while cursor != "":
        said = await scene.client.conversations_list(limit=3, cursor=cursor)
        seen += [one["name"] for one in said["channels"]]
        cursor = said["response_metadata"]["next_cursor"]
    assert seen == ["help", "acme", "room-0", "room-1", "room-2", "room-3", "room-4"]


async def test_a_list_leaves_archived_channels_out_on_request(scene: Scene):
    scene.sandbox.channels.archive("C0ACME", "U0ADA")
    said = await scene.client.conversations_list(exclude_archived=True)
    assert [one["id"] for one in said["channels"]] == ["C0HELP"]


async def test_the_bots_own_channels_are_listed(scene: Scene):
    scene.sandbox.build.channel("T0HOME", "elsewhere", members=["U0ADA"])
    said = await scene.client.users_conversations()
    assert [one["id"] for one in said["channels"]] == ["C0HELP", "C0ACME"]


async def test_an_unknown_type_and_a_missing_scope_are_refused(scene: Scene):
    with pytest.raises(SlackApiError, match="invalid_types"):
        await scene.client.conversations_list(types="secret_channel")
    scene.sandbox.build.configure("A0DESK", scopes=["channels:read"])
    with pytest.raises(SlackApiError) as refusal:
        await scene.client.conversations_list(types="public_channel,private_channel")
    assert refusal.value.response["needed"] == "groups:read"


async def test_members_come_in_pages(scene: Scene):
    first = await scene.client.conversations_members(channel="C0HELP", limit=2)
    rest = await scene.client.conversations_members(
        channel="C0HELP", limit=2, cursor=first["response_metadata"]["next_cursor"]
    )
    assert (first["members"], rest["members"]) == (["U0ADA", "U0BEN"], ["U0DESK"])


async def test_the_bot_hears_of_its_own_joining_and_leaving(scene: Scene, receiver: Receiver):
    scene.sandbox.build.channel("T0HOME", "new", id="C0NEW", members=["U0ADA"])
    scene.sandbox.channels.invite("C0NEW", "U0DESK", "U0ADA")
    await scene.sandbox.drained()
    (joined,) = receiver.of_type("member_joined_channel")
    assert (joined["user"], joined["channel"], joined["inviter"]) == ("U0DESK", "C0NEW", "U0ADA")
    (notice,) = receiver.of_type("message")
    assert (notice["subtype"], notice["text"]) == ("channel_join", "<@U0DESK> has joined the channel")

    receiver.forget()
    scene.sandbox.channels.leave("C0NEW", "U0DESK")
    await scene.sandbox.drained()
    (left,) = receiver.of_type("channel_left")
    assert left["channel"] == "C0NEW"
    receiver.forget()
    scene.post(channel="C0NEW")
    await scene.sandbox.drained()
    assert receiver.events == []


async def test_people_joining_and_leaving_are_announced(scene: Scene, receiver: Receiver):
    scene.sandbox.channels.leave("C0HELP", "U0BEN")
    scene.sandbox.channels.join("C0HELP", "U0BEN")
    await scene.sandbox.drained()
    assert [event["user"] for event in receiver.of_type("member_left_channel")] == ["U0BEN"]
    assert [event["user"] for event in receiver.of_type("member_joined_channel")] == ["U0BEN"]


async def test_the_bot_joins_leaves_and_invites_through_the_api(scene: Scene):
    scene.sandbox.build.channel("T0HOME", "new", id="C0NEW", members=["U0ADA"])
    await scene.client.conversations_join(channel="C0NEW")
    assert (await scene.client.conversations_join(channel="C0NEW"))["warning"] == "already_in_channel"
    await scene.client.conversations_invite(channel="C0NEW", users="U0BEN")
    with pytest.raises(SlackApiError, match="already_in_channel"):
        await scene.client.conversations_invite(channel="C0NEW", users="U0BEN")
    with pytest.raises(SlackApiError, match="cant_invite_self"):
        await scene.client.conversations_invite(channel="C0NEW", users="U0DESK")
    await scene.client.conversations_leave(channel="C0NEW")
    assert (await scene.client.conversations_leave(channel="C0NEW"))["not_in_channel"]
    with pytest.raises(SlackApiError, match="not_in_channel"):
        await scene.client.conversations_invite(channel="C0NEW", users="U0CARL")


async def test_archiving_renaming_and_deleting_are_announced(scene: Scene, receiver: Receiver):
    scene.sandbox.channels.archive("C0HELP", "U0ADA")
    scene.sandbox.channels.unarchive("C0HELP", "U0ADA")
    scene.sandbox.channels.rename("C0HELP", "helpdesk")
    scene.sandbox.channels.delete_channel("C0HELP", "U0ADA")
    await scene.sandbox.drained()
    kinds = ["channel_archive", "channel_deleted", "channel_rename", "channel_unarchive"]
    assert sorted(event["type"] for event in receiver.events) == kinds
    (renamed,) = receiver.of_type("channel_rename")
    assert (renamed["channel"]["id"], renamed["channel"]["name"]) == ("C0HELP", "helpdesk")
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await scene.client.conversations_info(channel="C0HELP")


async def test_a_channel_that_changes_its_id_keeps_its_messages(scene: Scene, receiver: Receiver):
    scene.post("before")
    await scene.sandbox.drained()
    receiver.forget()
    scene.sandbox.channels.change_id("C0HELP", "C0MOVED")
    await scene.sandbox.drained()
    (changed,) = receiver.of_type("channel_id_changed")
    assert (changed["old_channel_id"], changed["new_channel_id"]) == ("C0HELP", "C0MOVED")
    said = await scene.client.conversations_history(channel="C0MOVED")
    assert [one["text"] for one in said["messages"]] == ["before"]
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await scene.client.conversations_history(channel="C0HELP")


async def test_a_private_channel_uses_the_words_of_groups(scene: Scene, receiver: Receiver):
    scene.sandbox.build.channel("T0HOME", "secret", id="C0SECRET", private=True, members=["U0ADA", "U0DESK"])
    scene.post(channel="C0SECRET")
    scene.sandbox.channels.archive("C0SECRET", "U0ADA")
    await scene.sandbox.drained()
    assert receiver.of_type("message")[0]["channel_type"] == "group"
    assert [event["type"] for event in receiver.events if event["type"].startswith("group_")] == ["group_archive"]


async def test_a_direct_conversation_is_opened_once(scene: Scene, receiver: Receiver):
    first = await scene.client.conversations_open(users="U0ADA")
    again = await scene.client.conversations_open(users=["U0ADA"])
    assert first["channel"]["id"] == again["channel"]["id"]
    assert again["already_open"]
    scene.post("hello bot", channel=first["channel"]["id"])
    await scene.sandbox.drained()
    (event,) = receiver.of_type("message")
    assert event["channel_type"] == "im"


@pytest.mark.parametrize(
    ("users", "error"),
    [
        ("", "users_list_not_supplied"),
        ("U0NOBODY", "user_not_found"),
        ("U0DESK", "cannot_dm_bot"),
        ("U0STRANGER", "user_not_visible"),
        ("U0GONE", "user_disabled"),
    ],
)
async def test_not_everybody_can_be_written_to(scene: Scene, users: str, error: str):
    scene.sandbox.build.user("T0ACME", "stranger", id="U0STRANGER")
    scene.sandbox.build.user("T0HOME", "gone", id="U0GONE")
    scene.sandbox.directory.update_user("U0GONE", deactivated=True)
    with pytest.raises(SlackApiError, match=error):
        await scene.client.conversations_open(users=users)
