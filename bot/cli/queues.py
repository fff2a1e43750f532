"""Commands about what waits: requests of Slack's in the inbox, messages in the outbox. They show no message text."""

import asyncio
import getpass
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection

from bot.cli.output import tell
from bot.clock import SystemClock
from bot.errors import BotError
from bot.settings import Settings
from sla.instants import format_instant
from store import audit, inbox, outbox, workspaces
from store.audit import AuditEntry
from store.engine import Database
from store.inbox import InboxItem, InboxState
from store.outbox import OutboxMessage, OutboxState

T = TypeVar("T")

# What an exception says may quote what it stumbled over; its name does not.
_EXCEPTION = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_.]*): .*", re.DOTALL)
_ERROR_LIMIT = 80


class Format(StrEnum):
    """How a list is written."""

    TABLE = "table"
    JSON = "json"


Keys = Annotated[list[str], typer.Argument(help="As the list shows them.")]
Limit = Annotated[int, typer.Option(help="At most so many of each state.", min=1, max=100_000)]
Shape = Annotated[Format, typer.Option(help="For a person, or for a program.")]

inbox_commands = typer.Typer(help="What Slack sent that waits to be understood, or could not be.", no_args_is_help=True)
outbox_commands = typer.Typer(help="Messages that wait to be sent, or could not be.", no_args_is_help=True)


@inbox_commands.command("list")
def list_inbox(
    state: Annotated[InboxState | None, typer.Option(help="By default pending and quarantined.")] = None,
    limit: Limit = 100,
    format: Shape = Format.TABLE,  # noqa: A002
) -> None:
    """List what Slack sent, oldest event first."""
    states = [state] if state else [InboxState.QUARANTINED, InboxState.PENDING]
    items = asyncio.run(_read(partial(_inbox_rows, states, limit)))
    _print(items, format, nothing="Nothing waits in the inbox, and nothing was set aside.")


@inbox_commands.command("retry")
def retry_inbox(keys: Keys) -> None:
    """Have quarantined or waiting requests handled again, now."""
    asyncio.run(_retry("inbox", keys, inbox.retry))


@outbox_commands.command("list")
def list_outbox(
    state: Annotated[OutboxState | None, typer.Option(help="By default whatever is not over, and what failed.")] = None,
    limit: Limit = 100,
    format: Shape = Format.TABLE,  # noqa: A002
) -> None:
    """List messages, oldest first."""
    states = [state] if state else [*_UNSENT, OutboxState.FAILED]
    messages = asyncio.run(_read(partial(_outbox_rows, states, limit)))
    _print(messages, format, nothing="Nothing waits in the outbox, and nothing has failed.")


@outbox_commands.command("retry")
def retry_outbox(keys: Keys) -> None:
    """Send failed messages once more, and waiting ones now."""
    asyncio.run(_retry("outbox", keys, outbox.retry))


_UNSENT = (OutboxState.PENDING, OutboxState.SENDING, OutboxState.UNCERTAIN, OutboxState.RECONCILING)


def _inbox_rows(states: Sequence[InboxState], limit: int, conn: Connection) -> list[dict[str, Any]]:
    return [_inbox_row(item) for state in states for item in inbox.listing(conn, state, limit)]


def _inbox_row(item: InboxItem) -> dict[str, Any]:
    return {
        "state": item.state,
        "key": item.key,
        "event_at": format_instant(item.event_at),
        "attempts": item.attempts,
        "not_before": format_instant(item.not_before),
        "error": _reason(item.error),
    }


def _outbox_rows(states: Sequence[OutboxState], limit: int, conn: Connection) -> list[dict[str, Any]]:
    return [_outbox_row(message) for state in states for message in outbox.listing(conn, state, limit=limit)]


def _outbox_row(message: OutboxMessage) -> dict[str, Any]:
    return {
        "state": message.state,
        "key": message.key,
        "kind": message.kind,
        "ticket": message.ticket_id,
        "destination": message.destination,
        "created_at": format_instant(message.created_at),
        "attempts": message.attempts,
        "not_before": format_instant(message.not_before),
        "error": _reason(message.error),
    }


def _reason(error: str | None) -> str | None:
    """Why it failed: our own sentences and Slack's codes, of an exception only what kind it was."""
    if error is None:
        return None
    found = _EXCEPTION.fullmatch(error)
    return found["name"] if found else error[:_ERROR_LIMIT]


def _print(rows: Sequence[Mapping[str, Any]], shape: Format, *, nothing: str) -> None:
    if shape is Format.JSON:
        tell(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not rows:
        tell(nothing)
        return
    table = Table(*(name.replace("_", " ") for name in rows[0]), box=None, pad_edge=False)
    for row in rows:
        table.add_row(*("-" if value is None else str(value) for value in row.values()))
    Console(width=None if sys.stdout.isatty() else 240, markup=False, highlight=False).print(table)


async def _read(unit: Callable[[Connection], T]) -> T:
    async with Database(Settings.load().database_url.get_secret_value()) as db:
        return await db.read(unit)


Retry = Callable[[Connection, str, Sequence[str], datetime], int]


async def _retry(queue: str, keys: Sequence[str], retry: Retry) -> None:
    wanted = list(dict.fromkeys(keys))
    async with Database(Settings.load().database_url.get_secret_value()) as db:
        changed = await db.write(partial(_retry_everywhere, queue, wanted, retry, SystemClock().now()))
    tell(f"{changed} of {len(wanted)} will be tried again now.")
    if changed < len(wanted):
        raise BotError(
            f"The others are not in the {queue}, or need no retry: `threadline {queue} list` shows what there is."
        )


def _retry_everywhere(queue: str, keys: Sequence[str], retry: Retry, now: datetime, conn: Connection) -> int:
    total = 0
    for known in workspaces.every(conn):
        changed = retry(conn, known.workspace, keys, now)
        if changed:
            detail = {"keys": list(keys), "retried": changed}
            entry = AuditEntry(
                workspace=known.workspace,
                at=now,
                who=f"cli:{getpass.getuser()}",
                action=f"{queue}.retried",
                detail=detail,
            )
            audit.record(conn, entry)
        total += changed
    return total
