"""Setting up apps: configuration, installation, request URL."""

import re
import secrets
from collections.abc import Iterable

from bot.sandbox import render
from bot.sandbox.errors import SandboxError
from bot.sandbox.model import App, Install, Json, User
from bot.sandbox.slack import Slack
from bot.sandbox.subscriptions import EVENT_SCOPES

MOST_SHORTCUTS = 10
_SCOPE = re.compile(r"[a-z][a-z._:-]*[a-z]")
DEFAULT_SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "reactions:read",
    "reactions:write",
    "usergroups:read",
    "users:read",
)
DEFAULT_EVENTS = (
    *(name for name in EVENT_SCOPES if name != "message_metadata_posted"),
    "app_home_opened",
    "app_uninstalled",
    "tokens_revoked",
)


class AppSetup:
    """Creates, installs and configures apps."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    def _id(self, given: str, prefix: str, taken: object) -> str:
        if not given:
            return self._slack.world.ids.new(prefix)
        if given in taken:  # type: ignore[operator]
            raise SandboxError(f"{given} exists already.", code="id_taken")
        if not (given.isascii() and given.isalnum() and given.isupper()):
            raise SandboxError(f"{given!r} is not a Slack id: capital letters and digits.")
        return given

    def app(
        self,
        name: str,
        *,
        id: str = "",  # noqa: A002
        scopes: list[str] | None = None,
        events: list[str] | None = None,
        commands: list[str] | None = None,
        shortcuts: list[Json] | None = None,
        socket_mode: bool = False,
    ) -> Json:
        """Create an app; `shortcuts` are `{"name", "callback_id", "type": "message"|"global"}`."""
        world = self._slack.world
        app = App(
            id=self._id(id, "A", world.apps),
            name=name,
            signing_secret=secrets.token_hex(16),
            app_token=f"xapp-1-{secrets.token_hex(24)}",
            verification_token=secrets.token_hex(12),
            scopes=_scopes(DEFAULT_SCOPES if scopes is None else scopes),
            events=frozenset(DEFAULT_EVENTS if events is None else events),
            commands=tuple(f"/{command.removeprefix('/')}" for command in commands or []),
            shortcuts=_shortcuts(shortcuts or []),
            socket_mode=socket_mode,
        )
        world.apps[app.id] = app
        world.app_tokens[app.app_token] = app
        return self._app(app)

    def install(self, app: str, team: str, *, bot_name: str = "", bot_user: str = "") -> Json:
        """Install an app into a workspace; returns its tokens, secret and bot user."""
        world = self._slack.world
        entry, _ = world.app(app), world.team(team)
        old = entry.installs.get(team)
        if old is not None and old.is_live:
            raise SandboxError(f"{app} is installed in {team} already.", code="already_installed")
        name = bot_name or slug(entry.name)
        if old is None:
            bot = self._bot(entry, team, name, bot_user)
        else:
            bot = world.users[old.bot_user]
            bot.deleted = False
        install = Install(
            team=team,
            app_id=app,
            bot_user=bot.id,
            bot_id=bot.bot_id,
            token=f"xoxb-{team}-{secrets.token_hex(16)}",
            scopes=entry.scopes,
        )
        entry.installs[team] = install
        world.tokens[install.token] = install
        self._slack.changes.publish("app", app=public_app(self._slack, entry))
        return {
            **self._app(entry),
            "team": team,
            "bot_token": install.token,
            "bot_user": bot.id,
            "bot_id": bot.bot_id,
        }

    def _bot(self, app: App, team: str, name: str, user_id: str) -> User:
        world = self._slack.world
        bot = User(
            id=self._id(user_id, "U", world.users),
            team=team,
            name=name,
            real_name=app.name,
            is_bot=True,
            bot_id=world.ids.new("B"),
            app_id=app.id,
        )
        world.users[bot.id] = bot
        self._slack.changes.publish("user", user=render.user(world, bot))
        return bot

    async def request_url(self, app: str, url: str, *, verify: bool = True) -> Json:
        """Point an app's events, commands and interactions at a URL, after `url_verification`."""
        entry = self._slack.world.app(app)
        before, entry.request_url = entry.request_url, url
        try:
            if verify and url:
                await self._slack.http.verify(entry)
        except SandboxError:
            entry.request_url = before
            raise
        entry.socket_mode = False
        return self._app(entry)

    def configure(
        self,
        app: str,
        *,
        scopes: list[str] | None = None,
        events: list[str] | None = None,
        commands: list[str] | None = None,
        shortcuts: list[Json] | None = None,
        socket_mode: bool | None = None,
    ) -> Json:
        """Change an app's configuration; scopes count at once, and events that were disabled are sent again."""
        entry = self._slack.world.app(app)
        if scopes is not None:
            entry.scopes = _scopes(scopes)
            for install in entry.installs.values():
                install.scopes = entry.scopes
        entry.events = entry.events if events is None else frozenset(events)
        entry.commands = entry.commands if commands is None else tuple(f"/{one.removeprefix('/')}" for one in commands)
        entry.shortcuts = entry.shortcuts if shortcuts is None else _shortcuts(shortcuts)
        self._slack.deliveries.enable(entry)
        entry.socket_mode = entry.socket_mode if socket_mode is None else socket_mode
        self._slack.changes.publish("app", app=public_app(self._slack, entry))
        return self._app(entry)

    def _app(self, app: App) -> Json:
        return {
            **public_app(self._slack, app),
            "signing_secret": app.signing_secret,
            "app_token": app.app_token,
            "verification_token": app.verification_token,
            "request_url": app.request_url,
        }


def public_app(slack: Slack, app: App) -> Json:
    """Return what a page may know about an app: no secret, no token."""
    return {
        "id": app.id,
        "name": app.name,
        "scopes": list(app.scopes),
        "events": sorted(app.events),
        "commands": list(app.commands),
        "shortcuts": list(app.shortcuts),
        "socket_mode": app.socket_mode,
        "events_disabled": app.events_disabled,
        "connections": len(slack.sockets.connections(app.id)),
        "installs": [
            {"team": one.team, "bot_user": one.bot_user, "bot_id": one.bot_id}
            for one in app.installs.values()
            if one.is_live
        ],
    }


def _scopes(names: Iterable[str]) -> tuple[str, ...]:
    scopes = tuple(dict.fromkeys(names))
    if wrong := [name for name in scopes if not _SCOPE.fullmatch(name)]:
        raise SandboxError(f"{wrong[0]!r} is not a scope.")
    return scopes


def _shortcuts(entries: list[Json]) -> tuple[Json, ...]:
    if len(entries) > MOST_SHORTCUTS:
        raise SandboxError(f"An app has at most {MOST_SHORTCUTS} shortcuts.")
    return tuple(_shortcut(entry) for entry in entries)


def _shortcut(entry: Json) -> Json:
    name, callback_id = entry.get("name"), entry.get("callback_id")
    if not isinstance(name, str) or not isinstance(callback_id, str) or not 0 < len(name) <= 24:
        raise SandboxError("A shortcut has a name of at most 24 characters and a callback_id.")
    return {"name": name, "callback_id": callback_id, "type": entry.get("type", "message")}


def slug(name: str) -> str:
    """Return a name in the letters of a domain."""
    return "".join(char if char.isalnum() else "-" for char in name.lower()).strip("-") or "workspace"
