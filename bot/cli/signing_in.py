"""``threadline login-link``: a way into the dashboard for the first admin."""

import asyncio
from typing import Annotated

import typer

from bot.cli.configuration import only_workspace
from bot.cli.output import tell
from bot.clock import SystemClock
from bot.services.workspace import signing_in
from bot.settings import Settings
from store.engine import Database


def login_link(
    user: Annotated[
        str | None,
        typer.Option(help="The Slack user that it signs in, such as U0BOSS; by default an admin of this machine."),
    ] = None,
) -> None:
    """Print a link that signs in to the dashboard, once and within 15 minutes."""
    tell(asyncio.run(_link(Settings.load(), user)))


async def _link(settings: Settings, user: str | None) -> str:
    now = SystemClock().now()
    async with Database(settings.database_url.get_secret_value()) as db:
        workspace = await only_workspace(db)
        return await db.write(lambda conn: signing_in.make_link(conn, workspace, settings.base_url, user, now))
