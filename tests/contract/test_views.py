"""Modals: trigger ids, hashes, stacks, submissions."""

import asyncio

import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError

from bot.sandbox import SandboxError
from tests.contract.scene import Receiver, Scene


def text(words: str) -> dict:
    return {"type": "plain_text", "text": words}


def field(block_id: str, action_id: str = "value", **more) -> dict:
    element = {"type": "plain_text_input", "action_id": action_id, **more.pop("element", {})}
    return {"type": "input", "block_id": block_id, "label": text(block_id), "element": element, **more}


def modal(*blocks: dict, **more) -> dict:
    return {
        "type": "modal",
        "title": text("Ticket"),
        "submit": text("Save"),
        "blocks": list(blocks) or [field("note")],
        **more,
    }


async def trigger(scene: Scene, user: str = "U0ADA") -> str:
    return (await scene.sandbox.ui.command(user, "C0HELP", "/sla"))["trigger_id"]


async def opened(scene: Scene, view: dict) -> dict:
    return (await scene.client.views_open(trigger_id=await trigger(scene), view=view))["view"]


async def test_a_modal_opens_for_the_person_who_acted(scene: Scene, receiver: Receiver):
    view = await opened(scene, modal(private_metadata="ticket 7", callback_id="edit"))
    (shown,) = scene.sandbox.read.views(user="U0ADA")
    assert shown["id"] == view["id"]
    assert (view["private_metadata"], view["callback_id"], view["type"]) == ("ticket 7", "edit", "modal")
    assert (view["root_view_id"], view["previous_view_id"]) == (view["id"], None)
    assert view["state"]["values"] == {"note": {"value": {"type": "plain_text_input", "value": None}}}
    assert (view["team_id"], view["app_installed_team_id"], view["app_id"]) == ("T0HOME", "T0HOME", "A0DESK")
    assert view["hash"]


async def test_a_trigger_id_works_once(scene: Scene, receiver: Receiver):
    trigger_id = await trigger(scene)
    await scene.client.views_open(trigger_id=trigger_id, view=modal())
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await scene.client.views_open(trigger_id=trigger_id, view=modal())


async def test_a_trigger_id_lives_three_seconds(scene: Scene, receiver: Receiver):
    trigger_id = await trigger(scene)
    scene.wall[0] = 3.5
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await scene.client.views_open(trigger_id=trigger_id, view=modal())


async def test_an_invented_trigger_id_is_refused(scene: Scene):
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        await scene.client.views_open(trigger_id="1.2.abc", view=modal())


async def test_a_malformed_view_does_not_use_the_trigger_id_up(scene: Scene, receiver: Receiver):
    trigger_id = await trigger(scene)
    with pytest.raises(SlackApiError, match="missing required field: view"):
        await scene.client.api_call("views.open", json={"trigger_id": trigger_id})
    await scene.client.views_open(trigger_id=trigger_id, view=modal())


async def test_an_update_needs_the_current_hash_if_it_gives_one(scene: Scene, receiver: Receiver):
    view = await opened(scene, modal())
    changed = (await scene.client.views_update(view_id=view["id"], hash=view["hash"], view=modal(field("other"))))[
        "view"
    ]
    assert changed["hash"] != view["hash"]
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await scene.client.views_update(view_id=view["id"], hash=view["hash"], view=modal())
    await scene.client.views_update(view_id=view["id"], view=modal())
    with pytest.raises(SlackApiError, match="not_found"):
        await scene.client.views_update(view_id="V0NONE", view=modal())


async def test_an_update_keeps_what_was_typed_into_fields_that_stay(scene: Scene, receiver: Receiver):
    view = await opened(scene, modal(field("note"), field("old")))
    await scene.sandbox.ui.fill("U0ADA", view["id"], "note", "typed")
    said = await scene.client.views_update(view_id=view["id"], view=modal(field("note"), field("new")))
    values = said["view"]["state"]["values"]
    assert (values["note"]["value"]["value"], values["new"]["value"]["value"]) == ("typed", None)
    assert "old" not in values


async def test_an_external_id_finds_the_view_and_is_unique(scene: Scene, receiver: Receiver):
    await opened(scene, modal(external_id="ticket-7"))
    await scene.client.views_update(external_id="ticket-7", view=modal(field("other"), external_id="ticket-7"))
    with pytest.raises(SlackApiError, match="duplicate_external_id"):
        await scene.client.views_open(trigger_id=await trigger(scene, "U0BEN"), view=modal(external_id="ticket-7"))


