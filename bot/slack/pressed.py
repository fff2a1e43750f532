"""What was pressed: the name of a button, shortcut or menu entry, and the value that comes back with it."""

from bot.slack.envelopes import Payload, mapping, text_of


def pressed(body: Payload) -> tuple[str, str]:
    """The name and the value of the first action of a request; both may be anything.

    An overflow menu has one name for all of its entries: there the entry's value says which it is, as ``name:value``.
    """
    listed = body.get("actions")
    action = mapping(listed[0]) if isinstance(listed, list) and listed else {}
    name, value = text_of(action.get("action_id")), text_of(action.get("value"))
    chosen = text_of(mapping(action.get("selected_option")).get("value"))
    if action.get("type") == "overflow":
        name, _, value = chosen.partition(":")
        return name, value
    return name, value or chosen
