"""views.*: modals and homes."""

from bot.sandbox.errors import SlackError
from bot.sandbox.kit.views import new_view, updated_view
from bot.sandbox.model import Json
from bot.sandbox.rate_limits import TIER_4
from bot.sandbox.triggers import Trigger
from bot.sandbox.views import View
from bot.sandbox.web_api.call import Call, invalid_arguments
from bot.sandbox.web_api.registry import method


def _view(call: Call) -> object:
    found = call.structure("view", "invalid_arguments")
    if found is None:
        raise invalid_arguments("missing required field: view")
    return found


def _trigger(call: Call) -> Trigger:
    trigger_id = call.text("trigger_id") or call.text("interactivity_pointer")
    if not trigger_id:
        raise invalid_arguments("missing required field: trigger_id")
    return call.slack.triggers.redeem(trigger_id, call.app.id)


def _answer(call: Call, view: View) -> Json:
    call.slack.changes.publish("view", view={**view.to_json(), "user": view.user})
    return {"view": view.to_json()}


@method("views.open", limit=TIER_4)
def open_view(call: Call) -> Json:
    """Open a modal for the person whose act gave the trigger id."""
    value = _view(call)
    trigger = _trigger(call)
    view = new_view(call.slack, call.install, trigger.user, value)
    for closed in call.slack.views.replace_stack(view):
        call.slack.changes.publish("view_closed", view_id=closed.id, user=closed.user)
    return _answer(call, view)


@method("views.push", limit=TIER_4)
def push(call: Call) -> Json:
    """Put a modal on top of the one in which the trigger id was given."""
    value = _view(call)
    trigger = _trigger(call)
    if trigger.view_id not in call.slack.views.by_id:
        raise SlackError("not_found")
    view = new_view(call.slack, call.install, trigger.user, value)
    call.slack.views.push(view)
    return _answer(call, view)


@method("views.update", limit=TIER_4)
def update(call: Call) -> Json:
    """Change an open modal; with `hash` only if nobody changed it meanwhile."""
    value = _view(call)
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if not view_id and not external_id:
        raise invalid_arguments("missing required field: view_id")
    view = call.slack.views.find(view_id=view_id, external_id=external_id, app_id=call.app.id)
    if call.text("hash") and call.text("hash") != view.shown["hash"]:
        raise SlackError("hash_conflict")
    return _answer(call, updated_view(call.slack, view, value))


@method("views.publish", limit=TIER_4)
def publish(call: Call) -> Json:
    """Show a person their home tab."""
    value = _view(call)
    user = call.text("user_id")
    person = call.slack.world.users.get(user)
    if person is None or person.team != call.team:
        raise invalid_arguments("failed to find user [json-pointer:/user_id]")
    before = call.slack.world.homes.get((call.app.id, user))
    if call.text("hash") and before is not None and call.text("hash") != before["hash"]:
        raise SlackError("hash_conflict")
    view = new_view(call.slack, call.install, user, value, kind="home")
    if before is not None:
        view.shown |= {"id": before["id"], "root_view_id": before["id"]}
    shown = view.to_json()
    call.slack.world.homes[call.app.id, user] = shown
    call.slack.changes.publish("home", user=user, app=call.app.id, view=shown)
    return {"view": shown}
