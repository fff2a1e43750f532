"""What happens to an installed app: uninstalled, tokens revoked, rate limited, its sockets cut."""

from bot.sandbox.control.app_setup import public_app
from bot.sandbox.errors import SandboxError
from bot.sandbox.model import Install, Json
from bot.sandbox.slack import Slack


class Apps:
    """Acts on installations and their connections."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    def uninstall(self, app: str, team: str, *, events: list[str] | None = None) -> Json:
        """Uninstall: the token dies; `events` orders `tokens_revoked` and `app_uninstalled`, or drops one."""
        install = self._live(app, team)
        for name in ["tokens_revoked", "app_uninstalled"] if events is None else events:
            self._announce(install, name)
        install.uninstalled = True
        self._slack.world.users[install.bot_user].deleted = True
        for channel in self._slack.world.channels.values():
            channel.members.pop(install.bot_user, None)
        return self._changed(app)

    def revoke_token(self, app: str, team: str) -> Json:
        """Revoke the bot token alone."""
        install = self._live(app, team)
        self._announce(install, "tokens_revoked")
        install.revoked = True
        return self._changed(app)

    def rate_limited(self, app: str, team: str) -> Json:
        """Tell an app that it missed events this minute: `app_rate_limited`, which has no inner event."""
        install = self._live(app, team)
        install.rate_limited_minute = 0
        return self._slack.tell_rate_limited(install) or {}

    def raw_event(self, app: str, team: str, event: Json) -> Json:
        """Send any inner event, subscribed or not: unknown types, blanked values, malformed ones."""
        install = self._live(app, team)
        if not isinstance(event.get("type"), str):
            event = {**event, "type": "unknown"} if "type" not in event else event
        self._slack.send_callback(install, event)
        return event

    def connections(self, app: str) -> list[Json]:
        """Return an app's Socket Mode connections."""
        entry = self._slack.world.app(app)
        return [
            {"id": one.id, "silent": one.silent, "pending": sorted(one.pending)}
            for one in self._slack.sockets.connections(entry.id)
        ]

    async def disconnect(self, app: str, reason: str = "refresh_requested", connection: str = "") -> Json:
        """Announce a disconnect: `warning` (stays open), `refresh_requested`, `link_disabled`."""
        await self._slack.sockets.disconnect(app, reason, connection)
        return self._changed(app)

    def cut(self, app: str, connection: str = "") -> Json:
        """Drop connections without a word."""
        self._slack.sockets.cut(app, connection)
        return self._changed(app)

    def silence(self, app: str, connection: str = "") -> Json:
        """Leave connections open but dead."""
        self._slack.sockets.silence(app, connection)
        return self._changed(app)

    def _live(self, app: str, team: str) -> Install:
        install = self._slack.world.app(app).installs.get(team)
        if install is None or not install.is_live:
            raise SandboxError(f"{app} is not installed in {team}.", code="not_installed")
        return install

    def _announce(self, install: Install, name: str) -> None:
        event: Json = {"type": name, "event_ts": self._slack.ts()}
        if name == "tokens_revoked":
            event["tokens"] = {"oauth": [], "bot": [install.bot_user]}
        self._slack.emit_to(install, event)

    def _changed(self, app: str) -> Json:
        shown = public_app(self._slack, self._slack.world.app(app))
        self._slack.changes.publish("app", app=shown)
        return shown
