"""What people do to messages, and the events that tell of it."""

import pytest

from bot.sandbox import SandboxError
from tests.contract.scene import Receiver, Scene


async def test_typed_text_is_escaped_and_choices_from_menus_are_live_tokens(scene: Scene):
    posted = scene.post("a & b <b> <@U0BEN> <!channel> https://example.com/x?a=1&b=2.")
    assert posted["text"] == ("a &amp; b &lt;b&gt; <@U0BEN> <!channel> <https://example.com/x?a=1&amp;b=2>.")
    elements = posted["blocks"][0]["elements"][0]["elements"]
    assert {"type": "user", "user_id": "U0BEN"} in elements
    assert {"type": "broadcast", "range": "channel"} in elements
    assert elements[0] == {"type": "text", "text": "a & b <b> "}


async def test_names_typed_with_an_at_sign_become_mentions(scene: Scene):
    scene.sandbox.build.user_group("T0HOME", "support", id="S0SUPPORT", users=["U0BEN"])
    posted = scene.post("@ben @support @here @nobody mail@ben.example")
    assert posted["text"] == "<@U0BEN> <!subteam^S0SUPPORT> <!here> @nobody mail@ben.example"


async def test_text_of_an_export_is_stored_as_it_is(scene: Scene):
    assert scene.post("a &amp; <@U0BEN|ben>", verbatim=True)["text"] == "a &amp; <@U0BEN|ben>"


async def test_an_edit_says_what_was_and_what_is(scene: Scene, receiver: Receiver):
    posted = scene.post("before")
    scene.sandbox.act.edit("C0HELP", "U0ADA", posted["ts"], "after")
    await scene.sandbox.drained()
    event = receiver.events[-1]
    assert (event["subtype"], event["channel"]) == ("message_changed", "C0HELP")
    assert (event["previous_message"]["text"], event["message"]["text"]) == ("before", "after")
    assert event["message"]["edited"]["user"] == "U0ADA"


async def test_a_link_preview_changes_a_message_but_not_its_text(scene: Scene, receiver: Receiver):
    posted = scene.post("see https://example.com/")
    scene.sandbox.act.unfurl("C0HELP", posted["ts"])
    await scene.sandbox.drained()
    event = receiver.events[-1]
    assert event["subtype"] == "message_changed"
    assert event["message"]["text"] == event["previous_message"]["text"]
    assert "edited" not in event["message"]
    assert "attachments" in event["message"]
    assert "attachments" not in event["previous_message"]


async def test_a_deleted_message_is_announced_with_its_text(scene: Scene, receiver: Receiver):
    posted = scene.post("oops")
    scene.sandbox.act.delete("C0HELP", "U0ADA", posted["ts"])
    await scene.sandbox.drained()
    event = receiver.events[-1]
    assert (event["subtype"], event["deleted_ts"]) == ("message_deleted", posted["ts"])
    assert event["previous_message"]["user"] == "U0ADA"


async def test_a_deleted_parent_leaves_a_tombstone_while_it_has_replies(scene: Scene, receiver: Receiver):
    parent = scene.post("oops")
    reply = scene.post("what?", user="U0BEN", thread_ts=parent["ts"])
    scene.sandbox.act.delete("C0HELP", "U0ADA", parent["ts"])
    await scene.sandbox.drained()
    event = receiver.events[-1]
    assert (event["subtype"], event["message"]["subtype"]) == ("message_changed", "tombstone")
    assert event["message"]["user"] == "USLACKBOT"
    assert event["previous_message"]["text"] == "oops"
    (shown,) = (await scene.client.conversations_history(channel="C0HELP"))["messages"]
    assert (shown["subtype"], shown["text"], shown["reply_count"]) == ("tombstone", "This message was deleted.", 1)

    receiver.forget()
    scene.sandbox.act.delete("C0HELP", "U0BEN", reply["ts"])
    await scene.sandbox.drained()
    assert [event["subtype"] for event in receiver.events] == ["message_deleted", "message_deleted"]
    assert (await scene.client.conversations_history(channel="C0HELP"))["messages"] == []


