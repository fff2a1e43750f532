"""Tokens of the REST API: made, shown once, listed and taken back."""

import asyncio
import getpass
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection

from bot.cli.output import tell
from bot.clock import SystemClock
from bot.errors import BotError
from bot.settings import Settings
from sla.durations import parse_duration
from sla.errors import SlaError
from sla.instants import format_instant
from store import audit, tokens, workspaces
from store.audit import AuditEntry
from store.engine import Database
from store.tokens import Token, digest_of

T = TypeVar("T")
_BYTES = 32  # 256 bits


class Role(StrEnum):
    """What a token may do: everything, change tickets, or look."""

    ADMIN = "admin"
    AGENT = "agent"
    VIEWER = "viewer"


Workspace = Annotated[str | None, typer.Option(help="Slack's team id, where the database has several workspaces.")]
token_commands = typer.Typer(help="Tokens of the REST API at /api/v2.", no_args_is_help=True)


@token_commands.command("create")
def create_token(
    role: Annotated[Role, typer.Option(help="Everything, changing tickets, or looking.")],
    expires: Annotated[str | None, typer.Option(help="After how long, such as 30d; by default never.")] = None,
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    user: Annotated[str | None, typer.Option(help="The Slack user that it acts as, such as U024BE7LH.")] = None,
    workspace: Workspace = None,
) -> None:
    """Make a token and show it, once."""
    now = SystemClock().now()
    expires_at = now + _lasting(expires) if expires else None
    secret = secrets.token_urlsafe(_BYTES)

    def make(conn: Connection) -> int:
        where = _workspace(conn, workspace)
        token = Token(
            workspace=where,
            digest=digest_of(secret),
            name=name[:200],
            role=role.value,
            user_id=user,
            created_at=now,
            created_by=_who(),
            expires_at=expires_at,
        )
        number = tokens.create(conn, token)
        _write_down(conn, where, now, "token.created", {"token": number, "role": role.value})
        return number

    number = asyncio.run(_write(make))
    until = f", until {format_instant(expires_at)}" if expires_at else ""
    tell(f"Token {number} for {role.value}s{until}. It is shown only now:")
    tell(secret)


@token_commands.command("list")
def list_tokens(workspace: Workspace = None) -> None:
    """List the tokens; what they are is kept nowhere."""
    now = SystemClock().now()
    found = asyncio.run(_read(lambda conn: tokens.listing(conn, _workspace(conn, workspace))))
    if not found:
        tell("There are no tokens: `threadline token create --role viewer` makes one.")
        return
    table = Table("token", "role", "name", "user", "created", "expires", "last used", "state", box=None, pad_edge=False)
    for one in found:
        dates = (one.created_at, one.expires_at, one.last_used_at)
        shown = [format_instant(at.replace(microsecond=0)) if at else "-" for at in dates]
        table.add_row(str(one.token_id), one.role, one.name or "-", one.user_id or "-", *shown, _state(one, now))
    Console(width=240, markup=False, highlight=False).print(table)


@token_commands.command("revoke")
def revoke_token(
    token: Annotated[int, typer.Argument(help="Its number, as the list shows it.")], workspace: Workspace = None
) -> None:
    """Take a token back: it opens nothing from now on."""
    now = SystemClock().now()

    def take_back(conn: Connection) -> bool:
        where = _workspace(conn, workspace)
        if not tokens.revoke(conn, where, token, now):
            return False
        _write_down(conn, where, now, "token.revoked", {"token": token})
        return True

    if not asyncio.run(_write(take_back)):
        raise BotError(f"There is no token {token} that could be revoked: `threadline token list` shows them.")
    tell(f"Token {token} opens nothing any more.")


def _state(token: Token, now: datetime) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "valid" if token.holds(now) else "expired"


def _lasting(written: str) -> timedelta:
    try:
        return parse_duration(written)
    except SlaError:
        raise BotError(f"{written!r} is not a duration; it looks like 30d.", exit_code=2) from None


def _workspace(conn: Connection, wanted: str | None) -> str:
    known = [each.workspace for each in workspaces.every(conn)]
    if not known:
        raise BotError("The database has no workspace yet: start the bot once with `threadline run`.")
    if wanted is None and len(known) > 1:
        names = ", ".join(known)
        raise BotError(f"The database has several workspaces: add --workspace with one of {names}.", exit_code=2)
    if wanted is not None and wanted not in known:
        raise BotError(f"The database has no workspace {wanted!r}; it has {', '.join(known)}.")
    return wanted or known[0]


def _who() -> str:
    return f"cli:{getpass.getuser()}"


def _write_down(conn: Connection, workspace: str, now: datetime, action: str, detail: dict[str, object]) -> None:
    audit.record(conn, AuditEntry(workspace=workspace, at=now, who=_who(), action=action, detail=detail))


async def _write(unit: Callable[[Connection], T]) -> T:
    async with Database(Settings.load().database_url.get_secret_value()) as db:
        return await db.write(unit)


async def _read(unit: Callable[[Connection], T]) -> T:
    async with Database(Settings.load().database_url.get_secret_value()) as db:
        return await db.read(unit)
