"""Block Kit's limits: one bad block rejects the whole message."""

import pytest
from slack_sdk.errors import SlackApiError

from tests.contract.scene import Receiver, Scene


def plain(length: int = 1) -> dict:
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int = 1) -> dict:
    return {"type": "mrkdwn", "text": "x" * length}


def button(**more) -> dict:
    return {"type": "button", "text": plain(), **more}


def menu(count: int = 1, **more) -> dict:
    options = [{"text": plain(), "value": str(number)} for number in range(count)]
    return {"type": "static_select", "action_id": "m", "options": options, **more}


def actions(*elements: dict) -> dict:
    return {"type": "actions", "elements": list(elements)}


def series(count: int) -> list[dict]:
    return [{"name": f"s{number}", "data": [{"label": "Mon", "value": 1}]} for number in range(count)]


def chart(**more) -> dict:
    plot = {"type": "bar", "series": series(1), "axis_config": {"categories": ["Mon"]}, **more}
    return {"type": "data_visualization", "title": "Replies", "chart": plot}


def table(rows: int, columns: int = 1) -> dict:
    row = [{"type": "raw_text", "text": "x"}] * columns
    return {"type": "data_table", "caption": "Tickets", "rows": [row] * rows}


GOOD = {
    "a section at its limit": [{"type": "section", "text": mrkdwn(3000)}],
    "ten fields": [{"type": "section", "fields": [mrkdwn(500)] * 10}],
    "a header at its limit": [{"type": "header", "text": plain(150)}],
    "fifty blocks": [{"type": "divider"}] * 50,
    "a button at its limits": [actions(button(action_id="a" * 255, text=plain(75), value="v" * 2000))],
    "twenty-five elements": [actions(*(button(action_id=str(number)) for number in range(25)))],
    "a hundred options": [{"type": "section", "text": plain(), "accessory": menu(100)}],
    "a context": [{"type": "context", "elements": [mrkdwn(), plain()]}],
    "rich text": [
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "hi", "style": {"bold": True}},
                        {"type": "user", "user_id": "U0ADA"},
                        {
                            "type": "date",
                            "timestamp": 1700000000,
                            "format": "{date_short_pretty} {time}",
                            "fallback": "x",
                        },
                    ],
                },
                {
                    "type": "rich_text_list",
                    "style": "bullet",
                    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}],
                },
                {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
            ],
        }
    ],
    "an image": [{"type": "image", "image_url": "https://x.example/i.png", "alt_text": "i"}],
    "a data table": [table(20, 4)],
    "a chart": [chart()],
    "markdown": [{"type": "markdown", "text": "**hi**"}],
}

