"""Who would have been notified: what "nobody is pinged" rests on."""

from tests.contract.scene import Scene


def pinged(scene: Scene, ts: str) -> list[tuple[str, str, str]]:
    return [(one["user"], one["reason"], one["via"]) for one in scene.sandbox.read.notifications(ts=ts)]


async def test_a_mention_notifies_the_person(scene: Scene):
    posted = scene.post("<@U0BEN> look")
    assert pinged(scene, posted["ts"]) == [("U0BEN", "mention", "text")]


async def test_a_broadcast_notifies_every_member_but_the_author(scene: Scene):
    posted = scene.post("<!channel> look")
    assert pinged(scene, posted["ts"]) == [("U0BEN", "channel", "text"), ("U0DESK", "channel", "text")]


async def test_a_user_group_notifies_its_members_in_the_channel(scene: Scene):
    scene.sandbox.build.user_group("T0HOME", "support", id="S0SUPPORT", users=["U0BEN", "U0CARL"])
    posted = scene.post("<!subteam^S0SUPPORT> look")
    assert pinged(scene, posted["ts"]) == [("U0BEN", "user_group", "text")]


async def test_a_mention_of_somebody_outside_the_channel_notifies_nobody(scene: Scene):
    assert pinged(scene, scene.post("<@U0CARL> look")["ts"]) == []


async def test_a_direct_message_notifies_its_reader(scene: Scene):
    said = await scene.client.chat_postMessage(channel="U0ADA", text="Psst")
    assert pinged(scene, said["ts"]) == [("U0ADA", "direct_message", "text")]


async def test_escaped_tokens_notify_nobody(scene: Scene):
    said = await scene.client.chat_postMessage(channel="C0HELP", text="&lt;!channel&gt; &lt;@U0BEN&gt;")
    assert pinged(scene, said["ts"]) == []


async def test_plain_and_rich_text_notify_nobody_and_mrkdwn_and_user_elements_do(scene: Scene):
    rich = {"type": "rich_text_section", "elements": [{"type": "text", "text": "<!channel> <@U0ADA>"}]}
    dead = [
        {"type": "section", "text": {"type": "plain_text", "text": "<!channel>"}},
        {"type": "rich_text", "elements": [rich]},
    ]
    said = await scene.client.chat_postMessage(channel="C0HELP", text="quiet", blocks=dead)
    assert pinged(scene, said["ts"]) == []
    user = {"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U0BEN"}]}
    live = [
        {"type": "section", "text": {"type": "mrkdwn", "text": "<@U0ADA>"}},
        {"type": "rich_text", "elements": [user]},
    ]
    said = await scene.client.chat_postMessage(channel="C0HELP", text="loud", blocks=live)
    assert pinged(scene, said["ts"]) == [("U0ADA", "mention", "blocks"), ("U0BEN", "mention", "blocks")]


async def test_a_mention_only_in_the_fallback_text_is_marked_as_such(scene: Scene):
    said = await scene.client.chat_postMessage(channel="C0HELP", text="<@U0ADA>", blocks=[{"type": "divider"}])
    assert pinged(scene, said["ts"]) == [("U0ADA", "mention", "fallback_text")]


async def test_an_edit_notifies_nobody(scene: Scene):
    said = await scene.client.chat_postMessage(channel="C0HELP", text="quiet")
    await scene.client.chat_update(channel="C0HELP", ts=said["ts"], text="<!channel> <@U0BEN>")
    assert scene.sandbox.read.notifications() == []


async def test_link_names_and_full_parsing_bring_names_to_life(scene: Scene):
    said = await scene.client.chat_postMessage(channel="C0HELP", text="@channel @ben")
    assert pinged(scene, said["ts"]) == []
    said = await scene.client.chat_postMessage(channel="C0HELP", text="@ben", link_names=True)
    assert pinged(scene, said["ts"]) == [("U0BEN", "mention", "text")]
    said = await scene.client.chat_postMessage(channel="C0HELP", text="@channel", parse="full")
    assert [user for user, _, _ in pinged(scene, said["ts"])] == ["U0ADA", "U0BEN"]
