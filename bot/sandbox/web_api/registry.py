"""Every Web API method: what it is called, which scope it needs, how often it may be called."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.model import Json
from bot.sandbox.rate_limits import TIER_3, Limit
from bot.sandbox.web_api.call import Call

Handler = Callable[[Call], Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One method; any one of its scopes is enough, none means that every token may call it."""

    name: str
    handler: Handler
    scopes: tuple[str, ...]
    limit: Limit
    per_channel: bool


METHODS: dict[str, Method] = {}


def method(name: str, *scopes: str, limit: Limit = TIER_3, per_channel: bool = False) -> Callable[[Handler], Handler]:
    """Register a handler under a method's name."""

    def register(handler: Handler) -> Handler:
        METHODS[name] = Method(name=name, handler=handler, scopes=scopes, limit=limit, per_channel=per_channel)
        return handler

    return register
