"""Who reads the dashboard: by the cookie of a session, in the role that they have in Slack at this moment."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address

from fastapi import Request

from bot.clock import Clock
from bot.pictures import Drawings
from bot.services.inbox.speakers import Speakers
from bot.services.requests.authorise import Action, Rank, Standing, may, standing_of
from bot.services.workspace import signing_in
from bot.services.workspace.desk import Desk
from bot.slack.directory import Directory
from store.engine import Database

_COOKIE = "threadline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """What the pages work with.

    Attributes:
        ticked_at: When the last tick ended, in words.
        is_open_here: Whether a person at this machine reads without signing in, as in a demonstration.
        public_url: Where people reach it from outside; None where only this machine does.
        nameless: Which people and channels Slack did not know when it was asked what they are called.
    """

    db: Database
    desk: Callable[[], Desk]
    clock: Clock
    directory: Directory
    drawings: Drawings
    tick_age: Callable[[], str]
    is_open_here: bool = False
    public_url: str | None = None
    nameless: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who may read.

    Attributes:
        csrf: What a form has to carry; empty for a reader without a session, who may change nothing.
    """

    user: str
    name: str
    standing: Standing
    csrf: str = ""

    @property
    def is_admin(self) -> bool:
        """Whether they may see and do what only admins may."""
        return may(self.standing, Action.CONFIGURE)


def cookie_name(*, secure: bool) -> str:
    """The cookie's name: `__Host-` lets no other host and no plain connection set it."""
    return f"__Host-{_COOKIE}" if secure else _COOKIE


def is_secure(request: Request, board: Dashboard) -> bool:
    """Whether readers come over https, perhaps to a proxy before us."""
    return request.url.scheme == "https" or (board.public_url or "").startswith("https:")


def csrf_of(secret: str) -> str:
    """What the forms of a session carry: nobody who does not know the cookie can make it."""
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


async def reader_of(request: Request, board: Dashboard) -> Reader | None:
    """Who asks for a page; None for nobody who may read it.

    Raises:
        SlackUnavailableError: Slack could not be asked what somebody is.
    """
    secret = request.cookies.get(cookie_name(secure=is_secure(request, board)))
    if secret:
        workspace, now = board.desk().workspace, board.clock.now()
        session = await board.db.read(lambda conn: signing_in.session_of(conn, workspace, secret, now))
        if session is not None:
            return await _signed_in(board, session.user_id, csrf_of(secret))
    if board.is_open_here and is_from_here(request):
        return Reader(user="", name="", standing=Standing(rank=Rank.VIEWER))
    return None


async def _signed_in(board: Dashboard, user: str | None, csrf: str) -> Reader | None:
    if user is None:
        who = signing_in.AT_THE_MACHINE
        return Reader(user=who, name="command line", standing=Standing(rank=Rank.ADMIN), csrf=csrf)
    person = await board.directory.person(user)
    speakers = Speakers(desk=board.desk(), directory=board.directory, db=board.db)
    standing = await standing_of(person, speakers=speakers, config=board.desk().config)
    if not may(standing, Action.READ_TICKETS):
        return None
    return Reader(user=user, name=person.name, standing=standing, csrf=csrf)


def is_from_here(request: Request) -> bool:
    """Whether a person at this machine asks: from a loopback address, by a loopback name, and through no proxy.

    A forwarded request or a foreign name (a page elsewhere that resolves to us) is somebody else.
    """
    client = request.client.host if request.client else ""
    forwarded = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip", "via"))
    return _is_loopback(client) and _is_loopback(request.url.hostname or "") and not forwarded


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