async def test_a_submission_carries_the_values_and_closes_the_modal(scene: Scene, receiver: Receiver):
    view = await opened(scene, modal(field("note"), private_metadata="7"))
    receiver.forget()
    said = await scene.sandbox.ui.submit("U0ADA", view["id"], values={"note": "All good"})
    assert (said["acked"], said["closed"]) == (True, True)
    payload = receiver.requests[0].payload
    assert payload["type"] == "view_submission"
    assert payload["view"]["private_metadata"] == "7"
    assert payload["view"]["state"]["values"]["note"]["value"] == {"type": "plain_text_input", "value": "All good"}
    assert (payload["user"]["id"], payload["team"]["id"], payload["response_urls"]) == ("U0ADA", "T0HOME", [])
    assert scene.sandbox.read.views() == []


async def test_required_fields_and_lengths_are_checked_before_the_app_is_asked(scene: Scene, receiver: Receiver):
    view = await opened(scene, modal(field("note", element={"max_length": 5}), field("more", optional=True)))
    receiver.forget()
    empty = await scene.sandbox.ui.submit("U0ADA", view["id"])
    long = await scene.sandbox.ui.submit("U0ADA", view["id"], values={"note": "too long"})
    assert empty["errors"] == {"note": "Please complete this required field."}
    assert long["errors"] == {"note": "Enter at most 5 characters."}
    assert receiver.requests == []


async def test_errors_stand_beside_their_fields_and_the_modal_stays(scene: Scene, receiver: Receiver):
    view = await opened(scene, modal())
    receiver.answer = lambda _: web.json_response({"response_action": "errors", "errors": {"note": "Not that."}})
    said = await scene.sandbox.ui.submit("U0ADA", view["id"], values={"note": "x"})
    assert (said["errors"], said["closed"]) == ({"note": "Not that."}, False)
    assert [one["id"] for one in scene.sandbox.read.views()] == [view["id"]]


async def test_errors_for_fields_that_do_not_exist_are_the_apps_mistake(scene: Scene, receiver: Receiver):
    view = await opened(scene, modal())
    receiver.answer = lambda _: web.json_response({"response_action": "errors", "errors": {"nowhere": "?"}})
    assert (await scene.sandbox.ui.submit("U0ADA", view["id"], values={"note": "x"}))["error"] == "invalid_errors"


async def test_a_submission_updates_pushes_or_clears(scene: Scene, receiver: Receiver):
    view = await opened(scene, modal())
    receiver.answer = lambda _: web.json_response({"response_action": "update", "view": modal(field("two"))})
    said = await scene.sandbox.ui.submit("U0ADA", view["id"], values={"note": "x"})
    assert (said["view"]["id"], said["view"]["blocks"][0]["block_id"]) == (view["id"], "two")
    receiver.answer = lambda _: web.json_response({"response_action": "push", "view": modal(field("three"))})
    said = await scene.sandbox.ui.submit("U0ADA", view["id"], values={"two": "x"})
    pushed = said["view"]
    assert (pushed["previous_view_id"], pushed["root_view_id"]) == (view["id"], view["id"])
    receiver.answer = lambda _: web.json_response({"response_action": "clear"})
    await scene.sandbox.ui.submit("U0ADA", pushed["id"], values={"three": "x"})
    assert scene.sandbox.read.views() == []


async def test_three_views_stack_and_no_more(scene: Scene, receiver: Receiver):
    button = {"type": "button", "action_id": "deeper", "text": text("Deeper")}
    view = await opened(scene, modal({"type": "actions", "block_id": "a", "elements": [button]}))
    for _ in range(2):
        clicked = await scene.sandbox.ui.click_view("U0ADA", view["id"], "deeper")
        said = await scene.client.views_push(
            trigger_id=clicked["trigger_id"], view=modal({"type": "actions", "block_id": "a", "elements": [button]})
        )
        view = said["view"]
    clicked = await scene.sandbox.ui.click_view("U0ADA", view["id"], "deeper")
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await scene.client.views_push(trigger_id=clicked["trigger_id"], view=modal())


async def test_closing_is_told_only_to_who_asked(scene: Scene, receiver: Receiver):
    view = await opened(scene, modal())
    receiver.forget()
    await scene.sandbox.ui.close("U0ADA", view["id"])
    assert receiver.requests == []
    view = await opened(scene, modal(notify_on_close=True))
    receiver.forget()
    await scene.sandbox.ui.close("U0ADA", view["id"])
    payload = receiver.requests[0].payload
    assert (payload["type"], payload["is_cleared"], payload["view"]["id"]) == ("view_closed", False, view["id"])


