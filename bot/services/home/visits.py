"""Visits to App Home: opened, another page, other tickets. Each is published at once, and remembered for the next."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from bot.services.home.pages import belongs_here
from bot.services.inbox.handling import Handled, Read, Request, nothing
from bot.slack.envelopes import mapping, text_of
from bot.slack.home.frame import PAGE, Page
from bot.slack.home.queue import ANY_PRIORITY, PRIORITY, SHOW, Show
from sla.ticket import Priority
from store import homes


async def read_opened(request: Request) -> Handled:
    """Somebody opened the app; people of other companies have no home here."""
    event = mapping(request.body.get("event"))
    if event.get("tab") != "home":
        return nothing("noticed: app_home_opened")
    return await _ask(request, text_of(event.get("user")), said="")


def _page(page: Page) -> Read:
    async def read(request: Request) -> Handled:
        return await _ask(request, _user(request), page=str(page), said="")

    return read


async def _show(request: Request) -> Handled:
    chosen = _chosen(request)
    return await _ask(request, _user(request), shown=chosen if chosen in set(Show) else "", said="")


async def _priority(request: Request) -> Handled:
    chosen = _chosen(request)
    wanted = chosen if chosen in set(Priority) and chosen != ANY_PRIORITY else ""
    return await _ask(request, _user(request), priority=wanted, said="")


BUTTONS: dict[str, Read] = {
    f"{PAGE}_{Page.QUEUE}": _page(Page.QUEUE),
    f"{PAGE}_{Page.SETUP}": _page(Page.SETUP),
    SHOW: _show,
    PRIORITY: _priority,
}


async def _ask(request: Request, user: str, **chosen: str) -> Handled:
    """Remember it; what they may see is decided when it is drawn."""
    team = text_of(mapping(request.body.get("user")).get("team_id"))
    if not user or not belongs_here(await request.directory.person(user, team=team), request.desk):
        return nothing("ignored: somebody of another company")
    return Handled(apply=partial(_remember, request.desk.workspace, user, chosen))


def _remember(workspace: str, user: str, chosen: Mapping[str, str], conn: Connection, now: datetime) -> str:
    homes.ask(conn, workspace, user, now, **chosen)
    return "home asked for"


def _user(request: Request) -> str:
    return text_of(mapping(request.body.get("user")).get("id"))


def _chosen(request: Request) -> str:
    return text_of(mapping(request.action.get("selected_option")).get("value"))