async def test_reactions_are_announced_and_counted(scene: Scene, receiver: Receiver):
    posted = scene.post()
    scene.sandbox.act.react("C0HELP", "U0BEN", posted["ts"], ":eyes:")
    scene.sandbox.act.unreact("C0HELP", "U0BEN", posted["ts"], "eyes")
    await scene.sandbox.drained()
    added, removed = receiver.events[-2:]
    assert (added["type"], added["reaction"], added["user"]) == ("reaction_added", "eyes", "U0BEN")
    assert added["item"] == {"type": "message", "channel": "C0HELP", "ts": posted["ts"]}
    assert added["item_user"] == "U0ADA"
    assert removed["type"] == "reaction_removed"


async def test_the_bot_reacts_once_with_each_emoji(scene: Scene):
    from slack_sdk.errors import SlackApiError

    posted = scene.post()
    target = {"channel": "C0HELP", "timestamp": posted["ts"], "name": "eyes"}
    await scene.client.reactions_add(**target)
    with pytest.raises(SlackApiError, match="already_reacted"):
        await scene.client.reactions_add(**target)
    got = await scene.client.reactions_get(channel="C0HELP", timestamp=posted["ts"])
    assert got["message"]["reactions"] == [{"name": "eyes", "users": ["U0DESK"], "count": 1}]
    await scene.client.reactions_remove(**target)
    with pytest.raises(SlackApiError, match="no_reaction"):
        await scene.client.reactions_remove(**target)
    with pytest.raises(SlackApiError, match="invalid_name"):
        await scene.client.reactions_add(**{**target, "name": "no such name!"})
    with pytest.raises(SlackApiError, match="message_not_found"):
        await scene.client.reactions_add(**{**target, "timestamp": "1600000000.000000"})


async def test_a_file_comes_as_file_share(scene: Scene, receiver: Receiver):
    scene.post("see the log", files=[{"name": "trace.log", "content": "boom"}])
    await scene.sandbox.drained()
    event = receiver.events[-1]
    assert (event["subtype"], event["text"]) == ("file_share", "see the log")
    (shared,) = event["files"]
    assert (shared["name"], shared["size"], shared["file_access"]) == ("trace.log", 4, "visible")


async def test_a_me_message_and_a_broadcast_reply_have_their_subtypes(scene: Scene, receiver: Receiver):
    parent = scene.post("is waiting", me=True)
    scene.post("done", thread_ts=parent["ts"], broadcast=True)
    await scene.sandbox.drained()
    assert [event.get("subtype") for event in receiver.events] == [
        "me_message",
        "thread_broadcast",
        "message_changed",
    ]
    changed = receiver.events[-1]
    assert changed["message"]["text"] == changed["previous_message"]["text"]


async def test_other_bots_have_a_bot_id_with_or_without_a_subtype(scene: Scene, receiver: Receiver):
    form = scene.sandbox.build.user("T0HOME", "form", id="U0FORM", bot=True)
    scene.sandbox.act.post_as_bot("C0HELP", "U0FORM", "Request by <@U0BEN>")
    scene.sandbox.act.post_as_bot("C0HELP", "U0FORM", "Request", subtype="bot_message")
    await scene.sandbox.drained()
    plain, classic = [event for event in receiver.of_type("message") if "bot_id" in event]
    assert plain["bot_id"] == classic["bot_id"] == form["profile"]["bot_id"]
    assert ("subtype" in plain, plain["user"]) == (False, "U0FORM")
    assert (classic["subtype"], classic["username"], "user" in classic) == ("bot_message", "form", False)


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda scene, ts: scene.sandbox.act.edit("C0HELP", "U0BEN", ts, "mine now"), "cant_update_message"),
        (lambda scene, ts: scene.sandbox.act.delete("C0HELP", "U0BEN", ts), "cant_delete_message"),
        (lambda scene, ts: scene.sandbox.act.react("C0HELP", "U0CARL", ts, "eyes"), "not_in_channel"),
        (lambda scene, _: scene.post("", user="U0BEN"), "no_text"),
        (lambda scene, _: scene.post("x", user="U0CARL"), "not_in_channel"),
        (lambda scene, ts: scene.post("x", ts=ts), "duplicate_ts"),
        (lambda scene, _: scene.post("x", ts="noon"), "invalid_request"),
        (lambda scene, _: scene.post("x", user="U0NOBODY"), "user_not_found"),
        (lambda scene, _: scene.post("x", thread_ts="1.000000"), "message_not_found"),
    ],
)
async def test_people_can_only_do_what_slack_lets_them(scene: Scene, act, code: str):
    posted = scene.post()
    with pytest.raises(SandboxError) as refusal:
        act(scene, posted["ts"])
    assert refusal.value.code == code
