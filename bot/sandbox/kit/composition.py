"""The pieces of Block Kit: text, options, confirmation dialogs."""

from bot.sandbox.kit.rules import Report, Rule, array, boolean, by_type, one_of, shape, string
from bot.sandbox.model import Json

OPTION_TEXT = 75


def plain(most: int) -> Rule:
    """Accept a `plain_text` object."""
    return by_type({"plain_text": shape({"text": string(most)}, {"emoji": boolean})})


def any_text(most: int) -> Rule:
    """Accept a `plain_text` or `mrkdwn` object."""
    return by_type(
        {
            "plain_text": shape({"text": string(most)}, {"emoji": boolean}),
            "mrkdwn": shape({"text": string(most)}, {"verbatim": boolean}),
        }
    )


def option(*, rich: bool = False, link: bool = False) -> Rule:
    """Accept an option of a menu; those of checkboxes and radio buttons may be mrkdwn."""
    text = any_text(OPTION_TEXT) if rich else plain(OPTION_TEXT)
    optional: dict[str, Rule] = {"description": any_text(OPTION_TEXT) if rich else plain(OPTION_TEXT)}
    if link:
        optional["url"] = string(3000)
    return shape({"text": text, "value": string(150)}, optional)


OPTION_GROUP = shape({"label": plain(75), "options": array(option(), most=100)})
CONFIRM = shape(
    {"title": plain(100), "text": any_text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
DISPATCH = shape({}, {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), most=2)})
FILTER = shape(
    {},
    {
        "include": array(one_of("im", "mpim", "private", "public"), most=4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)


def options_or_groups(value: Json, where: str, report: Report) -> None:
    """Check that a menu has options or groups of them, and starts with one that exists."""
    if ("options" in value) == ("option_groups" in value):
        report.add(where, "must define either `options` or `option_groups`")
        return
    choices = [
        *value.get("options", []),
        *(choice for group in value.get("option_groups", []) for choice in group["options"]),
    ]
    initial = [*value.get("initial_options", []), *([value["initial_option"]] if "initial_option" in value else [])]
    if any(choice not in choices for choice in initial):
        report.add(where, "initial option must match one of the options")
    values = [choice["value"] for choice in choices]
    if len(set(values)) != len(values):
        report.add(where, "option values must be unique")
