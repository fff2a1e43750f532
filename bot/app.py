"""The composition root: everything that runs, put together and taken apart."""

import asyncio
import json
import ssl
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import structlog
from fastapi import FastAPI
from slack_sdk.errors import SlackApiError

from bot.clock import Clock
from bot.config.config import Config
from bot.errors import BotError
from bot.health import Health
from bot.http.app import Ports, build_web
from bot.http.metrics import Metrics
from bot.http.server import HttpServer
from bot.notify.email import Mailer, mail_server
from bot.notify.webhook import Webhooks
from bot.scheduler import Alarm
from bot.services.alerting.breaches import Breaches
from bot.services.alerting.verifying import Verifier
from bot.services.backfill.sweep import Backfill
from bot.services.inbox.dispatch import Dispatch
from bot.services.outbox.delivery import Delivery
from bot.services.outbox.drawing import Drawing
from bot.services.outbox.posting import Posting
from bot.services.outbox.recovery import Recovery
from bot.services.workspace import overview
from bot.services.workspace.desk import Desk
from bot.services.workspace.housekeeping import Housekeeping
from bot.services.workspace.opening import open_desk, reopen_desk
from bot.services.workspace.overview import StatusView
from bot.slack.client import SlackClients, SlackUnavailableError
from bot.slack.directory import Directory
from bot.slack.envelopes import Envelope, Kind
from bot.slack.receiver import build_receiver
from bot.slack.socket import SocketMode
from bot.watchdog import Pulse, Watchdog
from bot.worker import Worker
from sla.instants import instant
from store import inbox
from store.engine import Database
from store.errors import StoreError
from store.outbox import OutboxMessage
from store.takeover import hand_over
from store.wake import Topic

STOP_SECONDS = 10.0
# A history so long that it takes longer to catch up no longer holds up what is due.
_CATCH_UP = timedelta(minutes=5)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """How Slack is reached, and how it reaches us.

    Attributes:
        app_token: Opens Socket Mode; None to take signed HTTP instead.
        signing_secret: Verifies HTTP requests.
        listen: Host and port of the web server.
        public_url: Where links to the dashboard lead; None without such links.
        smtp_url: The mail server; None where there is none.
        environ: Holds the secrets of webhooks, under the names that the configuration gives.
        tls: Replaces the system's certificate authorities for mail and webhooks; for tests.
        allow_loopback: Lets webhooks reach this machine; for tests, never set from a configuration.
    """

    bot_token: str
    app_token: str | None
    signing_secret: str | None
    api_url: str
    listen: tuple[str, int]
    secret: bytes
    public_url: str | None = None
    smtp_url: str | None = field(default=None, repr=False)
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    tls: ssl.SSLContext | None = None
    allow_loopback: bool = False


class Part(StrEnum):
    """A half of the program, where two processes share the work.

    The web half takes what Slack sends and serves pages; the worker half does everything that has to be done.
    """

    WEB = "web"
    WORKER = "worker"


