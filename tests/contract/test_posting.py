"""chat.*: posting, threads, updating, deleting, ephemerals, permalinks."""

import pytest
from slack_sdk.errors import SlackApiError

from tests.contract.scene import Receiver, Scene


async def refused(awaitable) -> str:
    with pytest.raises(SlackApiError) as refusal:
        await awaitable
    return refusal.value.response["error"]


async def test_a_post_returns_its_ts_and_the_message(scene: Scene):
    said = await scene.client.chat_postMessage(channel="C0HELP", text="Hello")
    assert said["channel"] == "C0HELP"
    assert said["ts"] == "1700000000.000000"
    assert said["message"]["text"] == "Hello"
    assert said["message"]["bot_id"] == scene.bot["bot_id"]
    assert said["message"]["bot_profile"]["app_id"] == "A0DESK"


async def test_two_messages_of_one_moment_have_different_ts(scene: Scene):
    first = await scene.client.chat_postMessage(channel="C0HELP", text="one")
    second = await scene.client.chat_postMessage(channel="C0HELP", text="two")
    assert (first["ts"], second["ts"]) == ("1700000000.000000", "1700000000.000001")


async def test_a_channel_may_be_named(scene: Scene):
    assert (await scene.client.chat_postMessage(channel="#help", text="Hello"))["channel"] == "C0HELP"


async def test_stray_markup_is_escaped_and_tokens_stay_alive(scene: Scene):
    said = await scene.client.chat_postMessage(
        channel="C0HELP", text="a < b & c > d &amp; <@U0ADA> <!here> <https://x.y|z>"
    )
    assert said["message"]["text"] == "a &lt; b &amp; c &gt; d &amp; <@U0ADA> <!here> <https://x.y|z>"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": "C0HELP", "text": ""}, "no_text"),
        ({"channel": "C0HELP", "text": "   "}, "no_text"),
        ({"channel": "C0HELP", "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": "C0HELP", "text": "x", "thread_ts": "1600000000.000000"}, "thread_not_found"),
        ({"channel": "C0HELP", "text": "x", "username": "Somebody"}, "missing_scope"),
    ],
)
async def test_what_cannot_be_posted_is_refused(scene: Scene, arguments: dict, error: str):
    assert await refused(scene.client.api_call("chat.postMessage", json=arguments)) == error


async def test_the_bot_posts_only_where_it_is_a_member(scene: Scene):
    scene.sandbox.build.channel("T0HOME", "elsewhere", id="C0ELSE", members=["U0ADA"])
    assert await refused(scene.client.chat_postMessage(channel="C0ELSE", text="x")) == "not_in_channel"
    scene.sandbox.build.channel("T0HOME", "secret", id="C0SECRET", private=True, members=["U0ADA"])
    assert await refused(scene.client.chat_postMessage(channel="C0SECRET", text="x")) == "channel_not_found"


async def test_an_archived_channel_takes_no_messages(scene: Scene):
    scene.sandbox.channels.archive("C0HELP", "U0ADA")
    assert await refused(scene.client.chat_postMessage(channel="C0HELP", text="x")) == "is_archived"


async def test_an_archived_channels_messages_stay_as_they_are(scene: Scene):
    posted = await scene.client.chat_postMessage(channel="C0HELP", text="x")
    scene.sandbox.channels.archive("C0HELP", "U0ADA")
    assert await refused(scene.client.chat_update(channel="C0HELP", ts=posted["ts"], text="y")) == "is_inactive"


async def test_a_reply_lives_in_the_thread_and_a_reply_to_a_reply_too(scene: Scene):
    parent = scene.post()
    reply = await scene.client.chat_postMessage(channel="C0HELP", text="On it", thread_ts=parent["ts"])
    again = await scene.client.chat_postMessage(channel="C0HELP", text="Still", thread_ts=reply["ts"])
    assert again["message"]["thread_ts"] == parent["ts"]
    assert again["message"]["parent_user_id"] == "U0ADA"
    shown = scene.sandbox.read.message("C0HELP", parent["ts"])
    assert (shown["reply_count"], shown["latest_reply"]) == (2, again["ts"])
    assert (shown["reply_users"], shown["reply_users_count"]) == (["U0DESK"], 1)


async def test_a_broadcast_reply_is_in_the_channel_and_in_the_thread_under_one_ts(scene: Scene, receiver: Receiver):
    parent = scene.post()
    await scene.sandbox.drained()
    receiver.forget()
    said = await scene.client.chat_postMessage(
        channel="C0HELP", text="Missed", thread_ts=parent["ts"], reply_broadcast=True
    )
    assert said["message"]["subtype"] == "thread_broadcast"
    history = await scene.client.conversations_history(channel="C0HELP")
    thread = await scene.client.conversations_replies(channel="C0HELP", ts=parent["ts"])
    assert said["ts"] in [one["ts"] for one in history["messages"]]
    assert said["ts"] in [one["ts"] for one in thread["messages"]]
    await scene.sandbox.drained()
    assert [event.get("subtype") for event in receiver.events if event["ts"] == said["ts"]] == ["thread_broadcast"]
    assert receiver.events[0]["root"]["text"] == "It is broken"


async def test_a_message_to_a_person_goes_to_their_direct_conversation(scene: Scene):
    said = await scene.client.chat_postMessage(channel="U0ADA", text="Psst")
    opened = await scene.client.conversations_open(users="U0ADA")
    assert said["channel"] == opened["channel"]["id"]
    assert said["channel"].startswith("D")


