"""Block Kit's rules for whole messages and views."""

from bot.sandbox.errors import SlackError
from bot.sandbox.kit.composition import any_text, plain
from bot.sandbox.kit.data_rules import ALERT, DATA_TABLE, DATA_VISUALIZATION, TABLE, VIDEO
from bot.sandbox.kit.element_rules import ELEMENTS, IN_ACTIONS, IN_INPUT, IN_SECTION
from bot.sandbox.kit.elements import interactive
from bot.sandbox.kit.rich_text_rules import RICH_TEXT
from bot.sandbox.kit.rules import Report, Rule, anything, array, boolean, by_type, one_of, shape, string
from bot.sandbox.kit.surface import Surface
from bot.sandbox.model import Json

MOST_BLOCKS = {Surface.MESSAGE: 50, Surface.MODAL: 100, Surface.HOME: 100}
MOST_OF_A_KIND = {"table": 1, "data_visualization": 2}
_BLOCK_ID: dict[str, Rule] = {"block_id": string(255)}
_IMAGE_SOURCE: dict[str, Rule] = {"image_url": string(3000), "slack_file": anything}


def _text_or_fields(value: Json, where: str, report: Report) -> None:
    if "text" not in value and "fields" not in value:
        report.add(where, "must define either `text` or `fields`")


def _one_source(value: Json, where: str, report: Report) -> None:
    if ("image_url" in value) == ("slack_file" in value):
        report.add(where, "must define either `image_url` or `slack_file`")


BLOCKS: dict[str, Rule] = {
    "section": shape(
        {},
        {
            **_BLOCK_ID,
            "text": any_text(3000),
            "fields": array(any_text(2000), most=10),
            "accessory": by_type(ELEMENTS, allowed=IN_SECTION),
            "expand": boolean,
        },
        also=_text_or_fields,
    ),
    "header": shape({"text": plain(150)}, _BLOCK_ID),
    "divider": shape({}, _BLOCK_ID),
    "image": shape({"alt_text": string(2000)}, {**_BLOCK_ID, **_IMAGE_SOURCE, "title": plain(2000)}, also=_one_source),
    "actions": shape({"elements": array(by_type(ELEMENTS, allowed=IN_ACTIONS), most=25)}, _BLOCK_ID),
    "context": shape(
        {
            "elements": array(
                by_type({"image": ELEMENTS["image"], "plain_text": any_text(2000), "mrkdwn": any_text(2000)}), most=10
            )
        },
        _BLOCK_ID,
    ),
    "context_actions": shape(
        {"elements": array(by_type(ELEMENTS, allowed={"feedback_buttons", "icon_button"}), most=5)}, _BLOCK_ID
    ),
    "input": shape(
        {"label": plain(2000), "element": by_type(ELEMENTS, allowed=IN_INPUT)},
        {**_BLOCK_ID, "hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "markdown": shape({"text": string(12_000)}, _BLOCK_ID),
    "rich_text": RICH_TEXT,
    "file": shape({"external_id": string(255), "source": one_of("remote")}, _BLOCK_ID),
    "video": VIDEO,
    "alert": ALERT,
    "table": TABLE,
    "data_table": DATA_TABLE,
    "data_visualization": DATA_VISUALIZATION,
}
_EVERYWHERE = {"section", "header", "divider", "image", "actions", "context", "input", "rich_text", "video"}
ALLOWED = {
    Surface.MESSAGE: {
        *_EVERYWHERE,
        "context_actions",
        "markdown",
        "file",
        "table",
        "data_table",
        "data_visualization",
    },
    Surface.MODAL: {*_EVERYWHERE, "alert"},
    Surface.HOME: _EVERYWHERE,
}


def check_blocks(value: object, surface: Surface) -> list[Json]:
    """Return a message's blocks.

    Raises:
        SlackError: `invalid_blocks`, with a message for everything that is wrong.
    """
    if not isinstance(value, list):
        raise SlackError("invalid_blocks_format")
    report = Report()
    _check(value, surface, "/blocks", report)
    if report.messages:
        raise SlackError("invalid_blocks", errors=report.messages, response_metadata={"messages": report.messages})
    return value


def _check(value: object, surface: Surface, where: str, report: Report) -> None:
    least = 0 if surface is not Surface.MODAL else 1
    array(by_type(BLOCKS, allowed=ALLOWED[surface]), least=least, most=MOST_BLOCKS[surface])(value, where, report)
    if not report.messages and isinstance(value, list):
        _unique_ids(value, where, report)
        for kind, most in MOST_OF_A_KIND.items():
            if sum(block["type"] == kind for block in value) > most:
                report.add(where, f"only {most} {kind} allowed")


def _unique_ids(blocks: list[Json], where: str, report: Report) -> None:
    seen: set[str] = set()
    for position, block in enumerate(blocks):
        if (block_id := block.get("block_id")) in seen:
            report.add(f"{where}/{position}/block_id", f"block_id already exists: {block_id}")
        seen |= {block_id} if block_id else set()
        actions = [element["action_id"] for _, element in interactive([block])]
        for action_id in {one for one in actions if actions.count(one) > 1}:
            report.add(f"{where}/{position}", f"action_id already exists: {action_id}")


def check_view(value: object, kind: str) -> Json:
    """Return a view of that kind (`modal` or `home`).

    Raises:
        SlackError: `invalid_arguments`, with a message for everything that is wrong.
    """
    report = Report()
    if not isinstance(value, dict):
        report.add("/view", "must be an object")
    elif value.get("type") != kind:
        report.add("/view/type", f"must be {kind}")
    else:
        (_MODAL if kind == "modal" else _HOME)(value, "/view", report)
    if report.messages:
        raise SlackError("invalid_arguments", response_metadata={"messages": report.messages})
    assert isinstance(value, dict)
    return value


def _modal_blocks(value: object, where: str, report: Report) -> None:
    _check(value, Surface.MODAL, where, report)


def _home_blocks(value: object, where: str, report: Report) -> None:
    _check(value, Surface.HOME, where, report)


def _submittable(value: Json, where: str, report: Report) -> None:
    if "submit" not in value and any(block["type"] == "input" for block in value["blocks"]):
        report.add(where, "submit is required when an input block is within blocks")
    if sum(bool(element.get("focus_on_load")) for _, element in interactive(value["blocks"])) > 1:
        report.add(where, "only one element may have focus_on_load")


_VIEW: dict[str, Rule] = {
    "private_metadata": string(3000, least=0),
    "callback_id": string(255, least=0),
    "external_id": string(255, least=0),
}
_MODAL = shape(
    {"title": plain(24), "blocks": _modal_blocks},
    {**_VIEW, "submit": plain(24), "close": plain(24), "clear_on_close": boolean, "notify_on_close": boolean},
    also=_submittable,
)
_HOME = shape({"blocks": _home_blocks}, _VIEW)
