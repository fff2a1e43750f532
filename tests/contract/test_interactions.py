"""Commands, clicks, choices, shortcuts, home tab: payloads and answers."""

import asyncio
import json

import aiohttp
import pytest
from aiohttp import web

from bot.sandbox import SandboxError
from tests.contract.scene import Receiver, Scene


def text(words: str) -> dict:
    return {"type": "plain_text", "text": words}


BUTTON = {"type": "button", "action_id": "claim", "text": text("Claim"), "value": "42", "style": "primary"}
MENU = {
    "type": "static_select",
    "action_id": "priority",
    "options": [{"text": text("Low"), "value": "low"}, {"text": text("High"), "value": "high"}],
}


async def card(scene: Scene, *elements: dict, **more) -> str:
    blocks = [{"type": "actions", "block_id": "card", "elements": list(elements)}]
    return (await scene.client.chat_postMessage(channel="C0HELP", text="Card", blocks=blocks, **more))["ts"]


async def test_a_command_arrives_as_a_signed_form(scene: Scene, receiver: Receiver):
    said = await scene.sandbox.ui.command("U0ADA", "C0HELP", "/sla claim #42 now")
    (request,) = receiver.requests
    assert request.genuine
    payload = request.payload
    assert (payload["command"], payload["text"]) == ("/sla", "claim #42 now")
    assert (payload["team_id"], payload["channel_id"], payload["channel_name"]) == ("T0HOME", "C0HELP", "help")
    assert (payload["user_id"], payload["user_name"], payload["api_app_id"]) == ("U0ADA", "ada", "A0DESK")
    assert payload["response_url"].startswith(f"{scene.base}/commands/T0HOME/")
    assert payload["trigger_id"]
    assert "thread_ts" not in payload
    assert said["acked"]


async def test_names_in_a_command_are_escaped_to_tokens(scene: Scene, receiver: Receiver):
    await scene.sandbox.ui.command("U0ADA", "C0HELP", "/sla assign @ben #acme @nobody")
    assert receiver.requests[0].payload["text"] == "assign <@U0BEN|ben> <#C0ACME|acme> @nobody"


async def test_the_answer_to_a_command_is_shown_to_the_person_or_to_all(scene: Scene, receiver: Receiver):
    receiver.answer = lambda _: web.json_response({"text": "Only you"})
    await scene.sandbox.ui.command("U0ADA", "C0HELP", "/sla list")
    receiver.answer = lambda _: web.Response(text="Plain words")
    await scene.sandbox.ui.command("U0ADA", "C0HELP", "/sla list")
    receiver.answer = lambda _: web.json_response({"text": "Everybody", "response_type": "in_channel"})
    await scene.sandbox.ui.command("U0ADA", "C0HELP", "/sla list")
    assert [one["text"] for one in scene.sandbox.read.ephemerals(user="U0ADA")] == ["Only you", "Plain words"]
    assert [one["text"] for one in scene.sandbox.read.messages("C0HELP")] == ["Everybody"]


async def test_commands_do_not_work_in_threads(scene: Scene, receiver: Receiver):
    parent = scene.post()
    with pytest.raises(SandboxError, match="not supported in threads"):
        await scene.sandbox.ui.command("U0ADA", "C0HELP", "/sla list", thread_ts=parent["ts"])


async def test_a_command_of_no_app_is_not_valid(scene: Scene):
    with pytest.raises(SandboxError, match="/nothing is not a valid command"):
        await scene.sandbox.ui.command("U0ADA", "C0HELP", "/nothing")


async def test_an_app_that_fails_or_is_late_is_not_asked_again(scene: Scene, receiver: Receiver):
    receiver.answer = lambda _: web.Response(status=500)
    assert (await scene.sandbox.ui.command("U0ADA", "C0HELP", "/sla"))["error"] == "dispatch_failed"
    scene.sandbox.faults.settings(answer_seconds=0.05)
    receiver.gate = asyncio.Event()
    assert (await scene.sandbox.ui.command("U0ADA", "C0HELP", "/sla"))["error"] == "operation_timeout"
    receiver.gate.set()
    scene.clock.advance(600)
    await scene.sandbox.drained()
    assert len(receiver.requests) == 2


