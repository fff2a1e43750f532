"""Events, each understood by a function of its own; an event without one is noticed and no more."""

from collections.abc import Coroutine
from functools import partial
from typing import Any

from bot.services.backfill.findings import BACKFILL
from bot.services.home.visits import read_opened
from bot.services.inbox.acknowledging import acknowledge
from bot.services.inbox.handling import Handled, Read, Request, Result, nothing
from bot.services.inbox.intake import Intake
from bot.services.inbox.reactions import read_reaction
from bot.services.workspace import presence
from bot.slack.envelopes import Payload, mapping, text_of
from store.ticket_events import Source


async def read_event(request: Request) -> Handled:
    """What to do about an event."""
    event = _event(request)
    kind = text_of(event.get("type"))
    request.directory.notice(event)
    read = _EVENTS.get(kind)
    if read is None:
        return nothing(f"noticed: {kind}" if kind else "ignored: an event without a type")
    return await read(request)


async def _read_message(request: Request) -> Handled:
    event = _event(request)
    apply = await _intake(request).read(event)
    return Handled(apply=apply, afterwards=partial(_acknowledge, request, event.get("channel"), event.get("ts")))


async def _read_reaction(request: Request) -> Handled:
    event = _event(request)
    apply = await read_reaction(_intake(request), event)
    item = mapping(event.get("item"))
    return Handled(apply=apply, afterwards=partial(_acknowledge, request, item.get("channel"), item.get("ts")))


async def _read_presence(request: Request) -> Handled:
    return Handled(apply=await presence.read(request.desk, request.slack, request.directory, _event(request)))


_EVENTS: dict[str, Read] = {
    "message": _read_message,
    "app_mention": _read_message,
    "reaction_added": _read_reaction,
    "app_home_opened": read_opened,
    **dict.fromkeys(presence.KINDS, _read_presence),
}


def _event(request: Request) -> Payload:
    return mapping(request.body.get("event"))


def _intake(request: Request) -> Intake:
    source = Source.BACKFILL if request.body.get(BACKFILL) is True else Source.LIVE
    return Intake(desk=request.desk, speakers=request.speakers, slack=request.slack, source=source)


def _acknowledge(request: Request, channel: object, ts: object, result: Result) -> Coroutine[Any, Any, None] | None:
    if not isinstance(result, str) or not result.startswith("ticket opened"):
        return None
    return acknowledge(request.db, request.desk, request.slack, channel=text_of(channel), ts=text_of(ts))
