"""Using an app as a person: commands, clicks, shortcuts, the home tab."""

import re

from bot.sandbox import conversations, messages
from bot.sandbox.control.modals import Modals
from bot.sandbox.errors import SandboxError, SlackError
from bot.sandbox.interactions import actor, ask, channel_name, installed_for, outcome, respond
from bot.sandbox.kit.elements import entered, find_element, initial_state
from bot.sandbox.model import Channel, Install, Json, Message, User

_NAMED = re.compile(r"(?<![\w<|])([@#])([A-Za-z0-9][\w.-]*)")


class Ui(Modals):
    """What people do with an app; every method waits for the app and says whether it acknowledged."""

    async def command(self, user: str, channel: str, text: str, *, thread_ts: str = "") -> Json:
        """Run a slash command, written with its slash; not in threads, not by people from outside."""
        person, place = self._member(user, channel)
        name, _, rest = text.strip().partition(" ")
        if thread_ts:
            raise SandboxError(f"{name} is not supported in threads. Sorry!", code="not_in_threads")
        install = self._command_owner(person, name)
        url = self._slack.response_urls.mint(install, channel=channel, user=user, path="commands")
        app = self._slack.world.apps[install.app_id]
        team = self._slack.world.teams[person.team]
        payload = {
            "token": app.verification_token,
            "team_id": team.id,
            "team_domain": team.domain,
            "channel_id": channel,
            "channel_name": channel_name(place),
            "user_id": user,
            "user_name": person.name,
            "command": name,
            "text": self._escaped(rest.strip()),
            "api_app_id": app.id,
            "is_enterprise_install": "false",
            "response_url": url,
            "trigger_id": self._slack.triggers.mint(app_id=app.id, team=person.team, user=user),
        }
        answer = await ask(self._slack, install, "slash_commands", payload)
        result = outcome(answer, trigger_id=payload["trigger_id"], response_url=url)
        if answer.ok and answer.body:
            self._direct_answer(url, answer.body, result)
        return result

    def _direct_answer(self, url: str, body: Json, result: Json) -> None:
        said = {"text": body["_text"]} if "_text" in body else body
        found = self._slack.response_urls.peek(url.rsplit("/", 1)[1])
        try:
            if found is not None and (said.get("text") or said.get("blocks")):
                respond(self._slack, found, said)
        except SlackError as refusal:
            result["error"] = refusal.error

    def _command_owner(self, person: User, name: str) -> Install:
        owners = [app for app in self._slack.world.apps.values() if name in app.commands]
        if not owners:
            raise SandboxError(f"{name} is not a valid command.", code="unknown_command")
        for app in owners:
            install = app.installs.get(person.team)
            if install is not None and install.is_live:
                return install
        return installed_for(self._slack, person, owners[0].id)

    def _escaped(self, text: str) -> str:
        """Return a command's text with names as tokens, as `should_escape: true` asks for."""
        world = self._slack.world
        users = {user.name: user.id for user in world.users.values()}
        channels = {channel.name: channel.id for channel in world.channels.values() if channel.name}

        def token(found: re.Match[str]) -> str:
            known = users if found[1] == "@" else channels
            return f"<{found[1]}{known[found[2]]}|{found[2]}>" if found[2] in known else found[0]

        return _NAMED.sub(token, text)

    async def click(self, user: str, channel: str, ts: str, action_id: str, *, value: str | None = None) -> Json:
        """Click a button of a message (`value` tells twins apart), also of an ephemeral one."""
        return await self._act(user, channel, ts, action_id, value, None)

    async def choose(self, user: str, channel: str, ts: str, action_id: str, value: str | list[str] | int) -> Json:
        """Choose in a message's menu, date picker and so on; options by their value."""
        return await self._act(user, channel, ts, action_id, None, value)

    async def _act(self, user: str, channel: str, ts: str, action_id: str, twin: str | None, choice: object) -> Json:
        person, place = self._member(user, channel)
        shown = messages.find_ephemeral(self._slack, ts)
        message = place.messages.get(ts)
        if shown is not None and shown["user"] == user:
            blocks, app_id, team = shown["blocks"], shown["app_id"], shown["team"]
        elif message is not None:
            blocks, app_id, team = message.blocks, message.app_id, message.team
        else:
            raise SandboxError(f"There is no message {ts} in {channel}.", code="message_not_found")
        block, element = find_element(blocks, action_id, twin)
        install = self._slack.world.app(app_id).installs.get(team)
        if install is None or not install.is_live:
            raise SandboxError("The app is not installed any more.", code="not_installed")
        payload = self._block_actions(person, place, install, message, ts)
        state = initial_state(blocks)
        action = self._action(block, element, choice, state)
        payload |= {"state": {"values": state}, "actions": [action]}
        answer = await ask(self._slack, install, "interactive", payload)
        return outcome(answer, trigger_id=payload["trigger_id"], response_url=payload["response_url"])

    def _block_actions(self, person: User, place: Channel, install: Install, message: Message | None, ts: str) -> Json:
        container: Json = {
            "type": "message",
            "message_ts": ts,
            "channel_id": place.id,
            "is_ephemeral": message is None,
        }
        payload: Json = {"type": "block_actions", **actor(self._slack, person, install), "container": container}
        payload |= {
            "trigger_id": self._slack.triggers.mint(app_id=install.app_id, team=person.team, user=person.id),
            "channel": {"id": place.id, "name": channel_name(place)},
            "response_url": self._slack.response_urls.mint(
                install,
                channel=place.id,
                user=person.id,
                message_ts=ts if message is not None else "",
                ephemeral_ts="" if message is not None else ts,
                thread_ts=message.thread_ts if message is not None else "",
            ),
        }
        if message is not None:
            payload["message"] = messages.shown(self._slack, message, team=install.team)
            if message.thread_ts:
                container["thread_ts"] = message.thread_ts
        return payload

    def _action(self, block: Json, element: Json, choice: object, state: Json) -> Json:
        action: Json = {
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "type": element["type"],
            "action_ts": self._slack.ts(),
        }
        if element["type"] == "button":
            return {
                **action,
                "text": element.get("text"),
                **{k: element[k] for k in ("value", "style") if k in element},
            }
        chosen = entered(element, choice)
        if element["type"] != "overflow":
            state.setdefault(block["block_id"], {})[element["action_id"]] = chosen
        return {**action, **chosen}

    async def shortcut(self, user: str, callback_id: str, *, channel: str = "", ts: str = "") -> Json:
        """Use a message shortcut (with channel and ts) or a global one; not by people from outside."""
        person = self._slack.world.user(user)
        kind = "message" if ts else "global"
        found = [
            app
            for app in self._slack.world.apps.values()
            if any(one["callback_id"] == callback_id and one["type"] == kind for one in app.shortcuts)
        ]
        if not found:
            raise SandboxError(f"There is no {kind} shortcut {callback_id!r}.", code="shortcut_not_found")
        install = installed_for(self._slack, person, found[0].id)
        payload: Json = {
            "type": "message_action" if ts else "shortcut",
            **actor(self._slack, person, install),
            "callback_id": callback_id,
            "action_ts": self._slack.ts(),
            "trigger_id": self._slack.triggers.mint(app_id=install.app_id, team=person.team, user=user),
        }
        if ts:
            payload |= self._about_message(person, channel, ts, install)
        answer = await ask(self._slack, install, "interactive", payload)
        return outcome(answer, trigger_id=payload["trigger_id"], response_url=payload.get("response_url", ""))

    def _about_message(self, person: User, channel: str, ts: str, install: Install) -> Json:
        _, place = self._member(person.id, channel)
        message = self._slack.world.message(channel, ts)
        url = self._slack.response_urls.mint(
            install, channel=channel, user=person.id, thread_ts=message.thread_ts, path="app"
        )
        return {
            "message_ts": ts,
            "channel": {"id": channel, "name": channel_name(place)},
            "message": messages.shown(self._slack, message, team=install.team),
            "response_url": url,
        }

    def open_home(self, user: str, app: str, *, tab: str = "home") -> Json:
        """Open the app's home or messages tab: `app_home_opened`."""
        person = self._slack.world.user(user)
        install = installed_for(self._slack, person, app)
        if tab not in ("home", "messages"):
            raise SandboxError("tab is 'home' or 'messages'.")
        channel, _ = conversations.open_direct(self._slack, [install.bot_user, user])
        event: Json = {
            "type": "app_home_opened",
            "user": user,
            "channel": channel.id,
            "tab": tab,
            "event_ts": self._slack.ts(),
        }
        if tab == "home" and (home := self._slack.world.homes.get((app, user))):
            event["view"] = home
        self._slack.emit_to(install, event)
        return event

    def dismiss(self, user: str, ts: str) -> Json:
        """Dismiss an ephemeral message."""
        entry = messages.find_ephemeral(self._slack, ts)
        if entry is None or entry["user"] != user:
            raise SandboxError(f"{user} sees no ephemeral {ts}.", code="message_not_found")
        entry["deleted"] = True
        self._slack.changes.publish("ephemeral_removed", ts=ts)
        return {"ts": ts}

    def _member(self, user: str, channel: str) -> tuple[User, Channel]:
        person, place = self._slack.world.user(user), self._slack.world.channel(channel)
        if user not in place.members:
            raise SandboxError(f"{user} is not in {channel}.", code="not_in_channel")
        return person, place
