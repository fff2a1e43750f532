"""What ``doctor`` looks at: everything that has to be right before the first alert can arrive."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.config.config import Config
from bot.config.load import load_config
from bot.errors import BotError
from bot.services.workspace.first_day import missing_secrets, missing_steps
from bot.services.workspace.opening import who_am_i
from bot.settings import Settings
from bot.slack.client import SlackClients, SlackUnavailableError, ask
from bot.slack.directory import Directory
from bot.slack.wording import span
from store import rules as versions
from store.engine import Database
from store.errors import StoreError

# Without these the bot cannot do its work; the manifest asks for a few more that make it pleasant.
REQUIRED_SCOPES = (
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:history",
    "groups:read",
    "im:write",
    "reactions:read",
    "reactions:write",
    "usergroups:read",
    "users:read",
)


# Slack's signatures are refused when they are five minutes old; a deadline should be right to the minute.
_CLOCK_MARGIN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at, and what to do where it is not right."""

    what: str
    ok: bool
    detail: str


async def check_up(settings: Settings, now: datetime, environ: Mapping[str, str]) -> list[Finding]:
    """Look at everything; nothing is changed.

    Args:
        settings: The environment, read.
        now: This machine's time, which is compared with Slack's.
        environ: Holds the secrets of webhooks, under the names that the configuration gives.
    """
    findings = [_environment(settings)]
    findings.append(await _database(settings))
    config, found = _configuration(settings, now)
    findings += found
    if settings.slack_bot_token is None:
        findings += _first_day(settings, config, environ)
        return [*findings, Finding(what="Slack", ok=False, detail="set SLACK_BOT_TOKEN (xoxb-...) to go on")]
    slack = SlackClients(token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url)
    try:
        return findings + await _slack(settings, slack, config, now, environ)
    finally:
        await slack.close()


def _environment(settings: Settings) -> Finding:
    given = [name for name, is_set in settings.given().items() if is_set]
    reachable = settings.slack_app_token is not None or settings.slack_signing_secret is not None
    hint = "" if reachable else "; set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)"
    return Finding(what="environment", ok=reachable, detail=f"set: {', '.join(given) or 'nothing'}{hint}")


def _file_to_be_made(url: str) -> Path | None:
    """The SQLite file that is not there yet and can be made; None where there is one, or PostgreSQL."""
    if not url.startswith("sqlite:///"):
        return None
    file = Path(url.removeprefix("sqlite:///"))
    return None if file.exists() or not file.absolute().parent.is_dir() else file


async def _database(settings: Settings) -> Finding:
    url = settings.database_url.get_secret_value()
    if file := _file_to_be_made(url):
        return Finding(what="database", ok=True, detail=f"{file} will be made by the first `threadline run`")
    try:
        db = Database(url)
        await db.open()
        await db.close()
    except StoreError as error:
        return Finding(what="database", ok=False, detail=str(error))
    return Finding(what="database", ok=True, detail="reached, and its schema is the newest")


def _configuration(settings: Settings, now: datetime) -> tuple[Config | None, list[Finding]]:
    path = settings.config_path
    try:
        text = path.read_text(encoding="utf-8")
        config = load_config(text, source=str(path), today=now.date())
    except FileNotFoundError:
        missing = f"there is no {path}: `threadline init` writes one"
        return None, [Finding(what="configuration", ok=False, detail=missing)]
    except (BotError, OSError, UnicodeDecodeError) as error:
        return None, [Finding(what="configuration", ok=False, detail=str(error))]
    return config, [Finding(what="configuration", ok=True, detail=f"{path} has no problems")]


def _first_day(settings: Settings, config: Config | None, environ: Mapping[str, str]) -> list[Finding]:
    """What the configuration lacks, and the secrets that it asks for and the environment has not."""
    if config is None:
        return []
    steps = [*missing_steps(config), *missing_secrets(config, environ, has_mail=settings.smtp_url is not None)]
    return [Finding(what=step.what, ok=not step.needed, detail=step.todo) for step in steps]


async def _in_force(settings: Settings, workspace: str, file: Config | None) -> tuple[Config | None, list[Finding]]:
    """The configuration that the bot works under: the newest version in the database, else the file."""
    url = settings.database_url.get_secret_value()
    if _file_to_be_made(url):
        return file, []
    db = Database(url)
    try:
        await db.open()
        stored = await db.read(lambda conn: versions.current(conn, workspace))
    except StoreError:
        return file, []  # which is a finding already
    finally:
        await db.close()
    if stored is None:
        return file, []
    config = Config.from_document(stored.document)
    same = "" if config == file else "; the file differs: `threadline diff` shows how, `threadline apply` applies it"
    return config, [Finding(what="in force", ok=True, detail=f"version {stored.version} of the configuration{same}")]