async def test_a_field_that_dispatches_tells_the_app_at_once(scene: Scene, receiver: Receiver):
    view = await opened(scene, modal(field("note", dispatch_action=True)))
    receiver.forget()
    await scene.sandbox.ui.fill("U0ADA", view["id"], "note", "typed")
    (action,) = receiver.requests[0].payload["actions"]
    assert (action["value"], action["block_id"], action["action_id"]) == ("typed", "note", "value")


async def test_a_modal_stays_open_when_the_app_is_late(scene: Scene, receiver: Receiver):
    view = await opened(scene, modal())
    scene.sandbox.faults.settings(answer_seconds=0.05)
    receiver.gate = asyncio.Event()
    said = await scene.sandbox.ui.submit("U0ADA", view["id"], values={"note": "x"})
    receiver.gate.set()
    assert (said["acked"], said["error"], said["closed"]) == (False, "operation_timeout", False)
    assert len(scene.sandbox.read.views()) == 1


async def test_nobody_fills_another_persons_modal(scene: Scene, receiver: Receiver):
    view = await opened(scene, modal())
    with pytest.raises(SandboxError, match="no open view"):
        await scene.sandbox.ui.fill("U0BEN", view["id"], "note", "x")
    with pytest.raises(SandboxError, match="no field"):
        await scene.sandbox.ui.fill("U0ADA", view["id"], "nowhere", "x")


async def test_an_external_persons_modal_names_both_workspaces(scene: Scene, receiver: Receiver):
    button = {"type": "button", "action_id": "ok", "text": text("OK")}
    posted = await scene.client.chat_postMessage(
        channel="C0ACME", text="?", blocks=[{"type": "actions", "elements": [button]}]
    )
    clicked = await scene.sandbox.ui.click("U0CARL", "C0ACME", posted["ts"], "ok")
    view = (await scene.client.views_open(trigger_id=clicked["trigger_id"], view=modal()))["view"]
    assert (view["team_id"], view["app_installed_team_id"]) == ("T0ACME", "T0HOME")
    await scene.sandbox.ui.submit("U0CARL", view["id"], values={"note": "x"})
    assert receiver.requests[-1].payload["team"]["id"] == "T0ACME"


async def test_a_home_is_published_per_person_and_guarded_by_its_hash(scene: Scene):
    home = {"type": "home", "blocks": [{"type": "section", "text": text("One")}]}
    first = (await scene.client.views_publish(user_id="U0ADA", view=home))["view"]
    second = (await scene.client.views_publish(user_id="U0ADA", view=home, hash=first["hash"]))["view"]
    assert first["id"] == second["id"]
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await scene.client.views_publish(user_id="U0ADA", view=home, hash=first["hash"])
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await scene.client.views_publish(user_id="U0NOBODY", view=home)
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await scene.client.views_publish(user_id="U0ADA", view=modal())
    assert scene.sandbox.read.home("U0BEN", "A0DESK") is None


OPTIONS = [{"text": text("One"), "value": "1"}, {"text": text("Two"), "value": "2"}]
CHOICES = [
    ({"type": "static_select", "options": OPTIONS}, "2", {"selected_option": OPTIONS[1]}),
    ({"type": "radio_buttons", "options": OPTIONS}, "1", {"selected_option": OPTIONS[0]}),
    ({"type": "checkboxes", "options": OPTIONS}, ["1", "2"], {"selected_options": OPTIONS}),
    ({"type": "multi_static_select", "options": OPTIONS}, "2", {"selected_options": [OPTIONS[1]]}),
    (
        {"type": "static_select", "option_groups": [{"label": text("All"), "options": OPTIONS}]},
        "1",
        {"selected_option": OPTIONS[0]},
    ),
    ({"type": "users_select"}, "U0BEN", {"selected_user": "U0BEN"}),
    ({"type": "multi_users_select"}, ["U0BEN"], {"selected_users": ["U0BEN"]}),
    ({"type": "conversations_select"}, "C0HELP", {"selected_conversation": "C0HELP"}),
    ({"type": "channels_select"}, "C0HELP", {"selected_channel": "C0HELP"}),
    ({"type": "datepicker"}, "2026-12-24", {"selected_date": "2026-12-24"}),
    ({"type": "timepicker"}, "09:30", {"selected_time": "09:30"}),
    ({"type": "datetimepicker"}, 1_800_000_000, {"selected_date_time": 1_800_000_000}),
    ({"type": "number_input", "is_decimal_allowed": False}, "7", {"value": "7"}),
    (
        {"type": "external_select"},
        "x",
        {"selected_option": {"text": {"type": "plain_text", "text": "x", "emoji": True}, "value": "x"}},
    ),
]


