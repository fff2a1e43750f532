"""From the inbox to use cases: each stored request is understood once, in the order in which things happened.

A request is handled in two steps. What has to be asked of Slack is asked first; then one transaction applies the
result and marks the request as done. A crash in between leaves it pending, and it is handled again from the start.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection

from bot.clock import Clock
from bot.pictures import Drawings
from bot.services.inbox.asides import Asides
from bot.services.inbox.events import read_event
from bot.services.inbox.handling import Handled, Read, Request, Result, nothing
from bot.services.requests.buttons import read_action
from bot.services.requests.commands.reading import read_command
from bot.services.requests.modals import read_view
from bot.services.requests.opening import Form, open_form
from bot.services.requests.shortcuts import read_shortcut
from bot.services.workspace.desk import Desk
from bot.slack.client import SlackClients, SlackUnavailableError
from bot.slack.directory import Directory
from bot.slack.envelopes import Kind, Payload
from bot.slack.names import Names
from store import inbox
from store.engine import Database
from store.inbox import Claim, InboxItem

MAX_ATTEMPTS = 8
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=10)
# While Slack does not answer, clocks run and alerts with them: whatever waits for it is tried often.
_LONGEST_SILENCE = timedelta(seconds=30)
_WAITS = "waits for Slack: "

log = structlog.get_logger()


class LostLeaseError(Exception):
    """Another replica handles the request by now: this transaction must not be committed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """Works the inbox of one desk.

    Attributes:
        lease: How long the requests that are taken are left alone by other processes.
        stopping: Whether nothing new is to be begun.
        lull: Waits while something more urgent is under way.
        asides: What is said to people meanwhile; wait for it before the end.
    """

    db: Database
    desk: Callable[[], Desk]
    slack: SlackClients
    directory: Directory
    drawings: Drawings
    clock: Clock
    lull: Callable[[], Awaitable[None]]
    lease: timedelta = timedelta(seconds=60)
    stopping: Callable[[], bool] = lambda: False
    asides: Asides = field(default_factory=Asides)

    async def drain(self) -> int:
        """Handle every request that is due now; how many there were."""
        total = 0
        while not self.stopping() and (count := await self._round()):
            total += count
        return total

    def open_form(self, stored: inbox.Envelope, body: Payload, form: Form) -> None:
        """Open what a click asks for, at once and on the side; the click itself is stored and has its turn later."""
        self.asides.begin(open_form(self._request(inbox.untaken(stored), body), form))

    async def next_at(self) -> datetime | None:
        """When the next request may be handled."""
        return await self.db.read(lambda conn: inbox.next_at(conn, self.desk().workspace))

    async def _round(self) -> int:
        now = self.clock.now()
        due_at = await self.next_at()
        if due_at is None or due_at > now:
            return 0
        workspace, claim = self.desk().workspace, Claim(holder=self.db.replica, lease=self.lease)
        items = await self.db.write(lambda conn: inbox.take(conn, workspace, now, claim))
        for item in items:
            await self.lull()
            if self.stopping():
                break  # what is not begun is handed over
            await self._handle(item)
        return len(items)

    async def _handle(self, item: InboxItem) -> None:
        try:
            handled = await self._read(item)
            result = await self.db.write(partial(self._apply, item, handled))
        except LostLeaseError:
            log.warning("inbox.lease_lost", key=item.key)
            return
        except SlackUnavailableError as error:
            await self._postpone(item, f"{_WAITS}{error}", _LONGEST_SILENCE)
            return
        except Exception as error:
            # A request that we cannot make sense of is kept for a person to look at; the next one is not held up.
            log.exception("inbox.failed", key=item.key, attempts=item.attempts)
            await self._set_aside(item, f"{type(error).__name__}: {error}")
            return
        if (item.error or "").startswith(_WAITS):
            # Slack answers again: what else waits for it need not wait any longer.
            now = self.clock.now()
            await self.db.write(lambda conn: inbox.hasten(conn, item.workspace, _WAITS, now))
        log.info("inbox.done", key=item.key, outcome=_outcome(result))
        said = handled.afterwards(result)
        if said is not None:
            self.asides.begin(said)

    def _apply(self, item: InboxItem, handled: Handled, conn: Connection) -> Result:
        result = handled.apply(conn, self.clock.now())
        if not inbox.done(conn, item, _outcome(result)):
            raise LostLeaseError
        return result

    async def _postpone(self, item: InboxItem, reason: str, longest: timedelta) -> None:
        """Slack has to be asked first, and does not answer: for as long as that takes, nothing is given up."""
        wait = min(_FIRST_WAIT * 2 ** min(item.attempts, 10), longest)
        until = self.clock.now() + wait
        await self.db.write(lambda conn: inbox.retry_later(conn, item, until, reason))

    async def _set_aside(self, item: InboxItem, reason: str) -> None:
        if item.attempts < MAX_ATTEMPTS:
            await self._postpone(item, reason, _LONGEST_WAIT)
        else:
            await self.db.write(lambda conn: inbox.quarantine(conn, item, reason))

    async def _read(self, item: InboxItem) -> Handled:
        body = json.loads(item.body)
        read = _READERS.get(Kind(item.kind))
        if read is None or not isinstance(body, Mapping):
            return nothing("ignored: an unknown kind of request")
        return await read(self._request(item, body))

    def _request(self, item: InboxItem, body: Payload) -> Request:
        return Request(
            item=item,
            body=body,
            desk=self.desk(),
            db=self.db,
            slack=self.slack,
            directory=self.directory,
            drawings=self.drawings,
            names=Names(directory=self.directory, nameless=set()),
        )


_READERS: dict[Kind, Read] = {
    Kind.EVENT: read_event,
    Kind.COMMAND: read_command,
    Kind.ACTION: read_action,
    Kind.SHORTCUT: read_shortcut,
    Kind.VIEW: read_view,
}


def _outcome(result: Result) -> str:
    return result if isinstance(result, str) else "answered"