async def test_a_click_tells_who_where_and_what(scene: Scene, receiver: Receiver):
    parent = scene.post()
    ts = await card(scene, BUTTON, thread_ts=parent["ts"])
    await scene.sandbox.drained()
    receiver.forget()
    await scene.sandbox.ui.click("U0BEN", "C0HELP", ts, "claim")
    payload = receiver.requests[0].payload
    assert payload["type"] == "block_actions"
    assert payload["user"] == {"id": "U0BEN", "username": "ben", "name": "ben", "team_id": "T0HOME"}
    assert payload["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": "C0HELP",
        "is_ephemeral": False,
        "thread_ts": parent["ts"],
    }
    assert payload["channel"] == {"id": "C0HELP", "name": "help"}
    assert payload["message"]["ts"] == ts
    (action,) = payload["actions"]
    assert (action["action_id"], action["block_id"], action["value"]) == ("claim", "card", "42")
    assert (action["type"], action["style"], action["text"]["text"]) == ("button", "primary", "Claim")


async def test_a_choice_tells_the_chosen_option_and_the_state(scene: Scene, receiver: Receiver):
    ts = await card(scene, MENU, BUTTON)
    await scene.sandbox.drained()
    receiver.forget()
    await scene.sandbox.ui.choose("U0BEN", "C0HELP", ts, "priority", "high")
    payload = receiver.requests[0].payload
    assert payload["actions"][0]["selected_option"] == {"text": text("High"), "value": "high"}
    assert payload["state"]["values"]["card"]["priority"]["selected_option"]["value"] == "high"


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda ui, ts: ui.click("U0BEN", "C0HELP", ts, "nothing"), "action_not_found"),
        (lambda ui, _: ui.click("U0BEN", "C0HELP", "1.000000", "claim"), "message_not_found"),
        (lambda ui, ts: ui.click("U0CARL", "C0HELP", ts, "claim"), "not_in_channel"),
        (lambda ui, ts: ui.choose("U0BEN", "C0HELP", ts, "priority", "urgent"), "option_not_found"),
        (lambda ui, ts: ui.shortcut("U0BEN", "nothing", channel="C0HELP", ts=ts), "shortcut_not_found"),
    ],
)
async def test_nobody_clicks_what_is_not_there(scene: Scene, receiver: Receiver, act, code: str):
    ts = await card(scene, MENU, BUTTON)
    with pytest.raises(SandboxError) as refusal:
        await act(scene.sandbox.ui, ts)
    assert refusal.value.code == code


async def test_a_message_shortcut_carries_the_message(scene: Scene, receiver: Receiver):
    posted = scene.post("It is broken")
    await scene.sandbox.drained()
    receiver.forget()
    await scene.sandbox.ui.shortcut("U0BEN", "claim", channel="C0HELP", ts=posted["ts"])
    payload = receiver.requests[0].payload
    assert (payload["type"], payload["callback_id"]) == ("message_action", "claim")
    assert (payload["message"]["text"], payload["message_ts"]) == ("It is broken", posted["ts"])
    assert payload["channel"]["id"] == "C0HELP"
    assert payload["response_url"]
    assert payload["trigger_id"]


async def test_a_global_shortcut_has_no_channel(scene: Scene, receiver: Receiver):
    await scene.sandbox.ui.shortcut("U0BEN", "new")
    payload = receiver.requests[0].payload
    assert (payload["type"], payload["callback_id"], "channel" in payload) == ("shortcut", "new", False)


async def test_an_ephemerals_button_works_and_its_payload_has_no_message(scene: Scene, receiver: Receiver):
    blocks = [{"type": "actions", "block_id": "card", "elements": [BUTTON]}]
    said = await scene.client.chat_postEphemeral(channel="C0HELP", user="U0ADA", text="x", blocks=blocks)
    await scene.sandbox.ui.click("U0ADA", "C0HELP", said["message_ts"], "claim")
    payload = receiver.requests[-1].payload
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload


