"""429 with Retry-After, per method and channel, on the sandbox's clock."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from tests.contract.scene import Scene, listening


async def posts_until_refused(scene: Scene, channel: str) -> tuple[int, SlackApiError]:
    client, count = scene.client, 0
    while True:
        try:
            await client.chat_postMessage(channel=channel, text="x")
        except SlackApiError as refusal:
            return count, refusal
        count += 1


async def test_posting_faster_than_one_a_second_is_refused_with_a_wait(limited: Scene):
    count, refusal = await posts_until_refused(limited, "C0HELP")
    assert count == 5
    assert refusal.response.status_code == 429
    assert refusal.response["error"] == "ratelimited"
    assert refusal.response.headers["Retry-After"] == "1"
    assert len(limited.sandbox.read.messages("C0HELP")) == 5


async def test_after_the_wait_one_more_may_be_posted(limited: Scene):
    await posts_until_refused(limited, "C0HELP")
    limited.clock.advance(1)
    count, _ = await posts_until_refused(limited, "C0HELP")
    assert count == 1


async def test_every_channel_has_its_own_allowance(limited: Scene):
    await posts_until_refused(limited, "C0HELP")
    count, _ = await posts_until_refused(limited, "C0ACME")
    assert count == 5


async def test_methods_have_their_own_allowances(limited: Scene):
    client = limited.client
    for _ in range(20):
        await client.usergroups_list()
    with pytest.raises(SlackApiError) as refusal:
        await client.usergroups_list()
    assert refusal.value.response.headers["Retry-After"] == "3"
    assert (await client.conversations_info(channel="C0HELP"))["ok"]


async def test_a_refused_call_is_in_the_log(limited: Scene):
    await posts_until_refused(limited, "C0HELP")
    last = limited.sandbox.read.calls(method="chat.postMessage")[-1]
    assert (last["ok"], last["result"]["error"]) == (False, "ratelimited")


async def test_limits_can_be_switched_off(limited: Scene):
    limited.sandbox.faults.settings(rate_limits=False)
    for _ in range(30):
        await limited.client.chat_postMessage(channel="C0HELP", text="x")


async def test_a_clock_that_steps_back_does_not_lock_anybody_out(limited: Scene):
    await posts_until_refused(limited, "C0HELP")
    limited.clock.advance(-3600)
    async with aiohttp.ClientSession() as session:
        request = session.post(
            f"{limited.base}/api/chat.postMessage",
            json={"channel": "C0HELP", "text": "x"},
            headers={"Authorization": f"Bearer {limited.bot['bot_token']}"},
        )
        async with request as got:
            assert int(got.headers.get("Retry-After", "0")) <= 1


async def test_events_beyond_the_hours_allowance_are_lost_with_one_notice_a_minute(limited: Scene):
    assert limited.sandbox.slack.limits.events_per_hour == 30_000
    async with listening() as receiver:
        await limited.listen(receiver)
        limited.sandbox.slack.limits.events_per_hour = 3
        for number in range(5):
            limited.post(f"m{number}")
        await limited.sandbox.drained()
        assert len(receiver.events) == 3
        notices = [one.payload for one in receiver.requests if one.payload["type"] == "app_rate_limited"]
        assert [one["minute_rate_limited"] for one in notices] == [1_699_999_980]
        limited.clock.advance(3600)
        limited.post("next hour")
        await limited.sandbox.drained()
        assert receiver.events[-1]["text"] == "next hour"
