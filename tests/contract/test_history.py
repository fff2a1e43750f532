"""conversations.history and conversations.replies: order, windows, pages."""

import pytest
from slack_sdk.errors import SlackApiError

from tests.contract.scene import Scene


def talk(scene: Scene, count: int) -> list[str]:
    """Post that many messages, ten seconds apart; returns their ts."""
    stamps = []
    for number in range(count):
        stamps.append(scene.post(f"m{number}")["ts"])
        scene.clock.advance(10)
    return stamps


async def texts(scene: Scene, **arguments) -> list[str]:
    said = await scene.client.conversations_history(channel="C0HELP", **arguments)
    return [one["text"] for one in said["messages"]]


async def test_history_is_newest_first_without_replies(scene: Scene):
    first, _ = talk(scene, 2)
    scene.post("a reply", thread_ts=first)
    assert await texts(scene) == ["m1", "m0"]


async def test_a_parent_shows_how_many_replies_it_has_and_the_latest(scene: Scene):
    (parent,) = talk(scene, 1)
    scene.post("one", thread_ts=parent)
    reply = scene.post("two", thread_ts=parent, user="U0BEN")
    (shown,) = (await scene.client.conversations_history(channel="C0HELP"))["messages"]
    assert (shown["reply_count"], shown["latest_reply"], shown["thread_ts"]) == (2, reply["ts"], parent)
    assert shown["reply_users"] == ["U0ADA", "U0BEN"]


async def test_oldest_and_latest_leave_their_ends_out_unless_inclusive(scene: Scene):
    first, _, third = talk(scene, 3)
    assert await texts(scene, oldest=first, latest=third) == ["m1"]
    assert await texts(scene, oldest=first, latest=third, inclusive=True) == ["m2", "m1", "m0"]
    assert await texts(scene, oldest=first) == ["m2", "m1"]
    assert await texts(scene, latest=third) == ["m1", "m0"]


async def test_one_message_is_fetched_by_its_ts(scene: Scene):
    _, second, _ = talk(scene, 3)
    assert await texts(scene, oldest=second, latest=second, inclusive=True, limit=1) == ["m1"]


async def test_pages_follow_each_other_without_gap_or_repeat(scene: Scene):
    talk(scene, 7)
    seen, cursor = [], None
    for more in (True, True, False):
        said = await scene.client.conversations_history(channel="C0HELP", limit=3, cursor=cursor)
        seen += [one["text"] for one in said["messages"]]
        assert said["has_more"] is more
        cursor = said.get("response_metadata", {}).get("next_cursor")
    assert seen == ["m6", "m5", "m4", "m3", "m2", "m1", "m0"]
    assert not cursor


async def test_messages_that_arrive_between_pages_disturb_nothing(scene: Scene):
    talk(scene, 4)
    first = await scene.client.conversations_history(channel="C0HELP", limit=2)
    scene.post("new")
    second = await scene.client.conversations_history(
        channel="C0HELP", limit=2, cursor=first["response_metadata"]["next_cursor"]
    )
    assert [one["text"] for one in second["messages"]] == ["m1", "m0"]


async def test_a_page_has_at_most_999_messages(scene: Scene):
    for number in range(1001):
        scene.post(f"m{number}")
    said = await scene.client.conversations_history(channel="C0HELP", limit=5000)
    assert (len(said["messages"]), said["has_more"]) == (999, True)


async def test_a_thread_is_its_parent_and_then_the_replies_in_order(scene: Scene):
    (parent,) = talk(scene, 1)
    for number in range(3):
        scene.post(f"r{number}", thread_ts=parent)
    said = await scene.client.conversations_replies(channel="C0HELP", ts=parent)
    assert [one["text"] for one in said["messages"]] == ["m0", "r0", "r1", "r2"]
    assert said["messages"][1]["parent_user_id"] == "U0ADA"


async def test_a_thread_has_pages_too(scene: Scene):
    (parent,) = talk(scene, 1)
    for number in range(4):
        scene.post(f"r{number}", thread_ts=parent)
    first = await scene.client.conversations_replies(channel="C0HELP", ts=parent, limit=3)
    assert ([one["text"] for one in first["messages"]], first["has_more"]) == (["m0", "r0", "r1"], True)
    rest = await scene.client.conversations_replies(
        channel="C0HELP", ts=parent, limit=3, cursor=first["response_metadata"]["next_cursor"]
    )
    assert ([one["text"] for one in rest["messages"]], rest["has_more"]) == (["r2", "r3"], False)


async def test_newer_replies_are_asked_for_with_oldest(scene: Scene):
    (parent,) = talk(scene, 1)
    old = scene.post("old", thread_ts=parent)
    scene.post("new", thread_ts=parent)
    said = await scene.client.conversations_replies(channel="C0HELP", ts=parent, oldest=old["ts"])
    assert [one["text"] for one in said["messages"]] == ["m0", "new"]


async def test_a_reply_asked_for_by_its_own_ts_comes_alone(scene: Scene):
    (parent,) = talk(scene, 1)
    reply = scene.post("reply", thread_ts=parent)
    said = await scene.client.conversations_replies(channel="C0HELP", ts=reply["ts"])
    assert [one["text"] for one in said["messages"]] == ["reply"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"limit": 0}, "invalid_limit"),
        ({"limit": "many"}, "invalid_limit"),
        ({"limit": "\u00b2"}, "invalid_limit"),
        ({"limit": "9" * 5000}, "invalid_limit"),
        ({"cursor": "nonsense"}, "invalid_cursor"),
        ({"cursor": "bmV4dDp4"}, "invalid_cursor"),
        ({"oldest": "yesterday"}, "invalid_ts_oldest"),
        ({"latest": "-1"}, "invalid_ts_latest"),
        ({"channel": "C0NOWHERE"}, "channel_not_found"),
    ],
)
async def test_a_malformed_question_is_refused_by_name(scene: Scene, arguments: dict, error: str):
    with pytest.raises(SlackApiError, match=error):
        await scene.client.conversations_history(**{"channel": "C0HELP", **arguments})


async def test_a_thread_that_does_not_exist_is_not_found(scene: Scene):
    with pytest.raises(SlackApiError, match="thread_not_found"):
        await scene.client.conversations_replies(channel="C0HELP", ts="1600000000.000000")


async def test_history_is_for_members(scene: Scene):
    scene.sandbox.build.channel("T0HOME", "elsewhere", id="C0ELSE", members=["U0ADA"])
    with pytest.raises(SlackApiError, match="not_in_channel"):
        await scene.client.conversations_history(channel="C0ELSE")


async def test_replayed_messages_keep_their_own_time(scene: Scene):
    scene.post("second", ts="1500000002.000100")
    scene.post("first", ts="1500000001.000100")
    assert await texts(scene) == ["second", "first"]
