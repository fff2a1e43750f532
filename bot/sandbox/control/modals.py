"""Filling, submitting and closing modals, and clicking in views."""

from bot.sandbox.errors import SandboxError, SlackError
from bot.sandbox.interactions import actor, ask, outcome
from bot.sandbox.kit.elements import entered, find_element, find_input, missing_inputs
from bot.sandbox.kit.views import new_view, updated_view
from bot.sandbox.model import Install, Json, User
from bot.sandbox.slack import Slack
from bot.sandbox.views import View


class Modals:
    """What people do in an app's modals and home tab."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def fill(
        self, user: str, view_id: str, block_id: str, value: str | list[str] | int, action_id: str = ""
    ) -> Json:
        """Fill one field of an open modal; a field with `dispatch_action` tells the app at once."""
        view = self._slack.views.of(user, view_id)
        element = find_input(view.shown["blocks"], block_id, action_id)
        state = entered(element, value)
        view.values.setdefault(block_id, {})[element["action_id"]] = state
        self._slack.changes.publish("view", view={**view.to_json(), "user": user})
        block = next(one for one in view.shown["blocks"] if one["block_id"] == block_id)
        if block["type"] == "input" and not block.get("dispatch_action"):
            return {"acked": True, "error": "", "answer": None}
        return await self._view_action(self._slack.world.user(user), view, block_id, {**state, **_ids(block, element)})

    async def click_view(self, user: str, view_id: str, action_id: str, *, value: str | None = None) -> Json:
        """Click a button in an open modal or in one's home tab."""
        view = self._home(user, view_id) or self._slack.views.of(user, view_id)
        block, element = find_element(view.shown["blocks"], action_id, value)
        action: Json = {"type": element["type"], "text": element.get("text"), **_ids(block, element)}
        action |= {key: element[key] for key in ("value", "style") if key in element}
        return await self._view_action(self._slack.world.user(user), view, block["block_id"], action)

    async def choose_view(self, user: str, view_id: str, action_id: str, value: str | list[str] | int) -> Json:
        """Choose in a menu that stands in one's home tab or in a modal's section or actions block."""
        view = self._home(user, view_id) or self._slack.views.of(user, view_id)
        block, element = find_element(view.shown["blocks"], action_id)
        state = entered(element, value)
        if element["type"] != "overflow":
            view.values.setdefault(block["block_id"], {})[action_id] = state
        return await self._view_action(
            self._slack.world.user(user), view, block["block_id"], {**state, **_ids(block, element)}
        )

    async def submit(self, user: str, view_id: str, *, values: Json | None = None) -> Json:
        """Submit a modal, after filling `{block_id: value}` or `{block_id: {action_id: value}}`.

        Returns:
            Whether it was acknowledged; `errors` per block; `closed`, or the view that is now open.
        """
        view = self._slack.views.of(user, view_id)
        for block_id, given in (values or {}).items():
            for action_id, value in given.items() if isinstance(given, dict) else [("", given)]:
                element = find_input(view.shown["blocks"], block_id, action_id)
                view.values.setdefault(block_id, {})[element["action_id"]] = entered(element, value)
        problems = missing_inputs(view.shown["blocks"], view.values)
        if problems:
            return {"acked": False, "error": "incomplete", "errors": problems, "closed": False}
        person, install = self._slack.world.user(user), self._install(view)
        payload = {
            "type": "view_submission",
            **actor(self._slack, person, install, in_view=True),
            "trigger_id": self._trigger(view),
            "view": view.to_json(),
            "response_urls": [],
        }
        answer = await ask(self._slack, install, "interactive", payload)
        result = outcome(answer, errors={}, closed=False)
        if answer.ok:
            self._after_submit(view, answer.body or {}, result)
        return result

    def _after_submit(self, view: View, body: Json, result: Json) -> None:
        action = body.get("response_action")
        try:
            match action:
                case None:
                    self._close_top(view)
                    result["closed"] = True
                case "clear":
                    for closed in self._slack.views.close_all(view.user):
                        self._slack.changes.publish("view_closed", view_id=closed.id, user=view.user)
                    result["closed"] = True
                case "errors":
                    result["errors"] = _errors(view, body.get("errors"))
                case "update":
                    result["view"] = self._show(updated_view(self._slack, view, body.get("view")))
                case "push":
                    pushed = new_view(self._slack, self._install(view), view.user, body.get("view"))
                    self._slack.views.push(pushed)
                    result["view"] = self._show(pushed)
                case _:
                    result["error"] = "invalid_response_action"
        except SlackError as refusal:
            result |= {"error": refusal.error, "problem": refusal.fields}

    async def close(self, user: str, view_id: str, *, all: bool = False) -> Json:  # noqa: A002
        """Close a modal (or the whole stack): `view_closed` where the app asked to be told."""
        view = self._slack.views.of(user, view_id)
        closed = self._slack.views.close_all(user) if all else [view]
        if not all:
            self._slack.views.close_top(view)
        for one in closed:
            self._slack.changes.publish("view_closed", view_id=one.id, user=user)
            if one.shown.get("notify_on_close"):
                install = self._install(one)
                payload = {
                    "type": "view_closed",
                    **actor(self._slack, self._slack.world.user(user), install, in_view=True),
                    "view": one.to_json(),
                    "is_cleared": all,
                }
                await ask(self._slack, install, "interactive", payload)
        return {"closed": [one.id for one in closed]}

    async def _view_action(self, person: User, view: View, block_id: str, action: Json) -> Json:
        install = self._install(view)
        payload = {
            "type": "block_actions",
            **actor(self._slack, person, install),
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": self._trigger(view),
            "view": view.to_json(),
            "actions": [{**action, "block_id": block_id, "action_ts": self._slack.ts()}],
        }
        answer = await ask(self._slack, install, "interactive", payload)
        return outcome(answer, trigger_id=payload["trigger_id"])

    def _trigger(self, view: View) -> str:
        modal = view.id if view.shown["type"] == "modal" else ""
        return self._slack.triggers.mint(app_id=view.app_id, team=view.team, user=view.user, view_id=modal)

    def _home(self, user: str, view_id: str) -> View | None:
        for (app_id, owner), shown in self._slack.world.homes.items():
            if owner == user and shown["id"] == view_id:
                team = shown["app_installed_team_id"]
                return View(id=view_id, app_id=app_id, team=team, user=user, shown=shown)
        return None

    def _install(self, view: View) -> Install:
        install = self._slack.world.app(view.app_id).installs.get(view.team)
        if install is None or not install.is_live:
            raise SandboxError("The app is not installed any more.", code="not_installed")
        return install

    def _close_top(self, view: View) -> None:
        self._slack.views.close_top(view)
        self._slack.changes.publish("view_closed", view_id=view.id, user=view.user)

    def _show(self, view: View) -> Json:
        self._slack.changes.publish("view", view={**view.to_json(), "user": view.user})
        return view.to_json()


def _ids(block: Json, element: Json) -> Json:
    return {"block_id": block["block_id"], "action_id": element["action_id"]}


def _errors(view: View, errors: object) -> dict[str, str]:
    known = {block["block_id"] for block in view.shown["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= known:
        raise SlackError("invalid_errors", known=sorted(known))
    return {str(block_id): str(text) for block_id, text in errors.items()}