BAD = {
    "an unknown block": ([{"type": "sectoin"}], "unsupported type: sectoin"),
    "a block without a type": ([{"text": plain()}], "missing required field: type"),
    "a block that is no object": (["section"], "must be an object"),
    "a section that is too long": ([{"type": "section", "text": mrkdwn(3001)}], "must be less than 3001 characters"),
    "an empty text": ([{"type": "section", "text": mrkdwn(0)}], "must be more than 0 characters"),
    "a section of nothing": ([{"type": "section"}], "must define either `text` or `fields`"),
    "eleven fields": ([{"type": "section", "fields": [mrkdwn()] * 11}], "no more than 10 items allowed"),
    "a field that is too long": ([{"type": "section", "fields": [mrkdwn(2001)]}], "less than 2001 characters"),
    "a header that is too long": ([{"type": "header", "text": plain(151)}], "less than 151 characters"),
    "a header in mrkdwn": ([{"type": "header", "text": mrkdwn()}], "unsupported type: mrkdwn"),
    "fifty-one blocks": ([{"type": "divider"}] * 51, "no more than 50 items allowed"),
    "a button text that is too long": ([actions(button(text=plain(76)))], "less than 76 characters"),
    "a button value that is too long": ([actions(button(value="v" * 2001))], "less than 2001 characters"),
    "a button without a text": ([actions({"type": "button"})], "missing required field: text"),
    "a button of an unknown style": ([actions(button(style="loud"))], "must be one of the allowed values"),
    "an unknown property": ([actions(button(colour="red"))], "invalid additional property: colour"),
    "twenty-six elements": ([actions(*([button()] * 26))], "no more than 25 items allowed"),
    "no elements": ([actions()], "no less than 1 items allowed"),
    "a hundred and one options": ([actions(menu(101))], "no more than 100 items allowed"),
    "an option text that is too long": (
        [actions({"type": "static_select", "options": [{"text": plain(76), "value": "1"}]})],
        "less than 76 characters",
    ),
    "a menu without options": ([actions({"type": "static_select"})], "must define either `options` or"),
    "an initial option that is none": (
        [actions(menu(initial_option={"text": plain(), "value": "other"}))],
        "initial option must match",
    ),
    "two elements with one action id": (
        [actions(button(action_id="a"), button(action_id="a"))],
        "action_id already exists: a",
    ),
    "two blocks with one block id": (
        [{"type": "divider", "block_id": "b"}, {"type": "divider", "block_id": "b"}],
        "block_id already exists: b",
    ),
    "an action id that is too long": ([actions(button(action_id="a" * 256))], "less than 256 characters"),
    "an alert in a message": ([{"type": "alert", "text": plain()}], "unsupported type: alert"),
    "a text input in an actions block": ([actions({"type": "plain_text_input"})], "unsupported type"),
    "a table with uneven rows": (
        [{**table(2), "rows": [[{"type": "raw_text", "text": "x"}], [{"type": "raw_text", "text": "x"}] * 2]}],
        "same number of cells",
    ),
    "a table of one row": ([table(1)], "no less than 2 items allowed"),
    "a chart of too many series": ([chart(series=series(7))], "no more than 6 items allowed"),
    "a chart whose labels do not match": ([chart(axis_config={"categories": ["Tue"]})], "must match the axis"),
    "three charts": ([chart()] * 3, "only 2 data_visualization allowed"),
    "eleven context elements": ([{"type": "context", "elements": [plain()] * 11}], "no more than 10 items"),
    "an empty rich text run": (
        [
            {
                "type": "rich_text",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}],
            }
        ],
        "must be more than 0 characters",
    ),
    "an image without alternative text": ([{"type": "image", "image_url": "https://x"}], "field: alt_text"),
}


@pytest.mark.parametrize("blocks", GOOD.values(), ids=GOOD)
async def test_what_slack_accepts_is_accepted(scene: Scene, blocks: list):
    said = await scene.client.chat_postMessage(channel="C0HELP", text="x", blocks=blocks)
    assert all(block["block_id"] for block in said["message"]["blocks"])


@pytest.mark.parametrize(("blocks", "problem"), BAD.values(), ids=BAD)
async def test_what_slack_rejects_is_rejected_with_the_place(scene: Scene, blocks: list, problem: str):
    with pytest.raises(SlackApiError) as refusal:
        await scene.client.chat_postMessage(channel="C0HELP", text="x", blocks=blocks)
    response = refusal.value.response
    assert response["error"] == "invalid_blocks"
    messages = response["response_metadata"]["messages"]
    assert any(problem in message for message in messages), messages
    assert all(message.startswith("[ERROR] ") and "[json-pointer:/blocks" in message for message in messages)
    assert scene.sandbox.read.messages("C0HELP") == []


async def test_blocks_that_are_no_list_have_the_wrong_format(scene: Scene):
    with pytest.raises(SlackApiError, match="invalid_blocks_format"):
        await scene.client.api_call("chat.postMessage", json={"channel": "C0HELP", "text": "x", "blocks": "nonsense"})


async def test_all_blocks_together_stay_below_13000_characters(scene: Scene):
    with pytest.raises(SlackApiError, match="msg_blocks_too_long"):
        await scene.client.chat_postMessage(
            channel="C0HELP", text="x", blocks=[{"type": "section", "text": mrkdwn(2900)}] * 5
        )