async def test_opening_the_home_tab_is_an_event_and_shows_what_was_published(scene: Scene, receiver: Receiver):
    scene.sandbox.ui.open_home("U0ADA", "A0DESK")
    await scene.sandbox.drained()
    (event,) = receiver.of_type("app_home_opened")
    assert (event["user"], event["tab"], "view" in event) == ("U0ADA", "home", False)
    view = {
        "type": "home",
        "blocks": [{"type": "section", "block_id": "s", "text": text("Queue"), "accessory": BUTTON}],
    }
    await scene.client.views_publish(user_id="U0ADA", view=view)
    scene.sandbox.ui.open_home("U0ADA", "A0DESK")
    await scene.sandbox.drained()
    event = receiver.of_type("app_home_opened")[-1]
    assert event["view"]["blocks"][0]["text"]["text"] == "Queue"

    await scene.sandbox.ui.click_view("U0ADA", event["view"]["id"], "claim")
    payload = receiver.requests[-1].payload
    assert payload["container"] == {"type": "view", "view_id": event["view"]["id"]}
    assert (payload["view"]["type"], payload["actions"][0]["value"]) == ("home", "42")
    assert "response_url" not in payload


class Answers:
    """What an app says to a response URL."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def say(self, **body) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session, session.post(self.url, data=json.dumps(body)) as got:
            return got.status, await got.text()


async def test_a_response_url_works_five_times(scene: Scene, receiver: Receiver):
    answers = Answers((await scene.sandbox.ui.command("U0ADA", "C0HELP", "/sla"))["response_url"])
    for number in range(5):
        assert (await answers.say(text=f"answer {number}"))[0] == 200
    status, body = await answers.say(text="one too many")
    assert (status, json.loads(body)["error"]) == (404, "used_url")
    assert len(scene.sandbox.read.ephemerals(user="U0ADA")) == 5


async def test_a_response_url_works_for_thirty_minutes(scene: Scene, receiver: Receiver):
    answers = Answers((await scene.sandbox.ui.command("U0ADA", "C0HELP", "/sla"))["response_url"])
    scene.clock.advance(1800)
    assert (await answers.say(text="just in time"))[0] == 200
    scene.clock.advance(1)
    status, body = await answers.say(text="late")
    assert (status, json.loads(body)["error"]) == (404, "expired_url")


async def test_a_response_url_replaces_or_deletes_the_message_that_was_clicked(scene: Scene, receiver: Receiver):
    ts = await card(scene, BUTTON)
    answers = Answers((await scene.sandbox.ui.click("U0ADA", "C0HELP", ts, "claim"))["response_url"])
    await answers.say(text="Claimed", blocks=[], replace_original=True)
    assert scene.sandbox.read.message("C0HELP", ts)["text"] == "Claimed"
    await answers.say(delete_original=True)
    assert scene.sandbox.read.messages("C0HELP") == []


async def test_a_response_url_replaces_or_deletes_an_ephemeral(scene: Scene, receiver: Receiver):
    blocks = [{"type": "actions", "block_id": "card", "elements": [BUTTON]}]
    said = await scene.client.chat_postEphemeral(channel="C0HELP", user="U0ADA", text="x", blocks=blocks)
    clicked = await scene.sandbox.ui.click("U0ADA", "C0HELP", said["message_ts"], "claim")
    answers = Answers(clicked["response_url"])
    await answers.say(text="Done", replace_original=True)
    (shown,) = scene.sandbox.read.ephemerals(user="U0ADA")
    assert shown["text"] == "Done"
    await answers.say(delete_original=True)
    assert scene.sandbox.read.ephemerals(user="U0ADA")[0]["deleted"]


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"blocks": [{"type": "nonsense"}]}', b"{}", b"\xff"])
async def test_a_response_url_refuses_what_slack_would_refuse(scene: Scene, receiver: Receiver, body: bytes):
    url = (await scene.sandbox.ui.command("U0ADA", "C0HELP", "/sla"))["response_url"]
    async with aiohttp.ClientSession() as session, session.post(url, data=body) as got:
        assert got.status == 400
        assert (await got.json())["ok"] is False


async def test_an_invented_response_url_is_refused(scene: Scene):
    assert (await Answers(f"{scene.base}/actions/T0HOME/abc").say(text="x"))[0] == 404
