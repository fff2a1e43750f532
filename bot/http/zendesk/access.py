"""Who asks: a token, by Basic or Bearer, and what its role lets it do."""

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request

from bot.http.zendesk.edge import HEADERS
from bot.http.zendesk.errors import ApiError
from bot.http.zendesk.links import Links, links_of
from bot.http.zendesk.ports import Api
from bot.http.zendesk.rates import rates_of
from bot.services.api.refusals import ForbiddenError
from bot.services.requests.authorise import Action, Rank, Standing, may
from store import tokens
from store.tokens import Token, digest_of

_AS_TOKEN = "/token"  # noqa: S105 - the end of Zendesk's user names, not a secret
_USE_IS_NEWS = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, as what, and where links have to lead for them."""

    token: Token
    standing: Standing
    links: Links

    @property
    def user(self) -> str:
        """Who does what the token does: its Slack user, else the token itself."""
        return self.token.user_id or f"api:{self.token.token_id}"

    @property
    def name(self) -> str:
        """How the audit log names them."""
        return f"token:{self.token.token_id} ({self.token.name or self.token.role})"


def secret_of(authorization: str) -> str | None:
    """The token in an Authorization header: ``Bearer TOKEN``, or Basic with ``email/token:TOKEN``."""
    scheme, _, rest = authorization.partition(" ")
    match scheme.lower():
        case "bearer":
            return rest.strip() or None
        case "basic":
            return _from_basic(rest.strip())
        case _:
            return None


def _from_basic(encoded: str) -> str | None:
    try:
        plain = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    user, colon, secret = plain.partition(":")
    return secret if colon and user.endswith(_AS_TOKEN) and secret else None


async def authenticated(request: Request, api: Api) -> Caller:
    """Who asks.

    Raises:
        ApiError: 401 without a good credential; 429 where it was used too often.
    """
    secret = secret_of(request.headers.get("authorization", ""))
    now, workspace = api.clock.now(), api.desk().workspace
    token = None
    if secret is not None:
        digest = digest_of(secret)
        token = await api.db.read(lambda conn: tokens.find(conn, workspace, digest))
    if token is None or not token.holds(now):
        raise ApiError(401, "Couldn't authenticate you", headers={"WWW-Authenticate": 'Basic realm="Web Password"'})
    allowance = rates_of(request).take(token.token_id, now)
    request.scope[HEADERS].extend(allowance.headers())
    if allowance.exhausted:
        wait = {"Retry-After": str(allowance.resets_in)}
        raise ApiError(429, "APIRateLimitExceeded", "Number of allowed API requests per minute exceeded", headers=wait)
    await _note_use(api, token)
    return Caller(token=token, standing=Standing(rank=Rank(token.role)), links=links_of(request, api.public_url))


async def _note_use(api: Api, token: Token) -> None:
    """Write down that a token is in use, at most once a minute."""
    now = api.clock.now()
    if token.last_used_at is None or now - token.last_used_at >= _USE_IS_NEWS:
        await api.db.write(lambda conn: tokens.used(conn, token.workspace, token.token_id, now))


def _allowing(action: Action) -> Callable[[Caller], Awaitable[Caller]]:
    async def allowed(caller: Annotated[Caller, Depends(authenticated)]) -> Caller:
        if not may(caller.standing, action):
            raise ForbiddenError
        return caller

    return allowed


Reader = Annotated[Caller, Depends(_allowing(Action.READ_TICKETS))]
Agent = Annotated[Caller, Depends(_allowing(Action.UPDATE_TICKET))]
Admin = Annotated[Caller, Depends(_allowing(Action.CONFIGURE))]