async def _slack(
    settings: Settings, slack: SlackClients, config: Config | None, now: datetime, environ: Mapping[str, str]
) -> list[Finding]:
    try:
        installation = await who_am_i(slack)
    except BotError as error:
        return [*_first_day(settings, config, environ), Finding(what="bot token", ok=False, detail=str(error))]
    config, findings = await _in_force(settings, installation.workspace, config)
    findings += _first_day(settings, config, environ)
    findings.append(Finding(what="bot token", ok=True, detail=f"{installation.name} ({installation.workspace})"))
    try:
        findings += await _scopes_and_clock(slack, now)
        findings.append(await _app_token(settings))
        if config is not None:
            findings += await _channels(Directory(slack), config)
    except SlackUnavailableError as error:
        findings.append(Finding(what="Slack", ok=False, detail=str(error)))
    return findings


async def _scopes_and_clock(slack: SlackClients, now: datetime) -> list[Finding]:
    answer = await ask("auth.test", slack.client().auth_test())
    headers = {name.lower(): value for name, value in answer.headers.items()}
    granted = {scope.strip() for scope in str(headers.get("x-oauth-scopes", "")).split(",")}
    missing = [scope for scope in REQUIRED_SCOPES if scope not in granted]
    scopes = Finding(what="scopes", ok=True, detail=f"all {len(REQUIRED_SCOPES)} that are needed")
    if missing:
        todo = f"missing: {', '.join(missing)}; add them under OAuth & Permissions and install the app anew"
        scopes = Finding(what="scopes", ok=False, detail=todo)
    return [scopes, *_clock(str(headers.get("date", "")), now)]


def _clock(date: str, now: datetime) -> list[Finding]:
    """Whether this machine and Slack agree on the time: Slack refuses nothing, but deadlines would be off."""
    try:
        off = abs(now - parsedate_to_datetime(date))
    except (TypeError, ValueError):
        return []
    if off > _CLOCK_MARGIN:
        return [Finding(what="clock", ok=False, detail=f"this machine is {span(off)} off: let it keep time by NTP")]
    return [Finding(what="clock", ok=True, detail="agrees with Slack's")]


async def _app_token(settings: Settings) -> Finding:
    if settings.slack_app_token is None:
        return Finding(what="events", ok=True, detail=f"over HTTP at {settings.base_url}/slack/events")
    token = settings.slack_app_token.get_secret_value()
    client = AsyncWebClient(base_url=settings.slack_api_url, retry_handlers=[], timeout=10)
    try:
        await ask("apps.connections.open", client.apps_connections_open(app_token=token))
    except SlackApiError as error:
        todo = f"Slack does not accept SLACK_APP_TOKEN ({error.response.get('error')}): make one with connections:write"
        return Finding(what="events", ok=False, detail=todo)
    except SlackUnavailableError as error:
        return Finding(what="events", ok=False, detail=str(error))
    return Finding(what="events", ok=True, detail="over Socket Mode")


async def _channels(directory: Directory, config: Config) -> list[Finding]:
    findings = []
    wanted = [(channel, "alert channel") for channel in sorted(config.alert_channels)]
    wanted += [(channel, "customer channel") for channel in sorted(config.channels)]
    wanted += [
        (channel, "channel of the digest") for channel in sorted(_digest_channels(config) - config.alert_channels)
    ]
    for channel, what in wanted:
        found = await directory.channel(channel)
        if found is None:
            todo = f"{channel} does not exist, or the bot cannot see it: invite it with /invite @Threadline"
            findings.append(Finding(what=what, ok=False, detail=todo))
        elif not found.is_member:
            findings.append(Finding(what=what, ok=False, detail=f"#{found.name}: invite the bot, /invite @Threadline"))
        elif found.is_archived:
            findings.append(Finding(what=what, ok=False, detail=f"#{found.name} is archived"))
        elif what != "customer channel" and found.is_external:
            what_of = "every alert" if what == "alert channel" else "every digest"
            todo = f"#{found.name} is shared with another company, which would read {what_of}: choose an internal one"
            findings.append(Finding(what=what, ok=False, detail=todo))
        else:
            findings.append(Finding(what=what, ok=True, detail=f"#{found.name}"))
    return findings


def _digest_channels(config: Config) -> frozenset[str]:
    wanted = (config.digest.weekly, config.digest.forgotten)
    return frozenset(entry.to for entry in wanted if entry is not None and entry.to[0] in "CG")
