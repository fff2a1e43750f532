"""Finding what can be clicked or filled in blocks, and what a person's choice looks like."""

from collections.abc import Iterator

from bot.sandbox.errors import SandboxError
from bot.sandbox.model import Json

# Where an element's choice is kept, and whether it is a list.
CHOICES: dict[str, tuple[str, str, bool]] = {
    "static_select": ("selected_option", "initial_option", False),
    "external_select": ("selected_option", "initial_option", False),
    "radio_buttons": ("selected_option", "initial_option", False),
    "overflow": ("selected_option", "", False),
    "multi_static_select": ("selected_options", "initial_options", True),
    "multi_external_select": ("selected_options", "initial_options", True),
    "checkboxes": ("selected_options", "initial_options", True),
    "users_select": ("selected_user", "initial_user", False),
    "multi_users_select": ("selected_users", "initial_users", True),
    "conversations_select": ("selected_conversation", "initial_conversation", False),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", True),
    "channels_select": ("selected_channel", "initial_channel", False),
    "multi_channels_select": ("selected_channels", "initial_channels", True),
    "datepicker": ("selected_date", "initial_date", False),
    "timepicker": ("selected_time", "initial_time", False),
    "datetimepicker": ("selected_date_time", "initial_date_time", False),
    "plain_text_input": ("value", "initial_value", False),
    "number_input": ("value", "initial_value", False),
    "email_text_input": ("value", "initial_value", False),
    "url_text_input": ("value", "initial_value", False),
    "rich_text_input": ("rich_text_value", "initial_value", False),
    "file_input": ("files", "", True),
}
_WITH_OPTIONS = {"static_select", "radio_buttons", "overflow", "multi_static_select", "checkboxes"}
_STATELESS = {"button", "overflow", "workflow_button", "icon_button", "feedback_buttons"}


def interactive(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield every element with an action id, each with its block."""
    for block in blocks:
        found = [*(block.get("elements") or []), block.get("accessory"), block.get("element")]
        for element in found:
            if isinstance(element, dict) and isinstance(element.get("action_id"), str):
                yield block, element


def find_element(blocks: list[Json], action_id: str, value: object = None) -> tuple[Json, Json]:
    """Return the element that a person clicks; a button's value tells twins apart."""
    named = [pair for pair in interactive(blocks) if pair[1]["action_id"] == action_id]
    exact = [pair for pair in named if pair[1]["type"] == "button" and pair[1].get("value") == value]
    if not named:
        raise SandboxError(f"Nothing here has the action_id {action_id!r}.", code="action_not_found")
    return (exact or named)[0]


def find_input(blocks: list[Json], block_id: str, action_id: str) -> Json:
    """Return the element of a block that a person fills."""
    for block, element in interactive(blocks):
        if block.get("block_id") == block_id and action_id in ("", element["action_id"]):
            return element
    raise SandboxError(f"There is no field {block_id!r}/{action_id!r}.", code="field_not_found")


def entered(element: Json, value: object) -> Json:
    """Return the state of an element after a person entered `value` (options by their value)."""
    kind = str(element["type"])
    if kind not in CHOICES:
        raise SandboxError(f"Nothing can be entered into a {kind}.", code="not_an_input")
    key, _, many = CHOICES[kind]
    if many and not isinstance(value, list):
        value = [value]
    if kind in _WITH_OPTIONS:
        chosen = [_option(element, one) for one in (value if isinstance(value, list) else [value])]
        return {"type": kind, key: chosen if many else chosen[0]}
    if kind.endswith("external_select"):
        options = [_external(one) for one in (value if isinstance(value, list) else [value])]
        return {"type": kind, key: options if many else options[0]}
    if kind == "datetimepicker" and not isinstance(value, int):
        raise SandboxError("A datetimepicker takes whole seconds since the epoch.", code="wrong_value")
    if kind != "datetimepicker" and not many and not isinstance(value, str) and kind != "rich_text_input":
        raise SandboxError(f"A {kind} takes text.", code="wrong_value")
    return {"type": kind, key: value}


def _external(value: object) -> Json:
    return {"text": {"type": "plain_text", "text": str(value), "emoji": True}, "value": str(value)}


def _option(element: Json, value: object) -> Json:
    options = list(element.get("options") or [])
    for group in element.get("option_groups") or []:
        options += group.get("options") or []
    for option in options:
        if option.get("value") == value:
            return dict(option)
    raise SandboxError(f"{value!r} is not one of the options.", code="option_not_found")


def initial_state(blocks: list[Json]) -> Json:
    """Return what `state.values` holds before anybody typed anything."""
    values: Json = {}
    for block, element in interactive(blocks):
        kind = str(element["type"])
        if kind in _STATELESS or kind not in CHOICES:
            continue
        key, initial, many = CHOICES[kind]
        state = {"type": kind, key: element.get(initial, [] if many else None)}
        values.setdefault(str(block.get("block_id", "")), {})[element["action_id"]] = state
    return values


def missing_inputs(blocks: list[Json], values: Json) -> dict[str, str]:
    """Return what Slack's client complains about before it submits: per block id, a sentence."""
    problems: dict[str, str] = {}
    for block, element in interactive(blocks):
        if block.get("type") != "input":
            continue
        block_id = str(block["block_id"])
        key = CHOICES[str(element["type"])][0]
        value = values.get(block_id, {}).get(element["action_id"], {}).get(key)
        if value in (None, "", []):
            if not block.get("optional"):
                problems[block_id] = "Please complete this required field."
        elif isinstance(value, str) and (problem := _length_problem(element, value)):
            problems[block_id] = problem
    return problems


def _length_problem(element: Json, value: str) -> str:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < least:
        return f"Enter at least {least} characters."
    if len(value) > most:
        return f"Enter at most {most} characters."
    return ""
