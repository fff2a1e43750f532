"""Opening a desk: who we are in Slack, and which version of the configuration is in force."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from slack_sdk.errors import SlackApiError
from sqlalchemy import Connection

from bot.config.config import Config
from bot.errors import BotError
from bot.services.workspace.desk import Desk, Installation
from bot.slack.client import SlackClients, SlackUnavailableError, ask
from bot.slack.envelopes import mapping, text_of
from sla.policy import rules_from_json
from store import rules as versions
from store import workspaces
from store.engine import Database
from store.rules import RulesVersion
from store.workspaces import Workspace, WorkspaceState


async def open_desk(slack: SlackClients, db: Database, *, load: Callable[[], Config], now: datetime) -> Desk:
    """Ask Slack who we are, and load the rules in force; ``load`` reads the file for a database that has none yet.

    Raises:
        BotError: The token is wrong, Slack cannot be reached, or the configuration cannot be used.
    """
    installation = await who_am_i(slack)
    stored = await db.read(lambda conn: versions.current(conn, installation.workspace))
    document = dict((load() if stored is None else Config.from_document(stored.document)).document)

    def remember(conn: Connection) -> Desk:
        version = stored or _first_version(conn, installation.workspace, document, now)
        known = workspaces.get(conn, installation.workspace) or Workspace(workspace=installation.workspace)
        workspaces.save(
            conn,
            replace(
                known,
                name=installation.name,
                bot_user_id=installation.bot_user,
                bot_id=installation.bot_id,
                app_id=installation.app_id,
                state=WorkspaceState.ACTIVE,
            ),
        )
        return replace(desk_of(installation, version, known.enforce_from), opened_at=now)

    return await db.write(remember)


async def who_am_i(slack: SlackClients) -> Installation:
    """The workspace and the bot user that the token belongs to.

    Raises:
        BotError: The token is wrong, or Slack cannot be reached.
    """
    client = slack.client()
    try:
        answer = await ask("auth.test", client.auth_test())
        bot = await ask("bots.info", client.bots_info(bot=text_of(answer.get("bot_id"))))
    except SlackUnavailableError as error:
        raise BotError(f"Slack cannot be reached at {client.base_url}. {error}") from None
    except SlackApiError as error:
        raise BotError(
            f"Slack does not accept SLACK_BOT_TOKEN ({error.response.get('error')}): copy the bot token from "
            "OAuth & Permissions of the app, and install the app anew if its scopes have changed."
        ) from None
    return Installation(
        workspace=text_of(answer.get("team_id")),
        name=text_of(answer.get("team")),
        url=text_of(answer.get("url")) or "https://slack.com/",
        bot_user=text_of(answer.get("user_id")),
        bot_id=text_of(answer.get("bot_id")),
        app_id=text_of(mapping(bot.get("bot")).get("app_id")),
    )


def installation_of(known: Workspace) -> Installation:
    """The app as it is remembered where Slack is not asked; its bot user is never nobody."""
    return Installation(
        workspace=known.workspace,
        name=known.name,
        url="https://slack.com/",
        bot_user=known.bot_user_id or "USLACKBOT",
        bot_id=known.bot_id or "",
        app_id=known.app_id or "",
    )


def _first_version(conn: Connection, workspace: str, document: dict[str, object], now: datetime) -> RulesVersion:
    number = versions.save_version(conn, workspace, document, now)
    return RulesVersion(workspace=workspace, version=number, document=document, created_at=now)


async def reopen_desk(db: Database, desk: Desk) -> Desk:
    """The desk under the newest version of the configuration; the same one when nothing is newer."""
    newest, known = await db.read(
        lambda conn: (versions.current_version(conn, desk.workspace), workspaces.get(conn, desk.workspace))
    )
    imported_until = known.enforce_from if known else None
    if newest is None or newest == desk.rules_version:
        since = _enforced_from(desk.config, imported_until)
        return desk if since == desk.enforce_from else replace(desk, enforce_from=since)
    stored = await db.read(lambda conn: versions.load(conn, desk.workspace, newest))
    if stored is None:
        return desk
    fresh = desk_of(desk.installation, stored, imported_until)
    return replace(fresh, opened_at=desk.opened_at, doubted_until=desk.doubted_until)


def desk_of(installation: Installation, stored: RulesVersion, imported_until: datetime | None = None) -> Desk:
    """A desk under a stored version of the configuration; what was imported until an instant raises no alerts."""
    config = Config.from_document(stored.document)
    return Desk(
        installation=installation,
        config=config,
        rules=rules_from_json(config.rules_json()),
        rules_version=stored.version,
        enforce_from=_enforced_from(config, imported_until),
    )


def _enforced_from(config: Config, imported_until: datetime | None) -> datetime | None:
    return max((at for at in (config.enforce_from_at, imported_until) if at is not None), default=None)
