"""Commands that work with Slack: ``run`` and ``doctor``."""

import asyncio
import hashlib
import os
import signal
import sys
from datetime import date, timedelta
from typing import Annotated

import typer
import uvloop
from dotenv import dotenv_values

from bot.app import Threadline
from bot.cli.configuration import read_config_text
from bot.cli.errors import NO
from bot.cli.output import tell
from bot.clock import SteadyClock, SystemClock
from bot.config.config import Config
from bot.config.load import load_config
from bot.connection import Connection, Part
from bot.errors import BotError
from bot.observability import set_up_logging
from bot.services.workspace.checkup import check_up
from bot.services.workspace.desk import Desk
from bot.settings import Settings
from bot.watchdog import Watchdog
from store import rules as versions
from store.engine import Database
from store.takeover import take_over

# The database's thread gives the interpreter away with each statement, and a busy loop would keep it for Python's 5 ms.
_SWITCH_SECONDS = 0.001


def run(
    only: Annotated[
        Part | None, typer.Option(help="Half of the work, where PostgreSQL lets several processes share it.")
    ] = None,
) -> None:
    """Run the bot: Socket Mode with SLACK_APP_TOKEN, signed HTTP with SLACK_SIGNING_SECRET."""
    settings = Settings.load()
    set_up_logging(settings.log)
    connection = connection_of(settings, only)
    sys.setswitchinterval(_SWITCH_SECONDS)
    uvloop.run(_run(settings, connection, only))


def doctor() -> int:
    """Check tokens, scopes, channels, database and configuration, and say what to do."""
    settings = Settings.load()
    findings = asyncio.run(check_up(settings, SystemClock().now(), _environment()))
    for finding in findings:
        tell(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.what}: {finding.detail}")
    return 0 if all(finding.ok for finding in findings) else NO


def connection_of(settings: Settings, only: Part | None = None) -> Connection:
    """How to reach Slack, from the environment; the worker half is not reached by it.

    Raises:
        BotError: Something that cannot be done without is not set.
    """
    if settings.slack_bot_token is None:
        raise BotError(
            "SLACK_BOT_TOKEN is not set: copy the bot token (xoxb-...) from OAuth & Permissions of your Slack app, or "
            "try `threadline demo`, which needs none.",
            exit_code=2,
        )
    if only is not Part.WORKER and settings.slack_app_token is None and settings.slack_signing_secret is None:
        raise BotError(
            "Slack could not reach the bot: set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP).",
            exit_code=2,
        )
    token = settings.slack_bot_token.get_secret_value()
    key = settings.secret_key.get_secret_value() if settings.secret_key else token
    signing, app = settings.slack_signing_secret, settings.slack_app_token
    if only is Part.WORKER:
        signing = app = None
    return Connection(
        bot_token=token,
        app_token=app.get_secret_value() if app else None,
        signing_secret=signing.get_secret_value() if signing else None,
        api_url=settings.slack_api_url,
        listen=(settings.listen_host, settings.listen_port),
        # Never the token itself: keys derived from it end up in messages.
        secret=hashlib.sha256(b"outbox" + key.encode()).digest(),
        public_url=settings.public_url,
        smtp_url=settings.smtp_url.get_secret_value() if settings.smtp_url else None,
        environ=_environment(),
        settle=timedelta(seconds=settings.settle_seconds),
        lease=timedelta(seconds=settings.lease_seconds),
    )


def _environment() -> dict[str, str]:
    """The process's variables, and those of `.env` where the process has none."""
    return {name: value for name, value in dotenv_values(".env").items() if value is not None} | dict(os.environ)


async def _run(settings: Settings, connection: Connection, only: Part | None) -> None:
    db = Database(settings.database_url.get_secret_value())
    if only is not None and not db.is_postgresql:
        raise BotError(
            "One process does all the work on an SQLite file: leave --only out, or let several share a PostgreSQL "
            "database (THREADLINE_DATABASE_URL).",
            exit_code=2,
        )
    clock = SteadyClock()
    bot = Threadline(connection, db=db, clock=clock, load=lambda: _config(settings), only=only, watchdog=Watchdog())
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    try:
        await db.hold()
        await db.open(migrate=not db.is_postgresql)
        if not db.is_postgresql:
            # We hold the file: whoever had claimed anything in it is dead.
            await db.write(lambda conn: take_over(conn, clock.now()))
        await bot.start()
        if remark := await _file_remark(settings, db, bot.desk()):
            tell(remark)
        tell(f"Threadline runs for {bot.desk().installation.name}; its dashboard is {bot.address}/")
        await stopped.wait()
    finally:
        await bot.stop()
        await db.close()


def _config(settings: Settings, today: date | None = None) -> Config:
    path = settings.config_path
    return load_config(read_config_text(path), source=str(path), today=today or SystemClock().now().date())


async def _file_remark(settings: Settings, db: Database, desk: Desk) -> str:
    """What is to be said about a file that is not what is in force; without a file, nothing."""
    stored = await db.read(lambda conn: versions.load(conn, desk.workspace, desk.rules_version))
    path = settings.config_path
    if stored is None or not path.exists():
        return ""
    saved = f"{stored.created_at:%Y-%m-%d %H:%M} UTC"
    in_force = f"Version {stored.version} of the configuration, saved {saved}, is in force"
    try:
        # Public holidays are copied in from a date on: the file is read as on the day on which the version was saved.
        if _config(settings, stored.created_at.date()) == desk.config:
            return ""
    except BotError as error:
        return f"{in_force}; {path} cannot be used: {error}"
    return f"{in_force}, and {path} differs: `threadline diff {path}` shows how, `threadline apply {path}` applies it."
