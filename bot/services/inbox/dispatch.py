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
from bot.services.backfill.findings import BACKFILL
from bot.services.inbox.acknowledging import acknowledge
from bot.services.inbox.asides import Asides
from bot.services.inbox.intake import Apply, Intake
from bot.services.inbox.reactions import read_reaction
from bot.services.inbox.speakers import Speakers
from bot.services.requests import actions, authorise, commands
from bot.services.requests.actions import Answer, Asked
from bot.services.workspace import presence
from bot.services.workspace.desk import Desk
from bot.slack.client import SlackClients, SlackUnavailableError
from bot.slack.directory import Directory
from bot.slack.envelopes import Kind, Payload, mapping, parse_ts, text_of
from bot.slack.respond import respond
from sla.ticket import Status
from store import inbox
from store.engine import Database
from store.inbox import Claim, InboxItem
from store.ticket_events import Source

MAX_ATTEMPTS = 8
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=10)
# While Slack does not answer, clocks run and alerts with them: whatever waits for it is tried often.
_LONGEST_SILENCE = timedelta(seconds=30)
_WAITS = "waits for Slack: "

log = structlog.get_logger()


class LostLeaseError(Exception):
    """Another replica handles the request by now: this transaction must not be committed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What to apply, and what to say once that is committed: to the person who asked, or about a message."""

    apply: Callable[[Connection, datetime], str | Answer]
    response_url: str = ""
    about: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """Works the inbox of one desk.

    Attributes:
        stopping: Whether nothing new is to be begun.
        asides: What is said to people meanwhile; wait for it before the end.
    """

    db: Database
    desk: Callable[[], Desk]
    slack: SlackClients
    directory: Directory
    clock: Clock
    stopping: Callable[[], bool] = lambda: False
    asides: Asides = field(default_factory=Asides)

    async def drain(self) -> int:
        """Handle every request that is due now; how many there were."""
        total = 0
        while not self.stopping() and (count := await self._round()):
            total += count
        return total

    async def next_at(self) -> datetime | None:
        """When the next request may be handled."""
        return await self.db.read(lambda conn: inbox.next_at(conn, self.desk().workspace))

    async def _round(self) -> int:
        now = self.clock.now()
        due_at = await self.next_at()
        if due_at is None or due_at > now:
            return 0
        workspace, claim = self.desk().workspace, Claim(holder=self.db.replica)
        items = await self.db.write(lambda conn: inbox.take(conn, workspace, now, claim))
        for item in items:
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
        log.info("inbox.done", key=item.key, outcome="answered" if isinstance(result, Answer) else result)
        if isinstance(result, Answer) and handled.response_url:
            self.asides.begin(respond(handled.response_url, result.text))
        elif isinstance(result, str) and result.startswith("ticket opened") and handled.about is not None:
            channel, ts = handled.about
            self.asides.begin(acknowledge(self.db, self.desk(), self.slack, channel=channel, ts=ts))

    def _apply(self, item: InboxItem, handled: Handled, conn: Connection) -> str | Answer:
        result = handled.apply(conn, self.clock.now())
        if not inbox.done(conn, item, "answered" if isinstance(result, Answer) else result):
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
            return _nothing("ignored: an unknown kind of request")
        return await read(self, item, body)

    async def _read_event(self, _item: InboxItem, body: Payload) -> Handled:
        event = mapping(body.get("event"))
        kind = text_of(event.get("type"))
        source = Source.BACKFILL if body.get(BACKFILL) is True else Source.LIVE
        self.directory.notice(event)
        intake = Intake(desk=self.desk(), speakers=self._speakers(), slack=self.slack, source=source)
        if kind in {"message", "app_mention"}:
            about = text_of(event.get("channel")), text_of(event.get("ts"))
            return Handled(apply=await intake.read(event), about=about)
        if kind == "reaction_added":
            item = mapping(event.get("item"))
            about = text_of(item.get("channel")), text_of(item.get("ts"))
            return Handled(apply=await read_reaction(intake, event), about=about)
        if kind in presence.KINDS:
            return Handled(apply=await presence.read(self.desk(), self.slack, event))
        return _nothing(f"noticed: {kind}" if kind else "ignored: an event without a type")

    async def _read_command(self, item: InboxItem, body: Payload) -> Handled:
        asked = await self._asked(item, text_of(body.get("user_id")), text_of(body.get("team_id")), None)
        text = text_of(body.get("text"))
        typed = commands.Typed(
            command=text_of(body.get("command")),
            text=text,
            channel=text_of(body.get("channel_id")),
            mentioned={user: await self._standing(user, "") for user in commands.people_in(text)},
        )
        desk = self.desk()
        return Handled(
            apply=lambda conn, now: commands.run(conn, desk, typed, asked, now),
            response_url=text_of(body.get("response_url")),
        )

    async def _read_action(self, item: InboxItem, body: Payload) -> Handled:
        listed = body.get("actions")
        action = mapping(listed[0]) if isinstance(listed, list) and listed else {}
        user = mapping(body.get("user"))
        at = parse_ts(action.get("action_ts"))
        asked = await self._asked(item, text_of(user.get("id")), text_of(user.get("team_id")), at)
        apply = _button(self.desk(), text_of(action.get("action_id")), text_of(action.get("value")), asked)
        return Handled(apply=apply, response_url=text_of(body.get("response_url")))

    async def _asked(self, item: InboxItem, user: str, team: str, at: datetime | None) -> Asked:
        standing = await self._standing(user, team)
        return Asked(user=user, standing=standing, at=at or item.received_at, key=item.key)

    async def _standing(self, user: str, team: str) -> authorise.Standing:
        person = await self.directory.person(user, team=team)
        return await authorise.standing_of(person, speakers=self._speakers(), config=self.desk().config)

    def _speakers(self) -> Speakers:
        return Speakers(desk=self.desk(), directory=self.directory, db=self.db)


Read = Callable[[Dispatch, InboxItem, Payload], Awaitable[Handled]]

_READERS: dict[Kind, Read] = {
    Kind.EVENT: Dispatch._read_event,  # noqa: SLF001 - the table of this module's own readers
    Kind.COMMAND: Dispatch._read_command,  # noqa: SLF001
    Kind.ACTION: Dispatch._read_action,  # noqa: SLF001
}


def _button(desk: Desk, action_id: str, value: str, asked: Asked) -> Callable[[Connection, datetime], str | Answer]:
    """What a button does; old messages live for ever, so an unknown one is answered too."""
    press = _BUTTONS.get(action_id)
    if press is None or not (value.isascii() and value.isdigit() and len(value) < 10):
        return lambda _conn, _now: Answer(text="That button no longer does anything.")
    return lambda conn, now: press(conn, desk, int(value), asked, now)


Press = Callable[[Connection, Desk, int, Asked, datetime], Answer]


def _to(status: Status) -> Press:
    return lambda conn, desk, number, asked, now: actions.set_status(conn, desk, number, status, asked, now)


_BUTTONS: dict[str, Press] = {
    "ticket_claim": actions.claim,
    "ticket_open": _to(Status.OPEN),
    "ticket_pending": _to(Status.PENDING),
    "ticket_solve": _to(Status.SOLVED),
    "ticket_no_reply": actions.no_reply_needed,
    "ticket_not": actions.not_a_ticket,
    "ticket_not_undo": lambda conn, desk, number, asked, now: actions.not_a_ticket(
        conn, desk, number, asked, now, undo=True
    ),
}


def _nothing(outcome: str) -> Handled:
    apply: Apply = lambda _conn, _now: outcome  # noqa: E731
    return Handled(apply=apply)