VIEW = {"type": "modal", "title": plain(24), "blocks": [{"type": "divider"}]}
FIELD = {"type": "input", "label": plain(), "element": {"type": "plain_text_input", "action_id": "a"}}
BAD_VIEWS = {
    "a title that is too long": ({**VIEW, "title": plain(25)}, "less than 25 characters"),
    "a close that is too long": ({**VIEW, "close": plain(25)}, "less than 25 characters"),
    "a submit that is too long": ({**VIEW, "submit": plain(25)}, "less than 25 characters"),
    "no title": ({"type": "modal", "blocks": [{"type": "divider"}]}, "missing required field: title"),
    "a field without submit": ({**VIEW, "blocks": [FIELD]}, "submit is required"),
    "too much private metadata": ({**VIEW, "private_metadata": "x" * 3001}, "less than 3001 characters"),
    "a hundred and one blocks": ({**VIEW, "blocks": [{"type": "divider"}] * 101}, "no more than 100 items"),
    "no blocks": ({**VIEW, "blocks": []}, "no less than 1 items"),
    "a chart": ({**VIEW, "blocks": [chart()]}, "unsupported type: data_visualization"),
    "no object": ("modal", "must be an object"),
    "a home": ({"type": "home", "blocks": []}, "must be modal"),
    "an unknown property": ({**VIEW, "color": "red"}, "invalid additional property: color"),
}


@pytest.mark.parametrize(("view", "problem"), BAD_VIEWS.values(), ids=BAD_VIEWS)
async def test_a_malformed_modal_is_rejected_with_the_place(scene: Scene, receiver: Receiver, view, problem: str):
    trigger_id = (await scene.sandbox.ui.command("U0ADA", "C0HELP", "/sla"))["trigger_id"]
    with pytest.raises(SlackApiError) as refusal:
        await scene.client.api_call(
            "views.open", json={"trigger_id": trigger_id, "view": view if view != "modal" else ["x"]}
        )
    response = refusal.value.response
    assert response["error"] == "invalid_arguments"
    messages = response["response_metadata"]["messages"]
    assert any(problem in message for message in messages), messages


async def test_a_modal_at_its_limits_and_with_an_alert_opens(scene: Scene, receiver: Receiver):
    trigger_id = (await scene.sandbox.ui.command("U0ADA", "C0HELP", "/sla"))["trigger_id"]
    blocks = [{"type": "alert", "text": plain(), "level": "warning"}, *([{"type": "divider"}] * 99)]
    view = {**VIEW, "blocks": blocks, "private_metadata": "x" * 3000}
    assert (await scene.client.views_open(trigger_id=trigger_id, view=view))["ok"]


@pytest.mark.parametrize("payload", [{"n": 7, "b": True, "s": "x"}, {"o": {"id": 7}}, {"l": [{"id": 7}, 8, "nine"]}])
async def test_flat_metadata_is_accepted(scene: Scene, payload: dict):
    metadata = {"event_type": "card", "event_payload": payload}
    said = await scene.client.chat_postMessage(channel="C0HELP", text="x", metadata=metadata)
    assert said["message"]["metadata"]["event_payload"] == payload


@pytest.mark.parametrize("payload", [{"o": {"id": {"deep": 1}}}, {"l": [[1]]}, {"n": None}])
async def test_nested_metadata_is_refused(scene: Scene, payload: dict):
    metadata = {"event_type": "card", "event_payload": payload}
    with pytest.raises(SlackApiError, match="invalid_metadata_schema"):
        await scene.client.chat_postMessage(channel="C0HELP", text="x", metadata=metadata)


async def test_blocks_in_attachments_are_checked_too(scene: Scene):
    attachment = {"fallback": "x", "blocks": [{"type": "sectoin"}]}
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        await scene.client.chat_postMessage(channel="C0HELP", text="x", attachments=[attachment])
