"""Checking and building views: modals and homes."""

import json
import secrets

from bot.sandbox.errors import SlackError
from bot.sandbox.kit.blocks import check_view
from bot.sandbox.kit.elements import initial_state
from bot.sandbox.model import Install, Json
from bot.sandbox.slack import Slack
from bot.sandbox.views import View

VIEW_CHARS = 250_000
_OPTIONAL = {
    "callback_id": "",
    "private_metadata": "",
    "title": None,
    "submit": None,
    "close": None,
    "clear_on_close": False,
    "notify_on_close": False,
    "external_id": "",
}


def new_view(slack: Slack, install: Install, user: str, value: object, *, kind: str = "modal") -> View:
    """Return a checked view that is not shown yet."""
    view_id = slack.world.ids.new("V")
    shown = _shown(slack, install, user, value, kind) | {"id": view_id}
    shown |= {"root_view_id": view_id, "previous_view_id": None}
    _external_id_free(slack, shown["external_id"], view_id)
    return View(
        id=view_id,
        app_id=install.app_id,
        team=install.team,
        user=user,
        shown=shown,
        values=initial_state(shown["blocks"]),
    )


def updated_view(slack: Slack, view: View, value: object) -> View:
    """Put new content into an open view; what a person typed into fields that stay is kept."""
    install = slack.world.apps[view.app_id].installs[view.team]
    fresh = _shown(slack, install, view.user, value, "modal")
    _external_id_free(slack, fresh["external_id"], view.id)
    kept = {key: view.shown[key] for key in ("id", "root_view_id", "previous_view_id")}
    view.shown = fresh | kept
    values = initial_state(fresh["blocks"])
    for block_id, actions in values.items():
        for action_id in actions:
            before = view.values.get(block_id, {}).get(action_id)
            if before is not None and before["type"] == actions[action_id]["type"]:
                actions[action_id] = before
    view.values = values
    return view


def new_hash(slack: Slack) -> str:
    """Return a view's hash: another one for every change."""
    return f"{int(slack.clock.now())}.{secrets.token_hex(4)}"


def _shown(slack: Slack, install: Install, user: str, value: object, kind: str) -> Json:
    checked = check_view(value, kind)
    if len(json.dumps(checked, ensure_ascii=False)) > VIEW_CHARS:
        raise SlackError("view_too_large")
    blocks = [{**block, "block_id": block.get("block_id") or slack.world.ids.new("b")} for block in checked["blocks"]]
    return {
        "team_id": slack.world.users[user].team,
        "type": kind,
        **{key: checked.get(key, default) for key, default in _OPTIONAL.items()},
        "blocks": blocks,
        "hash": new_hash(slack),
        "app_id": install.app_id,
        "app_installed_team_id": install.team,
        "bot_id": install.bot_id,
    }


def _external_id_free(slack: Slack, external_id: str, view_id: str) -> None:
    for view in slack.views.by_id.values():
        if external_id and view.id != view_id and view.shown["external_id"] == external_id:
            raise SlackError("duplicate_external_id")