class Threadline:
    """The running program: one workspace, one database, one clock.

    Args:
        only: The half that this process does; None for all of it.
        watchdog: Ends the process when the tick hangs; None in a process that must not be ended.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        db: Database,
        clock: Clock,
        load: Callable[[], Config],
        only: Part | None = None,
        watchdog: Watchdog | None = None,
    ) -> None:
        self._connection = connection
        self._load = load
        self._only = only
        self._watchdog = watchdog
        self._pulse = Pulse()
        self._stopping = False
        self.db = db
        self.clock = clock
        self.slack = SlackClients(token=connection.bot_token, base_url=connection.api_url)
        self.directory = Directory(self.slack, clock)
        self._desk: Desk | None = None
        self.recovery = Recovery(db=db, slack=self.slack, clock=clock)
        self.dispatch = Dispatch(
            db=db,
            desk=self.desk,
            slack=self.slack,
            directory=self.directory,
            clock=clock,
            stopping=lambda: self._stopping,
        )
        self.verifier = Verifier(db=db, desk=self.desk, slack=self.slack, clock=clock, understand=self._understand)
        self.breaches = Breaches(
            db=db, desk=self.desk, clock=clock, verify=self._verify, questions=self.verifier.questions
        )
        self.housekeeping = Housekeeping(db=db, clock=clock)
        self.delivery = self._deliverer(connection)
        self.backfill = Backfill(db=db, desk=self.desk, slack=self.slack, clock=clock)
        self.alarm = Alarm(tick=self._tick, clock=clock)
        self._intake_worker = Worker("inbox", drain=self._understand, next_at=self.dispatch.next_at, clock=clock)
        self._send_worker = Worker("outbox", drain=self.delivery.drain, next_at=self.delivery.next_at, clock=clock)
        self._sweep_worker = Worker("backfill", drain=self._sweep, next_at=self.backfill.next_at, clock=clock)
        self._understanding = asyncio.Lock()
        self._judge_by: datetime | None = None
        self._receiver = build_receiver(keep=self.keep, signing_secret=connection.signing_secret)
        self._socket: SocketMode | None = None
        self._http: HttpServer | None = None
        self.metrics = Metrics()
        self.health = Health(
            db=db,
            desk=self.desk,
            clock=clock,
            pulse=self._pulse,
            metrics=self.metrics,
            socket=lambda: self._socket,
            failures=self._failures,
        )
        self._looked_after: set[asyncio.Task[None]] = set()
        self.address = ""

    def _deliverer(self, connection: Connection) -> Delivery:
        db, desk, link = self.db, self.desk, connection.public_url or ""
        return Delivery(
            db=db,
            desk=desk,
            clock=self.clock,
            drawing=Drawing(db=db, desk=desk, directory=self.directory, link=link),
            posting=Posting(
                db=db,
                desk=desk,
                slack=self.slack,
                directory=self.directory,
                secret=connection.secret,
                recovery=self.recovery,
            ),
            mailer=Mailer(mail_server(connection.smtp_url) if connection.smtp_url else None, tls=connection.tls),
            webhooks=Webhooks(connection.environ, tls=connection.tls, allow_loopback=connection.allow_loopback),
            stopping=lambda: self._stopping,
            arrived=self._arrived,
        )

    def desk(self) -> Desk:
        """The desk as it is now."""
        if self._desk is None:
            raise BotError("The bot has not been started.")
        return self._desk

    async def start(self, *, workers: bool = True) -> None:
        """Ask Slack who we are, load the rules, listen.

        Args:
            workers: Whether to work by itself; a demonstration in virtual time drives the work step by step.

        Raises:
            BotError: A token is wrong, Slack cannot be reached, the configuration cannot be used, or the port is
                taken.
        """
        self._desk = await open_desk(self.slack, self.db, load=self._load, now=self.clock.now())
        self._desk = await self.recovery.beat(self._desk)
        self._http = HttpServer(self._web(), host=self._connection.listen[0], port=self._connection.listen[1])
        self.address = await self._http.start()
        self.db.on_notify(self._told)
        self.backfill.ask()
        if workers and self._only is not Part.WEB:
            # Nothing is judged or sent before it is known what was written while nobody listened.
            self._judge_by = self.clock.now() + _CATCH_UP
            self._intake_worker.start()
            self._sweep_worker.start()
        if self._connection.app_token:
            await self._connect(self._connection.app_token)
        log.info("started", workspace=self.desk().workspace, address=self.address)

    async def stop(self) -> None:
        """Take nothing more, finish what is in flight, let go of everything."""
        self._stopping = True
        if self._watchdog is not None:
            self._watchdog.stop()
        if self._socket is not None:
            await self._socket.stop()
        await asyncio.gather(
            self._sweep_worker.stop(within=STOP_SECONDS),
            self.alarm.stop(within=STOP_SECONDS),
            self._intake_worker.stop(within=STOP_SECONDS),
            self._send_worker.stop(within=STOP_SECONDS),
        )
        await self.dispatch.asides.ended(within=STOP_SECONDS)
        await self.verifier.ended(within=STOP_SECONDS)
        if self._desk is not None:
            await self._hand_over()
        if self._http is not None:
            await self._http.stop()
        await self.slack.close()

    async def _hand_over(self) -> None:
        """Whoever comes next need not wait until our lease on the inbox ends, and knows when we were last at work."""
        now = self.clock.now()
        try:
            await self.db.write(lambda conn: hand_over(conn, self.db.replica, now))
            if self._only is not Part.WEB:  # which does not know whether anybody was at work
                await self.recovery.beat(self.desk(), awake=True)
        except StoreError as error:
            log.warning("stop.lease_kept", reason=str(error))

    async def keep(self, envelope: Envelope) -> None:
        """Commit one request of Slack's to the inbox."""
        now = self.clock.now()
        stored = inbox.Envelope(
            workspace=envelope.workspace or self.desk().workspace,
            key=envelope.key,
            kind=envelope.kind,
            body=json.dumps(envelope.body),
            event_at=envelope.event_at or now,
            received_at=now,
        )
        await self.db.write(lambda conn: inbox.put(conn, stored))
        self.metrics.received(envelope.kind)
        if envelope.kind is Kind.RATE_LIMITED:
            self._search()

    async def drain(self) -> int:
        """Do everything that can be done at this instant of the clock; how much that was.

        History is swept only where there was reason to; :attr:`backfill` is asked for its regular sweeps.
        """
        done = await self.backfill.drain_asked()
        done += await self._understand()
        await self.dispatch.asides.ended()
        if self.backfill.has_caught_up:
            done += await self.breaches.drain()
            done += await self.delivery.drain()
        return done

    async def next_at(self) -> datetime | None:
        """The next instant at which there is something to do: a request, a deadline, a message."""
        found = [self.backfill.next_asked_at(), await self.dispatch.next_at()]
        if self.backfill.has_caught_up:
            found += [await self.breaches.next_at(), await self.delivery.next_at()]
        return min((at for at in found if at is not None), default=None)

    async def _connect(self, app_token: str) -> None:
        self._socket = SocketMode(
            self._receiver, app_token=app_token, base_url=self._connection.api_url, on_connect=self._search
        )
        try:
            await self._socket.start()
        except SlackUnavailableError as error:
            raise BotError(f"Socket Mode cannot be opened: {error}") from None
        except SlackApiError as error:
            raise BotError(
                f"Slack does not accept SLACK_APP_TOKEN ({error.response.get('error')}): make an app-level token with "
                "the scope connections:write under Basic Information."
            ) from None

    async def take_up_rules(self) -> None:
        """Work under the newest version of the configuration from now on."""
        before = self.desk()
        newest = await reopen_desk(self.db, before)
        if newest is not before:
            # Meanwhile the desk may have learned something else.
            self._desk = replace(newest, doubted_until=self.desk().doubted_until)

    async def _verify(self, now: datetime) -> frozenset[int]:
        unverified = await self.verifier.unverified(now)
        if unverified:
            self._search()  # what could not be asked now is found, and corrected, soon
        return unverified

    def _search(self) -> None:
        """Events may have been lost."""
        self.backfill.ask()
        self._sweep_worker.wake()

    async def _understand(self) -> int:
        async with self._understanding:
            # Another process may have applied a configuration to an SQLite file, which notifies nobody.
            await self.take_up_rules()
            return await self.dispatch.drain()

    async def _sweep(self) -> int:
        if self._judge_by is not None and self._judge_by <= self.clock.now():
            log.warning("start.not_caught_up")
            self._judge()
        done = await self.backfill.drain()
        if self._judge_by is not None and self.backfill.has_caught_up:
            done += await self._understand()
            self._judge()
        return done

    def _judge(self) -> None:
        """From now on, deadlines are judged and what is due is sent."""
        self._judge_by = None
        self._pulse.begin()
        if self._watchdog is not None:
            self._watchdog.watch()
        self.alarm.start()
        self._send_worker.start()

    async def _tick(self) -> datetime | None:
        try:
            next_due = await self._tick_once()
            self._pulse.ticked()
            return next_due
        finally:
            if self._watchdog is not None:
                self._watchdog.fed()

    async def _tick_once(self) -> datetime | None:
        self._desk = await self.recovery.ticked(self.desk())
        await self.take_up_rules()
        next_due = await self.breaches.tick()
        await self.housekeeping.drain()
        return next_due

    def _told(self, topics: frozenset[Topic]) -> None:
        """A commit, here or in another replica, gave reason to look."""
        if Topic.INBOX in topics:
            self._intake_worker.wake()
        if Topic.OUTBOX in topics:
            self._send_worker.wake()
        if Topic.DEADLINES in topics:
            self._look_after(self._set_alarm())
        if Topic.RULES in topics:
            self._look_after(self.take_up_rules())

    def _look_after(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._looked_after.add(task)
        task.add_done_callback(self._looked_after.discard)

    async def _set_alarm(self) -> None:
        self.alarm.due(await self.breaches.next_at())

    def _web(self) -> FastAPI:
        receiver = self._receiver if self._connection.signing_secret else None
        return build_web(
            Ports(
                receiver=receiver,
                status=self._status,
                liveness=self.health.alive,
                readiness=self.health.ready,
                metrics=self.health.exposition,
            )
        )

    async def _status(self) -> StatusView:
        now, desk = self.clock.now(), self.desk()
        name_of, ticked_at = self.directory.known_name, self.alarm.ticked_at
        return await self.db.read(
            lambda conn: overview.status_view(conn, desk, now, ticked_at=ticked_at, name_of=name_of)
        )

    def _arrived(self, message: OutboxMessage, at: datetime) -> None:
        due_at = message.payload.get("due_at")
        if due_at is not None:
            self.metrics.alert_sent(message.kind, (at - instant(due_at)).total_seconds())

    def _failures(self) -> dict[str, int]:
        workers = (self._intake_worker, self._send_worker, self._sweep_worker)
        return {worker.name: worker.failures for worker in workers} | {"tick": self.alarm.failures}