@pytest.mark.parametrize(("element", "value", "state"), CHOICES, ids=[element["type"] for element, _, _ in CHOICES])
async def test_every_kind_of_field_is_filled_in_its_own_shape(
    scene: Scene, receiver: Receiver, element: dict, value, state: dict
):
    block = {"type": "input", "block_id": "b", "label": text("b"), "element": {**element, "action_id": "a"}}
    view = await opened(scene, modal(block))
    await scene.sandbox.ui.submit("U0ADA", view["id"], values={"b": {"a": value}})
    submitted = receiver.requests[-1].payload["view"]["state"]["values"]["b"]["a"]
    assert submitted == {"type": element["type"], **state}


@pytest.mark.parametrize(
    ("element", "value", "code"),
    [
        ({"type": "static_select", "options": OPTIONS}, "3", "option_not_found"),
        ({"type": "datetimepicker"}, "noon", "wrong_value"),
        ({"type": "plain_text_input"}, 7, "wrong_value"),
    ],
)
async def test_a_value_that_does_not_fit_is_refused(scene: Scene, receiver: Receiver, element, value, code: str):
    block = {"type": "input", "block_id": "b", "label": text("b"), "element": {**element, "action_id": "a"}}
    view = await opened(scene, modal(block))
    with pytest.raises(SandboxError) as refusal:
        await scene.sandbox.ui.fill("U0ADA", view["id"], "b", value)
    assert refusal.value.code == code


async def test_initial_values_are_submitted_untouched(scene: Scene, receiver: Receiver):
    first = field("note", element={"initial_value": "as before"})
    menu = {"type": "static_select", "action_id": "m", "options": OPTIONS, "initial_option": OPTIONS[1]}
    second = {"type": "input", "block_id": "menu", "label": text("m"), "element": menu}
    view = await opened(scene, modal(first, second))
    await scene.sandbox.ui.submit("U0ADA", view["id"])
    values = receiver.requests[-1].payload["view"]["state"]["values"]
    assert values["note"]["value"]["value"] == "as before"
    assert values["menu"]["m"]["selected_option"] == OPTIONS[1]


async def test_a_menu_in_a_section_of_a_modal_dispatches_and_is_in_the_state(scene: Scene, receiver: Receiver):
    menu = {"type": "static_select", "action_id": "m", "options": OPTIONS}
    view = await opened(scene, modal({"type": "section", "block_id": "s", "text": text("x"), "accessory": menu}))
    await scene.sandbox.ui.choose_view("U0ADA", view["id"], "m", "2")
    payload = receiver.requests[-1].payload
    assert payload["actions"][0]["selected_option"] == OPTIONS[1]
    assert payload["view"]["state"]["values"]["s"]["m"]["selected_option"] == OPTIONS[1]


async def test_an_overflow_menu_leaves_no_state(scene: Scene, receiver: Receiver):
    menu = {"type": "overflow", "action_id": "m", "options": OPTIONS}
    view = await opened(scene, modal({"type": "section", "block_id": "s", "text": text("x"), "accessory": menu}))
    await scene.sandbox.ui.choose_view("U0ADA", view["id"], "m", "1")
    payload = receiver.requests[-1].payload
    assert payload["actions"][0]["selected_option"] == OPTIONS[0]
    assert payload["view"]["state"]["values"] == {}


async def test_closing_everything_tells_of_each_view_that_it_was_cleared(scene: Scene, receiver: Receiver):
    view = await opened(scene, modal(notify_on_close=True))
    receiver.answer = lambda _: web.json_response(
        {"response_action": "push", "view": modal(field("two"), notify_on_close=True)}
    )
    await scene.sandbox.ui.submit("U0ADA", view["id"], values={"note": "x"})
    receiver.forget()
    receiver.answer = lambda _: None
    await scene.sandbox.ui.close("U0ADA", view["id"], all=True)
    assert [one.payload["is_cleared"] for one in receiver.requests] == [True, True]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"response_action": "dance"}, "invalid_response_action"),
        ({"response_action": "update", "view": {"type": "modal"}}, "invalid_arguments"),
        ({"response_action": "push"}, "invalid_arguments"),
        ({"response_action": "errors", "errors": {}}, "invalid_errors"),
    ],
)
async def test_an_answer_that_slack_does_not_understand_is_shown_as_an_error(
    scene: Scene, receiver: Receiver, answer: dict, error: str
):
    view = await opened(scene, modal())
    receiver.answer = lambda _: web.json_response(answer)
    said = await scene.sandbox.ui.submit("U0ADA", view["id"], values={"note": "x"})
    assert (said["error"], said["closed"]) == (error, False)
