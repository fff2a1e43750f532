"""Looking at what happened: messages, who was notified, calls, deliveries, open views."""

import base64
import fnmatch

from bot.sandbox import conversations, messages, render, render_message
from bot.sandbox.control.app_setup import public_app
from bot.sandbox.model import Json
from bot.sandbox.slack import Slack
from bot.sandbox.world import replies


class Read:
    """Read-only questions, for tests and the page."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    def messages(self, channel: str, *, limit: int = 0) -> list[Json]:
        """Return a channel's messages in order, replies among them; the last `limit` if given."""
        place = self._slack.world.channel(channel)
        return [
            messages.shown(self._slack, place.messages[ts], team=place.messages[ts].team) for ts in place.order[-limit:]
        ]

    def message(self, channel: str, ts: str) -> Json:
        """Return one message."""
        entry = self._slack.world.message(channel, ts)
        return messages.shown(self._slack, entry, team=entry.team)

    def thread(self, channel: str, ts: str) -> list[Json]:
        """Return a message and its replies, in order."""
        parent = self._slack.world.message(channel, ts)
        found = [parent, *replies(self._slack.world.channel(channel), ts)]
        return [messages.shown(self._slack, entry, team=entry.team) for entry in found]

    def ephemerals(self, *, user: str = "", channel: str = "") -> list[Json]:
        """Return what was shown to one person only."""
        return [
            dict(entry)
            for entry in self._slack.world.ephemerals
            if user in ("", entry["user"]) and channel in ("", entry["channel"])
        ]

    def notifications(self, *, user: str = "", channel: str = "", ts: str = "") -> list[Json]:
        """Return who was notified of what: mentions, broadcasts, direct messages."""
        return [
            dict(entry)
            for entry in self._slack.world.notifications
            if user in ("", entry["user"]) and channel in ("", entry["channel"]) and ts in ("", entry["ts"])
        ]

    def file(self, file: str) -> Json:
        """Return a file as `files.info` describes it, with its bytes in base64 under `content`."""
        entry = self._slack.world.file(file)
        return {
            **render_message.full_file(entry, self._slack.base),
            "content": base64.b64encode(entry.content).decode("ascii"),
        }

    def calls(self, *, method: str = "*", limit: int = 0) -> list[Json]:
        """Return the Web API calls so far: method, arguments (never the token), result."""
        found = [dict(call) for call in self._slack.world.calls if fnmatch.fnmatchcase(call["method"], method)]
        return found[-limit:]

    def deliveries(self, *, type: str = "*", app: str = "", limit: int = 0) -> list[Json]:  # noqa: A002
        """Return what was sent to apps: payload, attempts, whether it was acknowledged."""
        found = [
            delivery.to_json()
            for delivery in self._slack.deliveries.log
            if fnmatch.fnmatchcase(delivery.label, type) and app in ("", delivery.app.id)
        ]
        return found[-limit:]

    def views(self, *, user: str = "") -> list[Json]:
        """Return the open modals, each with its person under `user`."""
        return [
            {**view.to_json(), "user": view.user}
            for view in self._slack.views.by_id.values()
            if user in ("", view.user)
        ]

    def home(self, user: str, app: str) -> Json | None:
        """Return what an app published as that person's home, None if nothing."""
        return self._slack.world.homes.get((app, user))

    def channels(self) -> list[Json]:
        """Return every conversation, direct ones too."""
        return [conversations.snapshot(channel) for channel in self._slack.world.channels.values()]

    def users(self) -> list[Json]:
        """Return every person and bot."""
        return [render.user(self._slack.world, user) for user in self._slack.world.users.values()]

    def user_groups(self) -> list[Json]:
        """Return every user group with its members."""
        return [render.group(group, include_users=True) for group in self._slack.world.groups.values()]

    def apps(self) -> list[Json]:
        """Return every app, without secrets."""
        return [public_app(self._slack, app) for app in self._slack.world.apps.values()]

    def now(self) -> Json:
        """Return the sandbox's time, and when the next retry is due."""
        return {"now": self._slack.clock.now(), "next_due": self._slack.deliveries.next_due()}

    def snapshot(self) -> Json:
        """Return everything that a page shows; the stream continues from `seq`."""
        world = self._slack.world
        return {
            "seq": self._slack.changes.seq,
            "now": self._slack.clock.now(),
            "teams": [render.team(team) for team in world.teams.values()],
            "users": self.users(),
            "user_groups": self.user_groups(),
            "channels": self.channels(),
            "messages": {channel: self.messages(channel) for channel in world.channels},
            "ephemerals": [dict(entry) for entry in world.ephemerals if not entry["deleted"]],
            "views": self.views(),
            "homes": [{"app": app, "user": user, "view": view} for (app, user), view in world.homes.items()],
            "apps": self.apps(),
        }
