"""Links: absolute, on the address that the client used, or on the public one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request

from bot.http.zendesk.edge import PATH

_HOST = re.compile(r"[A-Za-z0-9.\-_]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")
_ROOT = "/api/v2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Makes links for one request.

    Attributes:
        base: Scheme, host and port.
        path: The path that was asked for, with ``.json`` if the client wrote it.
        query: The query that was asked with.
    """

    base: str
    path: str
    query: tuple[tuple[str, str], ...]

    def to(self, *parts: object) -> str:
        """The address of a resource, as its ``url`` says it: ``to("slas/policies", 36)``."""
        return f"{self.base}{_ROOT}/{'/'.join(map(str, parts))}.json"

    def here(self, changed: Mapping[str, object]) -> str:
        """This request with some parameters set anew, or taken away where they are None."""
        kept = [(name, value) for name, value in self.query if name not in changed]
        kept += [(name, str(value)) for name, value in changed.items() if value is not None]
        return f"{self.base}{self.path}?{urlencode(kept)}" if kept else f"{self.base}{self.path}"


def links_of(request: Request, public_url: str | None) -> Links:
    """The links of a request; ``public_url`` where the client's own address is not the one to use."""
    return Links(
        base=public_url or _own_address(request),
        path=request.scope[PATH],
        query=tuple(request.query_params.multi_items()),
    )


def _own_address(request: Request) -> str:
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        name, port = request.scope.get("server") or ("localhost", None)
        host = f"{name}:{port}" if port else str(name)
    return f"{request.scope['scheme']}://{host}"
