"""What the REST API asks of the rest of the program."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from bot.clock import Clock
from bot.services.workspace.desk import Desk
from bot.slack.directory import Directory
from store.engine import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPorts:
    """What the REST API works with.

    Attributes:
        take_up_rules: Works under the newest version of the configuration from now on.
        secret: What the signing secrets of webhooks are derived from.
        public_url: Where links lead; None for the address that the client used.
        requests_per_minute: How many requests a token may make in a minute (Zendesk: 700 on most plans).
    """

    db: Database
    desk: Callable[[], Desk]
    clock: Clock
    directory: Directory
    take_up_rules: Callable[[], Awaitable[None]]
    secret: bytes
    public_url: str | None = None
    requests_per_minute: int = 700


def ports_of(request: Request) -> ApiPorts:
    """The ports of the application that a request came to."""
    found: ApiPorts = request.app.state.ports
    return found


Api = Annotated[ApiPorts, Depends(ports_of)]
