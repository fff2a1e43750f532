"""What can be clicked or filled, with Slack's limits, and where each may stand."""

import re

from bot.sandbox.kit.composition import (
    CONFIRM,
    DISPATCH,
    FILTER,
    OPTION_GROUP,
    option,
    options_or_groups,
    plain,
)
from bot.sandbox.kit.rules import Report, Rule, anything, array, boolean, integer, one_of, shape, string
from bot.sandbox.model import Json

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{2}:\d{2}")
ACTION_ID: dict[str, Rule] = {"action_id": string(255)}
_FOCUS: dict[str, Rule] = {**ACTION_ID, "focus_on_load": boolean}
_MENU: dict[str, Rule] = {**_FOCUS, "placeholder": plain(150), "confirm": CONFIRM}
_MANY: dict[str, Rule] = {**_MENU, "max_selected_items": integer(1, 1000)}
_ID = string(255)


def _pattern(pattern: re.Pattern[str], example: str) -> Rule:
    def check(value: object, where: str, report: Report) -> None:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            report.add(where, f"must be formatted as {example}")

    return check


def _lengths(value: Json, where: str, report: Report) -> None:
    if value.get("min_length", 0) > value.get("max_length", 3000):
        report.add(where, "min_length must be less than or equal to max_length")


_OPTIONS: dict[str, Rule] = {"options": array(option(), most=100), "option_groups": array(OPTION_GROUP, most=100)}
_TEXT_INPUT: dict[str, Rule] = {**_FOCUS, "placeholder": plain(150), "dispatch_action_config": DISPATCH}

ELEMENTS: dict[str, Rule] = {
    "button": shape(
        {"text": plain(75)},
        {
            **ACTION_ID,
            "url": string(3000),
            "value": string(2000),
            "style": one_of("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
        },
    ),
    "workflow_button": shape(
        {"text": plain(75), "workflow": anything},
        {**ACTION_ID, "style": one_of("primary", "danger"), "accessibility_label": string(75)},
    ),
    "static_select": shape({}, {**_MENU, **_OPTIONS, "initial_option": anything}, also=options_or_groups),
    "multi_static_select": shape({}, {**_MANY, **_OPTIONS, "initial_options": anything}, also=options_or_groups),
    "external_select": shape({}, {**_MENU, "initial_option": option(), "min_query_length": integer(0, 255)}),
    "multi_external_select": shape(
        {}, {**_MANY, "initial_options": array(option(), most=100), "min_query_length": integer(0, 255)}
    ),
    "users_select": shape({}, {**_MENU, "initial_user": _ID}),
    "multi_users_select": shape({}, {**_MANY, "initial_users": array(_ID, most=1000)}),
    "conversations_select": shape(
        {},
        {
            **_MENU,
            "initial_conversation": _ID,
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": FILTER,
        },
    ),
    "multi_conversations_select": shape(
        {},
        {
            **_MANY,
            "initial_conversations": array(_ID, most=1000),
            "default_to_current_conversation": boolean,
            "filter": FILTER,
        },
    ),
    "channels_select": shape({}, {**_MENU, "initial_channel": _ID, "response_url_enabled": boolean}),
    "multi_channels_select": shape({}, {**_MANY, "initial_channels": array(_ID, most=1000)}),
    "overflow": shape({"options": array(option(link=True), most=5)}, {**ACTION_ID, "confirm": CONFIRM}),
    "datepicker": shape({}, {**_MENU, "initial_date": _pattern(_DATE, "YYYY-MM-DD")}),
    "timepicker": shape({}, {**_MENU, "initial_time": _pattern(_TIME, "HH:mm"), "timezone": string(100)}),
    "datetimepicker": shape(
        {}, {**_FOCUS, "confirm": CONFIRM, "initial_date_time": integer(1_000_000_000, 9_999_999_999)}
    ),
    "checkboxes": shape(
        {"options": array(option(rich=True), most=10)},
        {**_FOCUS, "confirm": CONFIRM, "initial_options": anything},
        also=options_or_groups,
    ),
    "radio_buttons": shape(
        {"options": array(option(rich=True), most=10)},
        {**_FOCUS, "confirm": CONFIRM, "initial_option": anything},
        also=options_or_groups,
    ),
    "plain_text_input": shape(
        {},
        {
            **_TEXT_INPUT,
            "initial_value": string(3000, least=0),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
        also=_lengths,
    ),
    "number_input": shape(
        {"is_decimal_allowed": boolean},
        {**_TEXT_INPUT, "initial_value": string(100), "min_value": string(100), "max_value": string(100)},
    ),
    "email_text_input": shape({}, {**_TEXT_INPUT, "initial_value": string(3000, least=0)}),
    "url_text_input": shape({}, {**_TEXT_INPUT, "initial_value": string(3000, least=0)}),
    "rich_text_input": shape({}, {**_TEXT_INPUT, "initial_value": anything}),
    "file_input": shape({}, {**ACTION_ID, "filetypes": array(string(50), most=100), "max_files": integer(1, 10)}),
    "image": shape({"alt_text": string(2000)}, {"image_url": string(3000), "slack_file": anything}),
    "feedback_buttons": shape({"positive_button": anything, "negative_button": anything}, ACTION_ID),
    "icon_button": shape(
        {"icon": one_of("trash"), "text": plain(75)},
        {**ACTION_ID, "value": string(2000), "confirm": CONFIRM, "accessibility_label": string(75)},
    ),
}

_PICKERS = {"datepicker", "timepicker", "datetimepicker"}
_MENUS = {f"{kind}_select" for kind in ("static", "external", "users", "conversations", "channels")}
_MULTI = {f"multi_{menu}" for menu in _MENUS}
_CHOICES = {"checkboxes", "radio_buttons"}
IN_SECTION = {"button", "overflow", "image", "workflow_button", *_PICKERS, *_MENUS, *_MULTI, *_CHOICES}
IN_ACTIONS = {"button", "overflow", "workflow_button", *_PICKERS, *_MENUS, *_MULTI, *_CHOICES}
IN_INPUT = {
    "plain_text_input",
    "number_input",
    "email_text_input",
    "url_text_input",
    "rich_text_input",
    "file_input",
    *_PICKERS,
    *_MENUS,
    *_MULTI,
    *_CHOICES,
}
