"""App Homes are published when they are opened, and when what they show has changed (Slack: views.publish).

A home is drawn from the present state when it is sent, and sent only when it shows something else. Publishing the same
home twice does no harm, so a failure is simply tried again.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection

from bot.clock import Clock
from bot.services.home.pages import draw_home
from bot.services.home.setup import Surroundings
from bot.services.workspace.desk import Desk
from bot.slack.client import SlackClients, SlackUnavailableError
from bot.slack.directory import Directory
from bot.slack.sending import Accepted, DestinationDead, NotAccepted, Outcome, WorkspaceDead, attempt, describe
from store import homes, workspaces
from store.engine import Database
from store.homes import Home
from store.workspaces import WorkspaceState

_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class Homes:
    """Publishes the homes of one desk.

    Attributes:
        surroundings: What the machine knows and the database does not, for the set-up page.
        take_up_rules: Makes sure that the desk is under the newest configuration.
        changed_at: When what homes show last changed, as far as this process has heard.
        failures: How often publishing has failed.
    """

    db: Database
    desk: Callable[[], Desk]
    slack: SlackClients
    directory: Directory
    clock: Clock
    surroundings: Surroundings
    take_up_rules: Callable[[], Awaitable[None]]
    changed_at: datetime = field(init=False)
    failures: int = 0

    def __post_init__(self) -> None:
        self.changed()  # while nobody was at work, what homes show may have changed

    def changed(self) -> None:
        """What homes show may be another thing now."""
        self.changed_at = self.clock.now()

    async def drain(self) -> int:
        """Publish every home that is due now; how many were looked at.

        One at a time: a home that cannot be drawn comes again in a minute and holds up no other.
        """
        total, now = 0, self.clock.now()
        while await self._may_publish(now):
            workspace, changed_at = self.desk().workspace, self.changed_at
            taken = await self.db.write(partial(_take, workspace, now, changed_at))
            if taken is None:
                break  # another replica has it
            await self._publish(taken, now)
            total += 1
        return total

    async def next_at(self) -> datetime | None:
        """When the next home is to be looked at; None while everybody sees what there is."""
        return await self.db.read(partial(_next_at, self.desk().workspace, self.clock.now(), self.changed_at))

    async def _may_publish(self, now: datetime) -> bool:
        due_at = await self.next_at()
        return due_at is not None and due_at <= now

    async def _publish(self, home: Home, now: datetime) -> None:
        outcome: Outcome | None
        digest = ""
        await self.take_up_rules()  # what was just saved is what they want to see
        try:
            drawn = await draw_home(
                home, db=self.db, desk=self.desk(), directory=self.directory, around=self.surroundings, now=now
            )
            if drawn is None:
                await self.db.write(lambda conn: homes.forget(conn, home.workspace, home.user_id))
                return
            digest = hashlib.sha256(json.dumps(drawn, sort_keys=True).encode()).hexdigest()[:16]
            if digest == home.digest:
                await self.db.write(partial(homes.published, taken=home, digest=digest))
                return
            call = self.slack.client().views_publish(user_id=home.user_id, view=drawn)
            outcome = await attempt(call)
        except SlackUnavailableError as error:
            outcome = NotAccepted(reason=str(error))
        await self._end(home, outcome, digest, now)

    async def _end(self, home: Home, outcome: Outcome, digest: str, now: datetime) -> None:
        match outcome:
            case Accepted():
                await self.db.write(partial(homes.published, taken=home, digest=digest))
                log.info("home.published", user=home.user_id, page=home.page)
            case DestinationDead():
                # Somebody who has left, or never belonged here: when they open it again, it is tried again.
                await self.db.write(lambda conn: homes.forget(conn, home.workspace, home.user_id))
                log.warning("home.refused", user=home.user_id, reason=describe(outcome))
            case WorkspaceDead() | _:
                self.failures += 1
                wait = min(_FIRST_WAIT * 2 ** min(home.attempts, 10), _LONGEST_WAIT)
                asked = outcome.after if isinstance(outcome, NotAccepted) and outcome.after else wait
                await self.db.write(partial(homes.failed, taken=home, until=now + max(wait, asked)))
                log.warning("home.failed", user=home.user_id, reason=describe(outcome), attempts=home.attempts + 1)


def _take(workspace: str, now: datetime, changed_at: datetime, conn: Connection) -> Home | None:
    return next(iter(homes.take(conn, workspace, now, changed_at, limit=1)), None)


def _next_at(workspace: str, now: datetime, changed_at: datetime, conn: Connection) -> datetime | None:
    known = workspaces.get(conn, workspace)
    if known is not None and known.state == WorkspaceState.DEAD:
        return None  # nothing can be published until the app is installed again
    return homes.next_at(conn, workspace, now, changed_at)
