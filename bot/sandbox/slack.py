"""The service in one object: the world, the time, and everything that leaves for apps."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.changes import Changes
from bot.sandbox.clock import Clock
from bot.sandbox.deliveries import Deliveries, Delivery
from bot.sandbox.faults import Faults
from bot.sandbox.http_events import HttpEvents
from bot.sandbox.model import Channel, Install, Json
from bot.sandbox.rate_limits import RateLimits
from bot.sandbox.response_urls import ResponseUrls
from bot.sandbox.socket_mode import SocketMode
from bot.sandbox.subscriptions import subscription, wants
from bot.sandbox.triggers import Triggers
from bot.sandbox.views import Views
from bot.sandbox.world import World


@dataclass(slots=True, kw_only=True)
class Slack:
    """What every part of the sandbox works on."""

    clock: Clock
    wall: Callable[[], float]
    deliveries: Deliveries
    http: HttpEvents
    sockets: SocketMode
    limits: RateLimits
    faults: Faults
    triggers: Triggers
    response_urls: ResponseUrls
    base: str = ""
    world: World = field(default_factory=World)
    views: Views = field(default_factory=Views)
    changes: Changes = field(default_factory=Changes)

    def ts(self) -> str:
        """Return a fresh timestamp of this moment."""
        return self.world.stamps.mint(self.clock.now())

    def emit_in(
        self, channel: Channel, build: Callable[[Install], Json], *, actor_team: str = "", only_members: bool = True
    ) -> None:
        """Send an event about a channel to every installation that may hear of it."""
        for install in self.world.installs():
            if install.team not in channel.teams:
                continue
            if (only_members or channel.is_private) and install.bot_user not in channel.members:
                continue
            self.emit_to(install, build(install), channel=channel, actor_team=actor_team)

    def emit_team(self, team: str, event: Json) -> None:
        """Send an event about a workspace to every app installed in it."""
        for install in self.world.installs():
            if install.team == team:
                self.emit_to(install, event)

    def emit_to(self, install: Install, event: Json, *, channel: Channel | None = None, actor_team: str = "") -> None:
        """Send one event to one installation, if it subscribed and its scopes allow it."""
        app = self.world.apps[install.app_id]
        if not wants(app, install, subscription(event, channel)):
            return
        if self.limits.admit_event(install.token):
            self.send_callback(install, event, channel=channel, actor_team=actor_team)
        else:
            self.tell_rate_limited(install)

    def send_callback(
        self, install: Install, event: Json, *, channel: Channel | None = None, actor_team: str = ""
    ) -> None:
        """Send one event to one installation, subscribed or not."""
        app = self.world.apps[install.app_id]
        shared = channel is not None and channel.is_ext_shared
        event_id = self.world.ids.new("Ev")
        payload: Json = {
            "token": app.verification_token,
            "team_id": actor_team if shared and actor_team else install.team,
            "enterprise_id": None,
            "context_team_id": install.team,
            "context_enterprise_id": None,
            "api_app_id": app.id,
            "event": event,
            "type": "event_callback",
            "event_id": event_id,
            "event_time": int(self.clock.now()),
            "authorizations": [authorization(install)],
            "is_ext_shared_channel": shared,
            "event_context": f"4-{event_id}",
        }
        where = channel.id if channel is not None else ""
        self._put(install, str(event["type"]), payload, where)

    def tell_rate_limited(self, install: Install) -> Json | None:
        """Tell an app, once a minute, that it misses events; there is no inner event."""
        minute = int(self.clock.now()) // 60 * 60
        if install.rate_limited_minute == minute:
            return None
        install.rate_limited_minute = minute
        app = self.world.apps[install.app_id]
        payload: Json = {
            "token": app.verification_token,
            "type": "app_rate_limited",
            "team_id": install.team,
            "minute_rate_limited": minute,
            "api_app_id": app.id,
        }
        self.send_raw(install, payload)
        return payload

    def send_raw(self, install: Install, payload: Json) -> None:
        """Send an outer event as it is: `app_rate_limited` has no inner event."""
        self._put(install, str(payload.get("type", "")), payload, "")

    def _put(self, install: Install, label: str, payload: Json, channel: str) -> None:
        self.deliveries.send(
            Delivery(
                id=str(payload.get("event_id") or self.world.ids.new("Ev")),
                app=self.world.apps[install.app_id],
                team=install.team,
                kind="events_api",
                label=label,
                payload=payload,
                channel=channel,
                at=self.clock.now(),
            )
        )


def authorization(install: Install) -> Json:
    """Return the one entry of an envelope's `authorizations`."""
    return {
        "enterprise_id": None,
        "team_id": install.team,
        "user_id": install.bot_user,
        "is_bot": True,
        "is_enterprise_install": False,
    }
