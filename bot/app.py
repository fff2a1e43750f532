"""The composition root: everything that runs, put together and taken apart."""

import contextlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog
from fastapi import FastAPI
from slack_sdk.errors import SlackApiError

from bot.clock import Clock, SteadyClock
from bot.config.config import Config
from bot.connection import Connection, Part
from bot.errors import BotError
from bot.health import Health
from bot.http.app import Ports, build_web
from bot.http.dashboard.access import Dashboard
from bot.http.metrics import Metrics
from bot.http.server import HttpServer
from bot.http.zendesk.ports import ApiPorts
from bot.notify.email import Mailer, mail_server
from bot.notify.webhook import Webhooks
from bot.pictures import Drawings
from bot.rounds import Rounds, Work
from bot.services.alerting.breaches import Breaches
from bot.services.alerting.verifying import Verifier
from bot.services.api.announcing import Announcer
from bot.services.backfill.sweep import Backfill
from bot.services.home.publishing import Homes
from bot.services.home.setup import Surroundings
from bot.services.inbox.arrivals import Arrivals
from bot.services.inbox.dispatch import Dispatch
from bot.services.lifecycle.sweeping import Lifecycle
from bot.services.outbox.delivery import Delivery
from bot.services.outbox.drawing import Drawing
from bot.services.outbox.posting import Posting
from bot.services.outbox.recovery import Recovery
from bot.services.regular.posts import RegularPosts
from bot.services.reporting.rolling_up import RollUps
from bot.services.requests import modals
from bot.services.requests.forms import form_asked_for
from bot.services.requests.opening import PUT_OFF
from bot.services.workspace.desk import Desk
from bot.services.workspace.housekeeping import Housekeeping
from bot.services.workspace.opening import open_desk, reopen_desk
from bot.slack.client import SlackClients, SlackUnavailableError, ask
from bot.slack.directory import Directory
from bot.slack.envelopes import Envelope, Kind
from bot.slack.receiver import build_receiver
from bot.slack.socket import SocketMode
from bot.slack.wording import span
from bot.watchdog import Pulse, Watchdog
from sla.instants import instant
from store import inbox
from store.engine import Database
from store.errors import StoreError
from store.outbox import OutboxMessage
from store.takeover import hand_over

STOP_SECONDS = 10.0