async def test_an_update_changes_the_bots_own_message_in_place(scene: Scene, receiver: Receiver):
    posted = await scene.client.chat_postMessage(channel="C0HELP", text="Before")
    await scene.sandbox.drained()
    receiver.forget()
    said = await scene.client.chat_update(channel="C0HELP", ts=posted["ts"], text="After")
    assert (said["ts"], said["text"]) == (posted["ts"], "After")
    await scene.sandbox.drained()
    (event,) = receiver.events
    assert (event["subtype"], event["hidden"]) == ("message_changed", True)
    assert (event["message"]["text"], event["previous_message"]["text"]) == ("After", "Before")
    assert event["message"]["edited"]["user"] == "U0DESK"
    assert event["ts"] != posted["ts"] == event["message"]["ts"]


async def test_an_update_keeps_what_it_does_not_name(scene: Scene):
    blocks = [{"type": "divider", "block_id": "one"}]
    metadata = {"event_type": "card", "event_payload": {"ticket": 7}}
    posted = await scene.client.chat_postMessage(channel="C0HELP", text="Before", blocks=blocks, metadata=metadata)
    said = await scene.client.chat_update(channel="C0HELP", ts=posted["ts"], text="After")
    assert said["message"]["blocks"] == [{"type": "divider", "block_id": "one"}]
    assert said["message"]["metadata"] == {"event_type": "card", "event_payload": {"ticket": 7}}
    said = await scene.client.chat_update(channel="C0HELP", ts=posted["ts"], text="After", blocks=[])
    assert "blocks" not in said["message"]


async def test_only_ones_own_messages_can_be_updated_or_deleted(scene: Scene):
    message = scene.post()
    client = scene.client
    assert await refused(client.chat_update(channel="C0HELP", ts=message["ts"], text="x")) == "cant_update_message"
    assert await refused(client.chat_delete(channel="C0HELP", ts=message["ts"])) == "cant_delete_message"
    assert await refused(client.chat_update(channel="C0HELP", ts="1600000000.000000", text="x")) == "message_not_found"
    assert await refused(client.chat_delete(channel="C0HELP", ts="1600000000.000000")) == "message_not_found"


async def test_a_text_of_more_than_4000_characters_cannot_be_put_into_an_update(scene: Scene):
    posted = await scene.client.chat_postMessage(channel="C0HELP", text="x")
    call = scene.client.chat_update(channel="C0HELP", ts=posted["ts"], text="x" * 4001)
    assert await refused(call) == "msg_too_long"


async def test_deleting_says_so_and_the_message_is_gone(scene: Scene, receiver: Receiver):
    posted = await scene.client.chat_postMessage(channel="C0HELP", text="Oops")
    await scene.sandbox.drained()
    receiver.forget()
    await scene.client.chat_delete(channel="C0HELP", ts=posted["ts"])
    await scene.sandbox.drained()
    (event,) = receiver.events
    assert (event["subtype"], event["deleted_ts"]) == ("message_deleted", posted["ts"])
    assert event["previous_message"]["text"] == "Oops"
    assert (await scene.client.conversations_history(channel="C0HELP"))["messages"] == []


async def test_an_ephemeral_is_seen_by_one_person_and_kept_nowhere(scene: Scene):
    said = await scene.client.chat_postEphemeral(channel="C0HELP", user="U0ADA", text="Only you")
    assert [one["text"] for one in scene.sandbox.read.ephemerals(user="U0ADA")] == ["Only you"]
    assert scene.sandbox.read.ephemerals(user="U0BEN") == []
    assert (await scene.client.conversations_history(channel="C0HELP"))["messages"] == []
    call = scene.client.chat_update(channel="C0HELP", ts=said["message_ts"], text="x")
    assert await refused(call) == "message_not_found"


async def test_an_ephemeral_reaches_only_members(scene: Scene):
    call = scene.client.chat_postEphemeral(channel="C0HELP", user="U0CARL", text="x")
    assert await refused(call) == "user_not_in_channel"


async def test_metadata_is_returned_only_when_asked_for(scene: Scene):
    metadata = {"event_type": "card", "event_payload": {"ticket": 7}}
    await scene.client.chat_postMessage(channel="C0HELP", text="x", metadata=metadata)
    plain = await scene.client.conversations_history(channel="C0HELP")
    full = await scene.client.conversations_history(channel="C0HELP", include_all_metadata=True)
    assert plain["messages"][0]["metadata"]["event_payload"] == {}
    assert full["messages"][0]["metadata"] == {"event_type": "card", "event_payload": {"ticket": 7}}


@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        ({"event_type": "card", "event_payload": {"x": "y" * 8000}}, "metadata_too_large"),
        ({"event_type": "", "event_payload": {}}, "invalid_metadata_schema"),
        ({"event_type": "card"}, "invalid_metadata_schema"),
        ({"event_type": "card", "event_payload": {}, "more": 1}, "invalid_metadata_format"),
    ],
)
async def test_metadata_has_a_form_and_a_size(scene: Scene, metadata: dict, error: str):
    call = scene.client.chat_postMessage(channel="C0HELP", text="x", metadata=metadata)
    assert await refused(call) == error


async def test_a_permalink_names_the_channel_the_message_and_its_thread(scene: Scene):
    parent = scene.post()
    reply = scene.post("more", thread_ts=parent["ts"])
    link = await scene.client.chat_getPermalink(channel="C0HELP", message_ts=parent["ts"])
    assert link["permalink"] == "https://helpful.slack.com/archives/C0HELP/p1700000000000000"
    link = await scene.client.chat_getPermalink(channel="C0HELP", message_ts=reply["ts"])
    assert link["permalink"].endswith("/p1700000000000001?thread_ts=1700000000.000000&cid=C0HELP")
