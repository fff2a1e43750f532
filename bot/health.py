"""Whether the program is well, for operators: is it alive, is it ready, and what do its figures say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from bot.clock import Clock
from bot.http.app import Readiness
from bot.http.metrics import Metrics
from bot.services.workspace import overview
from bot.services.workspace.desk import Desk
from bot.slack.socket import SocketMode
from bot.watchdog import Pulse
from store import inbox, workspaces
from store.engine import Database
from store.errors import StoreError
from store.workspaces import WorkspaceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Looks at the parts of a running program.

    Attributes:
        socket: The connection to Slack; None over HTTP, where Slack comes to us.
        failures: How often each worker failed.
    """

    db: Database
    desk: Callable[[], Desk]
    clock: Clock
    pulse: Pulse
    metrics: Metrics
    socket: Callable[[], SocketMode | None]
    failures: Callable[[], Mapping[str, int]]

    def alive(self) -> Readiness:
        """Whether the tick comes; asks nobody, so that it is answered whatever is away."""
        well = self.pulse.is_well
        return Readiness(ready=well, detail={"status": "ok" if well else "no tick", "tick_age_seconds": self._tick_age})

    async def ready(self) -> Readiness:
        """Whether events can be taken and alerts be sent: database, token, connection to Slack, tick."""
        socket = self.socket()
        connected = socket is None or await socket.is_healthy()
        detail: dict[str, Any] = {"slack": connected, "tick_age_seconds": self._tick_age}
        try:
            waiting, state = await self.db.read(self._look)
        except StoreError as error:
            return Readiness(ready=False, detail=detail | {"database": str(error)})
        dead = state == WorkspaceState.DEAD
        detail |= {"database": "ok", "workspace": state, "inbox": waiting, "slack": connected and not dead}
        return Readiness(ready=connected and not dead and self.pulse.is_well, detail=detail)

    async def exposition(self) -> bytes:
        """The figures for Prometheus."""
        now, workspace, socket = self.clock.now(), self.desk().workspace, self.socket()
        try:
            figures = await self.db.read(lambda conn: overview.figures(conn, workspace, now))
        except StoreError:
            figures = None
        return self.metrics.scrape(
            figures,
            tick_age=self.pulse.age,
            socket_silence=None if socket is None else socket.silence,
            failures=self.failures(),
        )

    def _look(self, conn: Connection) -> tuple[dict[str, int], str]:
        known = workspaces.get(conn, self.desk().workspace)
        return inbox.counts(conn), known.state if known else WorkspaceState.ACTIVE

    @property
    def _tick_age(self) -> float | None:
        age = self.pulse.age
        return None if age is None else round(age, 1)