log = structlog.get_logger()


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
        self._stopping = False
        self.db = db
        self.clock = clock
        heard = clock.heard if isinstance(clock, SteadyClock) else None
        self.slack = SlackClients(token=connection.bot_token, base_url=connection.api_url, heard=heard)
        self.directory = Directory(self.slack, clock)
        self._desk: Desk | None = None
        self.recovery = Recovery(db=db, slack=self.slack, clock=clock)
        self.drawings = Drawings()
        self._arrivals = Arrivals()
        self.dispatch = Dispatch(
            db=db,
            desk=self.desk,
            slack=self.slack,
            directory=self.directory,
            drawings=self.drawings,
            clock=clock,
            lease=connection.lease,
            lull=self._arrivals.lull,
            stopping=lambda: self._stopping,
        )
        self.verifier = Verifier(db=db, desk=self.desk, slack=self.slack, clock=clock, understand=self._understand)
        self.breaches = Breaches(
            db=db,
            desk=self.desk,
            clock=clock,
            verify=self._verify,
            questions=self.verifier.questions,
            begin=self.verifier.begin,
        )
        self.lifecycle = Lifecycle(db=db, desk=self.desk, clock=clock)
        self.housekeeping = Housekeeping(db=db, desk=self.desk, clock=clock)
        self.delivery = self._deliverer(connection)
        self.homes = self._home_publisher(connection)
        self.backfill = Backfill(db=db, desk=self.desk, slack=self.slack, clock=clock)
        pulse = Pulse()
        self.rounds = Rounds(self._work(), clock=clock, pulse=pulse, watchdog=watchdog)
        self._receiver = build_receiver(
            keep=self.keep,
            signing_secret=connection.signing_secret,
            unix_time=clock.unix_time if isinstance(clock, SteadyClock) else None,
            refused=lambda body: modals.refused(body, clock.now()),
            acknowledged=modals.acknowledged,
        )
        self._socket: SocketMode | None = None
        self._http: HttpServer | None = None
        self.metrics = Metrics()
        self.health = Health(
            db=db,
            desk=self.desk,
            clock=clock,
            pulse=pulse,
            metrics=self.metrics,
            socket=lambda: self._socket,
            failures=self.rounds.failures,
        )
        self.address = ""

    def _work(self) -> Work:
        return Work(
            dispatch=self.dispatch,
            backfill=self.backfill,
            breaches=self.breaches,
            delivery=self.delivery,
            lifecycle=self.lifecycle,
            regular=RegularPosts(db=self.db, desk=self.desk, clock=self.clock),
            housekeeping=self.housekeeping,
            roll_ups=RollUps(db=self.db, desk=self.desk, clock=self.clock),
            homes=self.homes,
            take_up_rules=self.take_up_rules,
            ticked=self._ticked,
        )

    def _home_publisher(self, connection: Connection) -> Homes:
        return Homes(
            db=self.db,
            desk=self.desk,
            slack=self.slack,
            directory=self.directory,
            clock=self.clock,
            surroundings=Surroundings(environ=connection.environ, has_mail=connection.smtp_url is not None),
            take_up_rules=self.take_up_rules,
        )

    def _deliverer(self, connection: Connection) -> Delivery:
        db, desk, link = self.db, self.desk, connection.public_url or ""
        return Delivery(
            db=db,
            desk=desk,
            clock=self.clock,
            drawing=Drawing(db=db, desk=desk, directory=self.directory, link=link, key=connection.secret),
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
            settle=connection.settle,
            lease=connection.lease,
            stopping=lambda: self._stopping,
            arrived=self._arrived,
            announce=Announcer(db=db, desk=desk, clock=self.clock).drain,
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
        self._desk = self._desk.reached_at(self._connection.public_url or self.address)
        self.db.on_notify(self.rounds.wake)
        self.backfill.ask()
        if workers and self._only is not Part.WEB:
            self.rounds.start()
        if self._connection.app_token:
            await self._connect(self._connection.app_token)
        log.info("started", workspace=self.desk().workspace, address=self.address, replica=self.db.replica)

    async def stop(self) -> None:
        """Take nothing more, finish what is in flight, let go of everything."""
        self._stopping = True
        if self._socket is not None:
            await self._socket.stop()
        await self.rounds.stop(within=STOP_SECONDS)
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
        self._arrivals.note()
        now = self.clock.now()
        stored = inbox.Envelope(
            workspace=envelope.workspace or self.desk().workspace,
            key=envelope.key,
            kind=envelope.kind,
            body=json.dumps(envelope.body),
            event_at=envelope.event_at or now,
            received_at=now,
        )
        form = form_asked_for(envelope.kind, envelope.body)
        not_before = None if form is None else now + PUT_OFF
        is_new = await self.db.write(lambda conn: inbox.put(conn, stored, not_before))
        self.metrics.received(envelope.kind)
        if form is not None and is_new:
            self.dispatch.open_form(stored, envelope.body, form)
        if envelope.kind is Kind.RATE_LIMITED:
            self.rounds.search()

    async def _connect(self, app_token: str) -> None:
        self._socket = SocketMode(
            self._receiver, app_token=app_token, base_url=self._connection.api_url, on_connect=self.rounds.search
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

    async def _ticked(self) -> None:
        if isinstance(self.clock, SteadyClock) and self.clock.is_in_doubt:
            with contextlib.suppress(SlackUnavailableError, SlackApiError):
                await ask("api.test", self.slack.client().api_test())  # the clock listens to the answer
        self._desk = await self.recovery.ticked(self.desk())

    async def _verify(self, now: datetime) -> frozenset[int]:
        unverified = await self.verifier.unverified(now)
        if unverified:
            self.rounds.search()  # what could not be asked now is found, and corrected, soon
        return unverified

    async def _understand(self) -> int:
        return await self.rounds.understand()

    def _web(self) -> FastAPI:
        receiver = self._receiver if self._connection.signing_secret else None
        return build_web(
            Ports(
                receiver=receiver,
                liveness=self.health.alive,
                readiness=self.health.ready,
                metrics=self.health.exposition,
                dashboard=self._dashboard(),
                api=self._api(),
            )
        )

    def _api(self) -> ApiPorts:
        return ApiPorts(
            db=self.db,
            desk=self.desk,
            clock=self.clock,
            directory=self.directory,
            take_up_rules=self.take_up_rules,
            secret=self._connection.secret,
            public_url=self._connection.public_url,
        )

    def _dashboard(self) -> Dashboard:
        return Dashboard(
            db=self.db,
            desk=self.desk,
            clock=self.clock,
            directory=self.directory,
            drawings=self.drawings,
            tick_age=self._tick_age,
            is_open_here=self._connection.dashboard_is_open_here,
            public_url=self._connection.public_url,
        )

    def _tick_age(self) -> str:
        ticked_at = self.rounds.alarm.ticked_at
        return "not yet" if ticked_at is None else f"{span(self.clock.now() - ticked_at)} ago"

    def _arrived(self, message: OutboxMessage, at: datetime) -> None:
        due_at = message.payload.get("due_at")
        if due_at is not None:
            self.metrics.alert_sent(message.kind, (at - instant(due_at)).total_seconds())
