"""The fields of a modal."""

from collections.abc import Sequence

from bot.slack import blocks
from bot.slack.blocks import Block
from bot.slack.text import clip

NONE = "-"
"""The value of "none of these" in a menu, which has to have one."""
NAME_LIMIT = 80

Choice = tuple[str, str]
"""A label and a value."""


def field(name: str, label: str, element: Block, *, optional: bool = False, hint: str = "") -> Block:
    """An input with its label; it comes back under its name."""
    made: Block = {
        "type": "input",
        "block_id": name,
        "label": plain_text(label, 2000),
        "element": element,
        "optional": optional,
    }
    return made | {"hint": plain_text(hint, 2000)} if hint else made


def conversation(name: str, chosen: str, *, internal: bool, placeholder: str = "Choose a channel") -> Block:
    """A menu of channels; `internal` leaves out those that other companies read."""
    kinds: Block = {"include": ["public", "private"], "exclude_bot_users": True}
    if internal:
        kinds["exclude_external_shared_channels"] = True
    made: Block = {
        "type": "conversations_select",
        "action_id": name,
        "placeholder": plain_text(placeholder, 150),
        "filter": kinds,
    }
    return made | {"initial_conversation": chosen} if chosen else made


def one_of(name: str, placeholder: str, options: Sequence[Choice], chosen: str) -> Block:
    """A menu with one choice."""
    return blocks.menu(placeholder, action=name, options=options, chosen=chosen)


def some_of(name: str, placeholder: str, options: Sequence[Choice], chosen: Sequence[str]) -> Block:
    """A menu with several choices."""
    made = blocks.menu(placeholder, action=name, options=options) | {"type": "multi_static_select"}
    initial = [option for option in made["options"] if option["value"] in chosen]
    return made | {"initial_options": initial} if initial else made


def line(name: str, written: str, example: str) -> Block:
    """A line to write on."""
    made: Block = {"type": "plain_text_input", "action_id": name, "max_length": NAME_LIMIT}
    made |= {"initial_value": clip(written, NAME_LIMIT)} if written else {}
    return made | {"placeholder": plain_text(example, 150)} if example else made


def plain_text(text: str, limit: int) -> Block:
    """Text in which nothing is interpreted but emoji."""
    return {"type": "plain_text", "text": clip(text, limit), "emoji": True}
