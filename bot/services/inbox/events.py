"""Events, each understood by a function of its own; an event without one is noticed and no more."""

from bot.services.backfill.findings import BACKFILL
from bot.services.home.visits import read_opened
from bot.services.inbox.handling import Handled, Read, Request, nothing
from bot.services.inbox.intake import Intake
from bot.services.inbox.reactions import read_reaction
from bot.services.requests.mentions import read_mention
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
    command = await read_mention(request)
    if command is not None:
        return command
    event = _event(request)
    return Handled(apply=await _intake(request).read(event))


async def _read_reaction(request: Request) -> Handled:
    event = _event(request)
    return Handled(apply=await read_reaction(_intake(request), event))


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
