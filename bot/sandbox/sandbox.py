"""The sandbox as one object: start it, drive it, stop it."""

import time
from collections.abc import Callable

from aiohttp import web

from bot.sandbox.clock import Clock, RealClock
from bot.sandbox.control.act import Act
from bot.sandbox.control.apps import Apps
from bot.sandbox.control.build import Build
from bot.sandbox.control.channels import Channels
from bot.sandbox.control.directory import Directory
from bot.sandbox.control.faults import FaultControl
from bot.sandbox.control.read import Read
from bot.sandbox.control.serve import Control
from bot.sandbox.control.ui import Ui
from bot.sandbox.deliveries import Deliveries
from bot.sandbox.faults import Faults
from bot.sandbox.http_events import HttpEvents
from bot.sandbox.rate_limits import RateLimits
from bot.sandbox.response_urls import ResponseUrls
from bot.sandbox.server import application
from bot.sandbox.slack import Slack
from bot.sandbox.socket_mode import SocketMode
from bot.sandbox.triggers import Triggers
from bot.sandbox.views import Views
from bot.sandbox.world import World


class Sandbox:
    """A Slack workspace (or several) on loopback.

    Args:
        clock: gives message times, retries, rate limits and expiries; real time by default.
        rate_limits: whether to answer 429 as Slack does.
        wall: real time, for signatures and the three seconds of a trigger id.
    """

    def __init__(
        self, clock: Clock | None = None, *, rate_limits: bool = True, wall: Callable[[], float] = time.time
    ) -> None:
        clock = clock or RealClock()
        faults = Faults(clock)
        http, sockets = HttpEvents(wall), SocketMode(clock)
        deliveries = Deliveries(clock, faults)
        deliveries.transports = {False: http, True: sockets}
        self.slack = Slack(
            clock=clock,
            wall=wall,
            deliveries=deliveries,
            http=http,
            sockets=sockets,
            limits=RateLimits(clock, enabled=rate_limits),
            faults=faults,
            triggers=Triggers(wall),
            response_urls=ResponseUrls(clock),
        )
        self.build = Build(self.slack)
        self.act = Act(self.slack)
        self.ui = Ui(self.slack)
        self.channels = Channels(self.slack)
        self.directory = Directory(self.slack)
        self.apps = Apps(self.slack)
        self.faults = FaultControl(self.slack)
        self.read = Read(self.slack)
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen, and return the base URL; Slack's Web API is below `/api/`."""
        control = Control(
            {
                "build": self.build,
                "act": self.act,
                "ui": self.ui,
                "channels": self.channels,
                "directory": self.directory,
                "apps": self.apps,
                "faults": self.faults,
                "read": self.read,
                "world": _WholeWorld(self),
            }
        )
        self._runner = web.AppRunner(application(self.slack, control), access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        self._site = web.TCPSite(self._runner, host, port)
        await self._site.start()
        base = f"http://{host}:{self._runner.addresses[0][1]}"
        self.slack.base = self.slack.sockets.base = self.slack.response_urls.base = base
        return base

    async def stop(self) -> None:
        """Stop listening and sending."""
        self.slack.changes.close()
        self.slack.faults.clear()
        await self.slack.deliveries.close()
        await self.slack.sockets.close()
        await self.slack.http.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def drained(self) -> None:
        """Return when every event is acknowledged, or waits for a retry time in the future."""
        await self.slack.deliveries.drained()

    def next_due(self) -> float | None:
        """Return when the sandbox will next act by itself (a retry), None when it will not."""
        return self.slack.deliveries.next_due()

    def reset(self) -> None:
        """Forget everything: workspaces, apps, tokens, faults, logs."""
        self.slack.world = World()
        self.slack.views = Views()
        self.slack.faults.clear()
        self.slack.limits.reset()
        self.slack.deliveries.forget()
        self.slack.sockets.abandon()
        self.slack.changes.publish("reset")


class _WholeWorld:
    """What the control interface offers beside the namespaces."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def reset(self) -> dict[str, object]:
        """Forget everything."""
        self._sandbox.reset()
        return {}

    async def drained(self) -> dict[str, object]:
        """Answer when nothing is on its way."""
        await self._sandbox.drained()
        return {"next_due": self._sandbox.next_due()}
